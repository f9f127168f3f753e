-- Rows are found by key, one `lateral ... limit 1` for each, and their states compared by
-- `is not distinct from`, which no index serves: so no plan, however old its statistics, begins with
-- all rows in a state. The line may have millions. What was found so is moved by its place in the
-- table (`ctid`), which is cheaper than by its key again, and under the same guards.
--
-- `job_results` shows submissions with the leases that are out; `submissions` and `leases` are the
-- tables. What is leased is 'queued' in its own row until the lease ends.

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
       exists (select from leases l where l.deadline_at <= now() - make_interval(secs => $1))
       or exists (select from verifications v
                  where v.token is not null and v.deadline_at <= now() - make_interval(secs => $1))
           as overdue
from orchestrator_epoch o;

-- name: in_flight
-- Leases that are out, for a restart.
select l.submission_id as id, l.job_id, l.directory,
       case when l.pressed_at is null then 'leased' else 'pressed' end as state, r.failures, l.token,
       l.worker
from leases l cross join lateral (select * from submissions b where b.id = l.submission_id limit 1) r;

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
    from submissions r
    where r.directory = d.slug and r.waiting
      and r.not_before > now()
    order by r.not_before
    limit 1
) waiting on true
left join lateral (
    select r.id, r.job_id, j.plan, r.turn
    from submissions r
    cross join lateral (select * from jobs j where j.id = r.job_id limit 1) j
    where r.directory = d.slug and r.waiting
      and r.not_before <= now()
      and not exists (select from leases l where l.submission_id = r.id)
      and j.state in ('queued', 'running') and not (j.plan = any ($3::text[]))
    order by r.turn, r.id
    limit d.window_size
) head on true;

-- name: lease
-- $1 epoch; $2 ids, $3 fresh tokens and $4 workers in step; $5 seconds. The row is locked, so that
-- nobody takes it out of the line meanwhile; its key in `leases` says that nobody else has it.
with wanted as (
    select * from unnest($2::uuid[], $3::uuid[], $4::text[]) as w(id, token, worker)
), found as materialized (
    select w.*, b.state, b.job_id, b.directory, b.attempt + 1 as attempt, b.failures, b.listing_url,
           j.customer_id, j.profile_id, j.plan, j.state as job_state
    from wanted w
    cross join lateral (select * from submissions b where b.id = w.id limit 1 for share of b) b
    cross join lateral (select * from jobs j where j.id = b.job_id limit 1) j
    where b.waiting and b.not_before <= now()
      and (select true from orchestrator_epoch where epoch = $1)
      and j.state in ('queued', 'running') and j.profile_id is not null
      and not exists (
          select from pauses p
          where p.level = 'global' or (p.level, p.key) in
              (('plan', j.plan), ('directory', b.directory), ('job', j.id::text)))
), given as (
    insert into leases
        (token, submission_id, job_id, directory, attempt, epoch, worker, deadline_at)
    select f.token, f.id, f.job_id, f.directory, f.attempt, $1, f.worker,
           now() + make_interval(secs => $5)
    from found f
    join transitions t on t.from_state = f.state and t.event = 'leased'
    on conflict (submission_id) do nothing
    returning token, submission_id, job_id, attempt, worker
), logged as (
    insert into events (job_id, submission_id, event, from_state, to_state, attempt, actor)
    select job_id, submission_id, 'leased', 'queued', 'leased', attempt, worker from given
)
select f.id, f.job_id, f.directory, f.attempt, f.failures, f.token, f.worker,
       now() + make_interval(secs => $5) as deadline_at, f.listing_url, f.customer_id, f.profile_id,
       f.plan, f.job_state
from found f
-- Said so, it is looked up in one table of what was given; as a join it would not be.
where (f.token in (select token from given)) is true;

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
-- The point of no return, durable before anybody is told. $1 epoch, $2 tokens, $3 seconds; $4 of the
-- tokens those whose directory did not show the business before.
with found as materialized (
    select b.ctid as at, b.token
    from unnest($2::uuid[]) as w(token)
    cross join lateral (select b.ctid, b.* from leases b where b.token = w.token limit 1) b
    cross join lateral (select * from jobs j where j.id = b.job_id limit 1) j
    where b.deadline_at > now() and b.pressed_at is null
      and (select true from orchestrator_epoch where epoch = $1)
      and j.state in ('queued', 'running')
      and not exists (
          select from pauses p
          where p.level = 'global' or (p.level, p.key) in
              (('plan', j.plan), ('directory', b.directory), ('job', j.id::text)))
), moved as (
    update leases r
    set pressed_at = now(), seen_absent = r.token = any ($4::uuid[]),
        deadline_at = greatest(r.deadline_at, now() + make_interval(secs => $3))
    from found f, transitions t
    where r.ctid = f.at and r.token is not distinct from f.token and r.pressed_at is null
      and t.from_state = 'leased' and t.event = 'permitted'
    returning r.submission_id, r.job_id, r.directory, r.attempt, r.token, r.worker, t.from_state,
              t.to_state, r.seen_absent, r.pressed_at
), pressed as (
    insert into presses (submission_id, attempt, directory, pressed_at, seen_absent)
    select submission_id, attempt, directory, pressed_at, seen_absent from moved
), logged as (
    insert into events (job_id, submission_id, event, from_state, to_state, attempt, actor)
    select job_id, submission_id, 'permitted', from_state, to_state, attempt, worker from moved
)
select token, job_id, directory, extract(epoch from pressed_at)::float8 as pressed_at from moved;

