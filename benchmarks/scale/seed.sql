-- name: directories
insert into directories (slug, doc)
select 'd' || lpad(n::text, 4, '0'), jsonb_build_object(
    'slug', 'd' || lpad(n::text, 4, '0'), 'name', 'Directory ' || n,
    'home_url', 'http://d' || n || '.localhost/', 'submit_url', 'http://d' || n || '.localhost/add',
    'policy', case n % 5 when 0 then 'assisted' else 'auto' end, 'evidence', 'proven',
    'pace', '{"concurrency": 1, "spacing_s": 30, "per_day": 50}'::jsonb)
from generate_series(0, 856) n
on conflict do nothing;

-- name: customers
insert into customers (email, created_at)
select 'owner' || n || '@example.com', now() - n * interval '10 minutes'
from generate_series(1, $1::integer) n;

-- name: profiles
insert into profiles (customer_id, version, doc)
select id, 1, $1::jsonb || jsonb_build_object('business_name', 'Business of ' || email)
from customers;

-- name: orders
insert into orders (customer_id, plan, amount_cents, currency, state, paid_at, created_at)
select id, (array['starter', 'growth', 'professional', 'enterprise'])[1 + abs(hashtext(email)) % 4],
       14900, 'usd', 'paid', created_at, created_at
from customers;

-- name: jobs
insert into jobs (order_id, customer_id, plan, priority, state, profile_id, created_at, started_at)
select o.id, o.customer_id, o.plan, 1, 'running', p.id, o.created_at, o.created_at
from orders o join profiles p on p.customer_id = o.customer_id;

-- name: submissions
-- $1 for each job. Of a hundred, 55 are live, 13 handed in, 12 wait, 8 failed, 3 were rejected, 5
-- want a person, 4 were left out.
insert into submissions (job_id, directory, state, reason, attempt, turn, pressed_at, listing_url,
                         created_at, updated_at)
select j.id, 'd' || lpad(((j.place * 37 + n) % 857)::text, 4, '0'),
       case when u.u < 55 then 'live' when u.u < 68 then 'submitted' when u.u < 80 then 'queued'
            when u.u < 88 then 'failed' when u.u < 91 then 'rejected' when u.u < 96 then 'needs_person'
            else 'skipped' end,
       case when u.u < 55 then 'found_live' when u.u < 68 then 'accepted' when u.u < 80 then null
            when u.u < 88 then (array['page_gone', 'timeout', 'unreachable', 'no_form'])[1 + u.u % 4]
            when u.u < 91 then 'refused'
            when u.u < 96 then (array['captcha', 'login_required', 'policy_manual'])[1 + u.u % 3]
            else 'policy_skip' end,
       case when u.u between 68 and 79 then 0 else 1 end, j.place + n,
       case when u.u < 68 then j.created_at + interval '20 minutes' end,
       case when u.u < 55 then 'http://example.com/' || n else '' end,
       j.created_at, least(now(), j.created_at + n * interval '1 minute')
from (select id, created_at, row_number() over (order by created_at) as place from jobs) j
cross join generate_series(1, $1::integer) n
cross join lateral (select abs(hashtext(j.id::text || n)) % 100 as u) u;

-- name: attempts
insert into attempts (submission_id, attempt, token, worker, started_at, ended_at, event, reason,
                      result)
select id, 1, gen_random_uuid(), 'browser-' || (abs(hashtext(id::text)) % 8), updated_at
           - interval '9 seconds', updated_at, 'ended', reason,
       jsonb_build_object('kind', 'pressed', 'evidence', '[]'::jsonb, 'typed', '[]'::jsonb)
from job_results where attempt = 1;

-- name: presses
insert into presses (submission_id, attempt, directory, pressed_at)
select id, 1, directory, pressed_at from job_results where pressed_at is not null;

-- name: events
-- Five for each that ended, as the orchestrator writes them, in the order of time.
insert into events (job_id, submission_id, at, event, from_state, to_state, reason, attempt, actor)
select r.job_id, r.id, r.updated_at - (5 - e.n) * interval '2 seconds', e.event, e.from_state,
       case when e.n = 5 then r.state else e.to_state end, r.reason, 1, 'browser-1'
from job_results r
cross join (values (1, 'created', null, 'queued'), (2, 'leased', 'queued', 'leased'),
                   (3, 'permitted', 'leased', 'pressed'), (4, 'accepted', 'pressed', 'submitted'),
                   (5, 'found_live', 'submitted', 'live')) e(n, event, from_state, to_state)
where r.attempt = 1
order by r.updated_at, e.n;

-- name: moving
update jobs j set moving = n.n
from (select job_id, count(*) filter (where state = 'queued') as n from job_results group by 1) n
where n.job_id = j.id;

-- name: audit
insert into audit (at, actor, role, action, subject, network)
select now() - n * interval '1 minute', 'member' || n % 12 || '@example.com', 'staff',
       (array['POST /staff/retry', 'POST /staff/pause', 'POST /staff/bulk'])[1 + n % 3],
       'job_id=' || gen_random_uuid(), '127.0.0.1'
from generate_series(20000, 1, -1) n;

-- name: throughput
-- What the orchestrator has counted of all that by and by.
insert into throughput (quarter, state, n)
select date_bin('15 minutes', at, '2000-01-01T00:00:00Z'), to_state, count(*)
from events where submission_id is not null group by 1, 2;

-- name: throughput_counted
update throughput_counted set last_event = (select max(id) from events);
