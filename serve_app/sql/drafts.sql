-- name: all
-- Every step of the order $1 that something was typed in.
select step, version, fields, before is not null as undoable, updated_at
from drafts where order_id = $1;

-- name: begin
-- The first save of a step; no row comes back where there is one already. $1 order, $2 step,
-- $3 fields.
insert into drafts (order_id, step, fields) values ($1, $2, $3)
on conflict do nothing
returning version;

-- name: save
-- A later save upon version $4; no row comes back where the step has moved on. $5: what was there
-- is kept for the way back.
update drafts
set fields = $3, version = version + 1, updated_at = now(),
    before = case when $5 then fields else before end
where order_id = $1 and step = $2 and version = $4
returning version;

-- name: undo
-- Back to before the last save that took something out of version $3.
update drafts
set fields = before, before = fields, version = version + 1, updated_at = now()
where order_id = $1 and step = $2 and version = $3 and before is not null
returning version;

-- name: forget
delete from drafts where order_id = $1;

-- name: logo
select name, media_type, width, height, crop_x, crop_y, crop_size, removed_at, version
from draft_logos where order_id = $1;

-- name: logo_data
select data from draft_logos where order_id = $1 and removed_at is null;

-- name: put_logo
-- $1 order, $2 name, $3 media type, $4 data, $5 width, $6 height; cropped to the largest square in
-- its middle.
insert into draft_logos as l
    (order_id, name, media_type, data, width, height, crop_x, crop_y, crop_size)
select $1, $2, $3, $4, w, h, (w - least(w, h)) / 2, (h - least(w, h)) / 2, least(w, h)
from (select $5::integer as w, $6::integer as h) edges
on conflict (order_id) do update
set name = excluded.name, media_type = excluded.media_type, data = excluded.data,
    width = excluded.width, height = excluded.height, crop_x = excluded.crop_x,
    crop_y = excluded.crop_y, crop_size = excluded.crop_size, removed_at = null,
    version = l.version + 1;

-- name: crop_logo
-- $1 order, $2 x, $3 y, $4 size in pixels of the picture.
update draft_logos set crop_x = $2, crop_y = $3, crop_size = $4, version = version + 1
where order_id = $1 and removed_at is null
  and $2::integer + $4::integer <= width and $3::integer + $4::integer <= height
returning version;

-- name: remove_logo
update draft_logos set removed_at = now(), version = version + 1 where order_id = $1;

-- name: restore_logo
update draft_logos set removed_at = null, version = version + 1 where order_id = $1;

-- name: forget_logo
delete from draft_logos where order_id = $1;

-- name: photos
select id, name, width, height, alt, removed_at is not null as removed, version
from draft_photos where order_id = $1
order by removed_at nulls first, place, id;

-- name: photo_data
select data from draft_photos where order_id = $1 and id = $2;

-- name: photo_images
select name, data, alt from draft_photos where order_id = $1 and removed_at is null
order by place, id;

-- name: lock_photos
-- Who counts the photos of order $1 and adds one, until the transaction ends.
select pg_advisory_xact_lock(hashtextextended($1, 10));

-- name: add_photo
-- $1 order, $2 name, $3 data, $4 width, $5 height, $6 how many there may be.
insert into draft_photos (order_id, place, name, media_type, data, width, height)
select $1, coalesce(max(place) + 1, 0), $2, 'image/jpeg', $3, $4, $5
from draft_photos where order_id = $1
having count(*) filter (where removed_at is null) < $6
returning true;

-- name: forget_removed
-- Of those that were taken out the last $2 can come back.
delete from draft_photos where order_id = $1 and id in (
    select id from draft_photos where order_id = $1 and removed_at is not null
    order by removed_at desc offset $2
);

-- name: describe_photos
update draft_photos p set alt = told.alt, version = version + 1
from unnest($2::uuid[], $3::text[]) as told (id, alt)
where p.order_id = $1 and p.id = told.id and p.alt <> told.alt;

-- name: arrange_photos
update draft_photos p set place = coalesce(told.n, 1000 + p.place % 1000), version = p.version + 1
from draft_photos q left join unnest($2::uuid[]) with ordinality as told (id, n) on told.id = q.id
where p.order_id = $1 and q.id = p.id and p.place is distinct from told.n;

-- name: remove_photo
update draft_photos set removed_at = now(), version = version + 1
where order_id = $1 and id = $2 and removed_at is null;

-- name: restore_photo
-- $3: how many there may be.
update draft_photos set removed_at = null, version = version + 1
where order_id = $1 and id = $2
  and (select count(*) from draft_photos where order_id = $1 and removed_at is null) < $3
returning true;

-- name: forget_photos
delete from draft_photos where order_id = $1;
