-- What customers say to tasks that only they can do, who may see which accounts were made for them,
-- and what staff decide about jobs that came short. The guards follow dbolt/domain/lifecycle.py, as a test holds them to.

insert into transitions (from_state, event, to_state, moving) values
    ('awaiting_email', 'customer_done', 'submitted', 0),
    ('awaiting_email', 'skipped', 'skipped', 0),
    ('awaiting_customer', 'customer_done', 'submitted', 0),
    ('awaiting_customer', 'customer_answered', 'awaiting_customer', 0),
    ('awaiting_customer', 'pending_customer', 'awaiting_customer', 0),
    ('awaiting_customer', 'skipped', 'skipped', 0),
    ('needs_person', 'customer_done', 'submitted', 0);

-- A listing that the customer handed in was not pressed by us either.
do $$
declare
    old text;
begin
    select conname into strict old from pg_constraint
    where conrelid = 'job_results'::regclass and contype = 'c'
      and pg_get_constraintdef(oid) like '%done_by_hand%';
    execute format('alter table job_results drop constraint %I', old);
end $$;
alter table job_results add constraint job_results_handed_in check (
    state not in ('submitted', 'awaiting_email', 'awaiting_customer', 'in_review')
    or pressed_at is not null or reason in ('done_by_hand', 'done_by_customer'));

-- PINs on their way from the customer to the person who enters them; gone once that was done.
create table answers (
    submission_id uuid primary key references job_results on delete cascade,
    pin text not null check (length(pin) between 1 and 100),
    given_at timestamptz not null default now()
);
grant select, insert, update, delete on answers to dbolt_orchestrator;
grant select on answers to dbolt_web;
alter table answers enable row level security;
alter table answers force row level security;
create policy staff_answers on answers to dbolt_orchestrator, dbolt_web
    using (true) with check (true);
create policy owner_answers on answers to current_user using (true) with check (true);

-- Customers see on which directories they have accounts. User names and passwords are told by the
-- orchestrator alone, which logs it.
alter table accounts enable row level security;
alter table accounts force row level security;
create policy staff_accounts on accounts to dbolt_orchestrator using (true) with check (true);
create policy owner_accounts on accounts to current_user using (true) with check (true);
create policy own_accounts on accounts for select to dbolt_customer
    using (customer_id = (select app_user_id()));
grant select (customer_id, directory, made_at) on accounts to dbolt_customer;

alter table attention drop constraint attention_kind_check;
alter table attention add constraint attention_kind_check check (kind in
    ('paid_twice', 'wrong_amount', 'unknown_order', 'refund_failed', 'shortfall'));
