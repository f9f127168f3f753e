-- name: all
select slug, doc, active, failures, extract(epoch from rests_until)::float8 as rests_until
from directories order by slug;

-- name: put
-- In step: $1 slugs, $2 what holds, $3 the files' word where that is another one, or null.
insert into directories (slug, doc, file_doc)
select * from unnest($1::text[], $2::text[]::jsonb[], $3::text[]::jsonb[])
on conflict (slug) do update
set doc = excluded.doc, file_doc = excluded.file_doc, active = true, updated_at = now()
where directories.doc is distinct from excluded.doc or not directories.active
   or directories.file_doc is distinct from excluded.file_doc;

-- name: retire
-- What is not among $1 takes no new jobs.
update directories set active = false, updated_at = now()
where active and not (slug = any ($1::text[]));

-- name: health
-- $1 epoch; in step: $2 slugs, $3 failures in a row, $4 until when left alone, or null.
update directories d
set failures = s.failures, rests_until = to_timestamp(s.rests_until)
from unnest($2::text[], $3::integer[], $4::float8[]) as s(slug, failures, rests_until),
     orchestrator_epoch o
where o.epoch = $1 and d.slug = s.slug;

-- name: keep_account
-- $1 submission, $2 user name: the account made with it.
insert into accounts (customer_id, directory, username)
select j.customer_id, r.directory, $2
from job_results r join jobs j on j.id = r.job_id
where r.id = $1
on conflict (customer_id, directory) do update
set username = excluded.username, made_at = now();

-- name: accounts
-- $1 customers and $2 directories in step.
select a.customer_id, a.directory, a.username
from accounts a
join unnest($1::uuid[], $2::text[]) as w(customer_id, directory)
  on w.customer_id = a.customer_id and w.directory = a.directory;

-- name: pauses
select level, key from pauses;

-- name: pause
-- $1 level, $2 key, $3 who.
insert into pauses (level, key, actor) values ($1, $2, $3) on conflict do nothing;

-- name: paused_by
select actor from pauses where level = $1 and key = $2;

-- name: resume
delete from pauses where level = $1 and key = $2;
