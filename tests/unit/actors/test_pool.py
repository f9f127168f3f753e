"""Does the pool hire, drain and bury whom it should, whatever becomes of them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from actors.pool import Pool, Sight
from actors.sizing import Bounds
from dbolt.domain.browsers import BrowserState, BrowserStatus, Cause, Demand


@dataclass
class Town:
    """A crew without Ray: places for workers, and what was done with each."""

    room: int = 100
    living: dict[str, Sight] = field(default_factory=dict)
    drained: list[str] = field(default_factory=list)
    buried: list[str] = field(default_factory=list)
    demand: Demand | None = field(default_factory=lambda: Demand(startable=0))
    now: float = 0.0

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
