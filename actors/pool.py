"""How many workers should there be, and are they alive? Values decide, others carry it out."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

log = logging.getLogger(__name__)

IDLE_S = 60.0
"""How long a worker has been one too many before it goes."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How few and how many workers there may be, and how much each carries."""

    least: int
    most: int
    slots: int


def target(startable: int, busy: int, bounds: Bounds) -> int:
    """How many workers the work needs that could be done at this moment.

    startable: submissions that could start now; what waits for a directory's pace needs nobody.
    busy: submissions under way.
    """
    wanted = math.ceil((startable + busy) / bounds.slots)
    return max(bounds.least, min(wanted, bounds.most))


class Crew(Protocol):
    """How workers come and go: as Ray actors, or as whatever a test has."""

    async def hire(self, name: str) -> Any:
        """Starts a worker; its handle."""
        ...

    async def is_alive(self, handle: Any) -> bool:
        """Whether the worker has neither died nor ended."""
        ...

    async def drain(self, name: str, handle: Any) -> None:
        """Lets the worker finish what it has and go."""
        ...

    async def dismiss(self, handle: Any) -> None:
        """Ends the worker at once."""
        ...


@dataclass(slots=True)
class _Member:
    handle: Any
    draining: bool = False


class Pool:
    """Keeps as many workers as there is work for."""

    def __init__(
        self,
        crew: Crew,
        bounds: Bounds,
        demand: Callable[[], Awaitable[tuple[int, int]]],
        *,
        idle_s: float = IDLE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """demand: how many submissions could start, and how many are under way."""
        self._crew = crew
        self._bounds = bounds
        self._demand = demand
        self._idle_s = idle_s
        self._clock = clock
        self._members: dict[str, _Member] = {}
        self._hired = 0
        self._too_many_since: float | None = None
        self._target = bounds.least

    def status(self) -> dict[str, Any]:
        """Who works, and how many should."""
        return {
            "target": self._target,
            "workers": sorted(self._members),
            "draining": sorted(name for name, one in self._members.items() if one.draining),
            "hired": self._hired,
        }

    async def run(self, every_s: float = 1.0) -> None:
        """Adjusts the pool for ever."""
        while True:
            try:
                await self.adjust()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("the pool could not be adjusted; it is tried again")
            await asyncio.sleep(every_s)

    async def adjust(self) -> None:
        """One round: the dead are replaced, the missing hired, the needless drained."""
        for name, member in list(self._members.items()):
            if not await self._crew.is_alive(member.handle):
                if not member.draining:
                    log.warning("%s is gone and will be replaced", name)
                del self._members[name]
        self._target = target(*await self._demand(), self._bounds)
        working = [name for name, member in self._members.items() if not member.draining]
        for _ in range(self._target - len(working)):
            await self._hire()
        await self._let_go(working[self._target :])

    async def _hire(self) -> None:
        name = f"browser-{self._hired}"
        self._hired += 1
        self._members[name] = _Member(await self._crew.hire(name))

    async def _let_go(self, needless: list[str]) -> None:
        if not needless:
            self._too_many_since = None
            return
        now = self._clock()
        if self._too_many_since is None:
            self._too_many_since = now
        if now - self._too_many_since < self._idle_s:
            return
        for name in needless:
            member = self._members[name]
            member.draining = True
            await self._crew.drain(name, member.handle)

    async def stop(self, wait_s: float = 10.0) -> None:
        """Drains everybody, and ends by force who has not gone after *wait_s*."""
        for name, member in self._members.items():
            member.draining = True
            await self._crew.drain(name, member.handle)
        deadline = self._clock() + wait_s
        while self._members and self._clock() < deadline:
            for name, member in list(self._members.items()):
                if not await self._crew.is_alive(member.handle):
                    del self._members[name]
            await asyncio.sleep(0.1)
        for member in self._members.values():
            await self._crew.dismiss(member.handle)
        self._members.clear()
