-- Which checkouts were opened for an order, which payments came in, what became of them, and what
-- staff must look at because no rule may decide about money.

-- The web reserves a row before it asks the payment provider, and hands out no address before the
-- session's name is in it: so every session that can be paid is known here.
create table checkouts (
    order_id uuid not null references orders,
    attempt integer not null check (attempt >= 1),
    session_ref text unique check (session_ref <> ''),
    state text not null default 'open' check (state in
        ('open', 'processing', 'paid', 'failed', 'expired')),
    -- The web found that nobody can pay it any more.
    given_up boolean not null default false,
    opened_at timestamptz not null default now(),
    expires_at timestamptz not null,
    -- When the provider was last asked about it.
    asked_at timestamptz,
    primary key (order_id, attempt)
);
create index checkouts_unsettled on checkouts (coalesce(asked_at, opened_at))
    where state in ('open', 'processing') and session_ref is not null;

-- One row per payment that was heard of, whether or not an order is known for it: notices come in
-- any order.
create table payments (
    payment_ref text primary key check (payment_ref <> ''),
    order_id uuid references orders,
    session_ref text not null default '',
    -- What was charged, taxes included; null while only a reversal was heard of.
    total_cents integer check (total_cents >= 0),
    currency text check (currency = lower(currency)),
    -- The most that was ever said to have gone back.
    refunded_cents integer not null default 0 check (refunded_cents >= 0),
    refunded_whole boolean not null default false,
    received_at timestamptz not null default now()
);
create index payments_order on payments (order_id) where order_id is not null;
insert into payments (payment_ref, order_id, total_cents, currency, refunded_cents, refunded_whole,
                      received_at)
select coalesce(nullif(payment_ref, ''), 'order:' || id), id, amount_cents, currency,
       case when state = 'refunded' then amount_cents else 0 end, state = 'refunded', paid_at
from orders
where state in ('paid', 'refunded')
on conflict do nothing;
update orders set payment_ref = 'order:' || id
where state in ('paid', 'refunded') and payment_ref = '';

create table disputes (
    dispute_ref text primary key check (dispute_ref <> ''),
    payment_ref text not null,
    state text not null check (state in ('open', 'won', 'lost')),
    received_at timestamptz not null default now()
);
create index disputes_payment on disputes (payment_ref);

create table attention (
    id bigint generated always as identity primary key,
    kind text not null check (kind in
        ('paid_twice', 'wrong_amount', 'unknown_order', 'refund_failed')),
    payment_ref text not null,
    order_id uuid references orders,
    detail text not null,
    created_at timestamptz not null default now(),
    done_at timestamptz,
    done_by text,
    unique (kind, payment_ref),
    check ((done_at is null) = (done_by is null))
);
create index attention_open on attention (id) where done_at is null;

grant select on checkouts, payments, disputes, attention to dbolt_orchestrator, dbolt_web;
grant insert, update on payments, disputes, attention to dbolt_orchestrator;
grant update (state) on checkouts to dbolt_orchestrator;
-- A checkout is opened open; only the orchestrator, who has seen the proof, says what came of it.
grant insert (order_id, attempt, expires_at), update (session_ref, given_up, asked_at)
    on checkouts to dbolt_web;
grant select on checkouts to dbolt_customer;

alter table checkouts enable row level security;
alter table checkouts force row level security;
create policy staff_checkouts on checkouts to dbolt_orchestrator, dbolt_web
    using (true) with check (true);
create policy owner_checkouts on checkouts to current_user using (true) with check (true);
create policy own_checkouts on checkouts for select to dbolt_customer
    using (order_id in (select id from orders));
