-- name: page
-- Jobs newest first, with counts by state. $1 state or null, $2 and $3 the last row of the page
-- before or null, $4 how many, $5 part of a name, an address or the beginning of an id, or null,
-- $6 only jobs with a submission in this state, $7 only of this plan, $8 only made since, or null.
with chosen as (
    select j.*, c.email, coalesce(p.doc ->> 'business_name', latest.doc ->> 'business_name')
               as business_name
    from jobs j
    join customers c on c.id = j.customer_id
    left join profiles p on p.id = j.profile_id
    left join lateral (
        select doc from profiles where customer_id = j.customer_id order by version desc limit 1
    ) latest on j.profile_id is null
    where ($1::text is null or j.state = $1)
      and ($2::timestamptz is null or (j.created_at, j.id) < ($2, $3::uuid))
      and ($5::text is null or c.email ilike '%' || $5 || '%'
           or coalesce(p.doc, latest.doc) ->> 'business_name' ilike '%' || $5 || '%'
           or j.id::text ilike $5 || '%')
      and ($6::text is null or exists (
           select from job_results r where r.job_id = j.id and r.state = $6))
      and ($7::text is null or j.plan = $7)
      and ($8::timestamptz is null or j.created_at >= $8)
    order by j.created_at desc, j.id desc
    limit $4
)
select chosen.id, chosen.order_id, chosen.customer_id, chosen.plan, chosen.state,
       chosen.profile_id, chosen.created_at, chosen.started_at, chosen.completed_at,
       chosen.email, chosen.business_name, coalesce(counted.counts, '{}') as counts
from chosen
left join lateral (
    select jsonb_object_agg(state, n) as counts
    from (select state, count(*) as n from job_results where job_id = chosen.id group by state) s
) counted on true
order by chosen.created_at desc, chosen.id desc;

-- name: job
select j.id, j.order_id, j.customer_id, j.plan, j.state, j.profile_id, j.created_at, j.started_at,
       j.completed_at, c.email, p.doc ->> 'business_name' as business_name,
       coalesce((select jsonb_object_agg(state, n)
                 from (select state, count(*) as n from job_results where job_id = j.id
                       group by state) s), '{}') as counts
from jobs j
join customers c on c.id = j.customer_id
left join profiles p on p.id = j.profile_id
where j.id = $1;

-- name: submissions
-- One job's rows by directory name. $2 states or null, $3 how many or null, $4 how many to leave
-- out, $5 part of the directory's name or address or null. What was typed is cut: the whole is on
-- the submission's own page.
select r.id, r.job_id, r.directory, coalesce(d.doc ->> 'name', r.directory) as directory_name,
       d.doc ->> 'home_url' as home_url, d.doc ->> 'submit_url' as submit_url,
       r.state, r.reason, r.detail, r.attempt, r.listing_url, r.pressed_at, r.not_before,
       r.created_at, r.updated_at, coalesce(a.evidence, '[]') as evidence,
       coalesce(a.typed, '[]') as typed, coalesce(a.missing, '[]') as missing,
       coalesce(a.field_errors, '[]') as field_errors
from job_results r
join directories d on d.slug = r.directory
left join lateral (
    select result -> 'evidence' as evidence, result -> 'missing' as missing,
           result -> 'field_errors' as field_errors,
           (select jsonb_agg(jsonb_build_object(
                'field', t ->> 'field', 'part', t ->> 'part', 'control', left(t ->> 'control', 80),
                'typed', left(t ->> 'typed', 160), 'read_back', left(t ->> 'read_back', 160),
                'kept', (t -> 'kept')::boolean))
            from jsonb_array_elements(result -> 'typed') t
            where t ->> 'field' not like 'account_password%') as typed
    from attempts
    where submission_id = r.id and result is not null
    order by attempt desc
    limit 1
) a on true
where r.job_id = $1 and ($2::text[] is null or r.state = any ($2))
  and ($5::text is null or d.doc ->> 'name' ilike '%' || $5 || '%'
       or d.doc ->> 'home_url' ilike '%' || $5 || '%')
order by lower(coalesce(d.doc ->> 'name', r.directory)), r.id
limit $3 offset $4;

-- name: submission_count
-- How many rows the statement above finds: $2 states or null, $3 words or null.
select count(*)
from job_results r
join directories d on d.slug = r.directory
where r.job_id = $1 and ($2::text[] is null or r.state = any ($2))
  and ($3::text is null or d.doc ->> 'name' ilike '%' || $3 || '%'
       or d.doc ->> 'home_url' ilike '%' || $3 || '%');

-- name: reasons
select state, reason, count(*) as n from job_results where job_id = $1 group by state, reason;

-- name: profiles_of_job
-- The profile that the job uses, and when its details were changed before.
select p.id, p.version, p.doc, p.created_at
from jobs j join profiles p on p.id = j.profile_id
where j.id = $1;

-- name: earlier_profile
-- Profile $2 of the customer whose job $1 is.
select p.doc from profiles p join jobs j on j.customer_id = p.customer_id
where j.id = $1 and p.id::text = $2;

-- name: changes_of_job
-- When which details of a job's business changed, oldest first.
select at, detail from events where job_id = $1 and event = 'profile_changed' order by id;