-- name: beat
-- Leases still held, made to last from now on. $1 epoch, $2 tokens, $3 seconds.
update leases r
set deadline_at = greatest(r.deadline_at, now() + make_interval(secs => $3))
from orchestrator_epoch o
where o.epoch = $1 and r.token = any ($2::uuid[])
returning r.token;

-- name: settle
-- $1 epoch; in step: $2 tokens, $3 kinds of outcome, $4 results as JSON. Of each kind: $5 event,
-- $6 reason, $7 count of failures to add and $8 seconds to wait where nothing was pressed; $9 event
-- and $10 reason after a press.
with said as (
    select * from unnest($2::uuid[], $3::text[], $4::text[]) as s(token, kind, result)
), rules as materialized (
    select k.kind::text, k.sent, t.from_state, t.event, t.to_state, t.moving, k.reason, k.failures,
           k.wait_s
    from (
        select kind, false as sent, event, reason, failures, wait_s
        from unnest($5::text[], $6::text[], $7::smallint[], $8::float8[])
            with ordinality as u(event, reason, failures, wait_s, kind)
        union all
        select kind, true, event, reason, 0, 0
        from unnest($9::text[], $10::text[]) with ordinality as u(event, reason, kind)
    ) k
    cross join lateral (
        select * from transitions b
        where b.event = k.event and (b.from_state = 'pressed') = k.sent
          and b.from_state in ('leased', 'pressed')
        limit 1
    ) t
    where (select true from orchestrator_epoch where epoch = $1)
), found as materialized (
    select s.token, s.kind, s.result::jsonb as result, l.ctid as lease_at, b.ctid as at, l.attempt,
           case when l.pressed_at is null then 'leased' else 'pressed' end as state, l.pressed_at,
           l.worker, l.leased_at
    from said s
    cross join lateral (select b.ctid, b.* from leases b where b.token = s.token limit 1) l
    cross join lateral (select b.ctid, b.state from submissions b
                        where b.id = l.submission_id limit 1) b
    where b.state = 'queued'
), gone as (
    delete from leases l using found s, rules t
    where l.ctid = s.lease_at and l.token is not distinct from s.token
      and t.kind = s.kind and t.from_state = s.state
    returning s.*, t.event, t.to_state, t.moving, t.reason, t.failures, t.wait_s
), moved as (
    update submissions r
    set state = s.to_state, reason = s.reason, attempt = s.attempt,
        detail = coalesce(left(s.result ->> 'detail', 2000), ''),
        listing_url = coalesce(nullif(left(s.result ->> 'listing_url', 2000), ''), r.listing_url),
        failures = r.failures + s.failures, pressed_at = coalesce(s.pressed_at, r.pressed_at),
        not_before = case s.to_state when 'queued' then now() + make_interval(secs => s.wait_s)
                                     else r.not_before end,
        updated_at = now()
    from gone s
    where r.ctid = s.at and r.state is not distinct from 'queued'
    returning r.id, r.job_id, r.directory, r.attempt, s.token, s.worker, s.leased_at, s.event,
              r.reason, r.detail, s.state as from_state, s.to_state, s.moving, s.result,
              r.listing_url, extract(epoch from r.not_before)::float8 as not_before
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
      -- What was told too late proves nothing by itself: a person reads it.
      and (p.seen_absent or coalesce(a.result ->> 'listing_url', '') <> ''
                            and a.event not in ('lease_expired', 'worker_lost', 'cancelled')));

-- name: settled_before
-- Which of $1 tokens were settled by their worker already: saying so again is no news.
select token from attempts
where token = any ($1::uuid[]) and event not in ('lease_expired', 'worker_lost', 'cancelled');

-- name: keep_late
-- What workers told of attempts that had been taken from them; it moves nothing. $1 epoch; in step:
-- $2 tokens, $3 results as JSON.
update attempts a set result = s.result::jsonb
from unnest($2::uuid[], $3::text[]) as s(token, result), orchestrator_epoch o
where o.epoch = $1 and a.token = s.token and a.result is null
  and a.event in ('lease_expired', 'worker_lost', 'cancelled')
returning a.submission_id, (select r.job_id from submissions r where r.id = a.submission_id) as job_id;

