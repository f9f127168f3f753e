-- name: of_session
-- Who holds the session $1.
select m.id, m.email, m.role, m.actor, s.seen_at < now() - interval '10 minutes' as stale
from staff_sessions s
join staff_members m on m.id = s.member_id
where s.token_hash = $1 and s.expires_at > now() and m.disabled_at is null;

-- name: seen
update staff_sessions set seen_at = now() where token_hash = $1;

-- name: open_session
-- $1 token's hash, $2 member, $3 seconds it lasts, $4 browser. Five old ones go on the way.
with stale as (
    delete from staff_sessions
    where token_hash in (select token_hash from staff_sessions where expires_at < now()
                         limit 5 for update skip locked)
)
insert into staff_sessions (token_hash, member_id, expires_at, agent)
values ($1, $2, now() + make_interval(secs => $3), $4);

-- name: end_session
delete from staff_sessions where token_hash = $1;

-- name: end_all
delete from staff_sessions where member_id = $1;

-- name: by_email
select id, email, role, password_hash, totp_secret, totp_step
from staff_members
where email = $1 and joined_at is not null and disabled_at is null;

-- name: by_id
select email, role, password_hash, totp_secret from staff_members
where id = $1 and joined_at is not null and disabled_at is null;

-- name: take_step
-- A code counts once: only a later step than the last one is taken.
update staff_members set totp_step = $2 where id = $1 and totp_step < $2 returning id;

-- name: use_recovery
update staff_recovery_codes set used_at = now()
where member_id = $1 and code_hash = $2 and used_at is null
returning member_id;

-- name: has_recovery
select exists (
    select from staff_recovery_codes c
    join staff_members m on m.id = c.member_id
    where m.email = $1 and m.disabled_at is null and c.code_hash = $2 and c.used_at is null);

-- name: rehash
update staff_members set password_hash = $3 where id = $1 and password_hash = $2;

-- name: set_password
update staff_members set password_hash = $2 where id = $1;

-- name: set_device
-- $1 member, $2 sealed secret, $3 the step whose code was taken last.
update staff_members set totp_secret = $2, totp_step = $3
where id = $1 and joined_at is not null and disabled_at is null
returning email;

-- name: end_others
delete from staff_sessions where member_id = $1 and token_hash <> $2 returning id;

-- name: ways
select joined_at,
       (select count(*) from staff_recovery_codes c where c.member_id = m.id and c.used_at is null)
           as recovery_codes
from staff_members m where id = $1;

-- name: sessions_of
select created_at, seen_at, agent, token_hash = $2 as mine
from staff_sessions where member_id = $1 and expires_at > now()
order by token_hash = $2 desc, seen_at desc limit 50;

-- name: invite
-- $1 address, $2 role, $3 who invites. An account that was never joined, or is disabled, is asked
-- anew; nothing for one that is in use.
insert into staff_members (email, role, invited_by) values ($1, $2, $3)
on conflict (email) do update
set role = excluded.role, invited_by = excluded.invited_by, disabled_at = null, joined_at = null
where staff_members.joined_at is null or staff_members.disabled_at is not null
returning id;

-- name: add_invitation
-- The latest invitation alone works. $1 member, $2 token's hash, $3 sealed secret, $4 seconds.
with older as (delete from staff_invitations where member_id = $1)
insert into staff_invitations (member_id, token_hash, totp_secret, expires_at)
values ($1, $2, $3, now() + make_interval(secs => $4));

-- name: invitation
select i.member_id, i.totp_secret, m.email, m.role, m.joined_at is not null as again,
       m.password_hash
from staff_invitations i
join staff_members m on m.id = i.member_id
where i.token_hash = $1 and i.used_at is null and i.expires_at > now() and m.disabled_at is null;

-- name: use_invitation
update staff_invitations set used_at = now()
where token_hash = $1 and used_at is null and expires_at > now()
returning member_id;

-- name: join
update staff_members set password_hash = $2, totp_secret = $3, totp_step = $4,
    joined_at = coalesce(joined_at, now())
where id = $1;

-- name: drop_recovery
delete from staff_recovery_codes where member_id = $1;

-- name: add_recovery
insert into staff_recovery_codes (member_id, code_hash) select $1, unnest($2::bytea[]);

-- name: list
select m.id, m.email, m.role, m.created_at, m.invited_by, m.joined_at, m.disabled_at,
       (select max(seen_at) from staff_sessions s where s.member_id = m.id) as seen_at,
       (select count(*) from staff_sessions s where s.member_id = m.id and s.expires_at > now())
           as sessions,
       (select count(*) from staff_recovery_codes c where c.member_id = m.id and c.used_at is null)
           as recovery_codes
from staff_members m
order by m.disabled_at is not null, m.email
limit 500;

-- name: lock_admins
select id from staff_members
where role = 'admin' and joined_at is not null and disabled_at is null
order by id for update;

-- name: set_role
update staff_members set role = $2 where id = $1 and disabled_at is null returning email;

-- name: disable
update staff_members set disabled_at = now() where id = $1 and disabled_at is null
returning email;
