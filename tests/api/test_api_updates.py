"""Do updates of listings belong to staff, and to their customer alone?"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, cast
from uuid import UUID

import asyncpg
import httpx
import pytest

from serve_app import updates
from serve_app.parts import Parts
from serve_app.staff.roles import StaffRole
from tests.support.colleagues import colleague
from tests.support.queue import PROFILE
from tests.support.seeds import add_submission, add_update
from tests.support.selling import Shop
from tests.support.serving import STAFF
from tests.support.signing import Visitor

Visit = Callable[..., Awaitable[Visitor]]
Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ADA, BOB = "ada@example.com", "bob@example.com"
DONE = {"state": "done", "version": 1, "note": "by mail"}


@pytest.fixture
async def old(shop: Shop, database: str, owner: Owner) -> tuple[int, UUID]:
    """A listing of Ada's that holds an old phone number; the update's id and the job's."""
    job_id = await shop.pay(await shop.order(ADA), ADA)
    submission = await add_submission(
        database, job_id, "postcards", state="submitted", reason="accepted"
    )
    await owner.execute(
        "insert into profiles (customer_id, version, doc)"
        " select customer_id, 1, $2::text::jsonb from jobs where id = $1",
        job_id,
        json.dumps(PROFILE),
    )
    update_id = await add_update(database, submission)
    return update_id, job_id


async def test_a_program_reads_updates_and_says_what_became_of_them(
    api: httpx.AsyncClient, old: tuple[int, UUID], owner: Owner
) -> None:
    update_id, job_id = old
    listed = (await api.get("/api/v1/updates", headers=STAFF)).json()
    [item] = listed["items"]
    assert (item["id"], item["job_id"], item["state"]) == (update_id, str(job_id), "open")
    assert item["facts"][0]["new"] == "+12125550142"
    at = f"/api/v1/updates/{update_id}"
    assert (await api.put(at, json={**DONE, "version": 7}, headers=STAFF)).status_code == 409
    for body in ({**DONE, "state": "void"}, {**DONE, "state": "impossible"}, {"state": "done"}):
        assert (await api.put(at, json=body, headers=STAFF)).status_code == 422, body
    assert (await api.put("/api/v1/updates/999", json=DONE, headers=STAFF)).status_code == 404
    done = await api.put(at, json=DONE, headers=STAFF)
    assert (done.status_code, done.json()["state"], done.json()["note"]) == (200, "done", "by mail")
    assert (await api.get("/api/v1/updates", headers=STAFF)).json()["items"] == []
    closed = await api.get("/api/v1/updates?state=done", headers=STAFF)
    assert [one["id"] for one in closed.json()["items"]] == [update_id]
    told = await owner.fetchval(
        "select o.detail ->> 'state' from audit a join audit_outcomes o on o.audit_id = a.id"
        " where a.action = 'PUT /api/v1/updates/{update_id}' and o.status = 200"
    )
    assert told == "done"


async def test_who_only_reads_and_strangers_change_nothing(
    api: httpx.AsyncClient,
    parts: Parts,
    shop: Shop,
    visit: Visit,
    old: tuple[int, UUID],
    owner: Owner,
) -> None:
    update_id, job_id = old
    viewer, looks = await colleague(parts, StaffRole.VIEWER), await visit()
    looks.client.cookies.set("dbolt-staff", viewer.token)
    page = await looks.client.get("/staff/updates")
    assert page.status_code == 200
    assert "/staff/updates?state=done" in page.text
    assert f'action="/staff/updates/{update_id}"' not in page.text
    said = await looks.client.put(f"/api/v1/updates/{update_id}", json=DONE)
    assert said.status_code == 403
    _, bob = await shop.paid_job(BOB)
    assert (await api.get("/api/v1/updates", headers=bob)).status_code == 403
    answer = await api.put(f"/api/v1/updates/{update_id}", json=DONE, headers=bob)
    assert answer.status_code == 403
    assert (await api.get(f"/jobs/{job_id}/inbox", headers=bob)).status_code == 404
    await api.post(
        f"/jobs/{job_id}/directories/postcards/updated", data={"version": "1"}, headers=bob
    )
    assert await owner.fetchval("select state from listing_updates") == "open"


class Interrupted:
    """A connection after each of whose statements somebody else closes every update."""

    def __init__(self, connection: object, owner: Owner) -> None:
        self._connection, self._owner = connection, owner

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*said: Any) -> Any:
            answer = await getattr(self._connection, name)(*said)
            await self._owner.execute(
                "update listing_updates set state = 'done', closed_at = now(), closed_by = 'x'"
            )
            return answer

        return call


async def test_an_update_that_closes_meanwhile_is_told_all_the_same(
    parts: Parts, old: tuple[int, UUID], owner: Owner
) -> None:
    update_id, _ = old
    async with parts.pool.acquire() as connection:
        told = await updates.one(cast("Owner", Interrupted(connection, owner)), update_id)
    assert told.id == update_id
