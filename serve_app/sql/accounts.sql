-- name: add_customer
-- No row comes back where the address has an account already.
insert into customers (email) values ($1)
on conflict (email) do nothing
returning id;

-- name: customer_by_email
select id, email from customers where email = $1;

-- name: add_session
insert into sessions (token_hash, customer_id, expires_at)
values ($1, $2, now() + make_interval(secs => $3));

-- name: add_order
insert into orders (customer_id, plan, amount_cents, currency, session_hash)
values ($1, $2, $3, $4, $5)
returning id;

-- name: order
select o.id, o.customer_id, o.plan, o.amount_cents, o.currency, o.state, c.email,
       j.id as job_id, j.state as job_state, last.state as checkout, last.session_ref
from orders o
join customers c on c.id = o.customer_id
left join jobs j on j.order_id = o.id
left join lateral (
    select state, session_ref from checkouts where order_id = o.id order by attempt desc limit 1
) last on true
where o.id = $1;

-- name: lock_customer
select id from customers where id = $1 for update;

-- name: add_profile
insert into profiles (customer_id, version, doc)
select $1, coalesce(max(version), 0) + 1, $2 from profiles where customer_id = $1
returning id;

-- name: latest_profile
select id, version, doc from profiles where customer_id = $1 order by version desc limit 1;

-- name: profile_of_job
select p.doc from jobs j join profiles p on p.id = j.profile_id where j.id = $1;
