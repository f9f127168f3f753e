-- name: counts
-- What rests is counted in its index, and what is under way, which is 'queued' there, by its leases:
-- the table is not read.
select state, count(*) - case state when 'queued' then (select count(*) from leases) else 0 end as n
from submissions group by state
union all
select case when pressed_at is null then 'leased' else 'pressed' end, count(*) from leases group by 1;

-- name: job_counts
select count(*) as all_jobs,
       count(*) filter (where state = 'running') as running,
       count(*) filter (where state = 'queued') as queued,
       count(*) filter (where state = 'awaiting_profile') as awaiting_profile,
       count(*) filter (where state = 'complete') as complete
from jobs;

-- name: jobs_having
-- How many jobs have a submission that rests in state $1.
select count(distinct job_id) from job_results where resting = $1;

-- name: busy
select count(distinct worker) from leases;

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
  and from_state is distinct from to_state
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
-- By name. $1 words, $2 policy, $3 only 'paused', 'resting', 'off' or 'changed', or null; $4 and $5 the name
-- and slug of the last row of the page before, or null; $6 how many. What came of it is counted for
-- the page's own rows.
with chosen as (
    select d.slug, d.active, d.failures, d.rests_until, d.doc,
           coalesce(d.doc ->> 'name', d.slug) as name,
           lower(coalesce(d.doc ->> 'name', d.slug)) as sorted,
           exists (select from pauses where level = 'directory' and key = d.slug) as paused,
           exists (select from directory_overrides o
                   where o.slug = d.slug and o.ended_at is null) as changed
    from directories d
    where ($1::text is null or d.slug ilike '%' || $1 || '%'
           or d.doc ->> 'name' ilike '%' || $1 || '%')
      and ($2::text is null or d.doc ->> 'policy' = $2)
      and ($3::text is null
           or $3 = 'paused' and exists (
              select from pauses where level = 'directory' and key = d.slug)
           or $3 = 'resting' and d.rests_until > now()
           or $3 = 'off' and not d.active
           or $3 = 'changed' and exists (
              select from directory_overrides o where o.slug = d.slug and o.ended_at is null))
      and ($4::text is null
           or (lower(coalesce(d.doc ->> 'name', d.slug)), d.slug) > ($4, $5::text))
    order by lower(coalesce(d.doc ->> 'name', d.slug)), d.slug
    limit $6
)
select d.slug, d.name, d.sorted, d.active, d.failures, d.paused, d.changed,
       coalesce(d.rests_until > now(), false) as resting, d.rests_until,
       d.doc ->> 'home_url' as home_url, coalesce(d.doc ->> 'policy', '') as policy,
       coalesce(d.doc ->> 'evidence', '') as evidence, d.doc ->> 'source_date' as source_date,
       coalesce(n.live, 0) as live, coalesce(n.sent, 0) as sent, coalesce(n.waiting, 0) as waiting,
       coalesce(n.person, 0) as person, coalesce(n.failed, 0) as failed
from chosen d
left join lateral (
    select count(*) filter (where state = 'live') as live,
           count(*) filter (where state in
               ('submitted', 'in_review', 'awaiting_email', 'awaiting_customer')) as sent,
           count(*) filter (where state in ('queued', 'leased', 'pressed', 'uncertain')) as waiting,
           count(*) filter (where state = 'needs_person') as person,
           count(*) filter (where state in ('failed', 'rejected')) as failed
    from job_results r where r.directory = d.slug
) n on true
order by d.sorted, d.slug;

-- name: directory_count
select count(*) from directories where active;

-- name: desk_counts
-- The side bar's numbers, found by what rests: what is under way is 'queued' there.
select (select count(*) from job_results where resting = 'queued') as queued,
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

-- name: throughput
-- What came of submissions since $1, in steps of $2 seconds: of the events alone. A look at a listing
-- is an event of it, and moves nothing.
select floor(extract(epoch from at) / $2::float8)::bigint as step,
       count(*) filter (where to_state = 'live') as live,
       count(*) filter (where to_state in
           ('submitted', 'in_review', 'awaiting_email', 'awaiting_customer')) as sent,
       count(*) filter (where to_state in ('failed', 'rejected')) as failed
