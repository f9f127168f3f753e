"""Is what was paid for made good, and is the rest put before staff?"""

from __future__ import annotations

from uuid import UUID

import asyncpg
import pytest

from actors.orchestrator import Orchestrator
from dbolt.domain.directory import Evidence, Policy
from dbolt.domain.override import Override
from dbolt.domain.plan import PLANS, PlanName
from dbolt.domain.protocol import Ack, PauseLevel, PauseScope
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Left
from tests.support.queue import (
    Shop,
    accepted,
    carry_out,
    catalogue,
    directory,
    lease,
    not_sent,
    settle,
)

SIZE = PLANS[PlanName.STARTER].directories
GONE = not_sent(Reason.PAGE_GONE)


async def work(orchestrator: Orchestrator, lost: set[str]) -> list[str]:
    """Carries out all that there is; directories in *lost* fail. Which were tried, in order."""
    tried = []
    while assignments := await lease(orchestrator, 50, wait_s=0.3):
        for one in assignments:
            tried.append(one.directory.slug)
            await carry_out(orchestrator, one, GONE if one.directory.slug in lost else accepted())
    return tried


async def open_attention(shop: Shop) -> list[asyncpg.Record]:
    return await shop.db.fetch("select * from attention where done_at is null")


async def test_a_directory_that_fails_is_replaced_by_another_that_fits(shop: Shop) -> None:
    entries = [
        *catalogue(SIZE),
        directory("e-forbidden", evidence=Evidence.FORBIDDEN),
        directory("e-manual", policy=Policy.MANUAL),
        directory("e-elsewhere", market="de|at"),
        directory("e-first"),
        directory("e-second", market="us|ca", evidence=Evidence.CANDIDATE),
        directory("e-third", evidence=Evidence.CANDIDATE),
    ]
    # The best known are taken into the job; those come after all of d000 to d049.
    orchestrator = await shop.orchestrator(entries)
    job = await shop.job(orchestrator)
    tried = await work(orchestrator, {"d003", "d007", "e-first"})
    assert sorted(tried[SIZE:]) == ["e-first", "e-second", "e-third"]
    assert await shop.states(job) == {"submitted": SIZE, "failed": 3}
    assert await shop.one("select state from jobs") == "complete"
    assert await shop.one("select moving from jobs") == 0
    assert await shop.one("select count(*) from events where event = 'added'") == 3
    assert await open_attention(shop) == []


@pytest.mark.parametrize("level", ["job", "plan", "global"])
async def test_what_takes_a_place_during_a_pause_waits_and_says_so(shop: Shop, level: str) -> None:
    orchestrator = await shop.orchestrator([*catalogue(SIZE), directory("e"), directory("f")])
    job = await shop.job(orchestrator)
    quiet = PauseScope(level=PauseLevel.DIRECTORY, key="e")
    assert await orchestrator.pause(quiet, "staff") is None
    key = {"job": str(job), "plan": "starter", "global": ""}[level]
    scope = PauseScope(level=PauseLevel(level), key=key)
    assert await orchestrator.pause(scope, "staff") is None
    off = Override(off=True, reason="It was sold.")
    assert await orchestrator.override("d007", off, "staff") is None
    # The one that is paused itself is no help; the other one waits, and its event says why.
    rows = await shop.db.fetch(
        "select r.directory, e.detail from events e join job_results r on r.id = e.submission_id"
        " where e.event = 'added'"
    )
    assert [row["directory"] for row in rows] == ["f"]
    assert "paused" in rows[0]["detail"]
    assert await lease(orchestrator, want=60, wait_s=0.2) == []
    assert await orchestrator.resume(scope, "staff") is None
    tried = {one.directory.slug for one in await lease(orchestrator, want=60)}
    assert "f" in tried
    assert "e" not in tried


async def test_what_no_other_directory_makes_good_is_proposed_as_a_credit(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(SIZE))
    await shop.job(orchestrator)
    await work(orchestrator, {"d003", "d007"})
    (row,) = await open_attention(shop)
    assert row["kind"] == "shortfall"
    # Two fiftieths of $149.
    assert "48 of 50" in row["detail"]
    assert "$5.96" in row["detail"]
    assert row["order_id"] == await shop.one("select id from orders")


async def test_a_profile_that_passes_no_more_keeps_no_attempt_from_ending(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(SIZE + 1))
    job: UUID = await shop.job(orchestrator)
    (first,) = await lease(orchestrator)
    await shop.db.execute("update profiles set doc = '{}'")
    reply = await settle(orchestrator, first.token, Left(reason=Reason.ROBOTS_TXT))
    assert reply.acks == {first.token: Ack.SETTLED}
    assert await shop.states(job) == {"queued": SIZE - 1, "skipped": 1}


async def test_a_robots_rule_met_on_the_way_is_made_good_too(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(SIZE + 1))
    job: UUID = await shop.job(orchestrator)
    (first,) = await lease(orchestrator)
    await carry_out(orchestrator, first, Left(reason=Reason.ROBOTS_TXT))
    tried = await work(orchestrator, set())
    assert tried[-1] == f"d{SIZE:03}"
    assert await shop.states(job) == {"submitted": SIZE, "skipped": 1}


async def test_replacements_come_to_an_end(shop: Shop) -> None:
    entries = catalogue(3 * SIZE)
    orchestrator = await shop.orchestrator(entries)
    job = await shop.job(orchestrator)
    await work(orchestrator, {entry.slug for entry in entries})
    assert await shop.states(job) == {"failed": 2 * SIZE}
    (row,) = await open_attention(shop)
    assert "0 of 50" in row["detail"]


async def test_a_restart_in_between_replaces_nothing_twice(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(SIZE + 5))
    job = await shop.job(orchestrator)
    (first,) = await lease(orchestrator)
    await carry_out(orchestrator, first, GONE)
    after = await shop.orchestrator()
    await work(after, set())
    assert await shop.states(job) == {"submitted": SIZE, "failed": 1}


async def test_what_does_not_fit_the_business_is_replaced_before_the_work_begins(
    shop: Shop,
) -> None:
    entries = [*catalogue(SIZE - 2), directory("da", market="de"), directory("db", market="fr")]
    spare = [directory("e1"), directory("e2")]
    orchestrator = await shop.orchestrator([*entries, *spare])
    job = await shop.job(orchestrator)
    tried = await work(orchestrator, set())
    assert {"e1", "e2"} <= set(tried)
    assert await shop.states(job) == {"submitted": SIZE}
    assert await open_attention(shop) == []
