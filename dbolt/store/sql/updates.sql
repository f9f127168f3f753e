-- name: sent
-- What was sent of jobs $1 and may be old, with its latest update: states $2 hold what was sent.
-- `profile_id`: what was changed by hand last, else what the press began with.
select r.id, r.job_id, j.profile_id as wanted_id,
       r.state = any ($2::text[]) and r.pressed_at is not null as holds,
       coalesce(t.typed, '{}') as typed,
       case when held.profile_id is not null then coalesce(by_hand.profile_id, held.profile_id) end
           as profile_id,
       u.id as update_id, u.state, u.facts,
       u.profile_id as update_profile_id
from unnest($1::uuid[]) as w(id)
cross join lateral (select * from jobs j where j.id = w.id limit 1) j
join submissions r on r.job_id = j.id
left join lateral (
    select p.attempt, p.pressed_at from presses p
    where p.submission_id = r.id order by p.attempt desc limit 1
) p on true
left join lateral (
    select a.started_at, a.result from attempts a
    where a.submission_id = r.id and a.attempt = p.attempt limit 1
) a on true
left join lateral (
    select array_agg(distinct v ->> 'field') as typed
    from jsonb_array_elements(coalesce(a.result -> 'typed', '[]')) v
) t on true
left join lateral (
    select u.profile_id from profile_uses u
    where u.job_id = j.id and u.since <= a.started_at
    order by u.since desc, u.id desc limit 1
) held on true
left join lateral (
    select u.profile_id from listing_updates u
    where u.submission_id = r.id and u.state = 'done' and u.closed_at >= p.pressed_at
    order by u.id desc limit 1
) by_hand on true
left join lateral (
    select u.* from listing_updates u
    where u.submission_id = r.id and u.state <> 'void'
      -- What was sent anew holds none of what was changed before.
      and (u.closed_at is null or p.pressed_at is null or u.closed_at >= p.pressed_at)
    order by u.id desc limit 1
) u on true
where (r.state = any ($2::text[]) and r.pressed_at is not null) or u.state = 'open'
   or u.state = 'impossible'
order by r.id;

-- name: profiles
-- Without pictures, which are megabytes and no facts that can be changed.
select id, doc - 'logo' - 'photos' as doc from profiles where id = any ($1::uuid[]);

-- name: open
-- $1 epoch; $2 submission, $3 job, $4 facts, $5 profile: the one that is open is widened or
-- narrowed; the same again changes nothing.
insert into listing_updates as u (submission_id, job_id, facts, profile_id)
select $2, $3, $4::text[], $5 from orchestrator_epoch where epoch = $1
on conflict (submission_id) where state = 'open' do update
set facts = excluded.facts, profile_id = excluded.profile_id, version = u.version + 1,
    changed_at = now()
where (u.facts, u.profile_id) is distinct from (excluded.facts, excluded.profile_id);

-- name: void
-- $1 epoch, $2 ids, $3 who.
update listing_updates u set state = 'void', closed_at = now(), closed_by = $3
from orchestrator_epoch o
where o.epoch = $1 and u.id = any ($2::bigint[]) and u.state in ('open', 'impossible');

-- name: standing
-- $1 id. `newest`: no later one has taken its place.
select u.id, u.submission_id, u.job_id, u.state, u.version,
       not exists (select from listing_updates n
                   where n.submission_id = u.submission_id and n.id > u.id and n.state <> 'void')
           as newest
from listing_updates u where u.id = $1 for update;

-- name: say
-- $1 epoch, $2 id, $3 state, $4 reason, $5 note, $6 who. The log of the job names it: events of a
-- submission are counted by where it moved, and nothing moved here.
with said as (
    update listing_updates u
    set state = $3, reason = $4, note = $5, version = u.version + 1, changed_at = now(),
        closed_at = case when $3 = 'open' then null else now() end,
        closed_by = case when $3 = 'open' then null else $6 end
    from orchestrator_epoch o
    where o.epoch = $1 and u.id = $2
    returning u.submission_id
)
insert into events (job_id, event, from_state, to_state, actor, detail)
select j.id, case $3 when 'done' then 'listing_updated' when 'impossible' then 'listing_stays'
                     else 'listing_reopened' end,
       j.state, j.state, $6, coalesce(d.doc ->> 'name', r.directory)
from said s
join submissions r on r.id = s.submission_id
join jobs j on j.id = r.job_id
join directories d on d.slug = r.directory;

-- name: changed_jobs
-- Jobs that have had more than one profile.
select job_id from profile_uses group by job_id having count(*) > 1;