from events
where at >= $1 and submission_id is not null and from_state is distinct from to_state
  and to_state in ('live', 'submitted', 'in_review', 'awaiting_email', 'awaiting_customer',
                   'failed', 'rejected')
group by 1;

-- name: long_throughput
-- The same for steps that are whole quarters of an hour: of what is counted already, and of the
-- events behind that, as one moment knows both.
select floor(extract(epoch from told.at) / $2::float8)::bigint as step,
       coalesce(sum(told.n) filter (where told.state = 'live'), 0)::bigint as live,
       coalesce(sum(told.n) filter (where told.state in
           ('submitted', 'in_review', 'awaiting_email', 'awaiting_customer')), 0)::bigint as sent,
       coalesce(sum(told.n) filter (where told.state in ('failed', 'rejected')), 0)::bigint
           as failed
from (select quarter as at, state, n from throughput where quarter >= $1
      union all
      select e.at, e.to_state, 1 from events e
      where e.id > (select last_event from throughput_counted)
        and e.at >= $1 and e.submission_id is not null
        and e.from_state is distinct from e.to_state) told
group by 1;

-- name: troubles
-- What fails now: by state, reason and directory, the commonest first.
select t.state, t.reason, t.directory, coalesce(d.doc ->> 'name', t.directory) as directory_name,
       t.n, t.latest
from (select resting as state, reason, directory, count(*) as n, max(resting_since) as latest
      from job_results where resting in ('failed', 'rejected', 'needs_person')
      group by 1, 2, 3 order by 4 desc, 2, 3 limit $1) t
join directories d on d.slug = t.directory
order by t.n desc, t.reason, t.directory;

-- name: open_attention
-- What waits for a decision about money, by kind.
select a.kind, count(*) as n from attention a where a.done_at is null group by 1 order by 1;

-- name: pauses_now
select level, key, since, actor from pauses order by since desc limit 50;

-- name: person
-- Submissions that wait for a person, oldest first. $1 directory or null; $2, $3 the last row of the
-- page before or null; $4 how many.
with chosen as (
    select r.* from job_results r
    where r.resting = 'needs_person' and ($1::text is null or r.directory = $1)
      and ($2::timestamptz is null or (r.resting_since, r.id) > ($2, $3::uuid))
    order by r.resting_since, r.id
    limit $4
)
select r.id, r.job_id, r.directory, coalesce(d.doc ->> 'name', r.directory) as directory_name,
       d.doc ->> 'home_url' as home_url, d.doc ->> 'submit_url' as submit_url,
       d.doc ->> 'policy' as policy, d.doc ->> 'notes' as notes, r.reason, r.detail,
       r.resting_since, j.plan, c.email, p.doc as profile
from chosen r
join directories d on d.slug = r.directory
join jobs j on j.id = r.job_id
join customers c on c.id = j.customer_id
left join profiles p on p.id = j.profile_id
order by r.resting_since, r.id;

-- name: customers
-- Newest first. $1 words or null; $2, $3 the last row of the page before or null; $4 how many.
with chosen as (
    select c.* from customers c
    where ($1::text is null or c.email ilike '%' || $1 || '%' or exists (
           select from profiles p where p.customer_id = c.id
           and p.doc ->> 'business_name' ilike '%' || $1 || '%'))
      and ($2::timestamptz is null or (c.created_at, c.id) < ($2, $3::uuid))
    order by c.created_at desc, c.id desc
    limit $4
)
select c.id, c.email, c.created_at, c.verified_at, c.erased_at, latest.business_name,
       coalesce(o.orders, 0) as orders, coalesce(o.paid_cents, 0) as paid_cents,
       coalesce(w.jobs, 0) as jobs, coalesce(w.open_jobs, 0) as open_jobs
from chosen c
left join lateral (
    select doc ->> 'business_name' as business_name from profiles
    where customer_id = c.id order by version desc limit 1) latest on true
