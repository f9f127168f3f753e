"""How do many callers share few transactions? While one is under way, the next batch gathers.

Nobody waits for company: a batch starts the moment that the one before it has ended. Callers are
answered after their commit, never before. While Postgres is away everything waits and is tried
again; nothing is acknowledged, nothing lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from actors.clock import DatabaseClock
from dbolt.store import queue
from dbolt.store.pool import is_lost
from dbolt.store.queries import Connection
from dbolt.store.queue import Fenced, Moved

log = logging.getLogger(__name__)

T = TypeVar("T")
MOST = 1000
"""Things said in one transaction."""
FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 2.0
STATEMENT_S = 30.0
"""How long one statement may take before its connection is given up."""


class CommitFailed(Exception):
    """One call cannot be carried out: the database refuses what it says."""


class Verb(IntEnum):
    """What a call is about. A batch carries them out in this order."""

    SETTLE = 1
    BEAT = 2
    PRESS = 3
    EXPIRE = 4
    COMMAND = 5
    LEASE = 6


@dataclass(slots=True)
class Batch:
    """One transaction under way."""

    connection: Connection
    epoch: int
    moved: list[Moved] = field(default_factory=list)
    """What changed its state; the jobs' counts follow from it at the end."""
    changed: set[UUID] = field(default_factory=set)
    """Further jobs of which listeners are told."""
    everything: bool = False
    """Whether something changed that concerns every job."""
    ended: set[UUID] = field(default_factory=set)
    """Jobs that may be complete though nothing of them moved."""
    after: list[Callable[[], None]] = field(default_factory=list)
    """What memory learns once all this is durable."""
    undo: list[Callable[[], None]] = field(default_factory=list)
    """What memory takes back if it is not."""


Handler = Callable[[Batch, list[Any]], Awaitable[Sequence[Any]]]
Command = Callable[[Batch], Awaitable[Any]]


@dataclass(slots=True)
class _Call:
    verb: Verb
    said: Sequence[Any]
    answer: asyncio.Future[Any]
    """Of all that was said, in its order."""


@dataclass(slots=True)
class CommitFigures:
    """How the committer does, for the metrics."""

    batches: int = 0
    calls: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0
    outages: int = 0
    last_outage_end: float = float("-inf")
    """On the monotonic clock."""
    away: bool = False


