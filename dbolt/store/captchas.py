"""What was spent on captchas, and what came of it?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from dbolt.domain.captcha import WidgetKind
from dbolt.domain.plan import PlanName
from dbolt.store.queries import Connection, statements


@dataclass(frozen=True, slots=True)
class Spent:
    """In millionths of a US dollar, by the job and in the last 24 h. `by_lease`: purchases."""

    plan: PlanName
    by_job: int
    by_day: int
    by_lease: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """A token that is to be asked for. `most_micros`: the most that it can cost."""

    job_id: UUID
    submission_id: UUID
    token: UUID
    service: str
    widget: WidgetKind
    most_micros: int


async def spent(db: Connection, job_id: UUID, token: UUID) -> Spent | None:
    """What was spent before; None where there is no such job."""
    row = await db.fetchrow(_sql("spent"), job_id, token)
    if row is None:
        return None
    return Spent(PlanName(row["plan"]), row["by_job"], row["by_day"], row["by_lease"])


async def begin(db: Connection, epoch: int, wanted: Purchase) -> int:
    """The purchase's number; it counts with its most from now on."""
    number: int = await db.fetchval(
        _sql("begin"),
        epoch,
        wanted.job_id,
        wanted.submission_id,
        wanted.token,
        wanted.service,
        wanted.widget.value,
        wanted.most_micros,
    )
    return number


async def settle(
    db: Connection, epoch: int, number: int, *, cost_micros: int, solved: bool, ref: str
) -> None:
    """What it has cost in the end."""
    outcome = "solved" if solved else "unsolved"
    await db.execute(_sql("settle"), epoch, number, cost_micros, outcome, ref)


async def judge(db: Connection, epoch: int, token: UUID, ref: str, *, accepted: bool) -> bool:
    """The site took the token or refused it; False where that was said before, or of no token."""
    outcome = "accepted" if accepted else "refused"
    return await db.fetchval(_sql("judge"), epoch, token, ref, outcome) is not None


def _sql(name: str) -> str:
    return statements("captchas")[name]
