-- name: page
-- By slug. $1 the last of the page before or null, $2 policy that holds or null, $3 only those with
-- an override, $4 how many.
select d.slug, d.doc, d.file_doc, d.active, d.failures, d.rests_until,
       exists (select from pauses where level = 'directory' and key = d.slug) as paused,
       to_jsonb(o) as override
from directories d
left join directory_overrides o on o.slug = d.slug and o.ended_at is null
where ($1::text is null or d.slug > $1)
  and ($2::text is null or d.doc ->> 'policy' = $2)
  and (not $3 or o.slug is not null)
order by d.slug
limit $4;

-- name: one
select d.slug, d.doc, d.file_doc, d.active, d.failures, d.rests_until,
       exists (select from pauses where level = 'directory' and key = d.slug) as paused,
       to_jsonb(o) as override
from directories d
left join directory_overrides o on o.slug = d.slug and o.ended_at is null
where d.slug = $1;

-- name: past
-- Overrides that do not hold any more, the latest first.
select rules, off, reason, permission, until, actor, made_at, ended_at, ended_by
from directory_overrides where slug = $1 and ended_at is not null
order by id desc limit 20;