class GroupCommitter:
    """The queue's only writer."""

    def __init__(
        self,
        pool: asyncpg.Pool[asyncpg.Record],
        epoch: int,
        clock: DatabaseClock,
        handlers: Mapping[Verb, Handler],
        served: Callable[[], float],
    ) -> None:
        """handlers: for each verb except commands. served: how far the line has been served."""
        self._pool = pool
        self._epoch = epoch
        self._clock = clock
        self._handlers = handlers
        self._served = served
        self._calls: list[_Call] = []
        self._filled = asyncio.Event()
        self._connection: Any = None
        self._number = 0
        self._over: BaseException | None = None
        self.figures = CommitFigures()

    async def submit(self, verb: Verb, said: Any) -> Any:
        """The answer to one call, which comes after its commit. Raises Fenced, CommitFailed."""
        [answer] = await self.submit_all(verb, [said])
        return answer

    def submit_all(self, verb: Verb, said: Sequence[Any]) -> asyncio.Future[list[Any]]:
        """The answers to what is said at once, after its commit. Raises Fenced, CommitFailed."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        # Who said several things at once hears of the first failure alone.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        if self._over is not None:
            answer.set_exception(self._over)
        else:
            self._calls.append(_Call(verb, said, answer))
            self._filled.set()
        return answer

    async def command(self, work: Callable[[Batch], Awaitable[T]]) -> T:
        """What *work* answers, after its commit; it may be run again if the commit fails."""
        answer: T = await self.submit(Verb.COMMAND, work)
        return answer

    async def run(self) -> None:
        """Commits batch after batch, until cancelled. Raises Fenced when another epoch began."""
        calls: list[_Call] = []
        try:
            while True:
                await self._filled.wait()
                calls, self._calls = _some(self._calls)
                if not self._calls:
                    self._filled.clear()
                await self._carry_out(calls)
        except BaseException as error:
            self._over = Fenced() if isinstance(error, asyncio.CancelledError) else error
            for call in [*calls, *self._calls]:
                if not call.answer.done():
                    call.answer.set_exception(self._over)
            raise
        finally:
            await self._give_up_connection()

    async def _carry_out(self, calls: list[_Call]) -> None:
        """Answers all *calls*; one that the database refuses does not take the others with it."""
        try:
            await self._until_committed(calls)
        except Fenced:
            raise
        except Exception as error:
            parts = calls if len(calls) > 1 else _apart(calls[0])
            if len(parts) > 1:
                for part in parts:
                    await self._carry_out([part])
                if parts is not calls:
                    _put_together(parts, calls[0].answer)
                return
            log.exception("a call of the kind %s cannot be carried out", calls[0].verb.name)
            if not calls[0].answer.done():
                calls[0].answer.set_exception(
                    CommitFailed(f"{type(error).__name__}: {error}"[:500])
                )

    async def _until_committed(self, calls: list[_Call]) -> None:
        wait_s = FIRST_WAIT_S
        self._number += 1
        while True:
            started = time.monotonic()
            try:
                await self._once(calls)
            except Exception as error:
                if not is_lost(error):
                    raise
                if not self.figures.away:
                    log.warning("the database is away: %s", type(error).__name__)
                self.figures.away = True
                await self._give_up_connection()
            else:
                self._count(sum(len(call.said) for call in calls), time.monotonic() - started)
                return
            await asyncio.sleep(wait_s)
            wait_s = min(LONGEST_WAIT_S, wait_s * 2)

    async def _once(self, calls: list[_Call]) -> None:
        if self._connection is None:
            self._connection = await self._pool.acquire(timeout=STATEMENT_S)
        batch = Batch(self._connection, self._epoch)
        try:
            answers = await self._transact(batch, calls)
        except BaseException:
            for step in reversed(batch.undo):
                step()
            raise
        for step in batch.after:
            step()
        for call, answer in zip(calls, answers, strict=True):
            if not call.answer.done():
                call.answer.set_result(answer)

    async def _transact(self, batch: Batch, calls: list[_Call]) -> list[Any]:
        """The answers, once they are durable."""
        transaction = batch.connection.transaction()
        await transaction.start()
        try:
            async with asyncio.timeout(STATEMENT_S):
                now = await queue.begin_batch(
                    batch.connection, self._epoch, self._number, self._served()
                )
                self._clock.set(now)
                answers = await self._answers(batch, calls)
                await self._conclude(batch)
        except BaseException:
            # On a broken connection there is nothing left to roll back.
            with contextlib.suppress(*(OSError, asyncpg.InterfaceError, asyncpg.PostgresError)):
                await transaction.rollback()
            raise
        try:
            async with asyncio.timeout(STATEMENT_S):
                await transaction.commit()
        except Exception as error:
            if not is_lost(error) or not await self._was_committed():
                raise
        return answers

    async def _was_committed(self) -> bool:
        """Whether a commit whose answer was lost took place. Waits for the database."""
        self.figures.away = True
        await self._give_up_connection()
        wait_s = FIRST_WAIT_S
        while True:
            try:
                async with self._pool.acquire(timeout=STATEMENT_S) as connection:
                    return await queue.committed(connection, self._epoch, self._number)
            except Exception as error:
                if not is_lost(error):
                    raise
            await asyncio.sleep(wait_s)
            wait_s = min(LONGEST_WAIT_S, wait_s * 2)

    async def _answers(self, batch: Batch, calls: list[_Call]) -> list[Any]:
        places: dict[Verb, list[int]] = {}
        for place, call in enumerate(calls):
            places.setdefault(call.verb, []).append(place)
        answers: list[Any] = [None] * len(calls)
        for verb in sorted(places):
            said = [one for place in places[verb] for one in calls[place].said]
            if verb is Verb.COMMAND:
                given: Sequence[Any] = [await self._command(batch, work) for work in said]
            else:
                given = await self._handlers[verb](batch, said)
            answer = iter(given)
            for place in places[verb]:
                answers[place] = [next(answer) for _ in calls[place].said]
        return answers

    async def _command(self, batch: Batch, work: Command) -> Any:
        return await work(batch)

    async def _conclude(self, batch: Batch) -> None:
        """The jobs' counts, and a word to whoever listens."""
        differences = dict.fromkeys(batch.ended, 0)
        for row in batch.moved:
            batch.changed.add(row.job_id)
            if row.moving:
                differences[row.job_id] = differences.get(row.job_id, 0) + row.moving
        if differences:
            await queue.tally(batch.connection, self._epoch, differences)
        if batch.changed:
            await queue.tell(batch.connection, list(batch.changed))
        if batch.everything:
            await queue.tell_all(batch.connection)

    async def _give_up_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # The pool takes a connection back by itself when the server ends it.
            with contextlib.suppress(*(OSError, asyncpg.InterfaceError, asyncpg.PostgresError)):
                connection.terminate()
                await self._pool.release(connection)

    def _count(self, calls: int, seconds: float) -> None:
        figures = self.figures
        if figures.away:
            log.info("the database is back")
            figures.away = False
            figures.outages += 1
            figures.last_outage_end = time.monotonic()
        figures.batches += 1
        figures.calls += calls
        figures.seconds += seconds
        figures.slowest_s = max(figures.slowest_s, seconds)


def _some(calls: list[_Call]) -> tuple[list[_Call], list[_Call]]:
    """What fits into one transaction, at least one call, and the rest."""
    room = MOST
    for place, call in enumerate(calls):
        room -= len(call.said)
        if room < 0 and place > 0:
            return calls[:place], calls[place:]
    return calls, []


def _apart(call: _Call) -> list[_Call]:
    """A call for each thing that *call* says."""
    loop = asyncio.get_running_loop()
    return [_Call(call.verb, [one], loop.create_future()) for one in call.said]


def _put_together(parts: Sequence[_Call], answer: asyncio.Future[Any]) -> None:
    """Answers with what came of the parts; the first failure stands for all."""
    failures = [error for part in parts if (error := part.answer.exception())]
    if answer.done():
        return
    if failures:
        answer.set_exception(failures[0])
    else:
        answer.set_result([part.answer.result()[0] for part in parts])
