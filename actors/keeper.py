"""Who keeps the memory up to date? Reads the lines, wakes the waiting, reaps lost leases."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time

import asyncpg

from actors.batch import Verb
from actors.board import Board, Hold
from actors.commit import GroupCommitter
from actors.writer import STATEMENT_S
from dbolt.domain.lifecycle import State
from dbolt.domain.protocol import PauseLevel
from dbolt.domain.submission import Task
from dbolt.store import directories, leases, overrides, queue, updates, verifications
from dbolt.store.pool import is_lost

log = logging.getLogger(__name__)

LANES_AT_ONCE = 200
LOOKS_AT_ONCE = 200
LOOKS_EVERY_S = 60.0
"""Looks are asked for at least so often, whatever memory thinks."""
LONGEST_NAP_S = 5.0


async def rebuild(board: Board, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    """Fills a fresh *board* from Postgres: leases still out are honoured."""
    known = await directories.load(pool)
    presses = await queue.recent_presses(pool, list(known))
    now = board.clock.now()
    for slug, one in known.items():
        board.know(one.directory, active=one.active)
        board.schedule.set_directory(slug, one.directory.pace, presses.get(slug, ()))
        board.schedule.judge(slug, one.breaker, now)
    board.override_ends = await overrides.next_end(pool)
    board.changed_jobs = await updates.changed_jobs(pool)
    board.schedule.pauses = await directories.pauses(pool)
    for held in await leases.in_flight(pool):
        pressed = held.state is State.PRESSED
        board.schedule.lanes[held.directory].pacer.taken_over(now, pressed=pressed)
        board.held[held.token] = Hold(
            Task.SUBMIT,
            held.id,
            held.job_id,
            held.directory,
            held.worker,
            failures=held.failures,
            pressed=pressed,
        )
    for look in await verifications.in_flight(pool):
        board.schedule.lanes[look.directory].pacer.start_look()
        board.held[look.token] = Hold(
            Task.VERIFY, look.submission_id, None, look.directory, look.worker
        )


class Keeper:
    """The orchestrator's background work."""

    def __init__(
        self, board: Board, pool: asyncpg.Pool[asyncpg.Record], committer: GroupCommitter
    ) -> None:
        self._board = board
        self._pool = pool
        self._committer = committer

    async def tend(self) -> None:
        """Reads what may start next, for ever."""
        board = self._board
        while True:
            board.tending.clear()
            try:
                await self._read()
            except Exception as error:
                if not is_lost(error):
                    raise
                await asyncio.sleep(0.5)
                continue
            board.stir()
            if not board.schedule.is_hungry:
                await self._nap()
            board.schedule.tick(board.clock.now())

    async def _read(self) -> None:
        board = self._board
        while board.schedule.is_hungry:
            windows = board.schedule.begin_read(LANES_AT_ONCE)
            paused = [p.key for p in board.schedule.pauses if p.level is PauseLevel.PLAN]
            try:
                lines = await queue.lines(self._pool, windows, paused)
            except BaseException:
                board.schedule.not_read(windows)
                raise
            now = board.clock.now()
            for slug, line in lines.items():
                complete = len(line.rows) < windows[slug]
                board.schedule.put(slug, line.rows, complete=complete, now=now)
                if line.wakes_at is not None:
                    board.schedule.joins_at(slug, line.wakes_at)
            # Whoever waits for work need not wait for the other lines: a restart reads them all.
            board.stir()
        if board.clock.now() >= board.looks_at:
            await self._read_looks()

    async def _read_looks(self) -> None:
        board = self._board
        board.looks_at = math.inf
        try:
            due = await verifications.due(self._pool, LOOKS_AT_ONCE)
            next_due = await verifications.next_due(self._pool)
        except BaseException:
            board.looks_at = -math.inf
            raise
        board.looks = due
        latest = board.clock.now() + LOOKS_EVERY_S
        at = latest if next_due is None else min(next_due, latest)
        board.looks_at = min(board.looks_at, at)

    async def _nap(self) -> None:
        """Until something is to be read, a directory opens, or somebody joins a line."""
        board = self._board
        now = board.clock.now()
        board.nap_until = min(board.schedule.next_at(), board.looks_at, now + LONGEST_NAP_S)
        # Not `wait_for`, which may take an end of this task for the end of the nap.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(board.nap_until - now, 0.0)):
                await board.tending.wait()

    async def reap(self) -> None:
        """Takes back leases whose time is up, for ever. Also how an old orchestrator finds out."""
        board, figures = self._board, self._committer.figures
        while True:
            await asyncio.sleep(board.terms.reap_s)
            try:
                async with asyncio.timeout(STATEMENT_S):
                    seen = await queue.watch(self._pool, board.epoch, self._grace_s())
            except Exception as error:
                if not is_lost(error):
                    raise
                figures.lost(error)
                continue
            figures.found()
            board.clock.set(seen.now)
            if seen.overdue:
                # What was found overdue may have a grace by now: an outage may have ended.
                await self._committer.submit(Verb.EXPIRE, self._grace_s())

    def _grace_s(self) -> float:
        """After an outage, in which nobody was heard of, workers get time to say that they live."""
        since = time.monotonic() - self._committer.figures.last_outage_end
        lease_s = self._board.terms.lease_s
        return lease_s / 2 if since < lease_s / 2 else 0.0
