-- name: add
-- A look at the directory for each of $1 submissions in $2 seconds (in step); where one is due
-- already, the earlier of the two stands. $3 epoch.
insert into verifications (submission_id, due_at)
select s.id, now() + make_interval(secs => s.wait_s)
from unnest($1::uuid[], $2::float8[]) as s(id, wait_s), orchestrator_epoch o
where o.epoch = $3
on conflict (submission_id) where done_at is null
do update set due_at = least(verifications.due_at, excluded.due_at), tries = 0;

-- name: due
-- Looks that may start, the unclear ones first: a job waits for them. $1 how many.
select v.id, v.submission_id, r.directory, r.state,
       extract(epoch from v.due_at)::float8 as due_at
from verifications v
join job_results r on r.id = v.submission_id
where v.done_at is null and v.token is null and v.due_at <= now()
order by r.state <> 'uncertain', v.due_at
limit $1;

-- name: next_due
-- When the next look is due; null where none is.
select extract(epoch from min(due_at))::float8 from verifications
where done_at is null and token is null and due_at > now();

-- name: in_flight
select v.token, v.submission_id, r.directory, v.worker
from verifications v
join job_results r on r.id = v.submission_id
where v.token is not null;

-- name: lease
-- $1 epoch; $2 ids, $3 fresh tokens and $4 workers in step; $5 seconds.
with wanted as (
    select w.*, r.job_id, r.directory, r.failures, r.listing_url, j.customer_id, j.profile_id,
           j.plan, j.state as job_state
    from unnest($2::uuid[], $3::uuid[], $4::text[]) as w(id, token, worker)
    cross join lateral (select * from verifications b where b.id = w.id limit 1) b
    cross join lateral (select * from job_results r where r.id = b.submission_id limit 1) r
    cross join lateral (select * from jobs j where j.id = r.job_id limit 1) j
)
update verifications v
set token = w.token, epoch = o.epoch, worker = w.worker, tries = v.tries + 1,
    deadline_at = now() + make_interval(secs => $5)
from wanted w, orchestrator_epoch o
where v.id = w.id and o.epoch = $1 and v.done_at is null and v.token is null
  and v.due_at <= now() and w.profile_id is not null
returning v.submission_id as id, w.job_id, w.directory, v.tries as attempt, w.failures, v.token,
          v.worker, v.deadline_at, w.listing_url, w.customer_id, w.profile_id, w.plan, w.job_state;

-- name: beat
-- $1 epoch, $2 tokens, $3 seconds.
update verifications v
set deadline_at = greatest(v.deadline_at, now() + make_interval(secs => $3))
from orchestrator_epoch o
where o.epoch = $1 and v.token = any ($2::uuid[])
returning v.token;

-- name: held
-- The looks under $1 tokens, with what the answer has to be judged by.
select v.token, v.submission_id, v.tries, r.state, r.directory, r.failures
from verifications v
join job_results r on r.id = v.submission_id
where v.token = any ($1::uuid[]);

-- name: settle
-- $1 epoch; in step: $2 tokens, $3 found or null, $4 seconds to the next look or null where this
-- was the last, $5 result as JSON, $6 whether it counts as a try. The row goes on waiting or is done; what it means for the
-- submission is a move of its own.
with said as (
    select * from unnest($2::uuid[], $3::boolean[], $4::float8[], $5::text[], $6::boolean[])
        as s(token, found, wait_s, result, counted)
), moved as (
    update verifications v
    set found = s.found, result = s.result::jsonb,
        tries = v.tries - (not s.counted)::int,
        due_at = case when s.wait_s is null then v.due_at
                      else now() + make_interval(secs => s.wait_s) end,
        done_at = case when s.wait_s is null then now() end,
        token = null, epoch = null, worker = null, deadline_at = null
    from said s, orchestrator_epoch o, verifications b
    where v.token = s.token and o.epoch = $1 and b.id = v.id
    returning v.submission_id, s.token, b.worker, s.found, v.done_at, s.result, v.tries
), logged as (
    insert into events (job_id, submission_id, event, from_state, to_state, actor, detail)
    select r.job_id, r.id, 'looked', r.state, r.state, m.worker,
           left(coalesce(m.result::jsonb ->> 'detail', ''), 500)
    from moved m
    join job_results r on r.id = m.submission_id
)
select m.submission_id, m.token, r.directory from moved m
join job_results r on r.id = m.submission_id;

-- name: expire
-- Looks whose worker was not heard of in time are due again. $1 epoch, $2 seconds to wait,
-- $3 grace in seconds.
update verifications v
set token = null, epoch = null, worker = null, deadline_at = null,
    due_at = now() + make_interval(secs => $2)
from orchestrator_epoch o, verifications b, job_results r
where o.epoch = $1 and b.id = v.id and r.id = v.submission_id
  and v.token is not null and v.deadline_at <= now() - make_interval(secs => $3)
returning b.token, v.submission_id, r.directory;
