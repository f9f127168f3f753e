-- name: begin
insert into audit (actor, role, action, subject, network, agent)
values ($1, $2, $3, $4, $5, $6)
returning id;

-- name: end
insert into audit_outcomes (audit_id, status, detail) values ($1, $2, $3);

-- name: page
-- Newest first. $1 who, $2 what and $3 words, looked for in the newest 20,000, or null; $4 and $5 from when to when, or null;
-- $6 only before this id or null; $7 how many.
select a.id, a.at, a.actor, a.role, a.action, a.subject, a.network, a.agent, o.status, o.detail
from audit a
left join audit_outcomes o on o.audit_id = a.id
where ($1::text is null or a.actor = $1)
  and ($2::text is null or a.action = $2)
  and ($3::text is null or a.id > (select max(id) - 20000 from audit)
       and (position(lower($3) in lower(a.subject)) > 0
            or position(lower($3) in lower(o.detail::text)) > 0))
  and ($4::timestamptz is null or a.at >= $4)
  and ($5::timestamptz is null or a.at < $5)
  and ($6::bigint is null or a.id < $6)
order by a.id desc
limit $7;

-- name: actors
-- A loose index scan: one probe for each name and not one for each row.
with recursive found as (
    (select actor from audit order by actor limit 1)
    union all
    select (select a.actor from audit a where a.actor > found.actor order by a.actor limit 1)
    from found where found.actor is not null
)
select actor from found where actor is not null limit 200;

-- name: actions
with recursive found as (
    (select action from audit order by action limit 1)
    union all
    select (select a.action from audit a where a.action > found.action order by a.action limit 1)
    from found where found.action is not null
)
select action from found where action is not null limit 200;
