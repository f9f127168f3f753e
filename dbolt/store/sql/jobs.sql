-- name: add
-- The job of a paid order with a submission for each of the best $5 directories; they join the
-- lines when the profile is there. $1 epoch, $2 order, $3 customer, $4 plan, $6 priority.
with job as (
    insert into jobs (order_id, customer_id, plan, priority, state)
    select $2, $3, $4, $6, 'awaiting_profile' from orchestrator_epoch where epoch = $1
    returning id
), chosen as (
    select slug from directories
    where active and doc ->> 'policy' <> 'skip'
      and doc ->> 'evidence' not in ('gone', 'forbidden')
    order by doc ->> 'evidence' <> 'proven', slug
    limit $5
), made as (
    insert into submissions (job_id, directory)
    select job.id, chosen.slug from job, chosen
    returning id, job_id
), logged as (
    insert into events (job_id, submission_id, event, to_state, actor)
    select job_id, id, 'created', 'queued', $7 from made
), opened as (
    insert into events (job_id, event, to_state, actor)
    select id, 'created', 'awaiting_profile', $7 from job
)
select job.id, (select count(*) from made) as submissions from job;

-- name: count_new
-- The submissions of a new job can all move. $1 epoch, $2 job, $3 how many.
update jobs j set moving = $3 from orchestrator_epoch o where o.epoch = $1 and j.id = $2;

-- name: lock
select j.id, j.customer_id, j.plan, j.priority, j.state, j.profile_id
from jobs j where j.id = $1 for update;

-- name: set_profile
-- $1 epoch, $2 job, $3 profile.
with given as (
    update jobs j set profile_id = $3 from orchestrator_epoch o where o.epoch = $1 and j.id = $2
    returning j.id
)
-- What begins from here on begins with this one.
insert into profile_uses (job_id, profile_id)
select g.id, $3 from given g
where $3 is distinct from (select u.profile_id from profile_uses u where u.job_id = g.id
                           order by u.since desc, u.id desc limit 1);

-- name: last_turn
-- The last turn that a customer's submissions still wait for.
select max(r.turn)
from jobs j
join job_results r on r.job_id = j.id
where j.customer_id = $1 and j.state in ('queued', 'running', 'paused') and r.state = 'queued';

-- name: queued
-- A job's submissions that wait, best known directories first.
select r.id, r.directory
from job_results r
join directories d on d.slug = r.directory
where r.job_id = $1 and r.state = 'queued'
order by d.doc ->> 'evidence' <> 'proven', r.directory;

-- name: on_offer
-- What may be chosen for new work.
select slug from directories where active;

-- name: places
select directory from job_results where job_id = $1;

-- name: redirect
-- Submissions that nobody has begun go to other directories, which the job does not have yet.
-- $1 epoch; $2 submissions and $3 directories in step.
update submissions r
set directory = s.slug, updated_at = now()
from unnest($2::uuid[], $3::text[]) as s(id, slug), orchestrator_epoch o
where o.epoch = $1 and r.id = s.id
  and r.state = 'queued' and r.attempt = 0 and r.turn is null
  and not exists (select from leases l where l.submission_id = r.id);

-- name: give_turns
-- $1 epoch; $2 submissions and $3 turns in step. Each is found by its key: see queue.sql.
with found as materialized (
    select s.turn, b.ctid as at
    from unnest($2::uuid[], $3::float8[]) as s(id, turn)
    cross join lateral (select b.ctid, b.state from submissions b where b.id = s.id limit 1) b
    where b.state = 'queued' and not exists (select from leases l where l.submission_id = s.id)
)
update submissions r
set turn = f.turn, not_before = now()
from found f, orchestrator_epoch o
where o.epoch = $1 and r.ctid = f.at and r.state is not distinct from 'queued'
returning r.id, r.job_id, r.directory, r.turn;