-- name: expire
-- Leases whose time is up by the database's clock. $1 epoch; $2 cap of tries that may be lost so;
-- $3 seconds to wait before the next; $4 grace in seconds; $5 how many at most.
with due as materialized (
    select l.*, l.ctid as lease_at,
           case when l.pressed_at is null then 'leased' else 'pressed' end as state
    from leases l
    where l.deadline_at <= now() - make_interval(secs => $4)
    order by l.deadline_at
    limit $5
), found as materialized (
    select d.*, b.ctid as at,
           case when d.state = 'leased' and b.failures + 1 >= $2 then 'failed'
                else 'lease_expired' end as event
    from due d
    cross join lateral (select b.ctid, b.* from submissions b
                        where b.id = d.submission_id limit 1) b
    where b.state = 'queued' and (select true from orchestrator_epoch where epoch = $1)
), gone as (
    delete from leases l using found s, transitions t
    where l.ctid = s.lease_at and l.token is not distinct from s.token
      and l.pressed_at is not distinct from s.pressed_at
      and l.deadline_at <= now() - make_interval(secs => $4)
      and t.from_state = s.state and t.event = s.event
    returning s.*, t.to_state, t.moving
), moved as (
    update submissions r
    set state = s.to_state, attempt = s.attempt,
        reason = case s.to_state when 'uncertain' then 'press_unconfirmed' else 'lease_expired' end,
        detail = 'The worker was not heard of in time.',
        failures = r.failures + case s.to_state when 'uncertain' then 0 else 1 end,
        pressed_at = coalesce(s.pressed_at, r.pressed_at),
        not_before = case s.to_state when 'queued' then now() + make_interval(secs => $3)
                                     else r.not_before end,
        updated_at = now()
    from gone s
    where r.ctid = s.at and r.state is not distinct from 'queued'
    returning r.id, r.job_id, r.directory, r.attempt, s.token, s.worker, s.leased_at, s.event,
              r.reason, r.detail, s.state as from_state, s.to_state, s.moving, r.listing_url,
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
select id, job_id, directory, event, from_state, to_state, moving, token, reason, listing_url,
       not_before
from moved;

-- name: move
-- Moves submissions by other means than their lease; what does not fit its state stays. $1 epoch;
-- in step: $2 ids, $3 events, $4 reasons, $5 details, $6 addresses of the listing; $7 who.
with said as (
    select * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
        as s(id, event, reason, detail, listing_url)
), found as materialized (
    select s.*, b.ctid as at, b.state as resting, l.ctid as lease_at, l.token, l.worker, l.leased_at,
           l.attempt, l.pressed_at,
           case when l.token is null then b.state
                when l.pressed_at is null then 'leased' else 'pressed' end as state
    from said s
    cross join lateral (select b.ctid, b.state from submissions b where b.id = s.id limit 1) b
    left join lateral (select b.ctid, b.* from leases b where b.submission_id = s.id limit 1) l
        on true
    where (select true from orchestrator_epoch where epoch = $1)
), moved as (
    update submissions r
    set state = t.to_state, reason = coalesce(s.reason, r.reason), detail = s.detail,
        attempt = coalesce(s.attempt, r.attempt),
        listing_url = coalesce(nullif(s.listing_url, ''), r.listing_url),
        failures = case t.event when 'requeued' then 0 when 'absent' then r.failures + 1
                                else r.failures end,
        pressed_at = coalesce(s.pressed_at, r.pressed_at),
        not_before = case t.to_state when 'queued' then now() else r.not_before end,
        updated_at = now()
    from found s
    join transitions t on t.from_state = s.state and t.event = s.event
    where r.ctid = s.at and r.state is not distinct from s.resting
    returning r.id, r.job_id, r.directory, r.attempt, s.token, s.worker, s.leased_at, s.lease_at,
              t.event, r.reason, r.detail, t.from_state, t.to_state, t.moving, r.listing_url
), gone as (
    delete from leases l using moved m
    where l.ctid = m.lease_at and l.token is not distinct from m.token
), ended as (
    insert into attempts (submission_id, attempt, token, worker, started_at, event, reason)
    select id, attempt, token, worker, leased_at, event, reason from moved where token is not null
), logged as (
    insert into events
        (job_id, submission_id, event, from_state, to_state, reason, attempt, actor, detail)
    select job_id, id, event, from_state, to_state, reason, nullif(attempt, 0), $7, detail
    from moved
)
select id, job_id, directory, event, from_state, to_state, moving, token, reason, listing_url,
       null as not_before
from moved;

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
-- What rests is counted in its index, and what is under way, which is 'queued' there, by its leases.
select state, count(*) - case state when 'queued' then (select count(*) from leases) else 0 end as n
from submissions group by state
union all
select case when pressed_at is null then 'leased' else 'pressed' end, count(*) from leases group by 1;
