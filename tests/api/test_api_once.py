"""Is a write that is sent twice carried out once, and is who asks too often told when to come?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from dbolt.providers.payments import Attempt, CheckoutOrder, Opened, Pages
from dbolt.providers.payments.standin import StandinCheckout
from serve_app import limits
from serve_app.api import once, route
from serve_app.parts import Parts
from serve_app.site import build_site
from tests.support.selling import Shop, given
from tests.support.serving import STAFF, Line, client_of

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
PROBLEM = "application/problem+json"
ORDER = {"email": "ada@example.com", "plan": "starter"}


def under(key: str) -> dict[str, str]:
    """The header with *key*."""
    return {"Idempotency-Key": key}


async def test_a_repeated_order_is_one_order_and_one_answer(
    api: httpx.AsyncClient, owner: Owner
) -> None:
    key = under(str(uuid4()))
    first = await api.post("/api/v1/orders", json=ORDER, headers=key)
    again = await api.post("/api/v1/orders", json=ORDER, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await owner.fetchval("select count(*) from orders") == 1
    # The session in the answer opens an order: nobody who reads the table finds it.
    kept = await owner.fetchrow("select * from idempotent_answers")
    assert first.json()["session_token"].encode() not in kept["body"]
    changed = await api.post("/api/v1/orders", json=ORDER | {"plan": "growth"}, headers=key)
    assert (changed.status_code, changed.headers["content-type"]) == (422, PROBLEM)
    assert await owner.fetchval("select count(*) from orders") == 1
    other = await api.post("/api/v1/orders", json=ORDER, headers=under(str(uuid4())))
    assert other.json()["order_id"] != first.json()["order_id"]


async def test_of_many_at_once_one_is_carried_out(api: httpx.AsyncClient, owner: Owner) -> None:
    key = under(str(uuid4()))
    answers = await asyncio.gather(
        *(api.post("/api/v1/orders", json=ORDER, headers=key) for _ in range(12))
    )
    assert {one.status_code for one in answers} <= {201, 409}
    assert len({one.content for one in answers if one.status_code == 201}) == 1
    assert all(one.headers["retry-after"] for one in answers if one.status_code == 409)
    assert await owner.fetchval("select count(*) from orders") == 1


async def test_what_was_refused_is_tried_again(api: httpx.AsyncClient, queue: Line) -> None:
    key = STAFF | under("a-key-of-some-length")
    scope = {"level": "directory", "key": "d000"}
    queue.away = True
    assert (await api.post("/api/v1/pause", json=scope, headers=key)).status_code == 503
    queue.away = False
    assert (await api.post("/api/v1/pause", json=scope, headers=key)).status_code == 204
    asked = len(queue.asked)
    again = await api.post("/api/v1/pause", json=scope, headers=key)
    assert (again.status_code, again.content) == (204, b"")
    assert len(queue.asked) == asked


async def test_one_that_was_broken_off_is_given_up_after_a_while(
    api: httpx.AsyncClient, owner: Owner
) -> None:
    key = under(str(uuid4()))
    await api.post("/api/v1/orders", json=ORDER, headers=key)
    gone = "update idempotent_answers set status = null, media_type = null, body = null"
    await owner.execute(gone)
    assert (await api.post("/api/v1/orders", json=ORDER, headers=key)).status_code == 409
    await owner.execute(
        "update idempotent_answers set begun_at = now() - make_interval(secs => $1)",
        once.GIVEN_UP_S + 1,
    )
    assert (await api.post("/api/v1/orders", json=ORDER, headers=key)).status_code == 201
    await owner.execute("update idempotent_answers set begun_at = now() - interval '25 hours'")
    await api.post("/api/v1/orders", json=ORDER, headers=under(str(uuid4())))
    assert await owner.fetchval("select count(*) from idempotent_answers") == 1


class SlowCheckout(StandinCheckout):
    """Opens a checkout when it is told to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def open(self, order: CheckoutOrder, attempt: Attempt, pages: Pages) -> Opened:
        self.asked.set()
        await self.go_on.wait()
        return await super().open(order, attempt, pages)


