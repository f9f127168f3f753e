"""Does a worker press only with a permit, and forget nothing that was not acknowledged?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from actors.orchestrator import Orchestrator
from actors.worker import Worker
from dbolt.domain.directory import Pace
from dbolt.domain.plan import PlanName
from dbolt.domain.protocol import Exchange, Permit, Reply
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Assignment, Looked, NotSent, Result
from tests.support.queue import (
    FREE,
    QUICK,
    SEARCH,
    Shop,
    accepted,
    catalogue,
    directory,
    unclear,
    until,
)


class Engine:
    """A browser without pages."""

    def __init__(self) -> None:
        self.starts = 0
        self.running = False

    async def start(self) -> None:
        self.starts += 1
        self.running = True

    async def stop(self) -> None:
        self.running = False


class Craft:
    """Fills nothing and presses with a permit. `pressed`: how often each submission was."""

    def __init__(self, end: Callable[[], Result] = accepted) -> None:
        self.end = end
        self.pressed: dict[UUID, int] = {}
        self.most_at_once = 0
        self._now = 0
        self.hold: asyncio.Event | None = None
        self.begun = asyncio.Event()
        self.ended = asyncio.Event()

    async def attempt(self, assignment: Assignment, permit: Permit) -> Result:
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        self.begun.set()
        try:
            if self.hold is not None:
                await self.hold.wait()
            if not await permit(seen_absent=True):
                return NotSent(reason=Reason.PERMIT_REFUSED)
            id_ = assignment.submission_id
            self.pressed[id_] = self.pressed.get(id_, 0) + 1
            return self.end()
        finally:
            self._now -= 1
            self.ended.set()

    async def look(self, assignment: Assignment) -> Result:
        return Looked(found=assignment.submission_id in self.pressed)


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[asyncio.Task[None]]:
    """The worker at work."""
    task = asyncio.create_task(worker.run())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_worker_carries_out_a_whole_job_within_its_slots(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(20))
    craft, engine = Craft(), Engine()
    async with working(Worker("w", orchestrator.exchange, engine, craft, slots=3)):
        await shop.job(orchestrator)
        await until(shop, "select state = 'complete' from jobs")
    assert await shop.states() == {"submitted": 20}
    assert set(craft.pressed.values()) == {1}
    assert craft.most_at_once <= 3
    assert not engine.running


async def test_unclear_presses_are_looked_for_by_the_worker_too(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH)])
    async with working(Worker("w", orchestrator.exchange, Engine(), Craft(unclear))):
        await shop.job(orchestrator)
        await until(shop, "select state = 'complete' from jobs")
    assert await shop.states() == {"submitted": 1}


async def test_an_attempt_has_its_time_whatever_the_lease_and_the_clocks_say(shop: Shop) -> None:
    # A lease of a second that heartbeats keep, and a machine whose clock is a day ahead.
    short = replace(QUICK, lease_s=1.0)
    orchestrator = await shop.orchestrator(catalogue(1), short)
    left: list[float] = []

    class Patient(Craft):
        async def attempt(self, assignment: Assignment, permit: Permit) -> Result:
            left.append((assignment.deadline_at - datetime.now(UTC)).total_seconds())
            return await super().attempt(assignment, permit)

    async def skewed(said: Exchange) -> Reply:
        reply = await orchestrator.exchange(said)
        early = [
            one.model_copy(update={"deadline_at": one.deadline_at - timedelta(days=1)})
            for one in reply.assignments
        ]
        return reply.model_copy(update={"assignments": early})

    craft = Patient()
    craft.hold = asyncio.Event()
    async with working(Worker("w", skewed, Engine(), craft, heartbeat_s=0.2)):
        await shop.job(orchestrator)
        await until(shop, "select now() > max(leased_at) + interval '2 s' from job_results")
        craft.hold.set()
        await until(shop, "select state = 'complete' from jobs")
    assert await shop.states() == {"submitted": 1}
    assert left == [pytest.approx(180.0, abs=5.0)]


async def test_results_are_kept_while_the_orchestrator_is_away(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(4))
    craft = Craft()
    away = {"left": 3}

    async def flaky(said: Exchange) -> Reply:
        if said.settled and not said.press and away["left"]:
            away["left"] -= 1
            # Every other time it is the answer that is lost, not the question.
            if away["left"] % 2:
                await orchestrator.exchange(said)
            raise ConnectionError
        return await orchestrator.exchange(said)

    async with working(Worker("w", flaky, Engine(), craft)):
        await shop.job(orchestrator)
        await until(shop, "select state = 'complete' from jobs")
    assert away["left"] < 3
    assert await shop.states() == {"submitted": 4}
    assert set(craft.pressed.values()) == {1}


async def test_a_permit_whose_answer_was_lost_is_not_used(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH)])
    craft, lost = Craft(), asyncio.Event()

    async def deaf(said: Exchange) -> Reply:
        reply = await orchestrator.exchange(said)
        if said.press and not lost.is_set():
            lost.set()
            raise ConnectionError
        return reply

    async with working(Worker("w", deaf, Engine(), craft)):
        await shop.job(orchestrator)
        # The press was recorded but not done: a look finds nothing, and only then it is tried anew.
        await until(shop, "select state = 'complete' from jobs")
    assert await shop.states() == {"submitted": 1}
    assert set(craft.pressed.values()) == {1}
    assert await shop.one("select count(*) from presses") == 2


async def test_a_slot_whose_lease_was_taken_does_not_press(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    craft = Craft()
    craft.hold = asyncio.Event()
    worker = Worker("w", orchestrator.exchange, Engine(), craft, heartbeat_s=0.05)
    async with working(worker):
        job = await shop.job(orchestrator)
        await craft.begun.wait()
        await orchestrator.cancel(job, "staff")
        await craft.ended.wait()
        craft.hold.set()
    assert craft.pressed == {}
    assert await shop.states() == {"cancelled": 1}


async def test_a_drained_worker_finishes_what_it_has_and_takes_no_more(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(5))
    craft, engine = Craft(), Engine()
    craft.hold = asyncio.Event()
    async with working(Worker("w", orchestrator.exchange, engine, craft, slots=2)) as task:
        await shop.job(orchestrator)
        await until(shop, "select count(*) = 2 from job_results where state = 'leased'")
        await orchestrator.drain("w")
        craft.hold.set()
        async with asyncio.timeout(10):
            await task
    assert await shop.states() == {"submitted": 2, "queued": 3}
    assert not engine.running


async def test_a_crashed_browser_is_started_anew(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(3))
    craft, engine = Craft(), Engine()
    crashes = 1

    def end() -> Result:
        nonlocal crashes
        if crashes:
            crashes -= 1
            raise RuntimeError("the page is gone")
        return accepted()

    class Fragile(Craft):
        async def attempt(self, assignment: Assignment, permit: Permit) -> Result:
            if crashes:
                end()
            return await super().attempt(assignment, permit)

    craft = Fragile()
    async with working(Worker("w", orchestrator.exchange, engine, craft)):
        await shop.job(orchestrator)
        await until(shop, "select state = 'complete' from jobs")
    assert engine.starts == 2
    assert await shop.states() == {"submitted": 3}


async def test_an_attempt_that_breaks_after_its_permit_is_unclear(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))

    def broken() -> Result:
        raise RuntimeError("lost after the press")

    async with working(Worker("w", orchestrator.exchange, Engine(), Craft(broken))):
        await shop.job(orchestrator)
        await until(shop, "select state = 'complete' from jobs")
    row = await shop.db.fetchrow("select state, reason from job_results")
    assert row is not None
    assert tuple(row) == ("needs_person", "press_unconfirmed")


async def test_a_directory_is_never_used_faster_than_it_allows(shop: Shop) -> None:
    entries = [
        directory("slow", pace=Pace(concurrency=3, spacing_s=0.25, per_day=100)),
        directory("few", pace=Pace(concurrency=5, spacing_s=0, per_day=3)),
        directory("free", pace=FREE),
    ]
    orchestrator = await shop.orchestrator(entries)
    workers = [Worker(f"w{n}", orchestrator.exchange, Engine(), Craft(), slots=4) for n in (1, 2)]
    async with working(workers[0]), working(workers[1]):
        for _ in range(8):
            await shop.job(orchestrator)
        done = "select count(*) = 16 from presses where directory in ('slow', 'free')"
        await until(shop, done)
    least = await shop.one(
        "select min(extract(epoch from gap))::float8 from (select pressed_at -"
        " lag(pressed_at) over (order by pressed_at) as gap from presses where directory = 'slow')"
        " as gaps"
    )
    assert least >= 0.25
    assert await shop.one("select count(*) from presses where directory = 'few'") == 3


async def test_two_customers_share_by_their_plans(shop: Shop) -> None:

    orchestrator = await shop.orchestrator(catalogue(40))
    await shop.job(orchestrator, plan=PlanName.STARTER)
    await shop.job(orchestrator, plan=PlanName.ENTERPRISE)
    served: list[str] = []
    for _ in range(25):
        reply = await orchestrator.exchange(Exchange(worker="w", want=1, wait_s=5))
        job = reply.assignments[0].job_id
        served.append(await shop.one("select plan from jobs where id = $1", job))
    assert served.count("enterprise") == 20


async def test_an_orchestrator_is_replaced_under_a_working_worker(shop: Shop) -> None:
    current: list[Orchestrator] = [await shop.orchestrator(catalogue(30, recipe=SEARCH))]
    craft = Craft()

    async def exchange(said: Exchange) -> Reply:
        return await current[0].exchange(said)

    async with working(Worker("w", exchange, Engine(), craft, slots=3)):
        await shop.job(current[0])
        for wanted in (5, 12, 20):
            await until(shop, f"select count(*) >= {wanted} from presses")
            current[0] = await shop.orchestrator()
        await until(shop, "select state = 'complete' from jobs")
    assert await shop.states() == {"submitted": 30}
    assert set(craft.pressed.values()) == {1}
