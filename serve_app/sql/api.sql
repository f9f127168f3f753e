-- name: key
-- The key with hash $1, if it is good. `stale`: its last use was noted a while ago.
select id, name, prefix, scopes, created_at, created_by, last_used_at, expires_at, revoked_at,
       coalesce(last_used_at < now() - interval '1 minute', true) as stale
from api_keys
where key_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now());

-- name: used
update api_keys set last_used_at = now() where id = $1;

-- name: make_key
-- $1 name, $2 prefix, $3 hash, $4 scopes, $5 days it lasts or null, $6 who makes it.
insert into api_keys (name, prefix, key_hash, scopes, expires_at, created_by)
values ($1, $2, $3, $4, now() + make_interval(days => $5), $6)
returning id, name, prefix, scopes, created_at, created_by, last_used_at, expires_at, revoked_at;

-- name: keys
-- Newest first, $3 of them, after the one made at $1 with the id $2 if that is not null.
select id, name, prefix, scopes, created_at, created_by, last_used_at, expires_at, revoked_at
from api_keys
where $1::timestamptz is null or (created_at, id) < ($1, $2::uuid)
order by created_at desc, id desc
limit $3;

-- name: revoke
-- Revoking twice keeps the first time. $1 key, $2 who revokes it.
update api_keys set revoked_at = coalesce(revoked_at, now()), revoked_by = coalesce(revoked_by, $2)
where id = $1
returning true;

-- name: begin_answer
-- Whether this request is the first under its key; $3 seconds after which one that was never
-- answered is given up. Forgets two that are older than a day. $1 key, $2 request.
with old as (
    delete from idempotent_answers
    where key_hash in (select key_hash from idempotent_answers
                       where begun_at < now() - interval '24 hours' and key_hash <> $1
                       order by begun_at limit 2 for update skip locked)
)
insert into idempotent_answers as a (key_hash, request_hash) values ($1, $2)
on conflict (key_hash) do update
set request_hash = excluded.request_hash, begun_at = now(), status = null, media_type = null,
    body = null
where a.begun_at < now() - interval '24 hours'
   or (a.status is null and a.request_hash = excluded.request_hash
       and a.begun_at < now() - make_interval(secs => $3))
returning true;

-- name: answer
select request_hash, status, media_type, body from idempotent_answers where key_hash = $1;

-- name: keep_answer
-- $1 key, $2 status, $3 media type, $4 body, encrypted.
update idempotent_answers set status = $2, media_type = $3, body = $4 where key_hash = $1;

-- name: drop_answer
delete from idempotent_answers where key_hash = $1 and status is null;
