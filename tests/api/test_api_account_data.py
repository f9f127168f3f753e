"""Is everything handed out, and is everything gone, when its owner asks for it?"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import httpx

from dbolt.domain.protocol import Exchange, Settlement
from serve_app.parts import Parts
from tests.support.queue import accepted
from tests.support.seeds import add_submission, add_update
from tests.support.selling import Shop
from tests.support.serving import Line, Shelf
from tests.support.signing import Visitor

Visit = Callable[..., Awaitable[Visitor]]
Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ADA, BOB = "ada@example.com", "bob@example.com"
MINE, SHARED = "ab" * 32, "cd" * 32


async def work_for(
    shop: Shop,
    api: httpx.AsyncClient,
    database: str,
    email: str,
    profile: dict[str, Any],
    pictures: list[str],
) -> UUID:
    """A running job with one listing and its screenshots."""
    job_id, bearer = await shop.paid_job(email)
    told = await api.put(f"/api/v1/jobs/{job_id}/profile", json=profile, headers=bearer)
    assert told.status_code == 200, told.text
    await add_submission(
        database,
        job_id,
        "townbook",
        state="submitted",
        reason="accepted",
        evidence=[("after", sha256, "image/png") for sha256 in pictures],
        typed=[("business_name", "Name", "Harbor Lane"), ("account_password", "P", "hunter2")],
    )
    return job_id


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        assert bundle.testzip() is None
        return {name: bundle.read(name) for name in bundle.namelist()}


async def test_the_export_holds_all_of_ones_own_and_nothing_else(
    visit: Visit,
    shop: Shop,
    api: httpx.AsyncClient,
    database: str,
    shelf: Shelf,
    owner: Owner,
    profile: dict[str, Any],
) -> None:
    shelf.files |= {MINE: b"my screenshot", SHARED: b"bob's screenshot"}
    job_id = await work_for(shop, api, database, ADA, profile, [MINE])
    bobs = await work_for(shop, api, database, BOB, profile, [SHARED])
    listed = "select id from submissions where job_id = $1 and directory = 'townbook'"
    await add_update(database, await owner.fetchval(listed, job_id), note="hunter2, for staff")
    ada = await visit()
    await ada.account(ADA)
    answer = await ada.get("/account/export")
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    files = unzipped(answer.content)
    assert files[f"evidence/{MINE}.png"] == b"my screenshot"
    assert json.loads(files["account.json"])["email"] == ADA
    (order,) = json.loads(files["orders.json"])
    assert order["job_id"] == str(job_id)
    doc = json.loads(files["profiles/1.json"])["doc"]
    assert doc["business_name"] == "Harbor Lane Bakery"
    listing = json.loads(files[f"jobs/{job_id}/townbook.json"])
    assert listing["attempts"][0]["result"]["typed"][0]["typed"] == "Harbor Lane"
    events = json.loads(files[f"jobs/{job_id}/events.json"])
    assert {event["event"] for event in events} >= {"created", "profile_completed"}
    assert len([name for name in files if name.startswith(f"jobs/{job_id}/d")]) == 3
    [update] = json.loads(files[f"jobs/{job_id}/updates.json"])
    assert (update["facts"], update["state"]) == (["phone"], "open")
    whole = b"".join(files.values())
    for secret in (ada.session.encode(), b"$argon2", b"hunter2", BOB.encode(), str(bobs).encode()):
        assert secret not in whole


async def test_a_deleted_account_leaves_its_books_and_nothing_of_whose_they_were(
    visit: Visit,
    shop: Shop,
    api: httpx.AsyncClient,
    database: str,
    parts: Parts,
    owner: Owner,
    profile: dict[str, Any],
) -> None:
    shelf, queue = parts.evidence, parts.queue
    assert isinstance(shelf, Shelf)
    shelf.files |= {MINE: b"my screenshot", SHARED: b"a page that both were shown"}
    named = profile | {"business_name": "Ada's Own Bakery", "phone": "+1 207 555 0199"}
    job_id = await work_for(shop, api, database, ADA, named, [MINE, SHARED])
    bobs = await work_for(shop, api, database, BOB, profile, [SHARED])
    [submission] = await owner.fetch(
        "select id from submissions where job_id = $1 and directory = 'townbook'", job_id
    )
    await add_update(database, submission["id"], note="Ada's Own phone rings elsewhere")
    unpaid = await shop.order(ADA)
    ada = await visit()
    await ada.account(ADA)
    words = (ADA, "Ada's Own", "+12075550199", MINE)
    before = "\n".join(line for lines in (await everything(owner)).values() for line in lines)
    assert all(word in before for word in words)
    wrong = await ada.post("/account/delete/now", email="ada@example.org")
    assert wrong.status_code == 422
    done = await ada.post("/account/delete/now", email=ADA)
    assert "The account is deleted" in done.text
    # One payment with its job, cancelled, that nobody is behind.
    row = await owner.fetchrow(
        "select o.state, o.amount_cents, j.state as job, c.email from orders o"
        " join jobs j on j.order_id = o.id join customers c on c.id = o.customer_id"
        " where j.id = $1",
        job_id,
    )
    assert row is not None
    assert (row["state"], row["job"]) == ("paid", "cancelled")
    assert row["email"].endswith("@erased.invalid")
    assert set(shelf.files) == {SHARED}
    # The last letter alone still bears the address, until it is sent.
    held = await everything(owner)
    letters = [line for line in held["outbox"] if "mail" in line]
    assert len([line for line in letters if ADA in line]) == 1
    del held["outbox"]
    for table, lines in held.items():
        for word in words:
            assert not [line for line in lines if word in line], (table, word)
    # Nothing opens it any more, and nothing of anybody else's is touched.
    assert not await ada.is_in()
    ada.client.cookies.set("dbolt-session", unpaid["session_token"])
    assert (await ada.get("/account")).status_code == 303
    assert await owner.fetchval("select state from jobs where id = $1", bobs) == "queued"
    assert await owner.fetchval("select count(*) from job_results where job_id = $1", bobs) == 4
    reply = await queue.exchange(Exchange(worker="w", want=9, wait_s=5))
    assert {assignment.job_id for assignment in reply.assignments} == {bobs}
    # The address may begin anew, as somebody new.
    fresh = await visit()
    await fresh.prove(ADA)
    assert str(job_id) not in (await fresh.get("/account")).text


async def everything(owner: Owner) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    tables = await owner.fetch(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    return {
        row["relname"]: [
            line["t"] for line in await owner.fetch(f"select t::text from {row['relname']} t")
        ]
        for row in tables
    }


async def test_a_form_that_is_being_sent_is_waited_for(
    visit: Visit,
    shop: Shop,
    api: httpx.AsyncClient,
    queue: Line,
    owner: Owner,
    profile: dict[str, Any],
) -> None:
    job_id, bearer = await shop.paid_job(ADA)
    await api.put(f"/api/v1/jobs/{job_id}/profile", json=profile, headers=bearer)
    reply = await queue.exchange(Exchange(worker="w", want=1, wait_s=5))
    (assignment,) = reply.assignments
    pressed = await queue.exchange(Exchange(worker="w", press=[assignment.token]))
    assert pressed.permits == {assignment.token: True}
    ada = await visit()
    await ada.account(ADA)
    early = await ada.post("/account/delete/now", email=ADA)
    assert early.status_code == 409
    assert "two minutes" in early.text
    assert await owner.fetchval("select state from jobs") == "cancelled"
    assert await owner.fetchval("select email from customers") == ADA
    said = Settlement(token=assignment.token, result=accepted())
    await queue.exchange(Exchange(worker="w", settled=[said]))
    done = await ada.post("/account/delete/now", email=ADA)
    assert done.status_code == 200
    assert await owner.fetchval("select count(*) from job_results") == 0
    # What was pressed stays counted, so that no directory is pressed beyond its pace.
    assert await owner.fetchval("select count(*) from presses") == 1


async def test_without_the_orchestrator_nothing_is_deleted(
    visit: Visit, shop: Shop, queue: Line, owner: Owner
) -> None:
    await shop.paid_job(ADA)
    ada = await visit()
    await ada.account(ADA)
    queue.away = True
    assert (await ada.post("/account/delete/now", email=ADA)).status_code == 503
    assert await owner.fetchval("select email from customers") == ADA
    queue.away = False
    assert (await ada.post("/account/delete/now", email=ADA)).status_code == 200


async def test_the_database_itself_refuses_to_erase_without_a_fresh_proof(
    visit: Visit, parts: Parts, owner: Owner
) -> None:
    ada = await visit()
    await ada.account(ADA)
    hashed = await owner.fetchval("select token_hash from sessions")
    await owner.execute("update sessions set proved_at = now() - interval '16 minutes'")
    assert await parts.pool.fetchval("select erase_customer($1)", hashed) == "not_proven"
    await owner.execute("update sessions set proved_at = null")
    assert await parts.pool.fetchval("select erase_customer($1)", hashed) == "not_proven"
    assert await owner.fetchval("select erased_at from customers") is None


async def test_files_left_over_by_a_crash_are_removed_the_next_time(
    visit: Visit, shelf: Shelf, owner: Owner
) -> None:
    shelf.files["ef" * 32] = b"left over"
    await owner.execute("insert into evidence_removals values ($1)", "ef" * 32)
    ada = await visit()
    await ada.account(ADA)
    await ada.post("/account/delete/now", email=ADA)
    assert shelf.files == {}
    assert await owner.fetchval("select count(*) from evidence_removals") == 0
