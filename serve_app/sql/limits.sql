-- name: take
-- Takes one token out of a bucket, and forgets two that have long been full again. $1 key, $2 how
-- many it holds, $3 seconds until one comes back. No row comes back where none is left.
with stale as (
    delete from rate_limits
    where key in (select key from rate_limits
                  where filled_at < now() - interval '2 days' and key <> $1
                  order by filled_at limit 2 for update skip locked)
)
insert into rate_limits as r (key, tokens) values ($1, $2::float8 - 1)
on conflict (key) do update
set tokens = least($2, r.tokens + extract(epoch from now() - r.filled_at) / $3::float8) - 1,
    filled_at = now()
where least($2, r.tokens + extract(epoch from now() - r.filled_at) / $3) >= 1
returning tokens;

-- name: wait
-- Seconds until the bucket $1 has a token again; $2 seconds until one comes back.
select greatest((1 - tokens) * $2::float8 - extract(epoch from now() - filled_at), 1)
from rate_limits where key = $1;

-- name: give_back
-- $1 key, $2 how many it holds.
update rate_limits set tokens = least($2::float8, tokens + 1) where key = $1;
