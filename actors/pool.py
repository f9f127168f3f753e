"""Who works in the browser pool? Values decide (`actors.sizing`), a crew carries it out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from actors.errands import Answer, Errands
from actors.sizing import YOUNG_S, Bounds, Decision, Need, Row, Standing, decide, need, unknown
from dbolt.domain.browsers import BrowserState, BrowserStatus, Cause, Demand, PoolStatus
from dbolt.domain.website import Errand, ErrandStage

log = logging.getLogger(__name__)

NAME = re.compile(r"browser-(\d+)")


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of a worker from outside. `ended`: why it is gone; None while it is not.

    slots: how many it has, once it has started; 0 where that is not known.
    """

    started: bool
    ended: str | None = None
    slots: int = 0


class Crew(Protocol):
    """How workers come and go: as Ray actors, or as whatever a test has. Nothing here waits."""

    async def found(self) -> Mapping[str, Any]:
        """Name → handle of workers that an earlier pool left at work."""
        ...

    async def hire(self, name: str) -> Any:
        """Asks for a worker; its handle, also where it has to wait for a place."""
        ...

    async def look(self, handles: Mapping[str, Any]) -> Mapping[str, Sight]:
        """What is seen of each."""
        ...

    async def ask(self, handle: Any) -> BrowserStatus | None:
        """What the worker says of itself; None where it does not answer soon."""
        ...

    async def read_website(self, handle: Any, errand: Errand) -> Answer:
        """Has the worker open a website. Raises anything where the worker ends meanwhile."""
        ...

    async def places(self) -> int:
        """How many workers the nodes that are there have room for in all."""
        ...

    async def drain(self, name: str, handle: Any) -> None:
        """Tells the worker to finish what it has and go."""
        ...

    async def dismiss(self, handle: Any) -> None:
        """Ends the worker now: what it has under way is dropped in good order."""
        ...

    async def bury(self, handle: Any) -> None:
        """Takes away what is left of a worker that has ended, or that never had a place."""
        ...


@dataclass(slots=True)
class _Member:
    handle: Any
    hired_at: float
    started_at: float | None = None
    draining: bool = False
    held: int = 0
    """Leases it held when that was last told."""
    errands: int = 0
    """Websites that it reads; one at a time."""


