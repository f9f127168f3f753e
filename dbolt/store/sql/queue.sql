-- Rows are found by key, one `lateral ... limit 1` for each, and their states compared by
-- `is not distinct from`, which no index serves: so no plan, however old its statistics, begins with
-- all rows in a state. The line may have millions. What was found so is moved by its place in the
-- table (`ctid`), which is cheaper than by its key again, and under the same guards.

-- name: take_over
-- The next epoch. The writers' locks wait for what another orchestrator has under way.
with next as (
    update orchestrator_epoch set epoch = epoch + 1, started_at = now() returning epoch
), taken as (
    update orchestrator_writers w set epoch = next.epoch, batch = 0 from next returning w.turn
)
select epoch, (select max(turn) from taken) as turn,
       extract(epoch from clock_timestamp())::float8 as now
from next;

-- name: begin_batch
-- First in each of an orchestrator's transactions: no row where its time is over ($1 epoch,
-- $2 the writer's place, $3 its transaction's number, $4 how far the line has been served). The
-- row's lock is held to the end, so that no takeover can come between a guard and its commit.
update orchestrator_writers set batch = $3, turn = greatest(turn, $4)
where epoch = $1 and place = $2;

-- name: last_batch
-- Waits for a transaction that is still on its way, so that its fate is known with the answer.
select epoch, batch from orchestrator_writers where place = $1 for share;

-- name: watch
-- Whose time it is, and whether any lease's is up. $1 grace in seconds.
select o.epoch, extract(epoch from clock_timestamp())::float8 as now,
       exists (select from job_results r
               where r.token is not null and r.deadline_at <= now() - make_interval(secs => $1))
       or exists (select from verifications v
                  where v.token is not null and v.deadline_at <= now() - make_interval(secs => $1))
           as overdue
from orchestrator_epoch o;

-- name: in_flight
-- Leases that are out, for a restart.
select r.id, r.job_id, r.directory, r.state, r.failures, r.token, r.worker
from job_results r where r.token is not null;

-- name: recent_presses
-- $1 directories. Seconds since the epoch, oldest first.
select directory, array_agg(extract(epoch from pressed_at)::float8 order by pressed_at) as at
from presses
where pressed_at > now() - interval '24 hours' and directory = any ($1::text[])
group by directory;

-- name: line
-- The heads of the lines of $1 directories, $2 of each (in step); jobs that may not start are left
-- out, and so are $3 plans. A directory without any ready row comes with nulls; `wakes_at` is when
-- the next of those who must wait may join.
select d.slug, head.id, head.job_id, head.plan, head.turn,
       extract(epoch from waiting.not_before)::float8 as wakes_at
from unnest($1::text[], $2::integer[]) as d(slug, window_size)
left join lateral (
    select r.not_before
    from job_results r
    where r.directory = d.slug and r.waiting
      and r.not_before > now()
    order by r.not_before
    limit 1
) waiting on true
left join lateral (
    select r.id, r.job_id, j.plan, r.turn
    from job_results r
    cross join lateral (select * from jobs j where j.id = r.job_id limit 1) j
    where r.directory = d.slug and r.waiting
      and r.not_before <= now()
      and j.state in ('queued', 'running') and not (j.plan = any ($3::text[]))
    order by r.turn, r.id
    limit d.window_size
) head on true;

-- name: lease
-- $1 epoch; $2 ids, $3 fresh tokens and $4 workers in step; $5 seconds.
with wanted as (
    select * from unnest($2::uuid[], $3::uuid[], $4::text[]) as w(id, token, worker)
), found as materialized (
    select w.*, b.ctid as at, b.state, j.customer_id, j.profile_id, j.plan, j.state as job_state
    from wanted w
    cross join lateral (select b.ctid, b.* from job_results b where b.id = w.id limit 1) b
    cross join lateral (select * from jobs j where j.id = b.job_id limit 1) j
    where b.waiting and b.not_before <= now()
      and j.state in ('queued', 'running') and j.profile_id is not null
      and not exists (
          select from pauses p
          where p.level = 'global' or (p.level, p.key) in
              (('plan', j.plan), ('directory', b.directory), ('job', j.id::text)))
), moved as (
    update job_results r
    set state = t.to_state, token = f.token, epoch = o.epoch, worker = f.worker,
        attempt = r.attempt + 1, leased_at = now(),
        deadline_at = now() + make_interval(secs => $5), updated_at = now()
    from found f, transitions t, orchestrator_epoch o
    where r.ctid = f.at and r.state is not distinct from f.state and o.epoch = $1
      and t.from_state = f.state and t.event = 'leased'
    returning r.id, r.job_id, r.directory, r.attempt, r.failures, r.token, r.worker,
              r.deadline_at, t.from_state, t.to_state, r.listing_url,
              f.customer_id, f.profile_id, f.plan, f.job_state
), logged as (
    insert into events (job_id, submission_id, event, from_state, to_state, attempt, actor)
    select job_id, id, 'leased', from_state, to_state, attempt, worker from moved
)
select id, job_id, directory, attempt, failures, token, worker, deadline_at, listing_url,
       customer_id, profile_id, plan, job_state
