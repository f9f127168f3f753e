-- name: page
-- Staff only: updates in state $1, open ones the oldest first and the others the latest first, behind
-- $2 (an id or null), $3 of them; or with nothing but $4 the one of that id. With what was read back,
-- and what was changed by hand before.
with chosen as (
    (select u.* from listing_updates u
     where $1 = 'open' and u.state = 'open' and u.id > coalesce($2::bigint, 0)
     order by u.id limit $3)
    union all
    (select u.* from listing_updates u
     where $1 <> 'open' and u.state = $1 and u.id < coalesce($2::bigint, 9223372036854775807)
     order by u.id desc limit $3)
    union all
    (select u.* from listing_updates u where u.id = $4::bigint)
)
select u.id, u.job_id, r.directory, coalesce(d.doc ->> 'name', r.directory) as directory_name,
       d.doc ->> 'home_url' as home_url, r.listing_url, r.state as submission_state, u.state,
       u.version, u.facts, u.opened_at, u.changed_at, u.closed_at, u.closed_by, u.reason, u.note,
       p.doc - 'logo' - 'photos' as wanted, before.doc as before, coalesce(a.typed, '[]') as typed
from chosen u
join job_results r on r.id = u.submission_id
join directories d on d.slug = r.directory
join profiles p on p.id = u.profile_id
left join lateral (
    select b.doc - 'logo' - 'photos' as doc
    from listing_updates n join profiles b on b.id = n.profile_id
    where n.submission_id = u.submission_id and n.id < u.id and n.state = 'done'
    order by n.id desc limit 1
) before on true
left join lateral (
    select t.result -> 'typed' as typed
    from presses s join attempts t on t.submission_id = s.submission_id and t.attempt = s.attempt
    where s.submission_id = u.submission_id
    order by s.attempt desc limit 1
) a on true
order by case when $1 = 'open' then u.id else -u.id end;

-- name: count
-- How many are open.
select count(*) from listing_updates where state = 'open';

-- name: of_job
-- The latest word on each listing of job $1 that held, or holds, old details. Customers read it: what
-- staff noted for themselves is not in it.
select distinct on (lower(coalesce(d.doc ->> 'name', r.directory)), u.submission_id)
       u.id, u.job_id, r.directory, coalesce(d.doc ->> 'name', r.directory) as directory_name,
       d.doc ->> 'home_url' as home_url, r.listing_url, u.state, u.version, u.facts, u.opened_at,
       u.closed_at, u.closed_by, u.reason
from listing_updates u
join job_results r on r.id = u.submission_id
join directories d on d.slug = r.directory
where u.job_id = $1 and u.state <> 'void'
order by lower(coalesce(d.doc ->> 'name', r.directory)), u.submission_id, u.id desc;

-- name: export
-- All words on the listings of job $1, for its customer.
select u.id, r.directory, u.state, u.facts, u.opened_at, u.changed_at, u.closed_at, u.closed_by,
       u.reason
from listing_updates u join job_results r on r.id = u.submission_id
where u.job_id = $1
order by u.id;
