-- name: on_offer
select doc from directories where active order by slug;
