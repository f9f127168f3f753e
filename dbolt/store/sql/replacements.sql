-- name: room
-- What job $1 could take in place of what it lost: directories that the robot may use, that do not
-- fail and are not paused at the moment, and that are not in it yet. Whether they fit its business is not asked here.
select p.doc,
       (select count(*) from job_results r where r.job_id = j.id) as rows,
       array(
           select d.slug from directories d
           where d.active and d.doc ->> 'policy' = 'auto'
             and d.doc ->> 'evidence' not in ('gone', 'forbidden', 'changed')
             and coalesce(d.rests_until, '-infinity') <= now()
             and not exists (select from pauses p where p.level = 'directory' and p.key = d.slug)
             and not exists (select from job_results r
                             where r.job_id = j.id and r.directory = d.slug)
       ) as slugs
from jobs j join profiles p on p.id = j.profile_id
where j.id = $1 and j.state in ('queued', 'running', 'paused');

-- name: replace
-- New submissions of job $2 to the directories $3 with the turns $4 in step. $1 epoch, $5 who,
-- $6 what is to be known about it.
with made as (
    insert into submissions (job_id, directory, turn)
    select $2, s.directory, s.turn
    from unnest($3::text[], $4::float8[]) as s(directory, turn), orchestrator_epoch o
    where o.epoch = $1
    returning id, job_id, directory, turn
), logged as (
    insert into events (job_id, submission_id, event, to_state, actor, detail)
    select job_id, id, 'added', 'queued', $5, $6 from made
)
select id, job_id, directory, turn from made;

-- name: count_more
-- $1 epoch, $2 job, $3 how many more of its submissions can move.
update jobs j set moving = j.moving + $3 from orchestrator_epoch o where o.epoch = $1 and j.id = $2;

-- name: delivered
-- For how many directories $1 complete jobs came to something, or were left out by the customer.
select j.id, j.plan, o.id as order_id, o.amount_cents, o.payment_ref,
       (select count(*) from job_results r
        where r.job_id = j.id and (r.state not in ('failed', 'rejected', 'skipped', 'cancelled')
                                   or r.reason = 'left_by_customer')) as delivered
from jobs j join orders o on o.id = j.order_id
where j.id = any ($1::uuid[]) and o.state = 'paid';

-- name: owe
-- $1 epoch, $2 payment, $3 order, $4 what staff should do. Said again after more work, the latest
-- word counts, and it is open again only if it says something else.
insert into attention (kind, payment_ref, order_id, detail)
select 'shortfall', $2, $3, $4 from orchestrator_epoch where epoch = $1
on conflict (kind, payment_ref) do update
set detail = excluded.detail, done_at = null, done_by = null
where attention.detail <> excluded.detail;

-- name: owe_no_more
-- $1 epoch, $2 payment, $3 who.
update attention a set done_at = now(), done_by = $3
from orchestrator_epoch o
where o.epoch = $1 and a.kind = 'shortfall' and a.payment_ref = $2 and a.done_at is null;