async def test_who_hangs_up_before_the_answer_gets_that_answer_later(
    parts: Parts, owner: Owner, tmp_path: Path
) -> None:
    # Ray Serve cancels the handler of a client that has gone.
    checkout = SlowCheckout(tmp_path)
    slow = replace(parts, checkout=checkout)
    key = under(str(uuid4()))
    async with client_of(build_site(lambda: given(slow))) as client:
        first = asyncio.create_task(client.post("/api/v1/orders", json=ORDER, headers=key))
        await checkout.asked.wait()
        first.cancel()
        await asyncio.wait([first])
        async with asyncio.timeout(10):
            early = await client.post("/api/v1/orders", json=ORDER, headers=key)
            assert early.status_code == 409
            checkout.go_on.set()
            while not await owner.fetchval("select status from idempotent_answers"):
                await asyncio.sleep(0.01)
        again = await client.post("/api/v1/orders", json=ORDER, headers=key)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert await owner.fetchval("select id from orders") == UUID(again.json()["order_id"])
    assert await owner.fetchval("select count(*) from orders") == 1


@pytest.mark.parametrize("key", ["", "fifteen-letters", "with blanks in its midst", "x" * 256])
async def test_a_key_that_can_be_guessed_is_refused(api: httpx.AsyncClient, key: str) -> None:
    answer = await api.post("/api/v1/orders", json=ORDER, headers=under(key))
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)


async def test_keys_of_different_callers_do_not_meet(
    api: httpx.AsyncClient, shop: Shop, owner: Owner
) -> None:
    key = under(str(uuid4()))
    _, ada = await shop.paid_job("ada@example.com")
    await api.post("/api/v1/orders", json=ORDER, headers=key | ada)
    mine = await api.post("/api/v1/orders", json=ORDER, headers=key)
    assert "idempotency-replayed" not in mine.headers
    assert await owner.fetchval("select count(*) from orders") == 3


async def test_answers_say_how_many_requests_are_left(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(limits.API_PROGRAM, burst=3, every_s=50)
    monkeypatch.setattr(limits, "API_PROGRAM", few)
    left = []
    for _ in range(3):
        answer = await api.get("/api/v1/jobs", headers=STAFF)
        assert answer.headers["ratelimit-policy"] == '"api/program";q=3;w=150'
        left.append(answer.headers["ratelimit"].split(";")[1])
    assert left == ["r=2", "r=1", "r=0"]
    refused = await api.get("/api/v1/jobs", headers=STAFF)
    assert (refused.status_code, refused.headers["content-type"]) == (429, PROBLEM)
    assert 1 <= int(refused.headers["retry-after"]) <= 50
    assert refused.headers["ratelimit"].startswith('"api/program";r=0;t=')
    # Probes go on, and so does everybody else.
    assert (await api.get("/livez")).status_code == 200
    assert (await api.get("/api/v1/jobs")).status_code == 401


async def test_who_guesses_tokens_is_slowed_down(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(limits.API_NETWORK, burst=4, every_s=50)
    monkeypatch.setattr(limits, "API_NETWORK", few)
    guess = {"Authorization": "Bearer dbk_aaaaaaaa_wrong"}
    said = [
        (await api.request(method, path, json={}, headers=guess)).status_code
        for method, path in (
            ("GET", "/api/v1/jobs"),
            ("POST", "/api/v1/pause"),
            ("POST", "/jobs/next"),
            ("GET", "/api/v1/keys"),
            ("GET", "/api/v1/keys"),
            ("POST", "/jobs/next"),
        )
    ]
    assert said == [401, 401, 401, 401, 429, 429]


async def test_without_the_limiter_requests_are_answered(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> float:
        raise ConnectionError

    monkeypatch.setattr(route.limits, "take", lost)  # the database, gone for a moment
    answer = await api.get("/api/v1/jobs", headers=STAFF)
    assert answer.status_code == 200
    assert "ratelimit" not in answer.headers


async def test_who_orders_under_my_address_does_not_use_up_my_requests(
    api: httpx.AsyncClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(limits.API_CUSTOMER, burst=3, every_s=50)
    monkeypatch.setattr(limits, "API_CUSTOMER", few)
    _, mine = await shop.paid_job("ada@example.com")
    # Anybody can type an address in.
    _, theirs = await shop.paid_job("ada@example.com")
    said = [(await api.get("/api/v1/jobs", headers=theirs)).status_code for _ in range(4)]
    assert said == [200, 200, 200, 429]
    assert (await api.get("/api/v1/jobs", headers=mine)).status_code == 200
