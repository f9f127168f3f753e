"""Who tries the submissions? One browser with several slots, and one voice to the orchestrator.

All that the slots have to say goes into one exchange at a time; a second call waits for work. A
result is kept, and told again, until the orchestrator has acknowledged it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from actors.trade import Machine, Trade
from dbolt import tracing
from dbolt.domain.browsers import Slot, Stage
from dbolt.domain.protocol import Exchange, Reply, Settlement
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Assignment, NotSent, Pressed, Result, Task, VerdictKind
from dbolt.logs import about

log = logging.getLogger(__name__)

POLL_S = 20.0
ATTEMPT_MARGIN_S = 60.0
"""What an attempt may take beyond its directory's own limit, by its own reckoning."""
MARGIN_S = 180.0
"""What an attempt may take beyond its directory's own limit before it is given up as hung."""
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 5.0


@dataclass(slots=True)
class _Slot:
    """One assignment under way."""

    assignment: Assignment
    task: asyncio.Task[None]
    asked: bool = False
    permitted: bool = False
    revoked: bool = False
    since: float = field(default_factory=time.monotonic)

    def told(self) -> Slot:
        """What it does, for people."""
        if self.assignment.task is Task.VERIFY:
            stage = Stage.LOOKING
        else:
            asking = Stage.ASKING if self.asked else Stage.FILLING
            stage = Stage.PRESSING if self.permitted else asking
        return Slot(
            directory=self.assignment.directory.name,
            task=self.assignment.task,
            stage=stage,
            since_s=round(time.monotonic() - self.since, 1),
        )


@dataclass(slots=True)
class _Saying:
    """What is to be told, and what was asked."""

    results: dict[UUID, Result] = field(default_factory=dict)
    permits: dict[UUID, asyncio.Future[bool]] = field(default_factory=dict)
    seen_absent: set[UUID] = field(default_factory=set)
    """Of those, the ones whose directory did not show the business before."""
    not_before: dict[UUID, float] = field(default_factory=dict)
    """Permits to ask for again, at a time of the loop's clock."""