left join lateral (
    select count(*) as orders, sum(amount_cents) filter (where state = 'paid') as paid_cents
    from orders where customer_id = c.id) o on true
left join lateral (
    select count(*) as jobs,
           count(*) filter (where state not in ('complete', 'cancelled')) as open_jobs
    from jobs where customer_id = c.id) w on true
order by c.created_at desc, c.id desc;

-- name: customer
select c.id, c.email, c.created_at, c.verified_at, c.erased_at from customers c where c.id = $1;

-- name: customer_orders
select o.id, o.plan, o.amount_cents, o.state, o.created_at, o.paid_at, j.id as job_id,
       j.state as job_state, j.priority
from orders o left join jobs j on j.order_id = o.id
where o.customer_id = $1
order by o.created_at desc, o.id desc limit 100;

-- name: customer_counts
select r.state, count(*) as n from job_results r join jobs j on j.id = r.job_id
where j.customer_id = $1 group by r.state;

-- name: customer_profiles
select version, created_at, doc from profiles where customer_id = $1 order by version desc limit 20;

-- name: directory
select d.slug, d.doc, d.active, d.failures, d.rests_until, d.updated_at,
       (select actor from pauses where level = 'directory' and key = d.slug) as paused_by
from directories d where d.slug = $1;

-- name: directory_counts
select state, count(*) as n from job_results where directory = $1 group by state;

-- name: directory_reasons
select reason, count(*) as n from job_results
where directory = $1 and resting in ('failed', 'rejected', 'needs_person')
group by reason order by n desc limit 20;

-- name: directory_presses
select count(*) from presses where directory = $1 and pressed_at >= now() - interval '24 hours';

-- name: directory_last
select max(pressed_at) from job_results where directory = $1;

-- name: find_jobs
select j.id, c.email, p.doc ->> 'business_name' as business_name, j.state from jobs j
join customers c on c.id = j.customer_id
left join profiles p on p.id = j.profile_id
where c.email ilike '%' || $1 || '%' or p.doc ->> 'business_name' ilike '%' || $1 || '%'
   or j.id::text ilike $1 || '%'
order by j.created_at desc limit 6;

-- name: find_directories
select slug, coalesce(doc ->> 'name', slug) as name from directories
where slug ilike '%' || $1 || '%' or doc ->> 'name' ilike '%' || $1 || '%'
   or doc ->> 'home_url' ilike '%' || $1 || '%'
order by lower(doc ->> 'name') limit 6;

-- name: find_customers
select id, email from customers where email ilike '%' || $1 || '%'
order by created_at desc limit 6;

-- name: find_submission
select r.job_id, r.directory from job_results r where r.id = $1;

-- name: submission_of
select r.id, r.turn, r.failures, r.worker, r.deadline_at, r.leased_at, j.priority, j.plan,
       c.id as customer_id, c.email, d.doc ->> 'captcha' as captcha, d.doc ->> 'policy' as policy,
       (select pr.seen_absent from presses pr where pr.submission_id = r.id
        order by pr.attempt desc limit 1) as seen_absent
from job_results r join jobs j on j.id = r.job_id join customers c on c.id = j.customer_id
join directories d on d.slug = r.directory
where r.id = $1;

-- name: messages_of
-- Letters about the submission $2 or about the whole job $1, the latest first.
select kind, created_at, not_before, tries, done_at, problem, submission_id is null as of_job
from job_messages
where job_id = $1::uuid::text and (submission_id is null or submission_id = $2::uuid::text)
order by id desc limit 50;

-- name: looks_of
select due_at, done_at, tries, found, result ->> 'detail' as detail,
       result ->> 'listing_url' as listing_url, result ->> 'page_url' as page_url,
       result -> 'evidence' as evidence
from verifications where submission_id = $1 order by due_at;

-- name: profile_of_job
select p.doc from jobs j join profiles p on p.id = j.profile_id where j.id = $1;

-- name: names
select actor, email from staff_members;
