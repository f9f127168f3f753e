"""Does an order make the right rows, and hand a session only to whoever may have it?"""

from __future__ import annotations

import hashlib
from typing import Any

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


async def test_each_order_of_an_address_is_seen_by_whoever_placed_it_alone(
    shop: Shop, api: httpx.AsyncClient, parts: Parts, profile: dict[str, Any]
) -> None:
    async def seen(bearer: dict[str, str], path: str = "") -> Any:
        answer = await api.get(f"/api/v1/jobs{path}", headers=bearer)
        return [item["id"] for item in answer.json()["items"]] if not path else answer.status_code

    first, ada = await shop.paid_job("ada@example.com")
    told = await api.put(f"/api/v1/jobs/{first}/profile", json=profile, headers=ada)
    assert told.status_code == 200
    second, eve = await shop.paid_job("ADA@example.com")
    assert await parts.pool.fetchval("select count(*) from customers") == 1
    assert (await seen(ada), await seen(eve)) == ([str(first)], [str(second)])
    assert (await seen(ada, f"/{second}"), await seen(eve, f"/{first}")) == (404, 404)
    form = await api.get(f"/jobs/{second}/profile", headers=eve)
    assert "Harbor Lane Bakery" not in form.text


async def test_a_strangers_order_changes_nothing_for_whoever_pays(
    shop: Shop, api: httpx.AsyncClient, profile: dict[str, Any]
) -> None:
    placed = await shop.order("ada@example.com")
    ada = {"Authorization": f"Bearer {placed['session_token']}"}
    stranger = await shop.order("ada@example.com", "enterprise")
    job_id = await shop.pay(placed, "ada@example.com")
    last = await shop.order("ada@example.com")
    told = await api.put(f"/api/v1/jobs/{job_id}/profile", json=profile, headers=ada)
    assert told.status_code == 200
    for other in (stranger, last):
        bearer = {"Authorization": f"Bearer {other['session_token']}"}
        assert (await api.get("/api/v1/jobs", headers=bearer)).json()["items"] == []
        for path in (f"/api/v1/jobs/{job_id}", f"/orders/{placed['order_id']}"):
            assert (await api.get(path, headers=bearer)).status_code == 404


async def test_a_signed_in_customer_orders_again_and_stays_signed_in(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    first = await shop.order("ada@example.com")
    bearer = {"Authorization": f"Bearer {first['session_token']}"}
    again = await shop.order("ada@example.com", "growth", **bearer)
    assert again["session_token"] is None
    made = {str(await shop.pay(first, "ada@example.com"))}
    made.add(str(await shop.pay(again, "ada@example.com", "growth")))
    items = (await api.get("/api/v1/jobs", headers=bearer)).json()["items"]
    assert {item["id"] for item in items} == made


async def test_an_order_for_another_address_gets_a_session_of_its_own(shop: Shop) -> None:
    first = await shop.order("ada@example.com")
    bearer = {"Authorization": f"Bearer {first['session_token']}"}
    assert (await shop.order("bob@example.com", **bearer))["session_token"]


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
