-- name: key
-- The key with hash $1, if it is good: also whoever made it, or made the key that made it, is still
-- one of us. `stale`: its last use was noted a while ago.
with recursive line as (
    select created_by as maker from api_keys where key_hash = $1
    union
    select k.created_by from line join api_keys k
        on k.prefix = substr(line.maker, 5) and line.maker like 'key:%'
)
select id, name, prefix, scopes, created_at, created_by, last_used_at, expires_at, revoked_at,
       coalesce(last_used_at < now() - interval '1 minute', true) as stale
from api_keys
where key_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())
  and not exists (select from line join staff_members m on m.actor = line.maker
                  where m.disabled_at is not null);

-- name: used
update api_keys set last_used_at = now() where id = $1;

-- name: make_key
-- $1 name, $2 prefix, $3 hash, $4 scopes, $5 days it lasts or null, $6 who makes it.
insert into api_keys (name, prefix, key_hash, scopes, expires_at, created_by)
values ($1, $2, $3, $4, now() + make_interval(days => $5), $6)
returning id, name, prefix, scopes, created_at, created_by, last_used_at, expires_at, revoked_at;

-- name: owner_of
-- Whose account stands behind what the actor $1 makes, also where that is a key; none for the token.
with recursive line as (
    select $1::text as maker
    union
    select k.created_by from line join api_keys k
        on k.prefix = substr(line.maker, 5) and line.maker like 'key:%'
)
select m.email from line join staff_members m on m.actor = line.maker;

-- name: keys
-- Newest first, $3 of them, after the one made at $1 with the id $2 if that is not null.
-- `owner`: whose account stands behind it, also by way of another key; null for the staff token.
select a.id, a.name, a.prefix, a.scopes, a.created_at, a.created_by, a.last_used_at, a.expires_at,
       a.revoked_at, owner.email as owner, coalesce(owner.disabled, false) as owner_disabled
from api_keys a
left join lateral (
    with recursive line as (
        select a.created_by as maker
        union
        select k.created_by from line join api_keys k
            on k.prefix = substr(line.maker, 5) and line.maker like 'key:%'
    )
    select m.email, m.disabled_at is not null as disabled
    from line join staff_members m on m.actor = line.maker
) owner on true
where $1::timestamptz is null or (a.created_at, a.id) < ($1, $2::uuid)
order by a.created_at desc, a.id desc
limit $3;

-- name: revoke
-- Revoking twice keeps the first time. $1 key, $2 who revokes it.
update api_keys set revoked_at = coalesce(revoked_at, now()), revoked_by = coalesce(revoked_by, $2)
where id = $1
returning true;

-- name: revoke_of
-- All keys of the member $1 end for good, with those that were made by them. $2 who ends them.
with recursive line as (
    select k.id, k.prefix from api_keys k
    join staff_members m on m.actor = k.created_by and m.id = $1
    union
    select k.id, k.prefix from line join api_keys k on k.created_by = 'key:' || line.prefix
)
update api_keys set revoked_at = now(), revoked_by = $2
where id in (select id from line) and revoked_at is null;

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