from moved;

-- name: start_jobs
-- $1 epoch, $2 jobs of which something was leased.
with moved as (
    update jobs j
    set state = t.to_state, started_at = coalesce(j.started_at, now())
    from job_transitions t, orchestrator_epoch o
    where j.id = any ($2::uuid[]) and o.epoch = $1
      and t.from_state = j.state and t.event = 'started'
    returning j.id, t.from_state, t.to_state
)
insert into events (job_id, event, from_state, to_state, actor)
select id, 'started', from_state, to_state, 'orchestrator' from moved;

-- name: press
-- The point of no return, durable before anybody is told. $1 epoch; $2 tokens and $4 whether the
-- directory did not show the business before, in step; $3 seconds.
with found as materialized (
    select b.ctid as at, b.id, b.token, b.state, w.seen_absent
    from unnest($2::uuid[], $4::boolean[]) as w(token, seen_absent)
    cross join lateral (select b.ctid, b.* from job_results b where b.token = w.token limit 1) b
    cross join lateral (select * from jobs j where j.id = b.job_id limit 1) j
    where b.deadline_at > now()
      and j.state in ('queued', 'running')
      and not exists (
          select from pauses p
          where p.level = 'global' or (p.level, p.key) in
              (('plan', j.plan), ('directory', b.directory), ('job', j.id::text)))
), moved as (
    update job_results r
    set state = t.to_state, pressed_at = now(), updated_at = now(),
        deadline_at = greatest(r.deadline_at, now() + make_interval(secs => $3))
    from found f, transitions t, orchestrator_epoch o
    where r.ctid = f.at and r.state is not distinct from f.state
      and r.token is not distinct from f.token and o.epoch = $1
      and t.from_state = f.state and t.event = 'permitted'
    returning r.id, r.job_id, r.directory, r.attempt, r.token, r.worker, r.deadline_at,
              t.from_state, t.to_state, t.moving, f.seen_absent,
              extract(epoch from r.pressed_at)::float8 as pressed_at
), pressed as (
    insert into presses (submission_id, attempt, directory, seen_absent)
    select id, attempt, directory, seen_absent from moved
), logged as (
    insert into events (job_id, submission_id, event, from_state, to_state, attempt, actor)
    select job_id, id, 'permitted', from_state, to_state, attempt, worker from moved
)
select token, job_id, directory, pressed_at from moved;

-- name: beat
-- Leases still held, made to last from now on. $1 epoch, $2 tokens, $3 seconds.
update job_results r
set deadline_at = greatest(r.deadline_at, now() + make_interval(secs => $3))
from orchestrator_epoch o
where o.epoch = $1 and r.token = any ($2::uuid[])
returning r.token;

