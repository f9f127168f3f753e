"""How is one command carried out on thousands? In small steps, each an orchestrator's command.

The list is fixed when somebody confirms it; the row says how far it has come, so a replica that
ends leaves something that another one can go on with.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from dbolt.domain.lifecycle import RETRYABLE
from dbolt.domain.protocol import PauseLevel, PauseScope, Refused, RetryFilter
from dbolt.store.queries import Db, statements
from serve_app.parts import Parts
from serve_app.queue import QueueAway, QueueFailed

log = logging.getLogger(__name__)

SUBMISSIONS_A_STEP = 200
JOBS_A_STEP = 10
STILL_S = 30.0
"""Without progress for so long, a batch is held to be nobody's any more."""


class Action(StrEnum):
    """What can be done in bulk. The first two take submissions, the others jobs."""

    RETRY = "retry"
    CANCEL = "cancel"
    PRIORITY = "priority"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL_JOBS = "cancel_jobs"

    @property
    def of_submissions(self) -> bool:
        """Whether its ids are submissions'."""
        return self in {Action.RETRY, Action.CANCEL}


@dataclass(frozen=True, slots=True)
class Batch:
    """How one stands. `changed`: of those `done`, how many the queue took."""

    id: UUID
    actor: str
    action: Action
    value: int | None
    total: int
    done: int
    changed: int
    problem: str
    created_at: datetime
    ended_at: datetime | None
    stalled: bool


async def add(
    db: Db, actor: str, action: Action, ids: Sequence[UUID], value: int | None = None
) -> UUID:
    """A batch that nobody carries out yet; value: a priority, or 1 to retry unconfirmed presses."""
    batch_id: UUID = await db.fetchval(_sql()["add"], actor, action, value, list(ids))
    return batch_id


async def show(db: Db, batch_id: UUID) -> Batch | None:
    """How it stands."""
    row = await db.fetchrow(_sql()["show"], batch_id, STILL_S)
    return Batch(**{**dict(row), "action": Action(row["action"])}) if row else None


async def latest(db: Db, count: int) -> list[Batch]:
    """The newest ones."""
    rows = await db.fetch(_sql()["latest"], count, STILL_S)
    return [Batch(**{**dict(row), "action": Action(row["action"])}) for row in rows]


async def take_up(db: Db, batch_id: UUID) -> bool:
    """Whether it stood still and is the caller's to `carry_out` now."""
    return bool(await db.fetchval(_sql()["touch"], batch_id, STILL_S))


async def carry_out(parts: Parts, batch_id: UUID, actor: str) -> None:
    """Goes through to the end, or until the orchestrator does not answer or another one is at it.

    actor: in whose name, as the queue's history calls them.
    """
    pool = parts.pool
    try:
        while True:
            row = await pool.fetchrow(_sql()["next"], batch_id, SUBMISSIONS_A_STEP)
            if row is None:
                return
            action, ids = Action(row["action"]), list(row["ids"])
            if not action.of_submissions:
                ids = ids[:JOBS_A_STEP]
            changed, problem = await _step(parts, action, ids, row["value"], actor)
            moved = await pool.fetchrow(
                _sql()["move_on"], batch_id, row["done"], len(ids), changed, problem
            )
            if moved is None or moved["ended"]:
                return
    except (QueueAway, QueueFailed) as error:
        await pool.execute(_sql()["stall"], batch_id, str(error))
    except Exception:
        log.exception("batch %s broke off", batch_id)
        await pool.execute(_sql()["stall"], batch_id, "It broke off; the server's log says why.")


async def _step(
    parts: Parts, action: Action, ids: list[UUID], value: int | None, actor: str
) -> tuple[int, str]:
    """How many of *ids* changed, and why some did not."""
    queue = parts.queue
    answers: list[int | Refused | None]
    match action:
        case Action.RETRY:
            wanted = RetryFilter(
                submission_ids=ids, states=sorted(RETRYABLE), absent_checked=value == 1
            )
            answers = [await queue.retry(wanted, dry_run=False, actor=actor)]
        case Action.CANCEL:
            answers = [await queue.cancel_submissions(ids, actor)]
        case Action.PRIORITY:
            answers = [await queue.prioritise(id_, value or 1, actor) for id_ in ids]
        case Action.CANCEL_JOBS:
            answers = [await queue.cancel(id_, actor) for id_ in ids]
        case Action.PAUSE:
            answers = [await queue.pause(_scope(id_), actor) for id_ in ids]
        case Action.RESUME:
            answers = [await queue.resume(_scope(id_), actor) for id_ in ids]
    problems = [answer.problem for answer in answers if isinstance(answer, Refused)]
    changed = sum(
        1 if answer is None else answer for answer in answers if not isinstance(answer, Refused)
    )
    return changed, problems[0] if problems else ""


def _scope(job_id: UUID) -> PauseScope:
    return PauseScope(level=PauseLevel.JOB, key=str(job_id))


class Runner:
    """The batches that this replica carries out."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, parts: Parts, batch_id: UUID, actor: str) -> None:
        """Carries it out meanwhile."""
        task = asyncio.create_task(carry_out(parts, batch_id, actor))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _sql() -> dict[str, str]:
    return statements("batches", "serve_app")
