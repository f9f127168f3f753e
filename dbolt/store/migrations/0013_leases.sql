-- Leases get a narrow table of their own. A submission's row was written three times on its way
-- from the line to its result, with all that its indexes know; now a lease is a row that comes, is
-- marked by the press, and goes, and the submission is written once, with the result.
--
-- Whoever reads `job_results` reads both together, as before: it is a view now, under the rights and
-- the row-level security of whoever asks.

alter table job_results rename to submissions;

create table leases (
    token uuid primary key,
    -- Nothing is leased twice at a time. No foreign key, as for attempts: see 0001_first.sql.
    submission_id uuid not null unique,
    job_id uuid not null,
    directory text not null,
    attempt integer not null check (attempt >= 1),
    epoch bigint not null,
    worker text not null,
    leased_at timestamptz not null default now(),
    deadline_at timestamptz not null,
    -- The point of no return. A press and a heartbeat change nothing that an index knows.
    pressed_at timestamptz,
    seen_absent boolean not null default false
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

insert into leases (token, submission_id, job_id, directory, attempt, epoch, worker, leased_at,
                    deadline_at, pressed_at, seen_absent)
select r.token, r.id, r.job_id, r.directory, r.attempt, r.epoch, r.worker, r.leased_at,
       r.deadline_at, case when r.state = 'pressed' then r.pressed_at end,
       coalesce(p.seen_absent, false)
from submissions r
left join presses p on p.submission_id = r.id and p.attempt = r.attempt and r.state = 'pressed'
where r.token is not null;

-- The indexes and the checks that know of leases go with the columns.
alter table submissions
    drop column resting,
    drop column resting_since,
    drop column token cascade,
    drop column epoch,
    drop column worker,
    drop column deadline_at,
    drop column leased_at;

do $$
declare
    old text;
begin
    -- "What is leased or pressed", and "no state without evidence", in their earlier words.
    for old in select conname from pg_constraint
               where conrelid = 'submissions'::regclass and contype = 'c'
                 and pg_get_constraintdef(oid) like '%pressed''%'
    loop
        execute format('alter table submissions drop constraint %I', old);
    end loop;
end $$;

update submissions set state = 'queued', attempt = attempt - 1
where state in ('leased', 'pressed');

-- What a submission is between leases. Under a lease it is still 'queued' here: its lease says more.
alter table submissions
    add constraint submissions_state check (state in
        ('queued', 'submitted', 'live', 'uncertain', 'awaiting_email', 'awaiting_customer',
         'in_review', 'needs_person', 'duplicate', 'rejected', 'failed', 'skipped', 'cancelled')),
    -- No state without evidence: what ended says why.
    add constraint submissions_reason check (state = 'queued' or reason is not null);

alter index job_results_pkey rename to submissions_pkey;
alter index job_results_job_id_directory_key rename to submissions_job_id_directory_key;
alter index job_results_line rename to submissions_line;
alter index job_results_waiting rename to submissions_waiting;
alter index job_results_newest rename to submissions_newest;
alter index job_results_of_directory rename to submissions_of_directory;
create index submissions_resting on submissions (state, updated_at);
create index submissions_troubles on submissions (state, reason, directory, updated_at)
    where state in ('failed', 'rejected', 'needs_person');

-- A submission as it is: with the lease that is out. `resting`, `resting_since` and `waiting` are
-- what the indexes go by, and leave leases out of account: what is leased is still 'queued' there.
create view job_results with (security_invoker = true) as
select s.id, s.job_id, s.directory,
       case when l.token is null then s.state
            when l.pressed_at is null then 'leased' else 'pressed' end as state,
       s.reason, s.detail, coalesce(l.attempt, s.attempt) as attempt, s.failures, s.turn,
       l.token, l.epoch, l.worker, l.deadline_at, l.leased_at, s.not_before,
       coalesce(l.pressed_at, s.pressed_at) as pressed_at, s.listing_url, s.created_at,
       coalesce(l.pressed_at, l.leased_at, s.updated_at) as updated_at,
       s.waiting, s.state as resting, s.updated_at as resting_since
from submissions s
left join leases l on l.submission_id = s.id;

grant select on job_results to dbolt_orchestrator, dbolt_web, dbolt_customer;
grant select on leases to dbolt_orchestrator, dbolt_web, dbolt_customer;
grant insert, update, delete on leases to dbolt_orchestrator;

alter table leases enable row level security;
alter table leases force row level security;
create policy staff_leases on leases to dbolt_orchestrator, dbolt_web
    using (true) with check (true);
create policy owner_leases on leases to current_user using (true) with check (true);
create policy own_leases on leases for select to dbolt_customer
    using (job_id in (select id from jobs));

-- Functions that read find the view; what they delete are submissions.
do $$
declare
    old text;
begin
    for old in select pg_get_functiondef(oid) from pg_proc
               where pronamespace = 'public'::regnamespace and prokind = 'f'
                 and prosrc like '%delete from job_results%'
    loop
        execute replace(old, 'delete from job_results', 'delete from submissions');
    end loop;
end $$;

-- Most attempts that end well in a demo leave no file; only those that do are listed.
drop index attempts_evidence;
create index attempts_evidence on attempts using gin ((result -> 'evidence') jsonb_path_ops)
    where result -> 'evidence' <> '[]';
