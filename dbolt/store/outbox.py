"""What has yet to be told to the world? Rows written with the change that causes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from dbolt.domain.lifecycle import State
from dbolt.store.queries import Db, statements


@dataclass(frozen=True, slots=True)
class Message:
    """Something to be told. `kind` says to whom and how, `payload` what.

    `key` is the same at each try; `tries` counts this one.
    """

    id: int
    key: UUID
    kind: str
    payload: dict[str, Any] = field(repr=False)
    tries: int


@dataclass(frozen=True, slots=True)
class Told:
    """A job as its customer is told of it."""

    email: str
    business: str
    counts: Mapping[State, int]


async def take(db: Db, epoch: int, at_most: int, hold_s: float) -> list[Message]:
    """What may be told now; it comes again after *hold_s* unless something is said of it."""
    rows = await db.fetch(_sql("take"), epoch, at_most, hold_s)
    return [
        Message(row["id"], row["key"], row["kind"], row["payload"], row["tries"]) for row in rows
    ]


async def done(db: Db, message_id: int) -> None:
    """It was told."""
    await db.execute(_sql("done"), message_id, "")


async def give_up(db: Db, message_id: int, problem: str) -> None:
    """It cannot be told, and will not be tried again."""
    await db.execute(_sql("done"), message_id, problem)


async def later(db: Db, message_id: int, wait_s: float, problem: str) -> None:
    """It could not be told; try again in *wait_s*."""
    await db.execute(_sql("later"), message_id, wait_s, problem)


async def waiting(db: Db) -> int:
    """How many have yet to be told."""
    count: int = await db.fetchval(_sql("waiting"))
    return count


async def job(db: Db, job_id: UUID) -> Told | None:
    """How a job stands at the moment."""
    row = await db.fetchrow(_sql("job"), job_id)
    if row is None:
        return None
    counts = await db.fetch(_sql("counts"), job_id)
    return Told(row["email"], row["business"], {State(one["state"]): one["n"] for one in counts})


def _sql(name: str) -> str:
    return statements("outbox")[name]
