"""Which directories take the place of those that came to nothing, and what is owed for the rest?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import ValidationError

from dbolt.domain.plan import PLANS, PlanName
from dbolt.domain.profile import Profile
from dbolt.domain.schedule import Ready
from dbolt.store.jobs import Job
from dbolt.store.queries import Connection, statements


@dataclass(frozen=True, slots=True)
class Delivered:
    """A complete job with the directories that it brought something for, of those promised."""

    job_id: UUID
    order_id: UUID
    payment_ref: str
    amount_cents: int
    delivered: int
    promised: int

    @property
    def missing(self) -> int:
        """How many were paid for and came to nothing."""
        return max(0, self.promised - self.delivered)

    @property
    def credit_cents(self) -> int:
        """The missing ones' share of the price."""
        return round(self.amount_cents * self.missing / self.promised)


@dataclass(frozen=True, slots=True)
class Room:
    """What a job could still take.

    `rows`: submissions that it has by now. `slugs`: directories that the robot may use, that work,
    and that are not in it.
    """

    profile: Profile
    rows: int
    slugs: list[str]


async def room(db: Connection, job: Job) -> Room | None:
    """What *job* could take in place of what it lost; None where its business is not known.

    That is where the job is over, or its profile does not pass this release's checks any more:
    the attempt that was lost has to be written all the same.
    """
    row = await db.fetchrow(_sql("room"), job.id)
    if row is None:
        return None
    try:
        profile = Profile.model_validate(row["doc"])
    except ValidationError:
        return None
    return Room(profile, row["rows"], row["slugs"])


async def replace(
    db: Connection, epoch: int, job: Job, turns: Mapping[str, float], actor: str, told: str
) -> list[Ready]:
    """New submissions of the job, by their directories with the turns that they get.

    told: what the event says besides.
    """
    rows = await db.fetch(
        _sql("replace"), epoch, job.id, list(turns), list(turns.values()), actor, told
    )
    if rows:
        await db.execute(_sql("count_more"), epoch, job.id, len(rows))
    return [
        Ready(row["turn"], row["id"], row["job_id"], job.plan, row["directory"]) for row in rows
    ]


async def delivered(db: Connection, job_ids: Sequence[UUID]) -> list[Delivered]:
    """What complete jobs came to, of those that are still paid for."""
    return [
        Delivered(
            row["id"],
            row["order_id"],
            row["payment_ref"],
            row["amount_cents"],
            row["delivered"],
            PLANS[PlanName(row["plan"])].directories,
        )
        for row in await db.fetch(_sql("delivered"), list(job_ids))
    ]


async def owe(db: Connection, epoch: int, job: Delivered, told: str) -> None:
    """Staff decide about a credit for what *job* did not bring."""
    await db.execute(_sql("owe"), epoch, job.payment_ref, job.order_id, told)


async def owe_no_more(db: Connection, epoch: int, job: Delivered, actor: str) -> None:
    """The job brought everything after all."""
    await db.execute(_sql("owe_no_more"), epoch, job.payment_ref, actor)


def _sql(name: str) -> str:
    return statements("replacements")[name]
