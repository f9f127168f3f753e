-- Accounts: proven addresses, passwords, sessions that say what was proven in them, links sent by
-- mail, and how often somebody may try.

alter table customers
    -- When somebody first showed that mail to the address reaches them; null while it was only
    -- typed in.
    add column verified_at timestamptz,
    -- The user of the outside identity service (the `sub` of its tokens) who has this account.
    add column auth_subject uuid unique,
    add column erased_at timestamptz;

create table passwords (
    customer_id uuid primary key references customers on delete cascade,
    hash text not null check (hash like '$argon2id$%'),
    set_at timestamptz not null default now()
);

alter table sessions
    -- What pages call a session by; its token's hash is nobody's business.
    add column id uuid not null default gen_random_uuid() unique,
    -- When whoever holds the session last showed that the account is theirs. Null: the session
    -- comes from an order, and opens that order alone.
    add column proved_at timestamptz,
    add column seen_at timestamptz not null default now(),
    add column agent text not null default '' check (length(agent) <= 200);
create index sessions_expiry on sessions (expires_at);

-- Links that were sent by mail. Used once, within minutes.
create table mail_links (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    email text not null check (email = lower(email) and position('@' in email) > 1),
    purpose text not null check (purpose in ('confirm', 'sign_in', 'reset')),
    -- The page of ours where it leads to.
    next text not null check (next like '/%' and length(next) <= 2000),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz
);
create index mail_links_expiry on mail_links (expires_at);
create index mail_links_email on mail_links (email);

-- A token bucket per key; the key is a keyed hash, so no address is kept here.
create table rate_limits (
    key bytea primary key check (octet_length(key) = 32),
    tokens double precision not null check (tokens >= 0),
    filled_at timestamptz not null default now()
);
create index rate_limits_filled on rate_limits (filled_at);

-- Files of erased customers that have yet to be removed from the evidence store.
create table evidence_removals (
    sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$')
);

alter table outbox
    add column recipient text not null default '',
    -- Says the same thing twice at most.
    add column dedup_key text unique;
create index outbox_recipient on outbox (recipient) where recipient <> '';

grant select, insert, update, delete on passwords, mail_links, rate_limits to dbolt_web;
grant select, delete on evidence_removals to dbolt_web;
-- The web may say what is to be mailed, and nothing else about it: letters hold links that open
-- accounts, so it cannot read them back either.
revoke select on outbox from dbolt_web;
grant insert (kind, recipient, payload, dedup_key) on outbox to dbolt_web;

-- Who asks, as the identity service's own SQL would have it: auth.uid() reads these two settings.
create function app_auth_subject() returns uuid language sql stable
    as $$
        select coalesce(
            nullif(current_setting('request.jwt.claim.sub', true), ''),
            nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
        )::uuid
    $$;

-- The account that asks: by the outside identity where there is one, else as the web said after
-- it had seen a session in which the address was proven. Null for everybody else. It runs as the
-- owner, because the policy of customers asks it in turn.
create function app_user_id() returns uuid language sql stable security definer
    set search_path = public, pg_temp
    as $$
        select case
            when app_auth_subject() is null
                then nullif(current_setting('app.customer_id', true), '')::uuid
            else (select id from customers
                  where auth_subject = app_auth_subject() and verified_at is not null)
        end
    $$;

-- A proven account has all that was ordered under its address; a session from an order has that
-- order. The sub-selects are asked once per statement and not once per row.
alter policy own_orders on orders
    using (session_hash = (select app_session()) or customer_id = (select app_user_id()));
alter policy own_customers on customers
    using (id = (select app_user_id()) or id in (select customer_id from orders));
alter policy own_profiles on profiles
    using (customer_id = (select app_user_id()) or id in (select profile_id from jobs));

-- Erases what is known of the customer whose session this is. Orders, payments and the bare jobs
-- stay, because the law wants the books kept and a paid order without its job would be carried out
-- again; they say no more who it was. Answers 'erased', 'not_proven' for a session that has not
-- shown lately whose it is, or 'busy' while a form of theirs may still be on its way.
create function erase_customer(session bytea) returns text language plpgsql security definer
    set search_path = public, pg_temp
    as $$
declare
    who customers;
    going uuid[];
    files text[];
begin
    select c.* into who
    from sessions s join customers c on c.id = s.customer_id
    where s.token_hash = session and s.expires_at > now()
      and s.proved_at > now() - interval '15 minutes'
    for update of c;
    if who.id is null then
        return 'not_proven';
    end if;
    perform from jobs where customer_id = who.id order by id for update;
    if exists (select from jobs
               where customer_id = who.id and state not in ('complete', 'cancelled'))
       or exists (select from job_results r join jobs j on j.id = r.job_id
                  where j.customer_id = who.id and r.token is not null)
       or exists (select from verifications v
                  join job_results r on r.id = v.submission_id
                  join jobs j on j.id = r.job_id
                  where j.customer_id = who.id and v.token is not null) then
        return 'busy';
    end if;

    going := array(select r.id from job_results r join jobs j on j.id = r.job_id
                   where j.customer_id = who.id);
    select array_agg(distinct told.ref ->> 'sha256') into files
    from (select jsonb_array_elements(coalesce(result -> 'evidence', '[]')) as ref
          from attempts where submission_id = any (going)
          union all
          select jsonb_array_elements(coalesce(result -> 'evidence', '[]'))
          from verifications where submission_id = any (going)) told
    where told.ref ->> 'sha256' ~ '^[0-9a-f]{64}$';
    delete from events where job_id in (select id from jobs where customer_id = who.id);
    delete from verifications where submission_id = any (going);
    delete from attempts where submission_id = any (going);
    delete from job_results where id = any (going);
    -- What somebody else's attempt shows too stays where it is.
    insert into evidence_removals
        select sha256 from unnest(files) sha256
        where not exists (
            select from attempts
            where result is not null and result -> 'evidence'
                  @> jsonb_build_array(jsonb_build_object('sha256', sha256)))
        except
        select ref ->> 'sha256'
        from verifications, jsonb_array_elements(coalesce(result -> 'evidence', '[]')) ref
        on conflict do nothing;

    update jobs set moving = 0 where customer_id = who.id;
    -- A complete job refers to its profile, so the row stays and says nothing.
    update profiles set doc = '{}' where customer_id = who.id;
    delete from profiles
    where customer_id = who.id
      and id not in (select profile_id from jobs where profile_id is not null);
    delete from accounts where customer_id = who.id;
    delete from passwords where customer_id = who.id;
    delete from mail_links where email = who.email;
    update outbox set payload = '{}', recipient = '', done_at = coalesce(done_at, now())
    where recipient = who.email;
    update orders set state = 'expired' where customer_id = who.id and state = 'open';
    delete from sessions where customer_id = who.id;
    update customers
    set email = 'erased-' || who.id || '@erased.invalid', verified_at = null, auth_subject = null,
        erased_at = now()
    where id = who.id;
    return 'erased';
end $$;
revoke execute on function erase_customer(bytea) from public;
grant execute on function erase_customer(bytea) to dbolt_web;
