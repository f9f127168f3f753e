-- name: record
-- A payment that came in. $1 payment, $2 order or null, $3 session, $4 total in cents, $5 currency.
-- What was heard of it before stays.
insert into payments (payment_ref, order_id, session_ref, total_cents, currency)
values ($1, $2, $3, $4, $5)
on conflict (payment_ref) do update set
    order_id = coalesce(payments.order_id, excluded.order_id),
    session_ref = coalesce(nullif(payments.session_ref, ''), excluded.session_ref),
    total_cents = coalesce(payments.total_cents, excluded.total_cents),
    currency = coalesce(payments.currency, excluded.currency);

-- name: refund
-- $2 cents of payment $1 have gone back in all, $3: that is the whole. A row comes back if this
-- says more than was known.
insert into payments (payment_ref, refunded_cents, refunded_whole) values ($1, $2, $3)
on conflict (payment_ref) do update set
    refunded_cents = greatest(payments.refunded_cents, excluded.refunded_cents),
    refunded_whole = payments.refunded_whole or excluded.refunded_whole
where payments.refunded_cents < excluded.refunded_cents
   or payments.refunded_whole < excluded.refunded_whole
returning payment_ref;

-- name: dispute
-- Dispute $1 of payment $2 stands like $3. A row comes back if that is news; what is closed stays
-- closed.
insert into disputes (dispute_ref, payment_ref, state) values ($1, $2, $3)
on conflict (dispute_ref) do update set state = excluded.state
where disputes.state = 'open' and excluded.state <> 'open'
returning dispute_ref;

-- name: standing
-- What payment $1 has come to.
select p.order_id, p.refunded_whole,
       exists (select from disputes d where d.payment_ref = $1 and d.state = 'open') as disputed,
       exists (select from disputes d where d.payment_ref = $1 and d.state = 'lost') as lost
from (select $1::text as payment_ref) asked
left join payments p on p.payment_ref = asked.payment_ref;

-- name: move_checkout
-- Session $1 has come to $2. A row comes back if that is news; what is over stays over, except that
-- money may still come in.
update checkouts set state = $2
where session_ref = $1 and case $2
    when 'processing' then state = 'open'
    when 'failed' then state in ('open', 'processing')
    when 'expired' then state = 'open'
    when 'paid' then state <> 'paid'
    else false end
returning order_id;

-- name: flag
-- $1 kind, $2 payment, $3 order or null, $4 what staff should know.
insert into attention (kind, payment_ref, order_id, detail) values ($1, $2, $3, $4)
on conflict (kind, payment_ref) do nothing;

-- name: flag_refund
-- The refund $4 of payment $1 failed; $2 order or null, $3 what staff should know. Another one that
-- fails is put before staff again, also where they had seen to the first.
insert into attention (kind, payment_ref, order_id, detail)
values ('refund_failed', $1, $2, $3 || ' [' || $4 || ']')
on conflict (kind, payment_ref) do update
set detail = attention.detail || ' [' || $4 || ']', created_at = now(), done_at = null,
    done_by = null
where position('[' || $4 || ']' in attention.detail) = 0;

-- name: attended
-- $1 id, $2 who.
update attention set done_at = now(), done_by = $2 where id = $1 and done_at is null returning id;

-- name: sent_back
-- The money that payment $1 brought for nothing went back: nothing is left to do. $2 who.
update attention set done_at = now(), done_by = $2
where payment_ref = $1 and kind <> 'refund_failed' and done_at is null;
