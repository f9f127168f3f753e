-- What customers have typed so far about their business, step by step, before it is sent; and the
-- logo that goes with it.

create table drafts (
    order_id uuid not null references orders on delete cascade,
    step text not null check (step ~ '^[a-z]{1,20}$'),
    -- Grows with each save: who saves upon an older one is told so.
    version integer not null default 1 check (version >= 1),
    -- The form's fields by name, as they were typed.
    fields jsonb not null check (jsonb_typeof(fields) = 'object'),
    -- The same before the last save that took something out, for the way back.
    before jsonb check (jsonb_typeof(before) = 'object'),
    updated_at timestamptz not null default now(),
    primary key (order_id, step),
    check (octet_length(fields::text) <= 200000)
);

create table draft_logos (
    order_id uuid primary key references orders on delete cascade,
    name text not null check (length(name) between 1 and 200),
    media_type text not null check (media_type in ('image/png', 'image/jpeg')),
    data bytea not null check (octet_length(data) between 1 and 5000000),
    width integer not null check (width between 1 and 20000),
    height integer not null check (height between 1 and 20000),
    -- The square that is used, in pixels of the picture.
    crop_x integer not null check (crop_x >= 0),
    crop_y integer not null check (crop_y >= 0),
    crop_size integer not null check (crop_size >= 1),
    -- Taken out, and still there for the way back.
    removed_at timestamptz,
    version integer not null default 1,
    check (crop_x + crop_size <= width and crop_y + crop_size <= height)
);

grant select, insert, update, delete on drafts, draft_logos to dbolt_web;
grant select on drafts, draft_logos to dbolt_customer;

alter table drafts enable row level security;
alter table drafts force row level security;
alter table draft_logos enable row level security;
alter table draft_logos force row level security;
create policy staff_drafts on drafts to dbolt_web using (true) with check (true);
create policy owner_drafts on drafts to current_user using (true) with check (true);
create policy own_drafts on drafts for select to dbolt_customer
    using (order_id in (select id from orders));
create policy staff_draft_logos on draft_logos to dbolt_web using (true) with check (true);
create policy owner_draft_logos on draft_logos to current_user using (true) with check (true);
create policy own_draft_logos on draft_logos for select to dbolt_customer
    using (order_id in (select id from orders));

-- Whoever is erased leaves no draft behind. Orders stay, so their rows alone would not do it.
create function erase_drafts() returns trigger language plpgsql security definer
    set search_path = public, pg_temp
    as $$
begin
    delete from drafts where order_id in (select id from orders where customer_id = new.id);
    delete from draft_logos where order_id in (select id from orders where customer_id = new.id);
    return new;
end $$;
revoke execute on function erase_drafts() from public;
create trigger erased_drafts after update of erased_at on customers
    for each row when (new.erased_at is not null) execute function erase_drafts();