-- name: settle
-- $1 epoch; in step: $2 tokens, $3 kinds of outcome, $4 seconds to wait where it goes back to the
-- queue, $5 results as JSON. Of each kind: $6 event, $7 reason and $8 count of failures to add where
-- nothing was pressed; $9 event and $10 reason after a press.
with said as (
    select * from unnest($2::uuid[], $3::integer[], $4::float8[], $5::text[])
        as s(token, kind, wait_s, result)
), found as materialized (
    select s.token, s.kind, s.wait_s, s.result::jsonb as result, b.ctid as at, b.id, b.state,
           b.worker, b.leased_at, b.state = 'pressed' as sent
    from said s
    cross join lateral (select b.ctid, b.* from job_results b where b.token = s.token limit 1) b
), moved as (
    update job_results r
    set state = t.to_state,
        reason = case when s.sent then ($10::text[])[s.kind] else ($7::text[])[s.kind] end,
        detail = coalesce(left(s.result ->> 'detail', 2000), ''),
        listing_url = coalesce(nullif(left(s.result ->> 'listing_url', 2000), ''), r.listing_url),
        failures = r.failures + case when s.sent then 0 else ($8::smallint[])[s.kind] end,
        not_before = case t.to_state when 'queued' then now() + make_interval(secs => s.wait_s)
                                     else r.not_before end,
        token = null, epoch = null, worker = null, leased_at = null, deadline_at = null,
        updated_at = now()
    from found s
    cross join orchestrator_epoch o
    join transitions t on t.from_state = s.state
        and t.event = case when s.sent then ($9::text[])[s.kind] else ($6::text[])[s.kind] end
    where r.ctid = s.at and r.token is not distinct from s.token
      and r.state is not distinct from s.state and o.epoch = $1
    returning r.id, r.job_id, r.directory, r.attempt, s.token, s.worker, s.leased_at, t.event,
              r.reason, r.detail, t.from_state, t.to_state, t.moving, s.result, r.listing_url,
              extract(epoch from r.not_before)::float8 as not_before
), ended as (
    insert into attempts (submission_id, attempt, token, worker, started_at, event, reason, result)
    select id, attempt, token, worker, leased_at, event, reason, result from moved
), logged as (
    insert into events
        (job_id, submission_id, event, from_state, to_state, reason, attempt, actor, detail)
    select job_id, id, event, from_state, to_state, reason, attempt, worker, detail from moved
)
select id, job_id, directory, event, from_state, to_state, moving, token, reason, listing_url,
       not_before
from moved;

-- name: ours
-- Of $1 submissions, those whose listing, where one is found, can only have come by a press of
-- ours: the directory did not show it before, or named it in answer, and did not refuse it.
select w.id from unnest($1::uuid[]) as w(id)
where exists (
    select from presses p
    join attempts a on a.submission_id = p.submission_id and a.attempt = p.attempt
    where p.submission_id = w.id
      and a.event is distinct from 'rejected' and a.event is distinct from 'already_listed'
      and (p.seen_absent or coalesce(a.result ->> 'listing_url', '') <> ''));

-- name: settled_before
-- Which of $1 tokens were settled by their worker already: saying so again is no news.
select token from attempts
where token = any ($1::uuid[]) and event not in ('lease_expired', 'worker_lost', 'cancelled');

-- name: expire
-- Leases whose time is up by the database's clock. $1 epoch; $2 cap of tries that may be lost so;
-- $3 seconds to wait before the next; $4 grace in seconds; $5 how many at most.
with due as materialized (
    select r.id, r.token, r.state, r.worker, r.leased_at,
           case when r.state = 'leased' and r.failures + 1 >= $2 then 'failed'
                else 'lease_expired' end as event
    from job_results r
    where r.token is not null and r.deadline_at <= now() - make_interval(secs => $4)
    order by r.deadline_at
    limit $5
), moved as (
    update job_results r
    set state = t.to_state,
        reason = case t.to_state when 'uncertain' then 'press_unconfirmed' else 'lease_expired' end,
        detail = 'The worker was not heard of in time.',
        failures = r.failures + case t.to_state when 'uncertain' then 0 else 1 end,
        not_before = case t.to_state when 'queued' then now() + make_interval(secs => $3)
                                     else r.not_before end,
        token = null, epoch = null, worker = null, leased_at = null, deadline_at = null,
        updated_at = now()
    from due d, transitions t, orchestrator_epoch o
    where r.id = d.id and r.token is not distinct from d.token
      and r.state is not distinct from d.state and o.epoch = $1
      and t.from_state = d.state and t.event = d.event
    returning r.id, r.job_id, r.directory, r.attempt, d.token, d.worker, d.leased_at, t.event,
              r.reason, r.detail, t.from_state, t.to_state, t.moving,
              extract(epoch from r.not_before)::float8 as not_before
), ended as (
    insert into attempts (submission_id, attempt, token, worker, started_at, event, reason)
    select id, attempt, token, worker, leased_at, 'lease_expired', reason from moved
), logged as (
    insert into events
        (job_id, submission_id, event, from_state, to_state, reason, attempt, actor, detail)
    select job_id, id, event, from_state, to_state, reason, attempt, 'orchestrator', detail
    from moved
)
select * from moved;

