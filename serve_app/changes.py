"""Who hears of a change? One LISTEN connection per replica tells every open page.

The orchestrator notifies `dbolt_changes` with a job's id inside its transaction; whoever listens
reads the rows again. A notification lost with its connection is made up for by waking everybody
after the reconnect.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from uuid import UUID

import asyncpg

from dbolt.store.pool import CONNECTION_LOST

log = logging.getLogger(__name__)

CHANNEL = "dbolt_changes"
RECONNECT_S = (0.2, 1.0, 5.0)

Connect = Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]


class Watch:
    """One page's ear. `job_id` None hears of every job."""

    def __init__(self, job_id: UUID | None) -> None:
        self.job_id = job_id
        self._changed = asyncio.Event()

    def wake(self) -> None:
        self._changed.set()

    async def changed(self, wait_s: float) -> bool:
        """Whether something changed since the last call, waiting at most *wait_s*."""
        try:
            async with asyncio.timeout(wait_s):
                await self._changed.wait()
        except TimeoutError:
            return False
        self._changed.clear()
        return True


class Changes:
    """The listener; enter `running()` for the app's life."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._watches: set[Watch] = set()
        self.version = 0
        """Grows with each change, for whatever is cached."""
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def watch(self, job_id: UUID | None) -> Iterator[Watch]:
        """Hears of changes of *job_id*, or of all jobs, until it is left."""
        watch = Watch(job_id)
        self._watches.add(watch)
        try:
            yield watch
        finally:
            self._watches.discard(watch)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listens until it is left, across lost connections."""
        task = asyncio.create_task(self._listen_for_ever())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _listen_for_ever(self) -> None:
        failures = 0
        while True:
            try:
                await self._listen_once()
                failures = 0
            except (*CONNECTION_LOST, asyncpg.PostgresError) as error:
                log.warning("cannot listen for changes: %s", type(error).__name__)
                failures += 1
            self.listening.clear()
            await asyncio.sleep(RECONNECT_S[min(failures, len(RECONNECT_S) - 1)])

    async def _listen_once(self) -> None:
        lost = asyncio.Event()
        connection = await self._connect()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, self._heard)
            self._wake(None)
            self.listening.set()
            await lost.wait()
        finally:
            connection.terminate()

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        try:
            self._wake(UUID(str(payload)))
        except ValueError:
            self._wake(None)

    def _wake(self, job_id: UUID | None) -> None:
        self.version += 1
        for watch in self._watches:
            if job_id is None or watch.job_id is None or watch.job_id == job_id:
                watch.wake()
