-- name: matching
-- Submissions as staff filter them. $1 states, $2 reasons, or null; $3 plan, $4 customer, $5 job,
-- $6 directory, $7 part of a name, an address or the beginning of a job's id, $8 changed since,
-- $9 changed before, or null; $10 ids or null.
from job_results r
join jobs j on j.id = r.job_id
where ($1::text[] is null or r.state = any ($1))
  and ($2::text[] is null or r.reason = any ($2))
  and ($3::text is null or j.plan = $3)
  and ($4::uuid is null or j.customer_id = $4)
  and ($5::uuid is null or r.job_id = $5)
  and ($6::text is null or r.directory = $6)
  and ($7::text is null or r.job_id in (
       select w.id from jobs w
       join customers c on c.id = w.customer_id
       left join profiles p on p.id = w.profile_id
       where c.email ilike '%' || $7 || '%' or p.doc ->> 'business_name' ilike '%' || $7 || '%'
          or w.id::text ilike $7 || '%')
       or r.directory in (
       select slug from directories
       where slug ilike '%' || $7 || '%' or doc ->> 'name' ilike '%' || $7 || '%'))
  and ($8::timestamptz is null or r.updated_at >= $8)
  and ($9::timestamptz is null or r.updated_at < $9)
  and ($10::uuid[] is null or r.id = any ($10))

-- name: page_head
with chosen as (
    select r.*, j.plan, j.customer_id, j.profile_id

-- name: page_tail
-- $11 and $12 the last row of the page before, or null; $13 how many.
      and ($11::timestamptz is null or (r.created_at, r.id) < ($11, $12::uuid))
    order by r.created_at desc, r.id desc
    limit $13
)
select r.id, r.job_id, r.directory, coalesce(d.doc ->> 'name', r.directory) as directory_name,
       r.state, r.reason, r.detail, r.attempt, r.listing_url, r.created_at, r.updated_at, r.plan,
       r.customer_id, c.email, p.doc ->> 'business_name' as business_name
from chosen r
join directories d on d.slug = r.directory
join customers c on c.id = r.customer_id
left join profiles p on p.id = r.profile_id
order by r.created_at desc, r.id desc;

-- name: count_head
select count(*) from (select 1

-- name: count_tail
-- $11 how far to count.
limit $11) counted;

-- name: about_head
explain (format json) select 1

-- name: fitting
-- Only those that the event $11 can move from where they are.
  and exists (select from transitions t where t.from_state = r.state and t.event = $11)

-- name: ids_head
select r.id

-- name: jobs_head
select distinct r.job_id as id

-- name: ids_tail
limit $12;

-- name: jobs_tail
  and j.state not in ('complete', 'cancelled')
limit $11;

-- name: job_ids
-- Jobs as staff filter them. $1 state, $2 only with a submission in this state, $3 words, $4 plan,
-- $5 begun since, or null; $6 ids or null; $7 how many.
select j.id from jobs j
join customers c on c.id = j.customer_id
left join profiles p on p.id = j.profile_id
where ($1::text is null or j.state = $1)
  and ($2::text is null or exists (
       select from job_results r where r.job_id = j.id and r.state = $2))
  and ($3::text is null or c.email ilike '%' || $3 || '%'
       or p.doc ->> 'business_name' ilike '%' || $3 || '%' or j.id::text ilike $3 || '%')
  and ($4::text is null or j.plan = $4)
  and ($5::timestamptz is null or j.created_at >= $5)
  and ($6::uuid[] is null or j.id = any ($6))
limit $7;

-- name: fitting_of_jobs
-- What of the jobs $1 the event $2 can move; $3 only in these states, or null.
select r.id from job_results r
where r.job_id = any ($1) and ($3::text[] is null or r.state = any ($3))
  and exists (select from transitions t where t.from_state = r.state and t.event = $2)
limit $4;
