-- The API's keys, what was answered to writes that may be sent twice, and what each web process
-- has counted.

create table api_keys (
    id uuid primary key default gen_random_uuid(),
    name text not null check (length(name) between 1 and 80),
    -- How a key begins: what pages and logs call it by.
    prefix text not null unique check (prefix ~ '^dbk_[a-z0-9]{8}$'),
    -- SHA-256 of the whole key, which has 256 random bits: nothing slower is needed.
    key_hash bytea not null unique check (octet_length(key_hash) = 32),
    scopes text[] not null check (
        cardinality(scopes) > 0 and scopes <@ array['read', 'write', 'worker', 'admin']),
    created_at timestamptz not null default now(),
    created_by text not null,
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    revoked_by text,
    check ((revoked_at is null) = (revoked_by is null))
);
create index api_keys_newest on api_keys (created_at, id);

-- Answers to writes that came with an Idempotency-Key. An answer may hold a key or a session, so it
-- is kept encrypted under what only the sender of that header knows.
create table idempotent_answers (
    -- A keyed hash of who asked and of their key.
    key_hash bytea primary key check (octet_length(key_hash) = 32),
    request_hash bytea not null check (octet_length(request_hash) = 32),
    begun_at timestamptz not null default now(),
    -- Null while the first request is under way.
    status smallint check (status between 200 and 299),
    media_type text,
    body bytea,
    check ((status is null) = (body is null))
);
create index idempotent_answers_begun on idempotent_answers (begun_at);

-- What each process of the web has counted so far: their sum is what the product has counted,
-- whichever of them is asked. A process that is gone leaves its row to the one called 'past'.
create table web_counters (
    process text primary key,
    told_at timestamptz not null default now(),
    -- Sample name with labels → value; counters only.
    figures jsonb not null
);

grant select, insert, update (last_used_at, revoked_at, revoked_by) on api_keys to dbolt_web;
grant select, insert, update, delete on idempotent_answers, web_counters to dbolt_web;
grant select on web_counters to dbolt_orchestrator;
