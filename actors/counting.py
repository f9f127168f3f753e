"""Who counts what has happened, so that charts over days are quick? A little at a time.

Events get their numbers before they are committed, so a reader could pass over one that is still on
its way. A command is carried out alone: while it counts, no event is on its way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from actors.batch import Batch, Command
from dbolt.store import throughput
from dbolt.store.pool import is_lost

AT_ONCE = 10_000
"""Events counted in one transaction; nothing else is written meanwhile, for about 20 ms."""
BREATH_S = 1.0
"""Between two of them while there are more."""


class Counting:
    """The keeper of the counts."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], *, at_once: int = AT_ONCE) -> None:
        self._pool = pool
        self._at_once = at_once

    async def step(self, batch: Batch) -> int:
        """Counts the next events; how many numbers those had."""
        return await throughput.count(batch.connection, batch.epoch, self._at_once)

    async def keep(self, command: Callable[[Command], Awaitable[Any]], every_s: float) -> None:
        """Counts what is new, for ever; an idle queue is only looked at. command: carries out."""
        while True:
            await asyncio.sleep(every_s)
            try:
                behind = await throughput.behind(self._pool)
            except Exception as error:
                if not is_lost(error):
                    raise
                continue
            while behind:
                behind = await command(self.step) >= self._at_once
                await asyncio.sleep(BREATH_S if behind else 0)
