-- name: standing
-- A submission of one job, as a customer's answer has to be judged by.
select r.id, r.job_id, r.directory, r.state, r.reason from job_results r where r.id = $1;

-- name: keep
-- $1 epoch, $2 submission, $3 PIN: the latest one counts.
insert into answers (submission_id, pin)
select $2, $3 from orchestrator_epoch where epoch = $1
on conflict (submission_id) do update set pin = excluded.pin, given_at = now();

-- name: forget
delete from answers a using orchestrator_epoch o where o.epoch = $1 and a.submission_id = $2;

-- name: note_change
-- $1 epoch, $2 job, $3 which details changed, $4 who.
insert into events (job_id, event, from_state, to_state, actor, detail)
select j.id, 'profile_changed', j.state, j.state, $4, $3
from jobs j, orchestrator_epoch o
where o.epoch = $1 and j.id = $2;

-- name: reveal
-- User names of customer $2 on directory $3 or, where that is null, on all; each goes into the log
-- of the job that made it. Events of a submission are counted by where it moved, and nothing moved
-- here, so they name the job alone. $1 epoch, $4 who.
with found as (
    select a.directory, a.username, j.id as job_id, j.state,
           coalesce(d.doc ->> 'name', a.directory) as name
    from accounts a
    join directories d on d.slug = a.directory
    cross join orchestrator_epoch o
    cross join lateral (
        select j.id, j.state from job_results r join jobs j on j.id = r.job_id
        where j.customer_id = a.customer_id and r.directory = a.directory
        order by j.created_at desc
        limit 1
    ) j
    where o.epoch = $1 and a.customer_id = $2 and ($3::text is null or a.directory = $3)
), logged as (
    insert into events (job_id, event, from_state, to_state, actor, detail)
    select job_id, 'revealed', state, state, $4, name from found
)
select directory, username from found order by directory;
