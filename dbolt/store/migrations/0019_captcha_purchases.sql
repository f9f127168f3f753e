-- What was spent on captchas? Written down before a service is asked, so that no budget is passed by
-- what a crash made forget: a row that was never settled counts with the most it can have cost.

create table captcha_purchases (
    id bigint generated always as identity primary key,
    job_id uuid not null,
    submission_id uuid not null,
    -- The lease that it was for.
    token uuid not null,
    service text not null,
    widget text not null,
    bought_at timestamptz not null default now(),
    -- In millionths of a US dollar.
    cost_micros bigint not null check (cost_micros >= 0),
    outcome text not null default 'open'
        check (outcome in ('open', 'solved', 'unsolved', 'accepted', 'refused')),
    -- The service's name for the task.
    ref text not null default ''
);
create index captcha_purchases_job on captcha_purchases (job_id);
create index captcha_purchases_day on captcha_purchases (bought_at);
create index captcha_purchases_lease on captcha_purchases (token);

grant select, insert, update (cost_micros, outcome, ref) on captcha_purchases to dbolt_orchestrator;
grant select on captcha_purchases to dbolt_web;
alter table captcha_purchases enable row level security;
alter table captcha_purchases force row level security;
create policy staff_captcha_purchases on captcha_purchases to dbolt_orchestrator, dbolt_web
    using (true) with check (true);
create policy owner_captcha_purchases on captcha_purchases to current_user
    using (true) with check (true);
