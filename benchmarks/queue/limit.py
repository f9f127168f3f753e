"""How fast could it be at most? The queue's own statements, and nothing around them.

One loop on one connection makes the same facts durable: leases, permits, settlements, their events
and the jobs' counts. It decides nothing, builds no assignment, and talks to no worker. What is
lost against it is the price of scheduling; what it loses itself is the price of the facts.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from actors.orchestrator import SERVER
from actors.storable import stored
from benchmarks.queue import ours, shop
from dbolt.domain.outcome import of_result
from dbolt.store import leases, queue
from dbolt.store.leases import Asked, Grant, Settling
from dbolt.store.pool import Role
from dbolt.store.script import Script

BATCHES = (200, 400, 800)


@dataclass
class ByHand:
    """A loop that leases one batch, permits the one before it, and settles the one before that."""

    db: asyncpg.Connection[asyncpg.Record]
    epoch: int
    waiting: list[UUID]
    leased: list[UUID] = field(default_factory=list)
    pressed: list[UUID] = field(default_factory=list)
    started: set[UUID] = field(default_factory=set)

    async def work(self, batch: int) -> None:
        """Until nothing is left."""
        script, number = Script(self.db), 0
        while self.waiting or self.leased or self.pressed:
            number += 1
            await queue.begin_batch(script, self.epoch, 0, number, 0.0)
            differences = await self._settle()
            pressed = await self._press()
            self.leased, jobs = await self._lease(batch)
            self.pressed = pressed
            steps = [queue.tell(jobs)]
            if fresh := set(jobs) - self.started:
                steps.append(queue.start_jobs(self.epoch, list(fresh)))
                self.started |= fresh
            if differences:
                steps.append(queue.tally(self.epoch, differences))
            await script.run(*steps, after="commit")

    async def _settle(self) -> dict[UUID, int]:
        outcome, result = of_result(ours.ACCEPTED, 0, 0.5), stored(ours.ACCEPTED)
        said = [Settling(token, outcome, result) for token in self.pressed]
        moved = await leases.settle(self.db, self.epoch, said) if said else []
        assert len(moved) == len(said)
        return {job: -count for job, count in Counter(row.job_id for row in moved).items()}

    async def _press(self) -> list[UUID]:
        asked = [Asked(token) for token in self.leased]
        permits = await leases.press(self.db, self.epoch, asked, 600.0) if asked else []
        assert len(permits) == len(asked)
        return [permit.token for permit in permits]

    async def _lease(self, batch: int) -> tuple[list[UUID], list[UUID]]:
        taken, self.waiting = self.waiting[:batch], self.waiting[batch:]
        grants = [Grant(id_, leases.fresh_token(), "w") for id_ in taken]
        given = await leases.lease(self.db, self.epoch, grants, 600.0) if grants else []
        assert len(given) == len(grants)
        return [one.token for one in given], list({one.job_id for one in given})


async def by_hand(server: str, jobs: int) -> dict[str, Any]:
    """Submissions through all three steps per second, at the best size of a batch."""
    best = max([(await _by_hand(server, jobs, batch), f"batches of {batch}") for batch in BATCHES])
    return {"work": best[0], "settings": best[1]}


async def _by_hand(server: str, jobs: int, batch: int) -> float:
    async with shop.database(server) as url:
        async with shop.orchestrator(url, 500) as orchestrator:
            await ours.filled(url, orchestrator, jobs)
        db = await asyncpg.connect(url, server_settings={"role": Role.ORCHESTRATOR.value, **SERVER})
        try:
            async with db.transaction():
                epoch = await queue.take_over(db)
            rows = await db.fetch("select id from job_results order by turn, id")
            loop = ByHand(db, epoch.number, [row["id"] for row in rows])
            started = time.perf_counter()
            await loop.work(batch)
            return len(rows) / (time.perf_counter() - started)
        finally:
            await db.close()
