-- What has to be changed on directories by hand, because a business told something else after its
-- listing was sent.

-- Which profile a job's attempts began with: the latest one before them. Commands and leases are
-- never under way at the same time, so their times tell the order.
create table profile_uses (
    id bigint generated always as identity primary key,
    job_id uuid not null references jobs on delete cascade,
    profile_id uuid not null references profiles on delete cascade,
    since timestamptz not null default now()
);
create index profile_uses_job on profile_uses (job_id, since, id);
create index profile_uses_profile on profile_uses (profile_id);

-- Whose customer has one job: it used their profiles one after the other. For the others nobody
-- knows which was whose; their listings count from here on.
insert into profile_uses (job_id, profile_id, since)
select j.id, p.id, case when p.version = 1 then '-infinity' else p.created_at end
from jobs j join profiles p on p.customer_id = j.customer_id
join profiles used on used.id = j.profile_id and p.version <= used.version
where (select count(*) from jobs o where o.customer_id = j.customer_id) = 1
order by p.version;
insert into profile_uses (job_id, profile_id, since)
select j.id, j.profile_id, '-infinity'
from jobs j
where j.profile_id is not null and not exists (select from profile_uses u where u.job_id = j.id);

create table listing_updates (
    id bigint generated always as identity primary key,
    submission_id uuid not null references submissions on delete cascade,
    job_id uuid not null,
    -- Which facts differ, by their paths in the profile, and the profile that has them right. What
    -- they say is in there, and in what the attempt read back.
    facts text[] not null check (cardinality(facts) > 0),
    profile_id uuid not null references profiles on delete cascade,
    -- Grows with each change: who did what an older one said has not done this one.
    version integer not null default 1 check (version >= 1),
    -- 'void': nothing differs any more, or there is no listing any more.
    state text not null default 'open' check (state in ('open', 'done', 'impossible', 'void')),
    opened_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    closed_at timestamptz,
    closed_by text,
    -- What the customer is told where it is not possible, and what staff noted for themselves.
    reason text not null default '' check (length(reason) <= 500),
    note text not null default '' check (length(note) <= 500),
    check ((state = 'open') = (closed_at is null) and (closed_at is null) = (closed_by is null)),
    check (state <> 'impossible' or length(reason) >= 3)
);
create unique index listing_updates_open on listing_updates (submission_id) where state = 'open';
create index listing_updates_submission on listing_updates (submission_id, id);
create index listing_updates_job on listing_updates (job_id);
create index listing_updates_profile on listing_updates (profile_id);
create index listing_updates_state on listing_updates (state, id);

grant select, insert on profile_uses to dbolt_orchestrator;
grant select, insert, update on listing_updates to dbolt_orchestrator;
grant select on listing_updates to dbolt_web;
grant select (id, submission_id, job_id, facts, profile_id, version, state, opened_at, changed_at,
              closed_at, closed_by, reason) on listing_updates to dbolt_customer;

alter table profile_uses enable row level security;
alter table profile_uses force row level security;
create policy staff_profile_uses on profile_uses to dbolt_orchestrator
    using (true) with check (true);
create policy owner_profile_uses on profile_uses to current_user using (true) with check (true);
alter table listing_updates enable row level security;
alter table listing_updates force row level security;
create policy staff_listing_updates on listing_updates to dbolt_orchestrator, dbolt_web
    using (true) with check (true);
create policy owner_listing_updates on listing_updates to current_user
    using (true) with check (true);
create policy own_listing_updates on listing_updates for select to dbolt_customer
    using (job_id in (select id from jobs));
