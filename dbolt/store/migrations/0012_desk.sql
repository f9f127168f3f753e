-- What staff may see and change of directories and submissions, beyond what they could so far.

-- What staff laid over the rules of a directory's file, each once and for ever: those that hold and
-- those that were taken back or have run out.

create table directory_overrides (
    id bigint generated always as identity primary key,
    slug text not null references directories,
    -- The rules that were asked for, and what the file said of all of them at that time.
    rules jsonb not null,
    off boolean not null,
    base jsonb not null,
    reason text not null check (length(reason) between 3 and 500),
    -- Who allowed more than the file does, and where that is written.
    permission text not null default '' check (length(permission) <= 500),
    made_at timestamptz not null default now(),
    actor text not null,
    until timestamptz check (until > made_at),
    ended_at timestamptz,
    ended_by text,
    check ((ended_at is null) = (ended_by is null))
);
create unique index directory_overrides_held on directory_overrides (slug) where ended_at is null;
create index directory_overrides_of on directory_overrides (slug, id);

-- `doc` is what holds, for all who read it; the file's own word, where that is another one, is here.
alter table directories add column file_doc jsonb;

grant select on directory_overrides to dbolt_orchestrator, dbolt_web;
grant insert, update (ended_at, ended_by) on directory_overrides to dbolt_orchestrator;

-- Which letters about a job there are and what became of them, for those who may not read letters:
-- those hold links that open accounts.
create view job_messages as
    select id, kind, payload ->> 'job_id' as job_id, payload ->> 'submission_id' as submission_id,
           created_at, not_before, tries, done_at, problem
    from outbox where kind <> 'mail';
create index outbox_job on outbox ((payload ->> 'job_id')) where kind <> 'mail';
grant select on job_messages to dbolt_web;

-- Whose is this file? Asked for each picture of an independent look.
create index verifications_evidence on verifications
    using gin ((result -> 'evidence') jsonb_path_ops) where result is not null;
