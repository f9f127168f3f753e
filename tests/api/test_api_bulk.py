"""Is a command on many carried out to its end, whatever happens in between, and on those alone?"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from dbolt.domain.protocol import RetryFilter
from serve_app.identity import Staff
from serve_app.parts import Parts
from serve_app.staff import batches, selection
from serve_app.staff.batches import Action
from serve_app.staff.roles import StaffRole
from serve_app.staff.selection import SubmissionFilter
from serve_app.web import submissions
from tests.support.colleagues import colleague
from tests.support.selling import Shop
from tests.support.serving import VAULT_KEY, Line
from tests.support.signing import Visitor

Visit = Callable[..., Awaitable[Visitor]]


async def staff_browser(parts: Parts, visit: Visit) -> Visitor:
    """A colleague's browser."""
    browser = await visit()
    browser.client.cookies.set("dbolt-staff", (await colleague(parts, StaffRole.STAFF)).token)
    return browser


async def until(parts: Parts, sql: str) -> None:
    """Waits until *sql* answers true."""
    async with asyncio.timeout(20):
        while not await parts.pool.fetchval(sql):
            await asyncio.sleep(0.02)


async def test_what_broke_off_is_taken_up_again_to_the_end(
    parts: Parts, visit: Visit, shop: Shop, queue: Line
) -> None:
    await shop.paid_job("ada@example.com")
    browser = await staff_browser(parts, visit)
    queue.away = True
    order = {"do": "cancel", "kind": "submissions", "all": "yes"}
    begun = await browser.post("/staff/bulk", **order)
    place = begun.headers["location"]
    await until(parts, "select problem <> '' from staff_batches")
    shown = (await browser.get(place)).text
    assert "does not answer" in shown
    assert "Go on with the rest" in shown
    assert await parts.pool.fetchval("select done from staff_batches") == 0
    queue.away = False
    assert (await browser.post(f"{place}/continue")).status_code == 303
    await until(parts, "select ended_at is not null from staff_batches")
    row = await parts.pool.fetchrow("select done, changed, problem from staff_batches")
    assert row is not None
    assert tuple(row) == (3, 3, "")
    cancelled = "select count(*) from job_results where state = 'cancelled'"
    assert await parts.pool.fetchval(cancelled) == 3


async def test_two_replicas_do_not_carry_one_batch_out_twice(
    parts: Parts, shop: Shop, queue: Line
) -> None:
    await shop.paid_job("ada@example.com")
    ids = [row["id"] for row in await parts.pool.fetch("select id from job_results")]
    batch_id = await batches.add(parts.pool, "test", Action.CANCEL, ids)
    await asyncio.gather(*(batches.carry_out(parts, batch_id, "staff") for _ in range(2)))
    row = await batches.show(parts.pool, batch_id)
    assert row is not None
    assert (row.done, row.ended_at is not None) == (3, True)
    events = "select count(*) from events where event = 'cancelled' and submission_id is not null"
    assert await parts.pool.fetchval(events) == 3
    assert not await batches.take_up(parts.pool, batch_id)


async def test_a_filter_beside_chosen_rows_widens_nothing(
    parts: Parts, visit: Visit, shop: Shop
) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")
    browser = await staff_browser(parts, visit)
    chosen = await parts.pool.fetchval("select id from job_results order by id limit 1")
    order = {"do": "cancel", "kind": "submissions", "id": str(chosen), "job": str(job_id)}
    await browser.post("/staff/bulk", **order)
    await until(parts, "select ended_at is not null from staff_batches")
    rows = await parts.pool.fetch("select id from job_results where state = 'cancelled'")
    assert [row["id"] for row in rows] == [chosen]
    nothing = await browser.post("/staff/bulk", do="cancel", kind="submissions")
    assert nothing.status_code == 422


async def test_a_filter_that_does_not_exist_says_so(parts: Parts, visit: Visit) -> None:
    browser = await staff_browser(parts, visit)
    wrong = ("state=nonsense", "reason=x", "plan=free", "customer=17", "when=1y", "since=x")
    for query in (*wrong, "after=x"):
        assert (await browser.get(f"/staff/submissions?{query}")).status_code == 422, query


async def test_pages_follow_each_other_without_gap_or_overlap(
    parts: Parts, visit: Visit, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ada", "bob", "eve"):
        await shop.paid_job(f"{name}@example.com")
    monkeypatch.setattr(submissions, "PAGE", 2)
    browser, path, seen = await staff_browser(parts, visit), "/staff/submissions?state=queued", []
    while path:
        text = (await browser.get(path)).text
        seen += re.findall(r'name="id" value="([0-9a-f-]{36})"', text)
        older = re.search(r'rel="next" href="([^"]+)"', text)
        path = older[1].replace("&amp;", "&") if older else ""
    rows = await parts.pool.fetch(
        "select id::text from job_results order by created_at desc, job_results.id desc"
    )
    assert seen == [row["id"] for row in rows]


async def test_beyond_what_is_counted_the_number_is_said_to_be_about(
    parts: Parts, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.paid_job("ada@example.com")
    async with parts.pool.acquire() as connection:
        assert str(await selection.count(connection, SubmissionFilter())) == "3"
        monkeypatch.setattr(selection, "EXACT", 2)
        assert str(await selection.count(connection, SubmissionFilter())).startswith("about ")


async def test_the_first_admin_is_invited_on_the_servers_machine(
    parts: Parts, visit: Visit, tmp_path: Path
) -> None:
    given = {
        "DATABASE_URL": parts.secrets.database_url.get_secret_value(),
        "DBOLT_VAULT_KEY": VAULT_KEY.get_secret_value(),
        "DBOLT_PUBLIC_URL": "http://testserver",
    }
    command = [
        sys.executable,
        "-m",
        "dbolt.cli",
        "staff",
        "add",
        "Eva@a.example",
        "--role",
        "admin",
    ]
    said = await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=tmp_path,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert said.returncode == 0, said.stderr
    link = said.stdout.strip()
    assert link.startswith("http://testserver/staff/join/")
    shown = await (await visit()).get(link.removeprefix("http://testserver"))
    assert "Join as admin" in shown.text
    assert "eva@a.example" in shown.text


async def test_a_retry_in_bulk_leaves_alone_what_a_robot_may_not_try(
    parts: Parts, shop: Shop, queue: Line
) -> None:
    await shop.paid_job("ada@example.com")
    ids = [row["id"] for row in await parts.pool.fetch("select id from job_results")]
    await queue.orchestrator.cancel_submissions(ids, "staff")
    batch_id = await batches.add(parts.pool, "test", Action.RETRY, ids)
    await batches.carry_out(parts, batch_id, Staff().actor)
    row = await batches.show(parts.pool, batch_id)
    assert row is not None
    # The job has no profile yet.
    assert (row.done, row.changed) == (3, 0)
    wanted = RetryFilter(submission_ids=ids, states=["cancelled"])
    assert await queue.retry(wanted, dry_run=True, actor="staff") == 0
