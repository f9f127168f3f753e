-- name: take
-- What may be told now, oldest first; nobody else takes it for $3 seconds. $1 epoch, $2 how many.
update outbox l
set tries = l.tries + 1, not_before = now() + make_interval(secs => $3)
from orchestrator_epoch o
where o.epoch = $1 and l.id in (
    select id from outbox
    where done_at is null and not_before <= now()
    order by not_before, id
    limit $2
    for update skip locked)
returning l.id, l.key, l.kind, l.payload, l.tries;

-- name: done
-- $1 row; $2 why it was given up, empty where it was told. Letters hold links that open accounts:
-- of those nothing is kept, nor to whom they went.
update outbox
set done_at = now(), problem = $2, recipient = '',
    payload = case when kind = 'mail' then '{}' else payload end
where id = $1 and done_at is null;

-- name: later
-- $1 row, $2 seconds, $3 what was wrong.
update outbox set not_before = now() + make_interval(secs => $2), problem = $3
where id = $1 and done_at is null;

-- name: waiting
select count(*) from outbox where done_at is null;

-- name: job
-- Whom to tell about a job; nobody where the account was deleted.
select c.email, coalesce(p.doc ->> 'business_name', 'your business') as business
from jobs j
join customers c on c.id = j.customer_id
left join profiles p on p.id = j.profile_id
where j.id = $1 and c.erased_at is null;

-- name: counts
select state, count(*) as n from job_results where job_id = $1 group by state;
