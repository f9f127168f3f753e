"""What belongs to a job: its submissions, its profile, its place in the lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dbolt.domain.lifecycle import JobState
from dbolt.domain.plan import Plan
from dbolt.domain.protocol import RetryFilter
from dbolt.domain.reasons import Reason
from dbolt.domain.schedule import Ready
from dbolt.store.orders import Order
from dbolt.store.queries import Connection, Db, statements


@dataclass(frozen=True, slots=True)
class Job:
    """A job with its lock held."""

    id: UUID
    customer_id: UUID
    plan: str
    priority: int
    state: JobState
    profile_id: UUID | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission that waits for its first attempt."""

    id: UUID
    directory: str


@dataclass(frozen=True, slots=True)
class Retryable:
    """A submission that staff may send back to the queue."""

    id: UUID
    job_id: UUID
    job_state: JobState


async def add(db: Connection, epoch: int, order: Order, plan: Plan, actor: str) -> UUID:
    """Makes the job of *order* with its submissions; its id."""
    row = await db.fetchrow(
        _sql("add"),
        epoch,
        order.id,
        order.customer_id,
        plan.name,
        plan.directories,
        plan.priority,
        actor,
    )
    if row is None:
        raise RuntimeError("the epoch ended within its own transaction")
    job_id: UUID = row["id"]
    await db.execute(_sql("count_new"), epoch, job_id, row["submissions"])
    return job_id


async def lock(db: Connection, job_id: UUID) -> Job | None:
    """The job, which nobody else changes before this transaction ends."""
    row = await db.fetchrow(_sql("lock"), job_id)
    if row is None:
        return None
    values = dict(row)
    return Job(**{**values, "state": JobState(values["state"])})


async def set_profile(db: Connection, epoch: int, job_id: UUID, profile_id: UUID) -> None:
    """Attempts of the job use this profile from now on."""
    await db.execute(_sql("set_profile"), epoch, job_id, profile_id)


async def last_turn(db: Connection, customer_id: UUID) -> float | None:
    """The last turn that the customer's submissions wait for; None if none waits."""
    turn: float | None = await db.fetchval(_sql("last_turn"), customer_id)
    return turn


async def waiting(db: Connection, job_id: UUID) -> list[Waiting]:
    """The job's submissions that wait, those of the best known directories first."""
    rows = await db.fetch(_sql("queued"), job_id)
    return [Waiting(row["id"], row["directory"]) for row in rows]


async def on_offer(db: Connection) -> set[str]:
    """The directories that may be chosen for new work."""
    return {row["slug"] for row in await db.fetch(_sql("on_offer"))}


async def places(db: Connection, job_id: UUID) -> set[str]:
    """The directories of the job's submissions, whatever their state."""
    return {row["directory"] for row in await db.fetch(_sql("places"), job_id)}


async def redirect(db: Connection, epoch: int, moved: Sequence[Waiting]) -> None:
    """Submissions that nobody has begun go to these directories instead of their own."""
    ids, slugs = [row.id for row in moved], [row.directory for row in moved]
    await db.execute(_sql("redirect"), epoch, ids, slugs)


async def give_turns(
    db: Connection, epoch: int, plan: str, turns: Sequence[tuple[UUID, float]]
) -> list[Ready]:
    """Puts submissions into their lines."""
    rows = await db.fetch(
        _sql("give_turns"), epoch, [id_ for id_, _ in turns], [turn for _, turn in turns]
    )
    return [Ready(row["turn"], row["id"], row["job_id"], plan, row["directory"]) for row in rows]


async def prioritise(db: Connection, epoch: int, job_id: UUID, priority: int, actor: str) -> None:
    """The job weighs so much from now on."""
    await db.execute(_sql("prioritise"), epoch, job_id, priority, actor)


async def complete_of(db: Connection, job_ids: Iterable[UUID]) -> list[UUID]:
    """Those of *job_ids* that are complete."""
    return [row["id"] for row in await db.fetch(_sql("complete_of"), list(job_ids))]


async def in_line(db: Connection, job: Job) -> list[Ready]:
    """The job's submissions that stand in line, in their order."""
    rows = await db.fetch(_sql("in_line"), job.id)
    return [Ready(row["turn"], row["id"], job.id, job.plan, row["directory"]) for row in rows]


async def move_up(db: Connection, epoch: int, turns: Sequence[tuple[UUID, float]]) -> None:
    """Gives submissions in line new turns."""
    await db.execute(_sql("move_up"), epoch, [id_ for id_, _ in turns], [turn for _, turn in turns])


async def queued_on(db: Connection, slugs: Sequence[str]) -> list[tuple[UUID, str]]:
    """Who stands in the lines of directories."""
    return [(row["id"], row["directory"]) for row in await db.fetch(_sql("queued_on"), list(slugs))]


async def profile(db: Db, profile_id: UUID, customer_id: UUID | None = None) -> Any | None:
    """The profile's document as JSON values, if there is one and it is the customer's."""
    return await db.fetchval(_sql("profile"), profile_id, customer_id)


async def retryable(db: Db, wanted: RetryFilter) -> list[Retryable]:
    """What *wanted* means at the moment."""
    rows = await db.fetch(
        _sql("retryable"),
        wanted.submission_ids,
        wanted.job_id,
        list(wanted.states),
        list(wanted.reasons),
        wanted.directory,
        wanted.absent_checked,
    )
    return [Retryable(row["id"], row["job_id"], JobState(row["job_state"])) for row in rows]


async def line_place(db: Connection, epoch: int, turn: float, ids: Sequence[UUID]) -> None:
    """Gives *turn* to those of *ids* that never stood in line."""
    await db.execute(_sql("line_place"), epoch, turn, list(ids))


async def cancellable(
    db: Connection, job_id: UUID | None, ids: Sequence[UUID] = ()
) -> dict[UUID, Reason]:
    """What of a job, or of *ids*, may be called off, with the reason to note.

    That is `CANCELLED`, except where a press was never confirmed: who takes it up again has to
    look at the directory first, as before.
    """
    rows = await db.fetch(_sql("cancellable"), job_id, list(ids))
    return {row["id"]: Reason(row["reason"]) for row in rows}


async def queued_in_cancelled(db: Connection, ids: Sequence[UUID]) -> list[UUID]:
    """Which of *ids* wait in a job that was called off."""
    return [row["id"] for row in await db.fetch(_sql("queued_in_cancelled"), list(ids))]


async def counts(db: Db) -> dict[JobState, int]:
    """How many jobs are in each state."""
    return {JobState(row["state"]): row["n"] for row in await db.fetch(_sql("counts"))}


def _sql(name: str) -> str:
    return statements("jobs")[name]
