"""What did customers say to their tasks, and which accounts were shown to them?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretStr

from dbolt.domain.lifecycle import State
from dbolt.domain.reasons import Reason
from dbolt.store.queries import Connection, statements


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a submission stands when its customer says something."""

    id: UUID
    job_id: UUID
    directory: str
    state: State
    reason: Reason | None


async def standing(db: Connection, submission_id: UUID) -> Standing | None:
    """The submission, or None where there is none."""
    row = await db.fetchrow(_sql("standing"), submission_id)
    if row is None:
        return None
    reason = Reason(row["reason"]) if row["reason"] else None
    return Standing(row["id"], row["job_id"], row["directory"], State(row["state"]), reason)


async def keep(db: Connection, epoch: int, submission_id: UUID, pin: SecretStr) -> None:
    """The PIN waits for the person who enters it."""
    await db.execute(_sql("keep"), epoch, submission_id, pin.get_secret_value())


async def forget(db: Connection, epoch: int, submission_id: UUID) -> None:
    """The PIN was entered, or is of no use any more."""
    await db.execute(_sql("forget"), epoch, submission_id)


async def note_change(db: Connection, epoch: int, job_id: UUID, what: str, actor: str) -> None:
    """The log says which details of the business changed."""
    await db.execute(_sql("note_change"), epoch, job_id, what, actor)


async def reveal(
    db: Connection, epoch: int, customer_id: UUID, directory: str | None, actor: str
) -> dict[str, str]:
    """User names by directory, each of them noted in the log as shown."""
    rows = await db.fetch(_sql("reveal"), epoch, customer_id, directory, actor)
    return {row["directory"]: row["username"] for row in rows}


def _sql(name: str) -> str:
    return statements("answers")[name]