-- name: pin
-- Staff only: the PIN that a customer gave for a submission.
select pin, given_at from answers where submission_id = $1;

-- name: pins
-- Staff only: PINs that wait to be entered, the oldest first.
select a.given_at, r.job_id, r.directory, coalesce(d.doc ->> 'name', r.directory) as name,
       coalesce(p.doc ->> 'business_name', c.email) as business_name
from answers a
join job_results r on r.id = a.submission_id
join directories d on d.slug = r.directory
join jobs j on j.id = r.job_id
join customers c on c.id = j.customer_id
left join profiles p on p.id = j.profile_id
order by a.given_at
limit 200;

-- name: accounts
-- On which directories the reader has accounts that were made with a listing.
select a.directory, coalesce(d.doc ->> 'name', a.directory) as name, d.doc ->> 'home_url' as home_url,
       a.made_at
from accounts a
join directories d on d.slug = a.directory
order by lower(coalesce(d.doc ->> 'name', a.directory));

-- name: time_left
-- What job $1 has still to do, and how fast it went in the last hour: `settled` submissions since
-- `since`. `longest_s`: the longest that one of them has to wait at least, for its turn on its
-- directory by that directory's own pace, for its rest or for a look; `slowest`: which that is.
with today as (
    select p.directory, count(*) as n
    from presses p
    where p.pressed_at > now() - interval '24 hours'
      and p.directory in (select directory from job_results where job_id = $1)
    group by p.directory
), waits as (
    select r.directory,
           greatest(
               extract(epoch from r.not_before - now()),
               extract(epoch from d.rests_until - now()),
               extract(epoch from v.due_at - now()),
               coalesce(ahead.n * (d.doc #>> '{pace,spacing_s}')::float8, 0)
               + 86400.0 * div(coalesce(today.n, 0) + ahead.n, coalesce((d.doc #>> '{pace,per_day}')::integer, 50)),
               0) as wait_s
    from job_results r
    join directories d on d.slug = r.directory
    left join verifications v on v.submission_id = r.id and v.done_at is null
    left join today on today.directory = r.directory
    cross join lateral (
        select count(*) as n
        from (select from job_results o
              where r.waiting and r.token is null and o.waiting and o.directory = r.directory
                and (o.turn, o.id) < (r.turn, r.id)
              limit 1000) o
    ) ahead
    where r.job_id = $1 and r.state in ('queued', 'leased', 'pressed', 'uncertain')
), slowest as (
    select directory, wait_s from waits order by wait_s desc limit 1
)
select (select count(*) from waits) as remaining,
       (select count(*) from events
        where job_id = $1 and submission_id is not null and at >= window_start.since
          and from_state in ('leased', 'pressed', 'uncertain')
          and to_state not in ('queued', 'leased', 'pressed', 'uncertain')) as settled,
       extract(epoch from now() - window_start.since)::float8 as window_s,
       (select wait_s from slowest)::float8 as longest_s,
       (select coalesce(d.doc ->> 'name', d.slug)
        from directories d join slowest s on s.directory = d.slug) as slowest
from (select greatest(j.started_at, now() - interval '1 hour') as since
      from jobs j where j.id = $1) as window_start;

-- name: submission
select r.id, r.job_id, r.directory, coalesce(d.doc ->> 'name', r.directory) as directory_name,
       d.doc ->> 'home_url' as home_url, d.doc ->> 'submit_url' as submit_url,
       r.state, r.reason, r.detail, r.attempt, r.listing_url, r.pressed_at, r.not_before,
       r.created_at, r.updated_at
from job_results r
join directories d on d.slug = r.directory
where r.job_id = $1 and r.directory = $2;

-- name: attempts
select attempt, worker, started_at, ended_at, event, reason, result
from attempts
where submission_id = $1
order by attempt desc;

-- name: events
-- One job's events, newest first. $2 only of this submission or null, $3 only before this id or
-- null, $4 how many.
select e.id, e.job_id, e.submission_id, e.at, e.event, e.from_state, e.to_state, e.reason,
       e.attempt, e.actor, e.detail, r.directory,
       coalesce(d.doc ->> 'name', r.directory) as directory_name
from events e
left join job_results r on r.id = e.submission_id
left join directories d on d.slug = r.directory
where e.job_id = $1
  and ($2::uuid is null or e.submission_id = $2)
  and ($3::bigint is null or e.id < $3)
order by e.id desc
limit $4;

-- name: evidence
-- What is known of a file, where one of the attempts that the reader may see refers to it.
select ref ->> 'media_type' as media_type, ref ->> 'kind' as kind
from attempts a, jsonb_array_elements(a.result -> 'evidence') ref
where a.result is not null
  and a.result -> 'evidence' @> jsonb_build_array(jsonb_build_object('sha256', $1::text))
  and ref ->> 'sha256' = $1::text
limit 1;

-- name: look_evidence
-- Staff only: the same for the files of independent looks.
select ref ->> 'media_type' as media_type, ref ->> 'kind' as kind
from verifications v, jsonb_array_elements(v.result -> 'evidence') ref
where v.result is not null
  and v.result -> 'evidence' @> jsonb_build_array(jsonb_build_object('sha256', $1::text))
  and ref ->> 'sha256' = $1::text
limit 1;
