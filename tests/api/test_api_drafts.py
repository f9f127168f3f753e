"""Who sees what was typed into the form, and what becomes of it?"""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import httpx
import pytest

from serve_app import drafts
from serve_app.export import archive
from serve_app.identity import Customer
from serve_app.parts import Parts
from serve_app.qualification import Told
from tests.support.selling import Shop
from tests.support.serving import STAFF, as_role

PAGE = {"Accept": "text/html"}


async def typed(parts: Parts, job_id: UUID) -> UUID:
    """The order of a job whose customer has typed something."""
    order_id: UUID = await parts.pool.fetchval("select order_id from jobs where id = $1", job_id)
    await drafts.seed(parts, order_id, Told("https://a.example/", "Secretville", "US", "Bakery"))
    return order_id


async def test_a_draft_is_its_customers_alone(
    api: httpx.AsyncClient, shop: Shop, parts: Parts, database: str
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    _, eve = await shop.paid_job("eve@example.com")
    await typed(parts, job_id)
    for path in ("", "/address", "/review", "/media/logo"):
        mine = await api.get(f"/jobs/{job_id}/profile{path}", headers=ada | PAGE)
        theirs = await api.get(f"/jobs/{job_id}/profile{path}", headers=eve | PAGE)
        assert theirs.status_code == 404, path
        assert "Secretville" not in theirs.text
        assert mine.status_code == (404 if path == "/media/logo" else 200), path
        nobody = await api.get(f"/jobs/{job_id}/profile{path}", headers=PAGE)
        assert nobody.status_code == 303, path
    assert (
        "Secretville"
        in (await api.get(f"/jobs/{job_id}/profile/address", headers=STAFF | PAGE)).text
    )
    # Postgres itself holds to it, and lets customers write nothing.
    async with as_role(database, "dbolt_customer") as connection:
        assert await connection.fetchval("select count(*) from drafts") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("update drafts set version = 7")
    async with as_role(database, "dbolt_orchestrator") as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetchval("select count(*) from drafts")


@pytest.mark.parametrize("path", ["address", "review", "media/logo", "prefill"])
async def test_nobody_writes_into_anothers_form(
    api: httpx.AsyncClient, shop: Shop, parts: Parts, path: str
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    _, eve = await shop.paid_job("eve@example.com")
    own = await api.get(f"/jobs/{job_id}/profile", headers=ada | PAGE)
    token = re.search(r'name="form_token" value="(\w+)"', own.text)
    assert token is not None
    form = {"form_token": token[1], "address.city": "Elsewhere", "site": "http://127.0.0.1/"}
    refused = await api.post(f"/jobs/{job_id}/profile/{path}", data=form, headers=eve | PAGE)
    assert refused.status_code == 404
    strange = await api.post(f"/jobs/{job_id}/profile/{path}", data=form, headers=PAGE)
    assert strange.status_code in {303, 403}
    forged = {**form, "form_token": "0" * 64}
    answer = await api.post(f"/jobs/{job_id}/profile/{path}", data=forged, headers=ada | PAGE)
    assert answer.status_code in {403, 404}
    assert await parts.pool.fetchval("select count(*) from drafts") == 0


async def test_a_save_upon_an_old_version_changes_nothing(shop: Shop, parts: Parts) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")
    order_id = await typed(parts, job_id)
    assert await drafts.save(parts, order_id, "address", 0, {"address.city": "B"}) is None
    assert await drafts.save(parts, order_id, "address", 1, {"address.city": "C"}) == 2
    assert await drafts.save(parts, order_id, "address", 1, {"address.city": "D"}) is None
    found = await parts.pool.fetchval("select fields from drafts where step = 'address'")
    assert found == {"address.city": "C"}


async def test_a_job_that_has_its_profile_takes_no_more(
    api: httpx.AsyncClient, shop: Shop, parts: Parts, profile: dict[str, object]
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    own = await api.get(f"/jobs/{job_id}/profile", headers=ada | PAGE)
    token = re.search(r'name="form_token" value="(\w+)"', own.text)
    assert token is not None
    told = await api.put(f"/api/v1/jobs/{job_id}/profile", json=profile, headers=ada)
    assert told.status_code == 200
    form = {"form_token": token[1], "business_name": "Too late"}
    answer = await api.post(f"/jobs/{job_id}/profile/basics", data=form, headers=ada | PAGE)
    assert answer.status_code == 409
    assert await parts.pool.fetchval("select count(*) from drafts") == 0


async def test_drafts_go_with_the_account_and_into_its_export(
    api: httpx.AsyncClient, shop: Shop, parts: Parts, database: str
) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")
    order_id = await typed(parts, job_id)
    row = await parts.pool.fetchrow("select id, email from customers")
    assert row is not None
    ada = Customer(row["id"], row["email"], b"", None, datetime.now(UTC))
    bundle = b"".join([piece async for piece in archive(parts, ada)])
    with zipfile.ZipFile(io.BytesIO(bundle)) as files:
        assert "Secretville" in json.dumps(json.loads(files.read(f"drafts/{order_id}.json")))
    async with as_role(database, "dbolt_web") as connection:
        await connection.execute("update customers set erased_at = now()")
    assert await parts.pool.fetchval("select count(*) from drafts") == 0
