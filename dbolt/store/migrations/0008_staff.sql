-- Our own people: accounts with roles and a second factor, what they did, and what they do in bulk.

create table staff_members (
    id uuid primary key default gen_random_uuid(),
    -- How the queue's own history calls them: customers may read that, and learn no address there.
    actor text not null generated always as ('staff-' || left(id::text, 8)) stored unique,
    email text not null unique check (email = lower(email) and position('@' in email) > 1),
    role text not null check (role in ('viewer', 'staff', 'admin')),
    password_hash text check (password_hash like '$argon2id$%'),
    -- The shared secret of the second factor, encrypted by a key that follows from the vault's.
    totp_secret bytea check (octet_length(totp_secret) > 28),
    -- The last step of 30 s whose code was taken: no code works twice.
    totp_step bigint not null default 0,
    created_at timestamptz not null default now(),
    invited_by text not null,
    joined_at timestamptz,
    disabled_at timestamptz,
    check (joined_at is null or (password_hash is not null and totp_secret is not null))
);

create table staff_recovery_codes (
    member_id uuid not null references staff_members on delete cascade,
    code_hash bytea not null check (octet_length(code_hash) = 32),
    used_at timestamptz,
    primary key (member_id, code_hash)
);

create table staff_invitations (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    member_id uuid not null references staff_members on delete cascade,
    -- Made with the invitation, so that reloading its page shows the same secret.
    totp_secret bytea not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz
);
create index staff_invitations_member on staff_invitations (member_id);

create table staff_sessions (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    id uuid not null default gen_random_uuid() unique,
    member_id uuid not null references staff_members on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    seen_at timestamptz not null default now(),
    agent text not null default '' check (length(agent) <= 200)
);
create index staff_sessions_member on staff_sessions (member_id);

-- What staff set out to do, written before it is done, and what came of it. Neither is ever changed.
create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null,
    role text not null,
    action text not null,
    -- What it is about, as far as the address says it.
    subject text not null default '',
    network text not null default '',
    agent text not null default ''
);
create index audit_at on audit (at);
create index audit_actor on audit (actor, id);
create index audit_action on audit (action, id);

create table audit_outcomes (
    audit_id bigint primary key references audit,
    at timestamptz not null default now(),
    status smallint not null check (status between 100 and 599),
    -- What was asked for and what came of it, without secrets.
    detail jsonb not null default '{}'
);

create function refuse_change() returns trigger language plpgsql
    as $$ begin raise exception 'the audit log is only ever added to'; end $$;
create trigger audit_stays before update or delete or truncate on audit
    for each statement execute function refuse_change();
create trigger audit_outcomes_stay before update or delete or truncate on audit_outcomes
    for each statement execute function refuse_change();

-- One command on many submissions or jobs. The list is fixed when it is confirmed; `done` says how
-- far it has been carried out, so that another replica can go on with it.
create table staff_batches (
    id uuid primary key default gen_random_uuid(),
    actor text not null,
    action text not null,
    value integer,
    ids uuid[] not null,
    done integer not null default 0 check (done >= 0 and done <= cardinality(ids)),
    changed integer not null default 0 check (changed >= 0),
    problem text not null default '',
    created_at timestamptz not null default now(),
    moved_at timestamptz not null default now(),
    ended_at timestamptz
);
create index staff_batches_newest on staff_batches (created_at);

-- What staff look for. None of these columns changes with a press or a heartbeat.
create index job_results_newest on job_results (created_at, id);
create index job_results_of_directory on job_results (directory, created_at, id);
create index job_results_troubles on job_results (resting, reason, directory, resting_since)
    where resting in ('failed', 'rejected', 'needs_person');
create index events_at on events using brin (at);
create index customers_newest on customers (created_at, id);

grant select, insert, update, delete on staff_members, staff_recovery_codes, staff_invitations,
    staff_sessions to dbolt_web;
grant select, insert on audit, audit_outcomes to dbolt_web;
grant select, insert, update on staff_batches to dbolt_web;
