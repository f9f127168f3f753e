-- name: add
insert into staff_batches (actor, action, value, ids) values ($1, $2, $3, $4) returning id;

-- name: next
-- What is to be done next: $2 ids from where it stands.
select action, value, done, ids[done + 1 : done + $2] as ids
from staff_batches where id = $1 and ended_at is null;

-- name: move_on
-- $2 how far it stood, $3 how many were carried out, $4 how many of those changed something,
-- $5 why some did not. Nothing where another runner was faster.
update staff_batches
set done = done + $3, changed = changed + $4, moved_at = now(),
    problem = case when $5 = '' then problem else $5 end,
    ended_at = case when done + $3 >= cardinality(ids) then now() end
where id = $1 and done = $2 and ended_at is null
returning ended_at is not null as ended;

-- name: touch
-- Goes on with one that stands still; nothing where it moves.
update staff_batches set moved_at = now(), problem = ''
where id = $1 and ended_at is null and moved_at < now() - make_interval(secs => $2)
returning id;

-- name: stall
update staff_batches set problem = $2, moved_at = now() - interval '1 hour'
where id = $1 and ended_at is null;

-- name: show
select id, actor, action, value, cardinality(ids) as total, done, changed, problem, created_at,
       ended_at, moved_at < now() - make_interval(secs => $2) and ended_at is null as stalled
from staff_batches where id = $1;

-- name: latest
select id, actor, action, value, cardinality(ids) as total, done, changed, problem, created_at,
       ended_at, moved_at < now() - make_interval(secs => $2) and ended_at is null as stalled
from staff_batches order by created_at desc limit $1;
