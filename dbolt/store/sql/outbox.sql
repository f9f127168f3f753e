-- name: add
insert into outbox (kind, payload) values ($1, $2) returning id;

-- name: due
select id, kind, payload, tries from outbox
where done_at is null and not_before <= now()
order by not_before, id
limit $1;

-- name: done
update outbox set done_at = now() where id = $1 and done_at is null;

-- name: later
-- $1 row, $2 seconds.
update outbox set tries = tries + 1, not_before = now() + make_interval(secs => $2)
where id = $1 and done_at is null;

-- name: waiting
select count(*) from outbox where done_at is null;
