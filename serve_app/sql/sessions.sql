-- name: of_session
-- Whose the session $1 is.
select c.id, c.email, s.id as session_id, s.proved_at,
       s.seen_at < now() - interval '1 hour' as stale
from sessions s
join customers c on c.id = s.customer_id
where s.token_hash = $1 and s.expires_at > now();

-- name: seen
update sessions set seen_at = now() where token_hash = $1;

-- name: open
-- A session in which the account is proven. $1 token's hash, $2 customer, $3 seconds it lasts,
-- $4 browser. Five that have run out are forgotten on the way.
with stale as (
    delete from sessions
    where token_hash in (select token_hash from sessions where expires_at < now()
                         order by expires_at limit 5 for update skip locked)
)
insert into sessions (token_hash, customer_id, expires_at, proved_at, agent)
values ($1, $2, now() + make_interval(secs => $3), now(), $4);

-- name: rotate
-- The same session under another token. $1 old hash, $2 new hash.
update sessions set token_hash = $2, proved_at = now(), seen_at = now()
where token_hash = $1 and proved_at is not null and expires_at > now()
returning id;

-- name: end_hash
-- A session from an order stays: its key is the only way back to it.
delete from sessions where token_hash = $1 and proved_at is not null;

-- name: end_one
delete from sessions where id = $1 and customer_id = $2;

-- name: end_others
-- All of the customer $1 but the one with the hash $2. $3: those from orders too.
delete from sessions
where customer_id = $1 and token_hash <> $2 and ($3 or proved_at is not null);

-- name: list
select s.id, s.proved_at, s.created_at, s.seen_at, s.agent, s.token_hash = $2 as mine,
       (select count(*) from orders o where o.session_hash = s.token_hash) as orders
from sessions s
where s.customer_id = $1 and s.expires_at > now()
order by s.token_hash = $2 desc, s.seen_at desc
limit 50;

-- name: account
select c.id, c.email, c.created_at, c.verified_at, c.auth_subject, p.set_at as password_set_at
from customers c
left join passwords p on p.customer_id = c.id
where c.id = $1;

-- name: password_of
-- The account that *somebody* means by an address; without a password where none was set.
select c.id, p.hash
from customers c
join passwords p on p.customer_id = c.id
where c.email = $1 and c.verified_at is not null;

-- name: password_by_id
select hash from passwords where customer_id = $1;

-- name: set_password
-- Only where the address is proven: whoever typed it in must not have a say in the account.
insert into passwords (customer_id, hash)
select id, $2 from customers where id = $1 and verified_at is not null
on conflict (customer_id) do update set hash = excluded.hash, set_at = now()
returning customer_id;

-- name: rehash
-- $1 customer, $2 the hash that was right, $3 the same password's hash with today's parameters.
update passwords set hash = $3 where customer_id = $1 and hash = $2;

-- name: add_link
-- $1 token's hash, $2 address, $3 purpose, $4 page, $5 seconds it lasts. Five that ran out a day
-- ago are forgotten on the way.
with stale as (
    delete from mail_links
    where token_hash in (select token_hash from mail_links
                         where expires_at < now() - interval '1 day'
                         order by expires_at limit 5 for update skip locked)
)
insert into mail_links (token_hash, email, purpose, next, expires_at)
values ($1, $2, $3, $4, now() + make_interval(secs => $5));

-- name: add_letter
-- $1 recipient, $2 payload, $3 key.
insert into outbox (kind, recipient, payload, dedup_key) values ('mail', $1, $2, $3)
on conflict do nothing;

-- name: link
select email, purpose, next from mail_links
where token_hash = $1 and used_at is null and expires_at > now();

-- name: use_link
update mail_links set used_at = now()
where token_hash = $1 and used_at is null and expires_at > now()
returning email, purpose, next;

-- name: drop_links
delete from mail_links where email = $1 and used_at is null;

-- name: is_verified
select exists (select from customers where email = $1 and verified_at is not null);

-- name: verify
-- Whoever reads the mail of $1 has the account of that address.
insert into customers (email, verified_at) values ($1, now())
on conflict (email) do update set verified_at = coalesce(customers.verified_at, now())
returning id, email;

-- name: customer_of_subject
select id, email from customers where auth_subject = $1 and verified_at is not null;

-- name: link_subject
-- The account of an address that the identity service vouches for; none where it is somebody
-- else's there.
insert into customers (email, verified_at, auth_subject) values ($1, now(), $2)
on conflict (email) do update
set auth_subject = $2, verified_at = coalesce(customers.verified_at, now())
where customers.auth_subject is null
returning id, email;

-- name: orders
-- What the reader may see of orders, newest first.
select o.id, o.plan, o.amount_cents, o.currency, o.state, o.created_at, j.id as job_id,
       j.state as job_state, p.doc ->> 'business_name' as business_name
from orders o
left join jobs j on j.order_id = o.id
left join profiles p on p.id = j.profile_id
order by o.created_at desc, o.id desc
limit $1;

-- name: erase
select erase_customer($1);

-- name: removals
select sha256 from evidence_removals order by sha256 limit $1;

-- name: removed
delete from evidence_removals where sha256 = $1;

-- name: open_jobs
select id from jobs where customer_id = $1 and state <> all ($2::text[]);

-- name: profiles
-- The reader's profiles, oldest first; $1 leaves out those up to this version of the customer.
select version, created_at, doc from profiles where version > $1 order by version limit 1;

-- name: looks
-- The independent looks for one submission. $1 customer, $2 submission.
select v.due_at, v.done_at, v.tries, v.found, v.result
from verifications v
join job_results r on r.id = v.submission_id
join jobs j on j.id = r.job_id
where j.customer_id = $1 and v.submission_id = $2
order by v.due_at;
