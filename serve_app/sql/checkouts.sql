-- name: latest
-- The last attempt to pay order $1.
select attempt, session_ref, state, given_up, expires_at,
       expires_at < now() + interval '1 hour' as late
from checkouts where order_id = $1 order by attempt desc limit 1;

-- name: reserve
-- Attempt $2 of order $1, open for $3 seconds; of two who ask at once one wins and both get it.
insert into checkouts (order_id, attempt, expires_at)
values ($1, $2, date_trunc('second', now() + make_interval(secs => $3)))
on conflict do nothing;

-- name: name_it
-- The provider calls attempt $2 of order $1 $3.
update checkouts set session_ref = $3
where order_id = $1 and attempt = $2 and (session_ref is null or session_ref = $3);

-- name: give_up
update checkouts set given_up = true where order_id = $1 and attempt = $2;

-- name: claim
-- The session that order $1 waits for, if the provider was not asked about it within $2 seconds.
update checkouts c set asked_at = now()
where c.order_id = $1
  and c.attempt = (select max(attempt) from checkouts where order_id = $1)
  and c.state in ('open', 'processing') and c.session_ref is not null
  and (c.asked_at is null or c.asked_at < now() - make_interval(secs => $2))
returning c.session_ref;

-- name: claim_unsettled
-- At most $2 sessions that have been open for $1 seconds and of which nothing was heard. The older
-- one is, the more seldom it is asked about.
update checkouts c set asked_at = now()
from (
    select order_id, attempt from checkouts
    where state in ('open', 'processing') and session_ref is not null
      and opened_at < now() - make_interval(secs => $1)
      and opened_at > now() - interval '40 days'
      and (asked_at is null or asked_at < now()
           - least(greatest((now() - opened_at) / 8, make_interval(secs => $1)), interval '6 hours'))
    order by coalesce(asked_at, opened_at)
    limit $2
    for update skip locked
) due
where c.order_id = due.order_id and c.attempt = due.attempt
returning c.session_ref;
