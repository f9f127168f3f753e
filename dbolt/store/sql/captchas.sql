-- name: spent
-- What job $1 and the last 24 hours have cost, what lease $2 has asked for, and the job's plan.
select j.plan,
       (select coalesce(sum(cost_micros), 0) from captcha_purchases where job_id = $1)::bigint
           as by_job,
       (select coalesce(sum(cost_micros), 0) from captcha_purchases
        where bought_at > now() - interval '1 day')::bigint as by_day,
       (select count(*) from captcha_purchases where token = $2)::int as by_lease
from jobs j where j.id = $1;

-- name: begin
-- $1 epoch, $2 job, $3 submission, $4 lease, $5 service, $6 widget, $7 the most that it can cost.
insert into captcha_purchases (job_id, submission_id, token, service, widget, cost_micros)
select $2, $3, $4, $5, $6, $7 from orchestrator_epoch where epoch = $1
returning id;

-- name: settle
-- $1 epoch, $2 purchase, $3 what it has cost, $4 its outcome, $5 the service's name for the task.
update captcha_purchases p set cost_micros = $3, outcome = $4, ref = $5
from orchestrator_epoch o where o.epoch = $1 and p.id = $2 and p.outcome = 'open';

-- name: judge
-- The site took the token or not, which is said once. $1 epoch, $2 lease, $3 task, $4 outcome.
update captcha_purchases p set outcome = $4
from orchestrator_epoch o
where o.epoch = $1 and p.token = $2 and p.ref = $3 and p.outcome = 'solved'
returning p.id;
