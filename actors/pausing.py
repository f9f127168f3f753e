"""What may not start at the moment? Pauses of everything, a plan, a directory or a job."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from actors.batch import Batch
from actors.board import Board
from dbolt.domain.breaker import Breaker
from dbolt.domain.lifecycle import JobEvent, JobState
from dbolt.domain.plan import PlanName
from dbolt.domain.protocol import PauseLevel, PauseScope, Refused
from dbolt.store import directories, jobs, queue

PAYMENTS = "payments"
"""Who acts, in the log, when the payment provider is the cause."""


class Pausing:
    """The commands that pause and resume."""

    def __init__(self, board: Board) -> None:
        self._board = board

    async def pause(self, scope: PauseScope, actor: str, batch: Batch) -> Refused | None:
        """Nothing of *scope* starts or presses from the commit on."""
        job_id = await self._job_of(scope, batch)
        if isinstance(job_id, Refused):
            return job_id
        if job_id is not None:
            moved = await queue.move_jobs(
                batch.connection, batch.epoch, [job_id], JobEvent.PAUSED, actor
            )
            job = await jobs.lock(batch.connection, job_id)
            if not moved and job is not None and job.state is not JobState.PAUSED:
                return Refused(problem=f"The job is {job.state} and cannot be paused.")
            batch.changed.add(job_id)
        await self.hold(scope, actor, batch)
        return None

    async def hold(self, scope: PauseScope, actor: str, batch: Batch) -> None:
        """Nothing of *scope* starts or presses, whatever its state."""
        if scope.level is not PauseLevel.JOB:
            batch.everything = True
        await directories.pause(batch.connection, scope, actor)
        batch.after.append(partial(self._board.schedule.pause, scope))

    async def lift(self, scope: PauseScope, batch: Batch) -> None:
        """*scope* may go on."""
        if scope.level is not PauseLevel.JOB:
            batch.everything = True
        await directories.resume(batch.connection, scope)
        board = self._board

        def go_on() -> None:
            board.schedule.resume(scope, board.clock.now())
            board.stir()

        batch.after.append(go_on)

    async def forget(self, job_id: UUID, batch: Batch) -> None:
        """A pause of a job that is over goes with it; one for disputed money stays until that ends.

        Staff may take the job up again meanwhile, and nothing of it is sent for nothing.
        """
        scope = PauseScope(level=PauseLevel.JOB, key=str(job_id))
        if await directories.paused_by(batch.connection, scope) != PAYMENTS:
            await self.lift(scope, batch)

    async def resume(self, scope: PauseScope, actor: str, batch: Batch) -> Refused | None:
        """*scope* goes on; a second resume is the same."""
        job_id = await self._job_of(scope, batch)
        if isinstance(job_id, Refused):
            return job_id
        if job_id is not None:
            await queue.move_jobs(batch.connection, batch.epoch, [job_id], JobEvent.RESUMED, actor)
            batch.changed.add(job_id)
        await self.lift(scope, batch)
        if scope.level is PauseLevel.DIRECTORY:
            # Who resumes a directory has looked: its rest is over.
            well = {scope.key: Breaker()}
            await directories.keep_health(batch.connection, batch.epoch, well)
            batch.after.append(partial(self._board.judge, scope.key, Breaker()))
        return None

    async def _job_of(self, scope: PauseScope, batch: Batch) -> UUID | Refused | None:
        """The job that *scope* is about, None for another level, or why it means nothing."""
        problem = self._meaningless(scope)
        if problem:
            return Refused(problem=problem)
        if scope.level is not PauseLevel.JOB:
            return None
        job_id = UUID(scope.key)
        if await jobs.lock(batch.connection, job_id) is None:
            return Refused(problem=f"There is no job {job_id}.")
        return job_id

    def _meaningless(self, scope: PauseScope) -> str:
        """What is wrong with the key of *scope*, or nothing."""
        match scope.level:
            case PauseLevel.GLOBAL:
                return "A global pause has no key." if scope.key else ""
            case PauseLevel.PLAN:
                known = scope.key in set(PlanName)
            case PauseLevel.DIRECTORY:
                known = scope.key in self._board.directories
            case PauseLevel.JOB:
                known = _is_uuid(scope.key)
        return "" if known else f"There is no {scope.level} {scope.key!r}."


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
