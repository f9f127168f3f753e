"""Does the pool hire, drain and bury whom it should, whatever becomes of them?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from actors import errands
from actors.errands import BROKE, NONE_CAME, ONE_ALREADY
from actors.pool import Pool, Sight
from actors.sizing import Bounds
from dbolt.domain.browsers import BrowserState, BrowserStatus, Cause, Demand
from dbolt.domain.website import Errand, ErrandStage, ReadPage, WebsiteNotRead, WebsiteRead
from serve_app.browsers import READ_WAIT_S


@dataclass
class Town:
    """A crew without Ray: places for workers, and what was done with each."""

    room: int = 100
    living: dict[str, Sight] = field(default_factory=dict)
    drained: list[str] = field(default_factory=list)
    buried: list[str] = field(default_factory=list)
    demand: Demand | None = field(default_factory=lambda: Demand(startable=0))
    now: float = 0.0
    read: list[str] = field(default_factory=list)
    breaks: int = 0
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def found(self) -> Mapping[str, str]:
        return {name: name for name in self.living}

    async def hire(self, name: str) -> str:
        assert name not in self.living, "a name is taken twice"
        self.living[name] = Sight(started=self._started() < self.room)
        return name

    def _started(self) -> int:
        return sum(one.started for one in self.living.values())

    async def look(self, handles: Mapping[str, str]) -> Mapping[str, Sight]:
        return {name: self.living[name] for name in handles}

    async def ask(self, handle: str) -> BrowserStatus | None:
        return BrowserStatus(name=handle, state=BrowserState.IDLE, pid=1)

    async def read_website(self, handle: str, errand: Errand) -> WebsiteRead | WebsiteNotRead:
        self.read.append(handle)
        if self.breaks:
            self.breaks -= 1
            raise ConnectionError("the worker is gone")
        await self.may_end.wait()
        return WebsiteRead((ReadPage(errand.url, "<p>Hi"),))

    async def places(self) -> int:
        return self.room

    async def drain(self, name: str, handle: str) -> None:
        self.drained.append(name)

    async def dismiss(self, handle: str) -> None:
        await self.bury(handle)

    async def bury(self, handle: str) -> None:
        self.buried.append(handle)
        del self.living[handle]

    def end(self, name: str, why: str = "killed") -> None:
        self.living[name] = Sight(started=True, ended=why)

    async def wants(self) -> Demand | None:
        return self.demand

    def pool(self, *, least: int = 0, most: int = 4, idle_s: float = 60) -> Pool:
        bounds = Bounds(least, most, slots=1, backlog_s=1, idle_s=idle_s)
        return Pool(self, bounds, self.wants, clock=lambda: self.now)


@pytest.fixture
def town() -> Town:
    return Town()


async def test_it_grows_with_the_demand_and_falls_to_none_after_a_while(town: Town) -> None:
    pool = town.pool()
    town.demand = Demand(startable=3)
    await pool.adjust()
    assert sorted(town.living) == ["browser-0", "browser-1", "browser-2"]
    town.demand = Demand(startable=0)
    town.now = 30
    await pool.adjust()
    assert not town.drained
    assert (await pool.status()).cause is Cause.COOLING
    town.now = 61
    await pool.adjust()
    assert sorted(town.drained) == ["browser-0", "browser-1", "browser-2"]
    for name in town.drained:
        town.end(name, "it ended by itself")
    await pool.adjust()
    assert not town.living
    status = await pool.status()
    assert (status.target, status.crashed, status.cause) == (0, 0, Cause.NOTHING)


async def test_who_has_nothing_to_do_goes_first(town: Town) -> None:
    pool = town.pool(idle_s=0)
    town.demand = Demand(startable=3)
    await pool.adjust()
    town.now = 1
    town.demand = Demand(startable=0, held={"browser-0": 1, "browser-2": 1, "elsewhere": 9})
    await pool.adjust()
    assert town.drained == ["browser-1"]


async def test_whoever_waits_for_a_node_is_shown_so_and_called_off_first(town: Town) -> None:
    town.room = 1
    pool = town.pool(idle_s=0)
    town.demand = Demand(startable=3)
    await pool.adjust()
    await pool.adjust()
    status = await pool.status()
    assert [one.state for one in status.browsers] == [
        BrowserState.IDLE,
        BrowserState.PENDING,
        BrowserState.PENDING,
    ]
    assert "2 wait for a node" in status.reason
    town.now = 1
    town.demand = Demand(startable=0, held={"browser-0": 1})
    await pool.adjust()
    assert sorted(town.buried) == ["browser-1", "browser-2"]
    assert not town.drained


async def test_the_dead_are_replaced_under_new_names(town: Town) -> None:
    pool = town.pool(least=2)
    await pool.adjust()
    town.end("browser-0", "killed by the kernel")
    await pool.adjust()
    assert sorted(town.living) == ["browser-1", "browser-2"]
    assert town.buried == ["browser-0"]
    assert (await pool.status()).crashed == 1


async def test_those_that_die_at_their_start_are_not_replaced_for_ever(town: Town) -> None:
    pool = town.pool(least=1)
    for second in range(600):
        town.now = second
        for name in list(town.living):
            town.end(name, "NoBrowser: none found")
        await pool.adjust()
    status = await pool.status()
    assert status.crashed <= 12, "in ten minutes"
    assert status.cause is Cause.CRASHING
    assert "NoBrowser: none found" in status.reason


async def test_a_new_pool_takes_over_who_works_already(town: Town) -> None:
    town.demand = Demand(startable=2)
    await town.pool().adjust()
    second = town.pool()
    await second.take_over()
    await second.adjust()
    assert sorted(town.living) == ["browser-0", "browser-1"], "two more, or two fewer"
    town.demand = Demand(startable=3)
    await second.adjust()
    assert "browser-2" in town.living


async def test_while_the_orchestrator_is_away_nobody_goes_and_the_dead_are_replaced(
    town: Town,
) -> None:
    pool = town.pool(idle_s=0)
    town.demand = Demand(startable=2)
    await pool.adjust()
    town.demand = None
    town.now = 100
    town.end("browser-1")
    await pool.adjust()
    assert sorted(town.living) == ["browser-0", "browser-2"]
    assert (await pool.status()).cause is Cause.AWAY


async def test_a_stopped_pool_leaves_nobody(town: Town) -> None:
    pool = town.pool(least=3)
    await pool.adjust()
    await pool.stop(wait_s=0)
    assert not town.living
    assert (await pool.status()).target == 0


def errand(asker: str = "ada") -> Errand:
    return Errand(uuid4(), asker, "http://shop.example/")


async def rounds(pool: Pool, count: int = 3) -> None:
    for _ in range(count):
        await pool.adjust()
        await asyncio.sleep(0)


async def test_a_website_to_be_read_hires_a_worker_that_stays_until_it_is_read(town: Town) -> None:
    pool, wanted = town.pool(idle_s=0), errand()
    answer = asyncio.create_task(pool.read_website(wanted))
    await asyncio.sleep(0)
    assert pool.stage(wanted.id) is ErrandStage.STARTING
    await rounds(pool)
    assert town.read == ["browser-0"]
    assert pool.stage(wanted.id) is ErrandStage.READING
    assert "1 website is to be read; 1 browser is needed" in (await pool.status()).reason
    town.now = 5
    await rounds(pool)
    assert (town.drained, sorted(town.living)) == ([], ["browser-0"])
    town.may_end.set()
    assert await answer == WebsiteRead((ReadPage("http://shop.example/", "<p>Hi"),))
    assert pool.stage(wanted.id) is None
    town.now = 6
    await rounds(pool)
    assert town.drained == ["browser-0"]


async def test_a_worker_opens_one_website_at_a_time_and_an_asker_has_one(town: Town) -> None:
    pool = town.pool(most=1)
    first, second = errand("ada"), errand("bo")
    answers = [asyncio.create_task(pool.read_website(one)) for one in (first, second)]
    await rounds(pool)
    assert await pool.read_website(errand("ada")) == WebsiteNotRead(ONE_ALREADY)
    assert pool.stage(first.id) is ErrandStage.READING
    assert pool.stage(second.id) is ErrandStage.WAITING
    town.may_end.set()
    await rounds(pool, 6)
    assert town.read == ["browser-0", "browser-0"]
    for one in answers:
        assert isinstance(await one, WebsiteRead)


@pytest.mark.parametrize(("breaks", "read"), [(1, True), (2, False)])
async def test_a_website_is_given_to_another_worker_once(
    town: Town, *, breaks: int, read: bool
) -> None:
    town.breaks = breaks
    town.may_end.set()
    pool = town.pool()
    answer = asyncio.create_task(pool.read_website(errand()))
    await rounds(pool, 6)
    got = await answer
    assert isinstance(got, WebsiteRead) if read else got == WebsiteNotRead(BROKE)


async def test_where_no_worker_comes_in_time_it_is_said(town: Town) -> None:
    town.room = 0
    pool = town.pool()
    pool._errands.wait_s = 0.05
    answer = asyncio.create_task(pool.read_website(errand()))
    await rounds(pool)
    assert await answer == WebsiteNotRead(NONE_CAME)
    town.now = 100
    await rounds(pool)
    assert not town.living, "nobody is kept waiting for a node for it"


def test_who_asks_for_a_website_outwaits_the_pool_which_tells_why_it_ended() -> None:
    longest = 2 * errands.WAIT_S + errands.TRIES * errands.READ_S
    assert longest < READ_WAIT_S