class Pool:
    """Keeps as many workers as there is work for."""

    def __init__(
        self,
        crew: Crew,
        bounds: Bounds,
        demand: Callable[[], Awaitable[Demand | None]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """demand: what could be handed out; None where nobody answers."""
        self._crew = crew
        self._bounds = bounds
        self._ask_demand = demand
        self._clock = clock
        self._members: dict[str, _Member] = {}
        self._errands = Errands()
        self._stirred = asyncio.Event()
        self._needs: deque[tuple[float, int]] = deque()
        self._places = 0
        self._next = 0
        self._hired = 0
        self._crashed = 0
        self._row = Row()
        self._demand: Demand | None = None
        self._need = Need(0, bounds.least, Cause.AWAY, "")
        self._decision = Decision(bounds.least, Cause.AWAY, "The pool has only just started.")

    # What it does.

    async def run(self, every_s: float = 1.0) -> None:
        """Adjusts the pool for ever."""
        taken_over = False
        while True:
            try:
                if not taken_over:
                    await self.take_over()
                    taken_over = True
                await self.adjust()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("the pool could not be adjusted; it is tried again")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(every_s):
                    await self._stirred.wait()
            self._stirred.clear()

    async def take_over(self) -> None:
        """Takes in the workers that an earlier pool left at work."""
        now = self._clock()
        for name, handle in (await self._crew.found()).items():
            self._members.setdefault(name, _Member(handle, now))
            if known := NAME.fullmatch(name):
                self._next = max(self._next, int(known[1]) + 1)
        if self._members:
            log.info("the pool takes over %s", ", ".join(sorted(self._members)))

    async def adjust(self) -> None:
        """One round: the dead are let go, the missing hired, the needless drained."""
        await self._look()
        self._places = await self._crew.places()
        self._demand = await self._ask_demand()
        now = self._clock()
        self._decision = self._decide(now)
        for _ in range(self._decision.hire):
            await self._hire(now)
        await self._let_go(self._decision.release)
        self._send_out()

    def _send_out(self) -> None:
        """Errands go to workers that are there and read nothing else."""
        for name, member in self._working().items():
            if member.started_at is None or member.errands:
                continue
            errand = self._errands.next()
            if errand is None:
                return
            log.info("%s opens a website", name)
            self._errands.carry_out(errand, partial(self._read, member))

    async def _read(self, member: _Member, errand: Errand) -> Answer:
        member.errands += 1
        try:
            return await self._crew.read_website(member.handle, errand)
        finally:
            member.errands -= 1
            self._stirred.set()

    async def read_website(self, errand: Errand) -> Answer:
        """What a worker's browser reads, or why there is nothing; a worker is hired for it."""
        self._stirred.set()
        return await self._errands.done(errand)

    def stage(self, errand_id: UUID) -> ErrandStage | None:
        """How far an errand is; None where it is not known, or no more."""
        started = sum(one.started_at is not None for one in self._working().values())
        return self._errands.stage(errand_id, started)

    async def _look(self) -> None:
        now, crashes = self._clock(), []
        seen = await self._crew.look({name: one.handle for name, one in self._members.items()})
        for name, sight in seen.items():
            member = self._members[name]
            if sight.started and member.started_at is None:
                member.started_at = now
                self._bounds = replace(self._bounds, slots=sight.slots or self._bounds.slots)
            if sight.ended is None:
                continue
            del self._members[name]
            await self._crew.bury(member.handle)
            if not member.draining:
                log.warning("%s is gone: %s", name, sight.ended)
                self._crashed += 1
                if member.started_at is None or now - member.started_at < YOUNG_S:
                    crashes.append(sight.ended)
        if crashes:
            # A node takes several with it; that is one misfortune.
            self._row = self._row.at(now).died(now, crashes[0])

    def _decide(self, now: float) -> Decision:
        standing = self._standing(now)
        if self._demand is None:
            return unknown(self._decision.target, standing, self._row, now)
        held = self._demand.held
        for name, member in self._members.items():
            member.held = held.get(name, 0)
        busy = sum(member.held for member in self._working().values())
        self._need = need(self._demand, busy, self._bounds, errands=len(self._errands))
        return decide(self._need, self._peaked(standing, now), self._row, now)

    def _standing(self, now: float) -> Standing:
        working = self._working()
        waiting = sum(one.started_at is None for one in working.values())
        return Standing(
            working=len(working),
            pending=min(waiting, max(0, len(self._members) - self._places)),
            young=sum(now - (one.started_at or one.hired_at) < YOUNG_S for one in working.values()),
            draining=len(self._members) - len(working),
        )

    def _peaked(self, standing: Standing, now: float) -> Standing:
        """With the highest need of the last while, as an autoscaler's stabilisation window has."""
        needs, bounded = self._needs, self._need.bounded
        # Only what is higher than all that came after it can ever be the peak.
        while needs and needs[-1][1] <= bounded:
            needs.pop()
        needs.append((now, bounded))
        while needs[0][0] < now - self._bounds.idle_s:
            needs.popleft()
        at, peak = needs[0]
        return replace(standing, peak=peak, cools_s=max(0.0, at + self._bounds.idle_s - now))

    def _working(self) -> dict[str, _Member]:
        return {name: one for name, one in self._members.items() if not one.draining}

    async def _hire(self, now: float) -> None:
        name = f"browser-{self._next}"
        self._next += 1
        self._hired += 1
        self._members[name] = _Member(await self._crew.hire(name), now)

    async def _let_go(self, count: int) -> None:
        """Those that wait for a node first, then who has least to do."""
        for name in self._dispensable(count):
            member = self._members[name]
            if member.started_at is None:
                del self._members[name]
                await self._crew.bury(member.handle)
            else:
                member.draining = True
                await self._crew.drain(name, member.handle)

    def _dispensable(self, count: int) -> Sequence[str]:
        def worth(item: tuple[str, _Member]) -> tuple[bool, int, float]:
            _, one = item
            return one.started_at is not None, one.held + one.errands, -one.hired_at

        return [name for name, _ in sorted(self._working().items(), key=worth)[:count]]

    # What it tells.

    async def status(self) -> PoolStatus:
        """How large it should be and why, and what everybody is doing."""
        members = sorted(self._members.items(), key=lambda item: (len(item[0]), item[0]))
        room = self._places - sum(one.started_at is not None for one in self._members.values())
        told = await asyncio.gather(*(self._told(name, one) for name, one in members))
        browsers = []
        for one in told:
            # Those that were asked for first come first to the places that are free.
            if one.state is BrowserState.STARTING and one.pid == 0:
                room -= 1
                browsers.append(
                    one if room >= 0 else one.model_copy(update={"state": BrowserState.PENDING})
                )
            else:
                browsers.append(one)
        return PoolStatus(
            target=self._decision.target,
            needed=self._need.bounded,
            cause=self._decision.cause,
            reason=self._decision.reason,
            least=self._bounds.least,
            most=self._bounds.most,
            startable=self._demand.startable if self._demand else 0,
            service_s=self._demand.service_s if self._demand else None,
            hired=self._hired,
            crashed=self._crashed,
            browsers=browsers,
        )

    async def _told(self, name: str, member: _Member) -> BrowserStatus:
        age_s = round(self._clock() - member.hired_at, 1)
        if member.started_at is None:
            return BrowserStatus(name=name, state=BrowserState.STARTING, age_s=age_s)
        told = await self._crew.ask(member.handle)
        if told is None:
            return BrowserStatus(name=name, state=BrowserState.SILENT, age_s=age_s)
        if member.draining:
            told = told.model_copy(update={"state": BrowserState.DRAINING})
        return told.model_copy(update={"age_s": age_s})

    async def stop(self, wait_s: float = 10.0) -> None:
        """Drains everybody, and ends by force who has not gone after *wait_s*."""
        self._decision = Decision(0, Cause.STOPPING, "The pool is being stopped.")
        await self._let_go(len(self._members))
        deadline = self._clock() + wait_s
        while self._members and self._clock() < deadline:
            await self._look()
            await asyncio.sleep(0.1)
        await asyncio.gather(*(self._crew.dismiss(one.handle) for one in self._members.values()))
        self._members.clear()
