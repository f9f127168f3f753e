"""How often was what asked for? HTTP and webhook counters of all processes of the web together.

Behind one address there are several processes, and whoever asks for metrics reaches any of them. So
each writes down what it has counted, and each tells the sum.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import asyncpg
from prometheus_client import CollectorRegistry, Counter, Histogram

from dbolt.domain.figures import WEB, web_key
from dbolt.store import figures
from dbolt.store.pool import CONNECTION_LOST

log = logging.getLogger(__name__)

TELL_S = 5.0
SILENT_S = 600.0
"""A process that was not heard of for so long is gone."""

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Counters:
    """One registry per app, so that two apps in one process do not meet."""

    def __init__(self) -> None:
        self._process, self._first = uuid4().hex, True
        self._last: dict[str, float] = {}
        self._buried: dict[str, float] = {}
        self._telling = asyncio.Lock()
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "dbolt_http_requests",
            WEB["dbolt_http_requests"][1],
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "dbolt_http_request_seconds",
            WEB["dbolt_http_request_seconds"][1],
            ["route"],
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self.webhooks = Counter(
            "dbolt_webhook_events",
            WEB["dbolt_webhook_events"][1],
            ["outcome"],
            registry=self.registry,
        )
        self.swept = Counter(
            "dbolt_payments_swept",
            WEB["dbolt_payments_swept"][1],
            registry=self.registry,
        )

    def counted(self) -> dict[str, float]:
        """What this process has counted since its start."""
        return {
            web_key(sample.name, sample.labels): sample.value
            for family in self.registry.collect()
            for sample in family.samples
            if sample.value and not sample.name.endswith("_created")
        }

    async def tell(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        """Writes down what this process has counted."""
        async with self._telling:
            counted = self.counted()
            fresh = {key: n - self._buried.get(key, 0.0) for key, n in counted.items()}
            told = await figures.tell_web(pool, self._process, fresh, first=self._first)
            if not told:
                # What was told last went to what is past; only what came since is ours to tell.
                self._buried = self._last
                fresh = {key: n - self._buried.get(key, 0.0) for key, n in counted.items()}
                await figures.tell_web(pool, self._process, fresh, first=True)
            self._first, self._last = False, counted

    @asynccontextmanager
    async def running(self, pool: asyncpg.Pool[asyncpg.Record]) -> AsyncIterator[None]:
        """Tells every few seconds, and at the end."""
        task = asyncio.create_task(self._tell_for_ever(pool))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            with suppress(*CONNECTION_LOST, TimeoutError):
                async with asyncio.timeout(2.0):
                    await self.tell(pool)
                    async with pool.acquire() as connection:
                        await figures.bury_web(connection, SILENT_S, self._process)

    async def _tell_for_ever(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        while True:
            try:
                await self.tell(pool)
                async with pool.acquire() as connection:
                    await figures.bury_web(connection, SILENT_S)
            except (*CONNECTION_LOST, asyncpg.PostgresError) as error:
                log.warning("what was counted could not be told: %s", type(error).__name__)
            await asyncio.sleep(TELL_S)
