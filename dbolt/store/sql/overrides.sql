-- name: held
-- Of $1 directories, or of all where it is null.
select slug, rules, off, base, reason, permission, until
from directory_overrides
where ended_at is null and ($1::text[] is null or slug = any ($1));

-- name: add
-- $1 slug, $2 rules, $3 whether it is off, $4 what the file says, $5 reason, $6 permission, $7 who,
-- $8 when it ends, in seconds since the epoch, or null.
insert into directory_overrides (slug, rules, off, base, reason, permission, actor, until)
values ($1, $2::jsonb, $3, $4::jsonb, $5, $6, $7, to_timestamp($8::float8));

-- name: end
-- $1 slug, $2 who.
update directory_overrides set ended_at = now(), ended_by = $2
where slug = $1 and ended_at is null
returning slug;

-- name: end_due
-- Those whose time is up. $1 who.
update directory_overrides set ended_at = now(), ended_by = $1
where ended_at is null and until <= now()
returning slug;

-- name: next_end
select extract(epoch from min(until))::float8 from directory_overrides where ended_at is null;

-- name: files
-- What the files of $1 directories say.
select slug, coalesce(file_doc, doc) as doc from directories where slug = any ($1::text[]);

-- name: keep
-- $1 slug, $2 what holds, $3 the file's word where that is another one, or null.
update directories set doc = $2::text::jsonb, file_doc = $3::text::jsonb, updated_at = now()
where slug = $1;
