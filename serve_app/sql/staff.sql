-- name: counts
select state, count(*) as n from job_results group by state;

-- name: job_counts
select count(*) as all_jobs,
       count(*) filter (where state = 'running') as running,
       count(*) filter (where state = 'queued') as queued,
       count(*) filter (where state = 'awaiting_profile') as awaiting_profile,
       count(*) filter (where state = 'complete') as complete
from jobs;

-- name: jobs_having
-- How many jobs have a submission in state $1.
select count(distinct job_id) from job_results where state = $1;

-- name: busy
select count(distinct worker) from job_results where token is not null;

-- name: live_today
select count(*) from job_results
where resting = 'live' and resting_since >= date_trunc('day', now());

-- name: minutes
-- The last hour minute by minute: what came of submissions, and how the levels moved. Newest
-- events only, by key, so that the time does not grow with the table.
select extract(epoch from date_trunc('minute', at))::bigint / 60 as minute,
       count(*) filter (where to_state = 'live') as live,
       count(*) filter (where to_state in
           ('submitted', 'in_review', 'awaiting_email', 'awaiting_customer')) as sent,
       count(*) filter (where to_state in ('failed', 'rejected')) as failed,
       count(*) filter (where to_state in ('leased', 'pressed'))
           - count(*) filter (where from_state in ('leased', 'pressed')) as progress_moved,
       count(*) filter (where to_state = 'queued')
           - count(*) filter (where from_state = 'queued') as queued_moved,
       count(*) filter (where to_state = 'live')
           - count(*) filter (where from_state = 'live') as live_moved,
       count(*) filter (where to_state = 'failed')
           - count(*) filter (where from_state = 'failed') as failed_moved,
       count(*) filter (where to_state not in ('queued', 'leased', 'pressed', 'uncertain'))
           as settled
from (select at, from_state, to_state, submission_id from events order by id desc limit 20000) e
where at >= now() - interval '60 minutes' and submission_id is not null
group by 1;

-- name: activity
select coalesce(p.doc ->> 'business_name', c.email) as business_name, e.id, e.job_id, e.submission_id, e.at, e.event, e.from_state, e.to_state, e.reason,
       e.attempt, e.actor, e.detail, r.directory,
       coalesce(d.doc ->> 'name', r.directory) as directory_name
from (select * from events order by id desc limit $1) e
join jobs j on j.id = e.job_id
join customers c on c.id = j.customer_id
left join profiles p on p.id = j.profile_id
left join job_results r on r.id = e.submission_id
left join directories d on d.slug = r.directory
order by e.id desc;

-- name: paused
select level, key from pauses;

-- name: directories
select d.slug, coalesce(d.doc ->> 'name', d.slug) as name, d.doc ->> 'home_url' as home_url,
       coalesce(d.doc ->> 'policy', '') as policy, d.active,
       coalesce(n.live, 0) as live, coalesce(n.sent, 0) as sent, coalesce(n.waiting, 0) as waiting,
       coalesce(n.person, 0) as person, coalesce(n.failed, 0) as failed,
       exists (select from pauses where level = 'directory' and key = d.slug) as paused
from directories d
left join (
    select directory,
           count(*) filter (where state = 'live') as live,
           count(*) filter (where state in
               ('submitted', 'in_review', 'awaiting_email', 'awaiting_customer')) as sent,
           count(*) filter (where state in ('queued', 'leased', 'pressed', 'uncertain')) as waiting,
           count(*) filter (where state = 'needs_person') as person,
           count(*) filter (where state in ('failed', 'rejected')) as failed
    from job_results
    group by directory
) n on n.directory = d.slug
order by lower(coalesce(d.doc ->> 'name', d.slug))
limit 2000;

-- name: directory_count
select count(*) from directories where active;

-- name: desk_counts
-- The side bar's numbers. What is under way has a lease; what rests is found by its state.
select (select count(*) from job_results where resting in ('queued'))
           + (select count(*) from job_results where token is not null) as queued,
       (select count(*) from job_results where resting = 'needs_person') as person,
       (select count(*) from directories where active) as directories,
       (select count(*) from attention where done_at is null) as payments;

-- name: attention_count
select count(*) from attention where done_at is null;

-- name: attention
-- Payments that staff must look at, the open ones first.
select a.id, a.kind, a.payment_ref, a.detail, a.created_at, a.done_at, a.done_by, p.total_cents,
       c.email, j.id as job_id
from attention a
left join payments p on p.payment_ref = a.payment_ref
left join orders o on o.id = a.order_id
left join customers c on c.id = o.customer_id
left join jobs j on j.order_id = o.id
order by a.done_at is not null, a.id
limit 200;
