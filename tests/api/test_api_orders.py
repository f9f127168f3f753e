"""Does an order make the right rows, and hand a session only to whoever may have it?"""

from __future__ import annotations

import hashlib

import httpx

from dbolt.domain.plan import PLANS
from serve_app.parts import Parts
from tests.support.selling import Shop
from tests.support.serving import Line


async def test_an_order_is_a_row_before_it_is_a_payment(shop: Shop, parts: Parts) -> None:
    placed = await shop.order("Ada@Example.com", "growth")
    row = await parts.pool.fetchrow(
        "select o.*, c.email from orders o join customers c on c.id = o.customer_id"
    )
    assert row is not None
    assert str(row["id"]) == placed["order_id"]
    assert (row["email"], row["plan"], row["state"]) == ("ada@example.com", "growth", "open")
    assert row["amount_cents"] == placed["amount_cents"] == PLANS["growth"].price_cents
    assert placed["checkout_url"] == f"http://testserver/pay/{placed['order_id']}"


async def test_the_database_holds_the_hash_of_a_session_and_not_the_token(
    shop: Shop, parts: Parts
) -> None:
    placed = await shop.order("ada@example.com")
    rows = await parts.pool.fetch("select token_hash from sessions")
    assert [row["token_hash"] for row in rows] == [
        hashlib.sha256(placed["session_token"].encode()).digest()
    ]


async def test_a_known_address_gets_an_order_but_no_session(shop: Shop, parts: Parts) -> None:
    await shop.paid_job("ada@example.com")
    again = await shop.order("ADA@example.com", "enterprise")
    assert again["session_token"] is None
    assert await parts.pool.fetchval("select count(*) from customers") == 1
    assert await parts.pool.fetchval("select count(*) from orders") == 2
    assert await parts.pool.fetchval("select count(*) from sessions") == 1


async def test_whoever_typed_an_address_first_cannot_look_into_its_owners_job(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    squatter = await shop.order("owner@example.com")
    owner = await shop.order("owner@example.com")
    job_id = await shop.pay(owner, "owner@example.com")
    answer = await api.get(
        f"/api/v1/jobs/{job_id}", headers={"Authorization": f"Bearer {squatter['session_token']}"}
    )
    assert answer.status_code == 401


async def test_a_signed_in_customer_orders_again_and_stays_signed_in(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    first = await shop.order("ada@example.com")
    bearer = {"Authorization": f"Bearer {first['session_token']}"}
    again = await shop.order("ada@example.com", "growth", **bearer)
    assert again["session_token"] is None
    assert (await api.get("/api/v1/jobs", headers=bearer)).status_code == 200


async def test_wrong_orders_are_refused_field_by_field(
    api: httpx.AsyncClient, parts: Parts
) -> None:
    answer = await api.post("/api/v1/orders", json={"email": "nobody", "plan": "gold", "x": 1})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == ["email", "plan", "x"]
    assert await parts.pool.fetchval("select count(*) from orders") == 0


async def test_an_order_needs_no_orchestrator(shop: Shop, queue: Line) -> None:
    queue.away = True
    assert (await shop.order("ada@example.com"))["session_token"]
