-- name: on_offer
select doc from directories where active order by slug;

-- name: asks
select directory, field, required from directory_asks;

-- name: read_asks
select read_asks();
