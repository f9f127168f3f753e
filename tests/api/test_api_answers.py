"""Do tasks, reports and accounts belong to their customer alone, and are bad answers refused?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.support.seeds import add_submission
from tests.support.selling import Shop
from tests.support.serving import Line
from tests.support.signing import Visitor

Visit = Callable[..., Awaitable[Visitor]]
Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ADA, BOB = "ada@example.com", "bob@example.com"


@pytest.fixture
async def waiting(shop: Shop, database: str) -> UUID:
    """A job of Ada's of which one directory wants a PIN."""
    placed = await shop.order(ADA)
    job_id = await shop.pay(placed, ADA)
    await add_submission(
        database, job_id, "postcards", state="awaiting_customer", reason="confirm_by_customer"
    )
    return job_id


async def state(owner: Owner) -> str:
    return str(await owner.fetchval("select state from job_results where directory = 'postcards'"))


async def test_a_stranger_can_neither_answer_nor_read_a_task(
    visit: Visit, waiting: UUID, owner: Owner, queue: Line
) -> None:
    bob = await visit()
    await bob.account(BOB)
    for said in ("pin", "done", "leave"):
        path = f"/jobs/{waiting}/directories/postcards/answer"
        answer = await bob.post(path, answer=said, pin="1")
        assert answer.status_code == 404
    for page in (
        "inbox",
        "report",
        "report.csv",
        "report.xlsx",
        "report.pdf",
        "history",
        "details",
    ):
        assert (await bob.get(f"/jobs/{waiting}/{page}")).status_code == 404
    assert await state(owner) == "awaiting_customer"
    assert "answer" not in {verb for verb, _ in queue.asked}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"answer": "sold"}, 422),
        ({"answer": "pin", "pin": "  "}, 409),
        ({"answer": "pin", "pin": "1" * 101}, 422),
        ({"answer": "done", "listing_url": "javascript:alert(1)"}, 422),
    ],
)
async def test_an_answer_that_says_nothing_changes_nothing(
    visit: Visit, waiting: UUID, owner: Owner, fields: dict[str, str], status: int
) -> None:
    ada = await visit()
    await ada.prove(ADA)
    answer = await ada.post(f"/jobs/{waiting}/directories/postcards/answer", **fields)
    assert answer.status_code == status, answer.text
    assert await state(owner) == "awaiting_customer"
    assert await owner.fetchval("select count(*) from answers") == 0


async def test_nobody_sees_or_is_told_anothers_accounts(
    visit: Visit, waiting: UUID, owner: Owner
) -> None:
    await owner.execute(
        "insert into accounts (customer_id, directory, username)"
        " select customer_id, 'postcards', 'ada1234' from jobs where id = $1",
        waiting,
    )
    bob = await visit()
    await bob.account(BOB)
    assert "Postcards" not in (await bob.get("/account/passwords")).text
    assert (await bob.post("/account/passwords", directory="postcards")).status_code == 404
    assert (await bob.post("/account/passwords/export")).status_code == 404
    assert await owner.fetchval("select count(*) from events where event = 'revealed'") == 0
    ada = await visit()
    await ada.prove(ADA)
    assert "ada1234" not in (await ada.get("/account/passwords")).text
    told = await ada.post("/account/passwords", directory="postcards")
    assert "ada1234" in told.text
    assert told.headers["cache-control"] == "no-store"


async def test_the_key_of_an_order_opens_no_accounts(
    visit: Visit, shop: Shop, owner: Owner
) -> None:
    placed = await shop.order(ADA)
    holder = await visit()
    holder.client.cookies.set("dbolt-session", placed["session_token"])
    assert (await holder.get("/account/passwords")).status_code == 403
    assert (await holder.post("/account/passwords", directory="a")).status_code == 403


async def test_without_the_orchestrator_an_answer_is_asked_to_come_again(
    visit: Visit, waiting: UUID, owner: Owner, queue: Line
) -> None:
    ada = await visit()
    await ada.prove(ADA)
    queue.away = True
    answer: httpx.Response = await ada.post(
        f"/jobs/{waiting}/directories/postcards/answer", answer="done"
    )
    assert answer.status_code == 503
    assert await state(owner) == "awaiting_customer"