-- name: prioritise
-- $1 epoch, $2 job, $3 priority, $4 who.
with changed as (
    update jobs j set priority = $3
    from orchestrator_epoch o, jobs b
    where o.epoch = $1 and j.id = $2 and b.id = j.id and b.priority <> $3
    returning j.id, j.state, b.priority as before
)
insert into events (job_id, event, from_state, to_state, actor, detail)
select id, 'prioritised', state, state, $4, 'from ' || before || ' to ' || $3::smallint
from changed;

-- name: in_line
-- A job's submissions that stand in line, in their order.
select r.turn, r.id, r.directory from job_results r
where r.job_id = $1 and r.state = 'queued' and r.turn is not null
order by r.turn, r.id;

-- name: move_up
-- New $3 turns for $2 submissions in step, however long they have to wait still. $1 epoch.
with found as materialized (
    select s.turn, b.ctid as at
    from unnest($2::uuid[], $3::float8[]) as s(id, turn)
    cross join lateral (select b.ctid, b.state from submissions b where b.id = s.id limit 1) b
    where b.state = 'queued' and not exists (select from leases l where l.submission_id = s.id)
)
update submissions r
set turn = f.turn
from found f, orchestrator_epoch o
where o.epoch = $1 and r.ctid = f.at and r.state is not distinct from 'queued';

-- name: queued_on
-- Who stands in the lines of $1 directories.
select r.id, r.directory from job_results r
where r.directory = any ($1::text[]) and r.waiting and r.token is null;

-- name: profile
select doc from profiles where id = $1 and ($2::uuid is null or customer_id = $2);

-- name: retryable
-- What a staff filter means: $1 ids or none, $2 job or null, $3 states, $4 reasons or none,
-- $5 directory or null, $6 whether a person has seen that unconfirmed presses left nothing. What
-- the customer left out may have been sent before, and is nobody else's to take up again.
-- Directories that want a person or left the catalogue are left out, and so are jobs without a profile
-- and those whose money went back.
select r.id, r.job_id, j.state as job_state
from job_results r
join jobs j on j.id = r.job_id
join orders o on o.id = j.order_id
join directories d on d.slug = r.directory
where (cardinality($1::uuid[]) = 0 or r.id = any ($1))
  and ($2::uuid is null or r.job_id = $2)
  and r.state = any ($3::text[])
  and exists (select from transitions t where t.from_state = r.state and t.event = 'requeued')
  and (cardinality($4::text[]) = 0 or r.reason = any ($4))
  and ($5::text is null or r.directory = $5)
  and ($6 or coalesce(r.reason, '') not in
           ('press_unconfirmed', 'maybe_older', 'left_by_customer'))
  and j.profile_id is not null and o.state <> 'refunded'
  and d.active and d.doc ->> 'policy' = 'auto'
order by r.turn nulls last, r.id;

-- name: cancellable
-- What of job $1, or of the submissions $2, may be called off, and the reason that it ends with: a
-- press that nobody could confirm is not forgotten over it.
select r.id,
       case when r.state = 'needs_person' and r.reason in ('press_unconfirmed', 'maybe_older')
            then r.reason else 'cancelled' end as reason
from job_results r
join transitions t on t.from_state = r.state and t.event = 'cancelled'
where r.job_id = $1 or r.id = any ($2::uuid[]);

-- name: queued_in_cancelled
-- Which of $1 submissions came back to the queue of a job that was called off meanwhile.
select r.id from job_results r join jobs j on j.id = r.job_id
where r.id = any ($1::uuid[]) and r.state = 'queued' and j.state = 'cancelled';

-- name: complete_of
select id from jobs where id = any ($1::uuid[]) and state = 'complete';

-- name: line_place
-- Where requeued submissions stand; those that never stood in line get the turn $2.
update submissions r set turn = coalesce(r.turn, $2)
from orchestrator_epoch o
where o.epoch = $1 and r.id = any ($3::uuid[])
returning r.id, r.job_id, r.directory, r.turn;

-- name: counts
select state, count(*) as n from jobs group by state;
