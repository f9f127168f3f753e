-- name: presses
select directory, count(*) as n from presses group by directory;

-- name: attempts
-- Attempts live longer than some submissions: those of erased customers are gone with them.
select r.directory, a.event, coalesce(a.reason, '') as reason, count(*) as n
from attempts a join job_results r on r.id = a.submission_id
group by 1, 2, 3;

-- name: captchas
-- The condition is that of the index `attempts_captchas`: no other attempt is looked at.
select c ->> 'kind' as kind, c ->> 'outcome' as outcome, count(*) as n
from attempts a cross join jsonb_array_elements(a.result -> 'captchas') c
where a.result #> '{captchas,0}' is not null
group by 1, 2;

-- name: captcha_cost
-- What cost nothing is left out: Ray's export cannot tell a counter that never grew.
select c ->> 'kind' as kind, c ->> 'outcome' as outcome, sum((c ->> 'cost_cents')::bigint) as n
from attempts a cross join jsonb_array_elements(a.result -> 'captchas') c
where a.result #> '{captchas,0}' is not null and (c ->> 'cost_cents')::bigint > 0
group by 1, 2;

-- name: oldest
select state, extract(epoch from max(now() - updated_at))::float8 as n
from job_results where state in ('queued', 'leased', 'pressed', 'uncertain', 'needs_person')
group by state;

-- name: older
-- $1 ages in seconds.
select age::text as seconds,
       (select count(*) from job_results
        where waiting and token is null and resting_since < now() - make_interval(secs => age)) as n
from unnest($1::float8[]) age;

-- name: messages
select kind, case problem when '' then 'told' else 'given_up' end as outcome, count(*) as n
from outbox where done_at is not null
group by 1, 2;

-- name: oldest_message
select coalesce(extract(epoch from max(now() - created_at)), 0)::float8 as n
from outbox where done_at is null;

-- name: orders
select state, count(*) as n from orders group by state;

-- name: attention
select kind, count(*) as n from attention where done_at is null group by kind;

-- name: web
select figures from web_counters;

-- name: tell_web
-- $1 process, $2 what it has counted. No row where somebody took it for dead.
update web_counters set figures = $2, told_at = now() where process = $1 returning true;

-- name: begin_web
insert into web_counters (process, figures) values ($1, $2);

-- name: bury_web
-- Those not heard of for $1 seconds, or the process $2 itself.
delete from web_counters
where process <> 'past' and (told_at < now() - make_interval(secs => $1) or process = $2)
returning figures;

-- name: past_web
select figures from web_counters where process = 'past' for update;

-- name: keep_past
insert into web_counters (process, figures) values ('past', $1)
on conflict (process) do update set figures = excluded.figures, told_at = now();
