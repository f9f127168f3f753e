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
