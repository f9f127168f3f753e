-- Photos that go with the business form; and which facts directories' forms were seen to ask for.

create table draft_photos (
    id uuid primary key default gen_random_uuid(),
    order_id uuid not null references orders on delete cascade,
    -- The order that the customer gave them.
    place integer not null check (place >= 0),
    name text not null check (length(name) between 1 and 200),
    media_type text not null check (media_type = 'image/jpeg'),
    data bytea not null check (octet_length(data) between 1 and 1000000),
    width integer not null check (width between 1 and 20000),
    height integer not null check (height between 1 and 20000),
    -- What is seen on it, for those who do not see it.
    alt text not null default '' check (length(alt) <= 200),
    -- Taken out, and still there for the way back.
    removed_at timestamptz,
    version integer not null default 1
);
create index draft_photos_order on draft_photos (order_id);

grant select, insert, update, delete on draft_photos to dbolt_web;
grant select on draft_photos to dbolt_customer;
alter table draft_photos enable row level security;
alter table draft_photos force row level security;
create policy staff_draft_photos on draft_photos to dbolt_web using (true) with check (true);
create policy owner_draft_photos on draft_photos to current_user using (true) with check (true);
create policy own_draft_photos on draft_photos for select to dbolt_customer
    using (order_id in (select id from orders));

create or replace function erase_drafts() returns trigger language plpgsql security definer
    set search_path = public, pg_temp
    as $$
begin
    delete from drafts where order_id in (select id from orders where customer_id = new.id);
    delete from draft_logos where order_id in (select id from orders where customer_id = new.id);
    delete from draft_photos where order_id in (select id from orders where customer_id = new.id);
    return new;
end $$;

-- One row for each directory and fact that an attempt met there, whoever it was for; nothing of a
-- customer is in it.
create table directory_asks (
    directory text not null references directories on delete cascade,
    field text not null check (field ~ '^[a-z_]{1,40}$'),
    -- Without it the form was not sent, or was refused.
    required boolean not null,
    -- The last time that was seen.
    seen_at timestamptz not null,
    primary key (directory, field)
);
-- How far the attempts have been read for it.
create table directory_asks_read (
    single boolean primary key default true check (single),
    until timestamptz not null default '-infinity'
);
insert into directory_asks_read default values;
create index attempts_ended on attempts using brin (ended_at);

grant select on directory_asks to dbolt_web, dbolt_orchestrator;

-- Reads what attempts have met since the last time. Nobody else waits: who comes while another
-- reads goes away again. An attempt's time is that of its transaction's start, so the last minute
-- is read once more, and changes nothing then. What the result of an attempt cannot hold is read
-- from nowhere: a field that a form has, and the profile has not, shows up only where it is
-- required.
create function read_asks() returns integer language plpgsql security definer
    set search_path = public, pg_temp
    as $$
declare
    since timestamptz;
    latest timestamptz;
    learnt integer;
begin
    select until into since from directory_asks_read for update skip locked;
    if not found then
        return 0;
    end if;
    -- A long past is read in several goes.
    select max(ended_at) into latest from (
        select ended_at from attempts where ended_at > since order by ended_at limit 5000
    ) next;
    if latest is null then
        return 0;
    end if;
    with met as (
        select r.directory, a.ended_at, a.result
        from attempts a join job_results r on r.id = a.submission_id
        where a.ended_at > since - interval '1 minute' and a.ended_at <= latest
          and a.result is not null
    ), told as (
        select m.directory, v ->> 'field' as field, false as required, m.ended_at
        from met m cross join lateral
            jsonb_array_elements(coalesce(m.result -> 'typed', '[]')) v
        union all
        select m.directory, v ->> 'field', false, m.ended_at
        from met m cross join lateral
            jsonb_array_elements(coalesce(m.result -> 'field_errors', '[]')) v
        union all
        select m.directory, v #>> '{}', true, m.ended_at
        from met m cross join lateral
            jsonb_array_elements(coalesce(m.result -> 'missing', '[]')) v
    ), each as (
        select directory, field, bool_or(required) as required, max(ended_at) as seen_at
        from told where field ~ '^[a-z_]{1,40}$'
        group by directory, field
    ), kept as (
        insert into directory_asks as k (directory, field, required, seen_at)
        select directory, field, required, seen_at from each order by directory, field
        on conflict (directory, field) do update
        set required = k.required or excluded.required,
            seen_at = greatest(k.seen_at, excluded.seen_at)
        returning 1
    )
    select count(*) into learnt from kept;
    update directory_asks_read set until = latest;
    return learnt;
end $$;
revoke execute on function read_asks() from public;
grant execute on function read_asks() to dbolt_web;
