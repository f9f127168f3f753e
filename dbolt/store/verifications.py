"""Which listings are to be looked for, and what did the looks find?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from dbolt.domain.lifecycle import State
from dbolt.store.leases import Grant, Leased
from dbolt.store.queries import Connection, Db, statements


@dataclass(frozen=True, slots=True)
class Due:
    """A look that may start."""

    id: UUID
    submission_id: UUID
    directory: str
    state: State


@dataclass(frozen=True, slots=True)
class LookOut:
    """A look that some worker is at."""

    token: UUID
    submission_id: UUID
    directory: str
    worker: str


@dataclass(frozen=True, slots=True)
class HeldLook:
    """A look under way, with what its answer has to be judged by."""

    token: UUID
    submission_id: UUID
    tries: int
    state: State
    directory: str
    failures: int


@dataclass(frozen=True, slots=True)
class LookEnd:
    """How a look ended. `again_s`: seconds to the next one, None where this was the last.

    `counted`: whether it was one of the tries that a submission gets.
    """

    token: UUID
    found: bool | None
    again_s: float | None
    result: str
    counted: bool = True


async def add(db: Connection, epoch: int, waits_s: Mapping[UUID, float]) -> None:
    """A look for each submission in so many seconds; an earlier one that is due already stands."""
    await db.execute(_sql("add"), list(waits_s), list(waits_s.values()), epoch)


async def due(db: Db, at_most: int) -> list[Due]:
    """Looks that may start now, those that a job waits for first."""
    return [
        Due(row["id"], row["submission_id"], row["directory"], State(row["state"]))
        for row in await db.fetch(_sql("due"), at_most)
    ]


async def next_due(db: Db) -> float | None:
    """When the next look is due, in seconds since the epoch; None where none is planned."""
    at: float | None = await db.fetchval(_sql("next_due"))
    return at


async def lease(
    db: Connection, epoch: int, grants: Sequence[Grant], lease_s: float
) -> list[Leased]:
    """Gives looks that may still start. `Leased.id` is the submission's."""
    rows = await db.fetch(
        _sql("lease"),
        epoch,
        [grant.id for grant in grants],
        [grant.token for grant in grants],
        [grant.worker for grant in grants],
        lease_s,
    )
    return [Leased.of(row) for row in rows]


async def beat(db: Connection, epoch: int, tokens: Sequence[UUID], lease_s: float) -> set[UUID]:
    """Makes looks last from now on; the tokens that are still out."""
    return {row["token"] for row in await db.fetch(_sql("beat"), epoch, list(tokens), lease_s)}


async def held(db: Db, tokens: Sequence[UUID]) -> list[HeldLook]:
    """The looks under *tokens*."""
    return [
        HeldLook(
            row["token"],
            row["submission_id"],
            row["tries"],
            State(row["state"]),
            row["directory"],
            row["failures"],
        )
        for row in await db.fetch(_sql("held"), list(tokens))
    ]


async def settle(db: Connection, epoch: int, ends: Sequence[LookEnd]) -> dict[UUID, str]:
    """Ends looks; the directory of each token that was still out."""
    rows = await db.fetch(
        _sql("settle"),
        epoch,
        [end.token for end in ends],
        [end.found for end in ends],
        [end.again_s for end in ends],
        [end.result for end in ends],
        [end.counted for end in ends],
    )
    return {row["token"]: row["directory"] for row in rows}


async def expire(
    db: Connection, epoch: int, wait_s: float, grace_s: float
) -> list[tuple[UUID, str]]:
    """Looks whose worker was lost are due again in *wait_s*; their tokens and directories."""
    rows = await db.fetch(_sql("expire"), epoch, wait_s, grace_s)
    return [(row["token"], row["directory"]) for row in rows]


async def in_flight(db: Db) -> list[LookOut]:
    """The looks that are out."""
    return [LookOut(**dict(row)) for row in await db.fetch(_sql("in_flight"))]


def _sql(name: str) -> str:
    return statements("verifications")[name]
