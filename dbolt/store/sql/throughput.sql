-- name: behind
-- Whether there are events that are not counted yet.
select exists (select from events e, throughput_counted c where e.id > c.last_event);

-- name: count
-- Counts the next events, and says in the same breath how far that was. To be run while nobody else
-- writes events: a number that was given out and is not there yet would be passed over. $1 epoch,
-- $2 how many numbers at most.
with part as (
    select c.last_event as since,
           least(c.last_event + $2, (select max(id) from events)) as till
    from throughput_counted c, orchestrator_epoch o
    where o.epoch = $1
), fresh as (
    select date_bin('15 minutes', e.at, '2000-01-01T00:00:00Z') as quarter, e.to_state as state,
           count(*) as n
    from part
    join events e on e.id > part.since and e.id <= part.till
    -- A look at a listing is an event of it, and moves nothing.
    where e.submission_id is not null and e.from_state is distinct from e.to_state
    group by 1, 2
), added as (
    insert into throughput as t (quarter, state, n)
    select quarter, state, n from fresh
    on conflict (quarter, state) do update set n = t.n + excluded.n
)
update throughput_counted c set last_event = part.till
from part
where part.till > part.since
returning part.till - part.since as numbers;