class Worker:
    """One worker from `run` to its end."""

    def __init__(
        self,
        name: str,
        exchange: Callable[[Exchange], Awaitable[Reply]],
        machine: Machine,
        trade: Trade,
        *,
        slots: int = 3,
        heartbeat_s: float = 20.0,
    ) -> None:
        """exchange: may raise anything while the orchestrator is away; it is called again."""
        self.name = name
        self._exchange = exchange
        self._machine = machine
        self._trade = trade
        self._places = slots
        self._heartbeat_s = heartbeat_s
        self._slots: dict[UUID, _Slot] = {}
        self._asked_for = 0
        """Assignments that calls under way have asked for."""
        self._saying = _Saying()
        self._say = asyncio.Event()
        self._room = asyncio.Event()
        self._asked = False
        self._failures = 0
        self._sick = False
        self._draining = asyncio.Event()
        self._done = 0

    def drain(self) -> None:
        """Takes no more work; `run` returns when what is under way has ended and was told."""
        self._draining.set()
        self._room.set()
        self._say.set()

    def status(self) -> dict[str, Any]:
        """What it does at the moment."""
        return {
            "name": self.name,
            "slots": self._places,
            "busy": len(self._slots),
            "untold": len(self._saying.results),
            "done": self._done,
            "draining": self._draining.is_set(),
            "doing": [slot.told() for slot in self._slots.values()],
        }

    async def run(self) -> None:
        """Works until it is drained. Cancelled, it drops what is under way."""
        await self._start_machine()
        asking = asyncio.create_task(self._ask())
        # Until the last call for work has come back, it may bring some.
        asking.add_done_callback(lambda _: self._all_asked())
        parts = [asking, asyncio.create_task(self._speak())]
        try:
            await asyncio.gather(*parts)
        finally:
            running = [slot.task for slot in self._slots.values()]
            for task in [*parts, *running]:
                task.cancel()
            await asyncio.gather(*parts, *running, return_exceptions=True)
            await self._machine.stop()

    def _all_asked(self) -> None:
        self._asked = True
        self._say.set()

    async def _start_machine(self) -> None:
        wait_s = FIRST_WAIT_S
        while not self._draining.is_set():
            try:
                await self._machine.start()
            except Exception:
                log.exception("%s: the browser does not start", self.name)
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, 60.0)
            else:
                return

    # Work comes in.

    async def _ask(self) -> None:
        """Waits for work with one call at a time."""
        while not self._draining.is_set():
            self._room.clear()
            if self._sick and not self._slots:
                await self._cure()
            want = self._free()
            if want == 0:
                await self._room.wait()
                continue
            reply = await self._call(Exchange(worker=self.name, want=want, wait_s=POLL_S))
            if reply is None:
                await self._pause_before_next()

    async def _cure(self) -> None:
        log.warning("%s: the browser is started anew", self.name)
        await self._machine.stop()
        await self._start_machine()
        self._sick = False

    def _free(self) -> int:
        if self._draining.is_set() or self._sick:
            return 0
        return max(0, self._places - len(self._slots) - self._asked_for)

    async def _call(self, said: Exchange) -> Reply | None:
        """The reply with its assignments started, or None where the orchestrator is away."""
        self._asked_for += said.want
        try:
            reply = await self._exchange(said)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - transports raise what they like
            log.warning("%s: the orchestrator is away: %s", self.name, type(error).__name__)
            return None
        finally:
            self._asked_for -= said.want
        self._failures = 0
        for assignment in reply.assignments:
            self._start(assignment)
        if reply.drain:
            self.drain()
        return reply

    async def _pause_before_next(self) -> None:
        """Full jitter, so that the workers of a cluster do not come back all at once."""
        longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        await asyncio.sleep(longest * random.uniform(0.5, 1))  # noqa: S311 - no secret

    def _start(self, assignment: Assignment) -> None:
        # The lease's first deadline is by the database's clock, and heartbeats move it on. What
        # limits the attempt is its own time, by the clock of the machine that it runs on.
        time_s = assignment.directory.timeout_s + ATTEMPT_MARGIN_S
        ends_at = datetime.now(UTC) + timedelta(seconds=time_s)
        assignment = assignment.model_copy(update={"deadline_at": ends_at})
        task = asyncio.create_task(self._carry_out(assignment), name=assignment.directory.slug)
        self._slots[assignment.token] = _Slot(assignment, task)

    async def _carry_out(self, assignment: Assignment) -> None:
        token = assignment.token
        seen: dict[str, Any] = {
            "submission": str(assignment.submission_id),
            "attempt": assignment.attempt,
            "directory": assignment.directory.slug,
            "worker": self.name,
        }
        try:
            with (
                about(job=str(assignment.job_id), **seen),
                tracing.span(assignment.task.value, assignment.job_id, **seen),
            ):
                result = await self._result(assignment)
        except asyncio.CancelledError:
            self._slots.pop(token, None)
            self._room.set()
            raise
        slot = self._slots.pop(token)
        self._done += 1
        if isinstance(result, NotSent) and result.reason is Reason.BROWSER_CRASHED:
            self._sick = True
        if not slot.revoked:
            self._saying.results[token] = result
        self._room.set()
        self._say.set()

    async def _result(self, assignment: Assignment) -> Result:
        try:
            async with asyncio.timeout(assignment.directory.timeout_s + MARGIN_S):
                if assignment.task is Task.VERIFY:
                    return await self._trade.look(assignment)
                permit = partial(self._traced_permit, assignment)
                return await self._trade.attempt(assignment, permit)
        except Exception as error:
            log.exception("%s: an attempt on %s broke", self.name, assignment.directory.slug)
            detail = f"{type(error).__name__}: {error}"[:500]
            if self._slots[assignment.token].permitted:
                return Pressed(
                    verdict=VerdictKind.UNCLEAR, reason=Reason.PRESS_UNCONFIRMED, detail=detail
                )
            return NotSent(reason=Reason.BROWSER_CRASHED, detail=detail)

    async def _traced_permit(self, assignment: Assignment, *, seen_absent: bool) -> bool:
        with tracing.span("ask to press", assignment.job_id):
            return await self._permit(assignment.token, seen_absent=seen_absent)

    async def _permit(self, token: UUID, *, seen_absent: bool) -> bool:
        """Whether the press is durable and may be done; asked once for each lease."""
        slot = self._slots.get(token)
        if slot is None or slot.revoked or slot.asked:
            return False
        slot.asked = True
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._saying.permits[token] = answer
        if seen_absent:
            self._saying.seen_absent.add(token)
        self._say.set()
        try:
            slot.permitted = await answer and not slot.revoked
        finally:
            self._saying.permits.pop(token, None)
            self._saying.seen_absent.discard(token)
            self._saying.not_before.pop(token, None)
        return slot.permitted

    # Word goes out.

    async def _speak(self) -> None:
        """Tells results, asks for permits, shows that leases live; one call at a time."""
        while not (self._asked and not self._slots and not self._saying.results):
            await self._something_to_say()
            self._say.clear()
            said = self._everything()
            if not (said.settled or said.press or said.alive):
                continue
            asked_at = asyncio.get_running_loop().time()
            reply = await self._call(said)
            if reply is None:
                await self._pause_before_next()
                self._say.set()
            else:
                self._hear(said, reply, asked_at)

    async def _something_to_say(self) -> None:
        """Until a slot has something to say, a permit may be asked for again, or hearts beat."""
        now = asyncio.get_running_loop().time()
        at = min([now + self._heartbeat_s, *self._saying.not_before.values()])
        # Not `wait_for`, which may take an end of this task for something to say.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(at - now, 0.0)):
                await self._say.wait()

    def _everything(self) -> Exchange:
        now = asyncio.get_running_loop().time()
        saying = self._saying
        due = [token for token in saying.permits if saying.not_before.get(token, 0.0) <= now]
        return Exchange(
            worker=self.name,
            settled=[
                Settlement(token=token, result=result) for token, result in saying.results.items()
            ],
            press=due,
            seen_absent=[token for token in due if token in saying.seen_absent],
            alive=[token for token in self._slots if token not in due],
            want=self._free(),
        )

    def _hear(self, said: Exchange, reply: Reply, asked_at: float) -> None:
        now = asyncio.get_running_loop().time()
        # By this machine's clock alone: the database's may differ from it.
        in_time = now - asked_at < reply.lease_s / 2
        saying = self._saying
        for token in reply.acks:
            # Stale ones, too: another holds that lease, and nothing can be added.
            saying.results.pop(token, None)
        for token, wait_s in reply.later.items():
            saying.not_before[token] = now + wait_s
        for token, allowed in reply.permits.items():
            answer = saying.permits.get(token)
            if answer is not None and not answer.done():
                answer.set_result(allowed and in_time)
        for token in reply.revoked:
            slot = self._slots.get(token)
            if slot is not None and token in said.alive and not slot.permitted:
                slot.revoked = True
                slot.task.cancel()
