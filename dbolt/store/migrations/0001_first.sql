-- The tables of DESIGN.md's words, with the constraints that make wrong states impossible,
-- and the three roles that Postgres itself holds apart.

-- Roles belong to the whole server, so a second database on it finds them there already.
do $$
declare
    wanted text;
    -- Since Postgres 16 whoever makes a role may administer it without being able to become it.
    become text := case when current_setting('server_version_num')::integer >= 160000
                        then 'set' else 'member' end;
begin
    foreach wanted in array array['dbolt_orchestrator', 'dbolt_web', 'dbolt_customer'] loop
        begin
            execute format('create role %I nologin', wanted);
        exception when duplicate_object or unique_violation then
            null;
        end;
        if not pg_has_role(current_user, wanted, become) then
            execute format('grant %I to current_user', wanted);
        end if;
    end loop;
    if not pg_has_role('dbolt_web', 'dbolt_customer', 'member') then
        grant dbolt_customer to dbolt_web;
    end if;
end $$;

create table customers (
    id uuid primary key default gen_random_uuid(),
    email text not null check (email = lower(email) and position('@' in email) > 1),
    created_at timestamptz not null default now()
);
create unique index customers_email on customers (email);

create table sessions (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    customer_id uuid not null references customers on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index sessions_customer on sessions (customer_id);

create table profiles (
    id uuid primary key default gen_random_uuid(),
    customer_id uuid not null references customers on delete cascade,
    version integer not null check (version >= 1),
    doc jsonb not null,
    created_at timestamptz not null default now(),
    unique (customer_id, version)
);

create table orders (
    id uuid primary key default gen_random_uuid(),
    customer_id uuid not null references customers,
    plan text not null check (plan in ('starter', 'growth', 'professional', 'enterprise')),
    amount_cents integer not null check (amount_cents >= 0),
    currency text not null check (currency = lower(currency) and length(currency) = 3),
    state text not null default 'open' check (state in ('open', 'paid', 'expired', 'refunded')),
    payment_ref text not null default '',
    -- The session that placed it: until an address can be proven, that session alone may see it,
    -- because anybody can type an address in.
    session_hash bytea references sessions on delete set null,
    created_at timestamptz not null default now(),
    paid_at timestamptz,
    check ((state in ('paid', 'refunded')) = (paid_at is not null))
);
create index orders_customer on orders (customer_id);
create index orders_session on orders (session_hash) where session_hash is not null;
create index orders_payment on orders (payment_ref) where payment_ref <> '';

-- One row per event of the payment provider that was acted upon: a repeated event changes nothing.
create table payment_events (
    event_id text primary key,
    order_id uuid not null references orders,
    received_at timestamptz not null default now()
);

create table directories (
    slug text primary key,
    doc jsonb not null,
    active boolean not null default true,
    -- The circuit breaker: attempts in a row that failed by the directory's fault, and until when
    -- it is left alone for that.
    failures integer not null default 0 check (failures >= 0),
    rests_until timestamptz,
    updated_at timestamptz not null default now()
);

-- The table of DESIGN.md §5, as the guards of every statement that moves a submission. `moving`
-- is what a transition adds to its job's count of submissions that can still move by themselves.
create table transitions (
    from_state text not null,
    event text not null,
    to_state text not null,
    moving smallint not null check (moving between -1 and 1),
    primary key (from_state, event)
);
insert into transitions (from_state, event, to_state, moving) values
    ('queued', 'leased', 'leased', 0),
    ('queued', 'skipped', 'skipped', -1),
    ('queued', 'person_needed', 'needs_person', -1),
    ('queued', 'cancelled', 'cancelled', -1),
    ('leased', 'lease_expired', 'queued', 0),
    ('leased', 'retry_later', 'queued', 0),
    ('leased', 'permitted', 'pressed', 0),
    ('leased', 'person_needed', 'needs_person', -1),
    ('leased', 'already_listed', 'duplicate', -1),
    ('leased', 'found', 'submitted', -1),
    ('leased', 'failed', 'failed', -1),
    ('leased', 'skipped', 'skipped', -1),
    ('leased', 'cancelled', 'cancelled', -1),
    ('pressed', 'lease_expired', 'uncertain', 0),
    ('pressed', 'unclear', 'uncertain', 0),
    ('pressed', 'accepted', 'submitted', -1),
    ('pressed', 'pending_email', 'awaiting_email', -1),
    ('pressed', 'pending_customer', 'awaiting_customer', -1),
    ('pressed', 'pending_review', 'in_review', -1),
    ('pressed', 'already_listed', 'duplicate', -1),
    ('pressed', 'rejected', 'rejected', -1),
    ('pressed', 'person_needed', 'needs_person', -1),
    ('uncertain', 'found', 'submitted', -1),
    ('uncertain', 'found_live', 'live', -1),
    ('uncertain', 'absent', 'queued', 0),
    ('uncertain', 'person_needed', 'needs_person', -1),
    ('submitted', 'found_live', 'live', 0),
    ('awaiting_email', 'accepted', 'submitted', 0),
    ('awaiting_email', 'found_live', 'live', 0),
    ('awaiting_customer', 'accepted', 'submitted', 0),
    ('awaiting_customer', 'found_live', 'live', 0),
    ('in_review', 'found_live', 'live', 0),
    ('in_review', 'rejected', 'rejected', 0),
    ('needs_person', 'hand_done', 'submitted', 0),
    ('needs_person', 'requeued', 'queued', 1),
    ('needs_person', 'skipped', 'skipped', 0),
    ('needs_person', 'cancelled', 'cancelled', 0),
    ('failed', 'requeued', 'queued', 1),
    ('rejected', 'requeued', 'queued', 1),
    ('skipped', 'requeued', 'queued', 1),
    ('cancelled', 'requeued', 'queued', 1);

create table job_transitions (
    from_state text not null,
    event text not null,
    to_state text not null,
    primary key (from_state, event)
);
insert into job_transitions (from_state, event, to_state) values
    ('awaiting_profile', 'profile_completed', 'queued'),
    ('awaiting_profile', 'cancelled', 'cancelled'),
    ('queued', 'started', 'running'),
    ('queued', 'settled', 'complete'),
    ('queued', 'paused', 'paused'),
    ('queued', 'cancelled', 'cancelled'),
    ('running', 'settled', 'complete'),
    ('running', 'paused', 'paused'),
    ('running', 'cancelled', 'cancelled'),
    ('paused', 'settled', 'complete'),
    ('paused', 'resumed', 'queued'),
    ('paused', 'cancelled', 'cancelled'),
    ('complete', 'reopened', 'queued'),
    ('cancelled', 'reopened', 'queued');

create table jobs (
    id uuid primary key default gen_random_uuid(),
    order_id uuid not null unique references orders,
    customer_id uuid not null references customers,
    plan text not null check (plan in ('starter', 'growth', 'professional', 'enterprise')),
    priority smallint not null check (priority between 1 and 100),
    state text not null check (state in
        ('awaiting_profile', 'queued', 'running', 'paused', 'complete', 'cancelled')),
    profile_id uuid references profiles,
    -- Submissions that can still move by themselves; at none the job is complete.
    moving integer not null default 0 check (moving >= 0),
    created_at timestamptz not null default now(),
    started_at timestamptz,
    completed_at timestamptz,
    check (profile_id is not null or state in ('awaiting_profile', 'cancelled')),
    check ((state = 'complete') <= (completed_at is not null))
);
create index jobs_customer on jobs (customer_id);
create index jobs_open on jobs (state) where state not in ('complete', 'cancelled');
create index jobs_newest on jobs (created_at, id);

create table job_results (
    id uuid primary key default gen_random_uuid(),
    job_id uuid not null references jobs,
    directory text not null references directories,
    state text not null default 'queued' check (state in
        ('queued', 'leased', 'pressed', 'submitted', 'live', 'uncertain', 'awaiting_email',
         'awaiting_customer', 'in_review', 'needs_person', 'duplicate', 'rejected', 'failed',
         'skipped', 'cancelled')),
    reason text,
    detail text not null default '',
    -- Tries so far; the attempt under way has this number.
    attempt integer not null default 0 check (attempt >= 0),
    -- Tries that count against the cap of their reason, since the last time a person asked for one.
    failures integer not null default 0 check (failures >= 0),
    -- The place in the line of its directory, in the shares of DESIGN.md §6; null until the
    -- profile is there.
    turn double precision,
    token uuid,
    epoch bigint,
    worker text,
    deadline_at timestamptz,
    leased_at timestamptz,
    not_before timestamptz not null default now(),
    -- The last press, of whichever attempt.
    pressed_at timestamptz,
    listing_url text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- What the indexes below go by. A press and a heartbeat change none of it, nor anything else
    -- that an index knows, so they touch no index at all.
    waiting boolean generated always as (state = 'queued' and turn is not null) stored,
    resting text generated always as (case when token is null then state end) stored,
    resting_since timestamptz generated always as (case when token is null then updated_at end)
        stored,
    unique (job_id, directory),
    -- A lease is a token, an epoch, a worker and a deadline, or nothing at all.
    check ((state in ('leased', 'pressed')) = (token is not null)),
    check ((token is null) = (deadline_at is null) and (token is null) = (epoch is null)
           and (token is null) = (worker is null) and (token is null) = (leased_at is null)),
    check (token is null or attempt >= 1),
    check (state <> 'pressed' or pressed_at is not null),
    -- No state without evidence: what ended says why.
    check (state in ('queued', 'leased', 'pressed') or reason is not null),
    check (state not in ('submitted', 'awaiting_email', 'awaiting_customer', 'in_review')
           or pressed_at is not null or reason = 'done_by_hand'),
    check (state <> 'live' or reason = 'found_live')
) with (fillfactor = 70);
-- The line of each directory, and when the next of those who wait may join it.
create index job_results_line on job_results (directory, turn, not_before, id) where waiting;
create index job_results_waiting on job_results (directory, not_before) where waiting;
-- Leases that are out: few, so those whose time is up are found among them. No index holds the
-- deadline, so that a heartbeat moves it without touching any.
create unique index job_results_token on job_results (token) where token is not null;
-- What is under way is found by its lease, and moves too often to be listed here.
create index job_results_resting on job_results (resting, resting_since)
    where resting is not null;

-- Attempts, presses and events are only ever written by statements that take the keys from rows
-- that they move in the same breath, and no role may delete those rows. A foreign key would look
-- each of them up once more, which took a quarter of the database's time.

-- Attempts that have ended. The one under way is in its submission's row.
create table attempts (
    submission_id uuid not null,
    attempt integer not null check (attempt >= 1),
    token uuid not null unique,
    worker text not null,
    started_at timestamptz not null default now(),
    ended_at timestamptz not null default now(),
    event text not null,
    reason text,
    -- The worker's result, whole: values typed and read back, evidence, what the page said.
    result jsonb,
    primary key (submission_id, attempt)
);
-- Whose is this file? Asked for each picture on a page.
create index attempts_evidence on attempts using gin ((result -> 'evidence') jsonb_path_ops)
    where result is not null;

-- One row per permit. The key is the promise: an attempt presses at most once.
create table presses (
    submission_id uuid not null,
    attempt integer not null,
    directory text not null,
    pressed_at timestamptz not null default now(),
    -- The directory was searched before and did not show the business: what is found there later
    -- came by this press.
    seen_absent boolean not null default false,
    primary key (submission_id, attempt)
);
-- Only ever asked for the presses of the last day.
create index presses_pace on presses using brin (pressed_at);

create table events (
    id bigint generated always as identity primary key,
    job_id uuid not null,
    submission_id uuid,
    at timestamptz not null default now(),
    event text not null,
    from_state text,
    to_state text not null,
    reason text,
    attempt integer,
    actor text not null,
    detail text not null default ''
);
create index events_job on events (job_id, id);

create table verifications (
    id uuid primary key default gen_random_uuid(),
    submission_id uuid not null references job_results,
    due_at timestamptz not null,
    tries integer not null default 0 check (tries >= 0),
    token uuid,
    epoch bigint,
    worker text,
    deadline_at timestamptz,
    done_at timestamptz,
    found boolean,
    -- What the last look saw, with its evidence.
    result jsonb,
    check ((token is null) = (deadline_at is null) and (token is null) = (epoch is null)
           and (token is null) = (worker is null)),
    check (done_at is null or token is null)
);
create unique index verifications_open on verifications (submission_id) where done_at is null;
create unique index verifications_token on verifications (token) where token is not null;
create index verifications_due on verifications (due_at) where done_at is null and token is null;

-- Accounts made on directories in a customer's name.
create table accounts (
    customer_id uuid not null references customers on delete cascade,
    directory text not null references directories,
    -- The password follows from the vault's key and is at rest nowhere.
    username text not null,
    made_at timestamptz not null default now(),
    primary key (customer_id, directory)
);

create table pauses (
    level text not null check (level in ('global', 'plan', 'directory', 'job')),
    key text not null default '',
    since timestamptz not null default now(),
    actor text not null,
    primary key (level, key),
    check ((level = 'global') = (key = ''))
);

-- What has to be told to the world, written with the change that causes it.
create table outbox (
    id bigint generated always as identity primary key,
    -- Goes out with it, the same at each try: whoever gets it twice can tell.
    key uuid not null default gen_random_uuid(),
    kind text not null,
    payload jsonb not null,
    created_at timestamptz not null default now(),
    not_before timestamptz not null default now(),
    tries integer not null default 0,
    -- Told, or given up: then `problem` says why.
    done_at timestamptz,
    problem text not null default ''
);
create index outbox_due on outbox (not_before) where done_at is null;

-- Each start of an orchestrator takes the next epoch. An older one finds that its time is over.
create table orchestrator_epoch (
    single boolean primary key default true check (single),
    epoch bigint not null,
    started_at timestamptz not null default now()
);
insert into orchestrator_epoch (epoch) values (0);

-- An orchestrator has several connections that write. Each of their transactions writes its number
-- into the connection's row first: a takeover waits for it there, and one whose connection broke in
-- the middle of a commit finds out whether the commit happened.
create table orchestrator_writers (
    place smallint primary key,
    epoch bigint not null default 0,
    batch bigint not null default 0,
    -- How far the fair line has been served; new work joins it here.
    turn double precision not null default 0
);
insert into orchestrator_writers (place) values (0), (1);

-- Who may do what. Workers have no role at all.
revoke create on schema public from public;
grant usage on schema public to dbolt_orchestrator, dbolt_web, dbolt_customer;

grant select on customers, profiles, orders, payment_events, directories, transitions,
    job_transitions, jobs, job_results, attempts, presses, events, verifications, accounts, pauses,
    outbox, orchestrator_epoch, orchestrator_writers to dbolt_orchestrator;
grant insert, update on directories, jobs, job_results, verifications, accounts, outbox
    to dbolt_orchestrator;
grant insert on payment_events, attempts, presses, events to dbolt_orchestrator;
grant insert, update, delete on pauses to dbolt_orchestrator;
grant update on orders, orchestrator_epoch, orchestrator_writers to dbolt_orchestrator;

grant select on customers, sessions, profiles, orders, payment_events, directories, transitions,
    job_transitions, jobs, job_results, attempts, presses, events, verifications, pauses, outbox,
    orchestrator_epoch, orchestrator_writers to dbolt_web;
grant insert, update on customers to dbolt_web;
grant insert, update, delete on sessions to dbolt_web;
grant insert on profiles to dbolt_web;
-- An order is made open; only the orchestrator, who has seen the payment, says more.
grant insert (id, customer_id, plan, amount_cents, currency, session_hash) on orders to dbolt_web;

grant select on customers, profiles, orders, jobs, job_results, attempts, events, directories
    to dbolt_customer;

alter table customers enable row level security;
alter table customers force row level security;
alter table profiles enable row level security;
alter table profiles force row level security;
alter table orders enable row level security;
alter table orders force row level security;
alter table jobs enable row level security;
alter table jobs force row level security;
alter table job_results enable row level security;
alter table job_results force row level security;
alter table attempts enable row level security;
alter table attempts force row level security;
alter table events enable row level security;
alter table events force row level security;

-- A pooled connection keeps '' where the setting was, so '' must read as nobody.
create function app_session() returns bytea language sql stable
    as $$ select decode(nullif(current_setting('app.session_hash', true), ''), 'hex') $$;

do $$
declare
    t text;
begin
    foreach t in array array['customers', 'profiles', 'orders', 'jobs', 'job_results', 'attempts',
                             'events'] loop
        execute format('create policy staff_%1$s on %1$I to dbolt_orchestrator, dbolt_web
                        using (true) with check (true)', t);
        -- Whoever owns the tables runs migrations and backups, and forced security binds it too.
        execute format('create policy owner_%1$s on %1$I to current_user
                        using (true) with check (true)', t);
    end loop;
end $$;

-- A customer is a session, and has the orders that were placed in it. Each policy below asks the
-- table before it, whose own policy holds there too.
create policy own_orders on orders for select to dbolt_customer
    using (session_hash = app_session());
create policy own_customers on customers for select to dbolt_customer
    using (id in (select customer_id from orders));
create policy own_jobs on jobs for select to dbolt_customer
    using (order_id in (select id from orders));
create policy own_profiles on profiles for select to dbolt_customer
    using (id in (select profile_id from jobs));
create policy own_results on job_results for select to dbolt_customer
    using (job_id in (select id from jobs));
create policy own_attempts on attempts for select to dbolt_customer
    using (submission_id in (select id from job_results));
create policy own_events on events for select to dbolt_customer
    using (job_id in (select id from jobs));
