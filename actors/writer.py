"""How does one transaction become durable for certain, whatever the connection does?"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from actors.batch import Batch
from dbolt.store import queue
from dbolt.store.pool import CONNECTION_LOST, is_lost
from dbolt.store.script import Script, Step

log = logging.getLogger(__name__)

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 2.0
STATEMENT_S = 30.0
"""How long one statement may take before its connection is given up."""
_BROKEN = (*CONNECTION_LOST, asyncpg.PostgresError)


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

    def committed(self, calls: int, seconds: float) -> None:
        """One transaction is durable."""
        self.found()
        self.batches += 1
        self.calls += calls
        self.seconds += seconds
        self.slowest_s = max(self.slowest_s, seconds)

    def found(self) -> None:
        """The database answers."""
        if self.away:
            log.info("the database is back")
            self.away = False
            self.outages += 1
            self.last_outage_end = time.monotonic()

    def lost(self, error: BaseException) -> None:
        """The database did not answer."""
        if not self.away:
            log.warning("the database is away: %s", type(error).__name__)
        self.away = True


@dataclass(frozen=True, slots=True)
class Terms:
    """What the writers of one epoch share. `served`: how far the line has been served."""

    pool: asyncpg.Pool[asyncpg.Record]
    epoch: int
    served: Callable[[], float]
    figures: CommitFigures
    last: asyncio.Lock
    """Held from a batch's last steps until memory knows of its commit."""


Work = Callable[[Batch], Awaitable[Any]]
Conclude = Callable[[Batch], Awaitable[Sequence[Step]]]


class Writer:
    """One connection and its transactions, one after the other. `busy` is held by whoever writes.

    Its row in the database is locked by each of them, so that a takeover waits for the one that is
    under way and refuses the next; the row's number says whether a commit took place whose answer
    was lost.
    """

    def __init__(self, place: int, terms: Terms) -> None:
        """place: which of the database's rows for writers is its own."""
        self._place = place
        self._terms = terms
        self._number = 0
        self._connection: Any = None
        self._script: Any = None
        self.busy = asyncio.Lock()

    async def commit(self, work: Work, conclude: Conclude, calls: int, *, alone: bool) -> Any:
        """What *work* answers, once it is durable; tried again while the database is away.

        conclude: the batch's last steps; those that it gives back go out with the commit. Raises
        Fenced, and what *work* raises.
        """
        wait_s = FIRST_WAIT_S
        self._number += 1
        while True:
            started = time.monotonic()
            try:
                answer = await self._once(work, conclude, alone=alone)
            except Exception as error:
                if not is_lost(error):
                    raise
                self._terms.figures.lost(error)
                await self.give_up_connection()
            else:
                self._terms.figures.committed(calls, time.monotonic() - started)
                return answer
            await asyncio.sleep(wait_s)
            wait_s = min(LONGEST_WAIT_S, wait_s * 2)

    async def _once(self, work: Work, conclude: Conclude, *, alone: bool) -> Any:
        if self._connection is None:
            self._connection = await self._terms.pool.acquire(timeout=STATEMENT_S)
            self._script = Script(self._connection)
        batch = Batch(self._connection, self._terms.epoch, alone, script=self._script)
        try:
            return await self._transact(batch, work, conclude)
        except BaseException:
            for step in reversed(batch.undo):
                step()
            raise

    async def _transact(self, batch: Batch, work: Work, conclude: Conclude) -> Any:
        """The answer, once it is durable and memory knows of it."""
        async with contextlib.AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(STATEMENT_S):
                    await self._begin()
                    answer = await work(batch)
                await stack.enter_async_context(self._terms.last)
                async with asyncio.timeout(STATEMENT_S):
                    steps = await conclude(batch)
            except BaseException:
                await self._roll_back()
                raise
            try:
                async with asyncio.timeout(STATEMENT_S):
                    await self._script.run(*steps, after="commit")
            except Exception as error:
                if not is_lost(error):
                    await self._roll_back()
                    raise
                if not await self._was_committed():
                    raise
            for step in batch.after:
                step()
        return answer

    async def _begin(self) -> None:
        terms = self._terms
        await queue.begin_batch(
            self._script, terms.epoch, self._place, self._number, terms.served()
        )

    async def _roll_back(self) -> None:
        # On a broken connection there is nothing left to roll back.
        with contextlib.suppress(*_BROKEN):
            await self._connection.execute("rollback")

    async def _was_committed(self) -> bool:
        """Whether a commit whose answer was lost took place. Waits for the database."""
        self._terms.figures.away = True
        await self.give_up_connection()
        wait_s = FIRST_WAIT_S
        while True:
            try:
                async with self._terms.pool.acquire(timeout=STATEMENT_S) as connection:
                    return await queue.committed(
                        connection, self._terms.epoch, self._place, self._number
                    )
            except Exception as error:
                if not is_lost(error):
                    raise
            await asyncio.sleep(wait_s)
            wait_s = min(LONGEST_WAIT_S, wait_s * 2)

    async def give_up_connection(self) -> None:
        """The next transaction gets another one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # The pool takes a connection back by itself when the server ends it.
            with contextlib.suppress(*_BROKEN):
                connection.terminate()
                await self._terms.pool.release(connection)
