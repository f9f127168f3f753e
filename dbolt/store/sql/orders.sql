-- name: event_seen
-- The job that an earlier notice of the same payment event led to.
select j.id from payment_events e join jobs j on j.order_id = e.order_id where e.event_id = $1;

-- name: lock
select o.id, o.customer_id, o.plan, o.amount_cents, o.currency, o.state, o.payment_ref,
       j.id as job_id, c.erased_at is not null as erased
from orders o
join customers c on c.id = o.customer_id
left join jobs j on j.order_id = o.id
where o.id = $1
for update of o;

-- name: expire
-- Nobody can pay the order's last checkout any more. $1 epoch, $2 order.
update orders set state = 'expired'
from orchestrator_epoch o
where o.epoch = $1 and orders.id = $2 and orders.state = 'open'
  and not exists (select from checkouts c
                  where c.order_id = $2 and c.state in ('open', 'processing') and not c.given_up);

-- name: refund
-- $1 epoch, $2 order.
update orders set state = 'refunded'
from orchestrator_epoch o
where o.epoch = $1 and orders.id = $2 and orders.state = 'paid';

-- name: note_event
insert into payment_events (event_id, order_id) values ($1, $2) on conflict do nothing;

-- name: pay
-- $1 epoch, $2 order, $3 reference of the payment.
update orders set state = 'paid', paid_at = now(), payment_ref = $3
from orchestrator_epoch o
where o.epoch = $1 and orders.id = $2 and orders.state in ('open', 'expired');
