"""What goes on in the queue? One snapshot for the status page and for /metrics."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import asyncpg

from actors.board import HEARD_S, Board
from actors.commit import GroupCommitter
from dbolt.domain.lifecycle import JobState, State
from dbolt.domain.submission import Task
from dbolt.store import figures, jobs, outbox, queue
from dbolt.store.pool import is_lost

log = logging.getLogger(__name__)

FRESH_S = 2.0
"""How long counted rows are good enough."""
PATIENCE_S = 1.0
"""How long whoever asks for totals waits for fresh ones."""


class Figures:
    """Builds snapshots; counts rows at most every `FRESH_S`."""

    def __init__(self) -> None:
        self._recount_at = float("-inf")
        self._rows: dict[str, Any] = {
            "submissions": dict.fromkeys((state.value for state in State), 0),
            "jobs": dict.fromkeys((state.value for state in JobState), 0),
            "outbox": 0,
        }
        self._resum_at = float("-inf")
        self._totals: figures.Totals = {}
        self._web: dict[str, float] = {}
        self._counting: asyncio.Task[None] | None = None

    async def totals(
        self, committer: GroupCommitter, pool: asyncpg.Pool[asyncpg.Record]
    ) -> dict[str, Any]:
        """What the tables say in all, and what the web has counted; of a moment ago at most.

        Where counting takes long, what was counted before is told meanwhile.
        """
        counting = self._counting is not None and not self._counting.done()
        if not counting and not committer.figures.away and time.monotonic() >= self._resum_at:
            self._counting = asyncio.create_task(self._sum(pool))
        if self._counting is not None:
            await asyncio.wait([self._counting], timeout=PATIENCE_S)
        return {"totals": self._totals, "web": self._web}

    async def _sum(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        started = time.monotonic()
        try:
            found = await figures.totals(pool)
            self._web = await figures.web_counters(pool)
        except Exception as error:
            if not is_lost(error):
                log.exception("the tables could not be counted")
            self._resum_at = time.monotonic() + FRESH_S
            return
        self._totals = found
        ended = time.monotonic()
        self._resum_at = ended + max(FRESH_S, 20 * (ended - started))

    def close(self) -> None:
        """Counts no more."""
        if self._counting is not None:
            self._counting.cancel()

    async def snapshot(
        self, board: Board, committer: GroupCommitter, pool: asyncpg.Pool[asyncpg.Record]
    ) -> dict[str, Any]:
        """Plain values only: names to numbers, texts and further such dictionaries."""
        away = committer.figures.away
        if not away and time.monotonic() >= self._recount_at:
            away = not await self._count(pool)
        now, held = board.clock.now(), board.held.values()
        pauses = sorted((pause.level.value, pause.key) for pause in board.schedule.pauses)
        return {
            "epoch": board.epoch,
            "database": "away" if away else "up",
            **self._rows,
            "startable": board.schedule.startable(now),
            "leases": {
                "submit": sum(hold.task is Task.SUBMIT and not hold.pressed for hold in held),
                "pressed": sum(hold.pressed for hold in held),
                "verify": sum(hold.task is Task.VERIFY for hold in held),
            },
            "workers": self._workers(board),
            "pauses": [{"level": level, "key": key} for level, key in pauses],
            "resting": _resting(board, now),
            "directories": len(board.directories),
            "proxies": board.book.status(now),
            "commit": _commit(committer),
        }

    async def _count(self, pool: asyncpg.Pool[asyncpg.Record]) -> bool:
        started = time.monotonic()
        try:
            submissions = await queue.counts(pool)
            of_jobs = await jobs.counts(pool)
            letters = await outbox.waiting(pool)
        except Exception as error:
            if not is_lost(error):
                raise
            return False
        self._rows = {
            "submissions": {state.value: submissions.get(state, 0) for state in State},
            "jobs": {state.value: of_jobs.get(state, 0) for state in JobState},
            "outbox": letters,
        }
        ended = time.monotonic()
        # Counting may take a twentieth of the time, however many rows there are.
        self._recount_at = ended + max(FRESH_S, 20 * (ended - started))
        return True

    def _workers(self, board: Board) -> dict[str, dict[str, float]]:
        now = time.monotonic()
        return {
            name: {
                "heard_s": round(now - at, 3),
                "leases": sum(hold.worker == name for hold in board.held.values()),
            }
            for name, at in sorted(board.workers.items())
            if now - at < HEARD_S
        }


def _resting(board: Board, now: float) -> dict[str, float]:
    """The directories whose circuit is open, and for how many more seconds; 0 while one tries."""
    return {
        slug: round(max(lane.pacer.breaker.rests_until - now, 0.0), 1)
        for slug, lane in sorted(board.schedule.lanes.items())
        if lane.pacer.breaker.tripped
    }


def _commit(committer: GroupCommitter) -> dict[str, float]:
    figures = committer.figures
    return {
        "batches": figures.batches,
        "calls": figures.calls,
        "seconds": figures.seconds,
        "slowest_s": figures.slowest_s,
        "outages": figures.outages,
    }
