"""Who gets which submission? Picks from the lines, makes the leases durable, shares them out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from actors.batch import Batch
from actors.board import Board, Hold
from dbolt.domain.lifecycle import JobState
from dbolt.domain.schedule import Ready
from dbolt.domain.submission import Task
from dbolt.store import leases, verifications
from dbolt.store.leases import Grant, Leased, fresh_token
from dbolt.store.verifications import Due


@dataclass(frozen=True, slots=True)
class Want:
    """A worker could start so many more."""

    worker: str
    count: int


@dataclass(slots=True)
class Granted:
    """A lease that was given."""

    task: Task
    lease: Leased


def _in_turn(wants: Sequence[Want]) -> Iterator[str]:
    """The workers by turns, each as often as it wants."""
    for place in range(max(want.count for want in wants)):
        for want in wants:
            if place < want.count:
                yield want.worker


class Granting:
    """The handler of leases."""

    def __init__(self, board: Board) -> None:
        self._board = board

    async def lease(self, batch: Batch, said: list[Want]) -> list[list[Granted]]:
        """What each worker may start now."""
        board = self._board
        total = sum(want.count for want in said)
        looks = board.take_looks(total)
        rows = board.schedule.pick(board.clock.now(), total - len(looks), board.proxy_gate())
        batch.undo.append(lambda: self._put_back(looks, rows))
        workers = _in_turn(said)
        grants = [Grant(look.id, fresh_token(), next(workers)) for look in looks]
        given = [Granted(Task.VERIFY, lease) for lease in await self._lease_looks(batch, grants)]
        grants = [Grant(row.id, fresh_token(), next(workers)) for row in rows]
        given += [Granted(Task.SUBMIT, lease) for lease in await self._lease_rows(batch, grants)]
        batch.after.append(lambda: self._leased(looks, rows, given))
        return self._shared_out(said, given)

    async def _lease_looks(self, batch: Batch, grants: Sequence[Grant]) -> list[Leased]:
        if not grants:
            return []
        lease_s = self._board.terms.lease_s
        return await verifications.lease(batch.connection, batch.epoch, grants, lease_s)

    async def _lease_rows(self, batch: Batch, grants: Sequence[Grant]) -> list[Leased]:
        if not grants:
            return []
        given = await leases.lease(batch.connection, batch.epoch, grants, self._board.terms.lease_s)
        batch.started.update(one.job_id for one in given if one.job_state is JobState.QUEUED)
        batch.changed.update(lease.job_id for lease in given)
        return given

    def _shared_out(self, said: Sequence[Want], given: Sequence[Granted]) -> list[list[Granted]]:
        """To each call as much as it asked for, of what was leased in its worker's name."""
        by_worker: dict[str, list[Granted]] = {}
        for one in given:
            by_worker.setdefault(one.lease.worker, []).append(one)
        shares: list[list[Granted]] = []
        for want in said:
            mine = by_worker.get(want.worker, [])
            shares.append(mine[: want.count])
            by_worker[want.worker] = mine[want.count :]
        return shares

    def _put_back(self, looks: Sequence[Due], rows: Sequence[Ready]) -> None:
        board = self._board
        for look in looks:
            board.schedule.look_ended(look.directory, board.clock.now())
        board.looks[:0] = looks
        for row in rows:
            board.schedule.not_leased(row, board.clock.now())
        board.rouse()

    def _leased(
        self, looks: Sequence[Due], rows: Sequence[Ready], given: Sequence[Granted]
    ) -> None:
        board, now = self._board, self._board.clock.now()
        leased = {one.lease.id for one in given if one.task is Task.SUBMIT}
        looked = {one.lease.id for one in given if one.task is Task.VERIFY}
        for row in rows:
            if row.id in leased:
                board.schedule.leased(row)
            else:
                board.schedule.not_leased(row, now)
        for look in looks:
            if look.submission_id not in looked:
                board.schedule.look_ended(look.directory, now)
        for one in given:
            lease = one.lease
            board.held[lease.token] = Hold(
                one.task,
                lease.id,
                lease.job_id,
                lease.directory,
                lease.worker,
                failures=lease.failures,
                extended_at=now,
            )
        board.rouse()