-- name: move
-- Moves submissions by other means than their lease; what does not fit its state stays. $1 epoch;
-- in step: $2 ids, $3 events, $4 reasons, $5 details, $6 addresses of the listing; $7 who.
with said as (
    select * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
        as s(id, event, reason, detail, listing_url)
), found as materialized (
    select s.*, b.state, b.token, b.worker, b.leased_at
    from said s
    cross join lateral (select * from job_results b where b.id = s.id limit 1) b
), moved as (
    update job_results r
    set state = t.to_state, reason = coalesce(s.reason, r.reason), detail = s.detail,
        listing_url = coalesce(nullif(s.listing_url, ''), r.listing_url),
        failures = case t.event when 'requeued' then 0 when 'absent' then r.failures + 1
                                else r.failures end,
        not_before = case t.to_state when 'queued' then now() else r.not_before end,
        token = null, epoch = null, worker = null, leased_at = null, deadline_at = null,
        updated_at = now()
    from found s
    cross join orchestrator_epoch o
    join transitions t on t.from_state = s.state and t.event = s.event
    where r.id = s.id and r.state is not distinct from s.state and o.epoch = $1
    returning r.id, r.job_id, r.directory, r.attempt, s.token, s.worker, s.leased_at, t.event,
              r.reason, r.detail, t.from_state, t.to_state, t.moving, r.listing_url
), ended as (
    insert into attempts (submission_id, attempt, token, worker, started_at, event, reason)
    select id, attempt, token, worker, leased_at, event, reason from moved where token is not null
), logged as (
    insert into events
        (job_id, submission_id, event, from_state, to_state, reason, attempt, actor, detail)
    select job_id, id, event, from_state, to_state, reason, nullif(attempt, 0), $7, detail
    from moved
)
select * from moved;

-- name: tally
-- What the moved submissions mean for their jobs: the count of those that can still move, and at
-- none the end, which the customer is told. $1 epoch, $2 jobs and $3 differences in step.
with said as (
    select * from unnest($2::uuid[], $3::integer[]) as s(job_id, difference)
), counted as (
    update jobs j
    set moving = j.moving + s.difference,
        state = coalesce(t.to_state, j.state),
        completed_at = case t.to_state when 'complete' then now() else j.completed_at end
    from said s
    join jobs b on b.id = s.job_id
    cross join orchestrator_epoch o
    left join job_transitions t on t.from_state = b.state
        and t.event = case when b.moving + s.difference = 0 then 'settled' end
    where j.id = b.id and o.epoch = $1
    returning j.id, j.customer_id, t.event, t.from_state, t.to_state
), logged as (
    insert into events (job_id, event, from_state, to_state, actor)
    select id, event, from_state, to_state, 'orchestrator' from counted where event is not null
), told as (
    insert into outbox (kind, payload)
    select 'job_complete', jsonb_build_object('job_id', id, 'customer_id', customer_id)
    from counted where to_state = 'complete'
)
select id, to_state from counted where event is not null;

-- name: move_jobs
-- Moves jobs; what does not fit its state stays. $1 epoch, $2 jobs, $3 event, $4 who.
with moved as (
    update jobs j
    set state = t.to_state
    from job_transitions t, orchestrator_epoch o
    where j.id = any ($2::uuid[]) and o.epoch = $1 and t.from_state = j.state and t.event = $3
    returning j.id, t.event, t.from_state, t.to_state
), logged as (
    insert into events (job_id, event, from_state, to_state, actor)
    select id, event, from_state, to_state, $4 from moved
)
select id, from_state, to_state from moved;

-- name: changed
-- Tells who listens that these jobs have changed.
select pg_notify('dbolt_changes', id::text) from unnest($1::uuid[]) as j(id);

-- name: changed_all
-- Tells who listens that something has changed which concerns every job.
select pg_notify('dbolt_changes', '');

-- name: counts
-- In two parts, because each has an index of its own.
select resting as state, count(*) as n from job_results where resting is not null group by resting
union all
select state, count(*) from job_results where token is not null group by state;
