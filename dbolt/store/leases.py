"""Who holds a submission? Leases, permits, settlements, all guarded by token, epoch and state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import uuid_utils
from asyncpg.pgproto import pgproto

from dbolt.domain.lifecycle import JobState, State
from dbolt.domain.outcome import Outcome
from dbolt.store.queries import Connection, Db, statements
from dbolt.store.queue import Moved


def fresh_token() -> UUID:
    """A lease's token: its first bits grow with time, so that an index grows at its end."""
    # The driver's own class of identifiers is quicker to make, to compare and to send.
    return pgproto.UUID(uuid_utils.uuid7().bytes)


# Some are not frozen, because there is one for each step of each submission: that would cost a call
# for each field.


@dataclass(slots=True)
class Grant:
    """A lease to be given: *token* is fresh."""

    id: UUID
    token: UUID
    worker: str


_JOB_STATES = {state.value: state for state in JobState}


@dataclass(slots=True)
class Leased:
    """A lease that was given, and where to find what its assignment needs."""

    id: UUID
    job_id: UUID
    directory: str
    attempt: int
    failures: int
    token: UUID
    worker: str
    deadline_at: datetime
    listing_url: str
    customer_id: UUID
    profile_id: UUID
    plan: str
    job_state: JobState

    @classmethod
    def of(cls, row: asyncpg.Record) -> Leased:
        """From a row of a statement that leases: its columns have the order of these fields."""
        leased = cls(*row)
        leased.job_state = _JOB_STATES[leased.job_state]
        return leased


@dataclass(slots=True)
class Asked:
    """A permit that is wanted. `seen_absent`: the directory did not show the business before."""

    token: UUID
    seen_absent: bool = False


@dataclass(slots=True)
class Press:
    """A permit that was given at `pressed_at` by the database's clock."""

    token: UUID
    job_id: UUID
    directory: str
    pressed_at: float


@dataclass(slots=True)
class Settling:
    """How the attempt under *token* ended. `result`: the whole of it as JSON."""

    token: UUID
    outcome: Outcome
    result: str


@dataclass(frozen=True, slots=True)
class Held:
    """A lease that is out."""

    id: UUID
    job_id: UUID
    directory: str
    state: State
    failures: int
    token: UUID
    worker: str


@dataclass(frozen=True, slots=True)
class Patience:
    """What happens to lost leases: at most *tries* of them, *wait_s* between, after a *grace_s*."""

    tries: int
    wait_s: float
    grace_s: float = 0.0


async def lease(
    db: Connection, epoch: int, grants: Sequence[Grant], lease_s: float
) -> list[Leased]:
    """Gives what can still be given; the rest is left out of the answer."""
    rows = await db.fetch(
        _sql("lease"),
        epoch,
        [grant.id for grant in grants],
        [grant.token for grant in grants],
        [grant.worker for grant in grants],
        lease_s,
    )
    return [Leased.of(row) for row in rows]


async def press(db: Connection, epoch: int, asked: Sequence[Asked], lease_s: float) -> list[Press]:
    """Permits what may be pressed, at most once an attempt: the state moves on with it."""
    rows = await db.fetch(
        _sql("press"),
        epoch,
        [one.token for one in asked],
        lease_s,
        [one.token for one in asked if one.seen_absent],
    )
    return [Press(row["token"], row["job_id"], row["directory"], row["pressed_at"]) for row in rows]


async def beat(db: Connection, epoch: int, tokens: Sequence[UUID], lease_s: float) -> set[UUID]:
    """Makes leases last from now on; the tokens that still hold one."""
    return {row["token"] for row in await db.fetch(_sql("beat"), epoch, list(tokens), lease_s)}


async def settle(db: Connection, epoch: int, settlings: Sequence[Settling]) -> list[Moved]:
    """Ends attempts; a token that holds no lease any more is left out of the answer."""
    # A batch has few kinds of outcomes, and what is said once for each row costs most.
    # By the object, as it comes from `of_result`: comparing costs more than saying one twice.
    distinct = {id(one.outcome): one.outcome for one in settlings}
    kinds = {outcome: str(place) for place, outcome in enumerate(distinct, 1)}
    outcomes = list(distinct.values())
    rows = await db.fetch(
        _sql("settle"),
        epoch,
        [one.token for one in settlings],
        # The driver sends text quicker than numbers.
        [kinds[id(one.outcome)] for one in settlings],
        [one.result for one in settlings],
        [outcome.unsent.event for outcome in outcomes],
        [outcome.unsent.reason for outcome in outcomes],
        [outcome.failures for outcome in outcomes],
        [outcome.wait_s for outcome in outcomes],
        [outcome.sent.event for outcome in outcomes],
        [outcome.sent.reason for outcome in outcomes],
    )
    return [Moved.of(row) for row in rows]


async def ours(db: Connection, submissions: Sequence[UUID]) -> set[UUID]:
    """Those whose listing, where one is found, can only have come by a press of their own."""
    return {row["id"] for row in await db.fetch(_sql("ours"), list(submissions))}


async def settled_before(db: Connection, tokens: Sequence[UUID]) -> set[UUID]:
    """Which tokens were settled by their workers earlier."""
    return {row["token"] for row in await db.fetch(_sql("settled_before"), list(tokens))}


async def keep_late(db: Connection, epoch: int, said: Sequence[tuple[UUID, str]]) -> set[UUID]:
    """Keeps results, as JSON, with attempts that had been taken from their workers; the jobs."""
    tokens, results = [token for token, _ in said], [result for _, result in said]
    rows = await db.fetch(_sql("keep_late"), epoch, tokens, results)
    return {row["job_id"] for row in rows if row["job_id"] is not None}


async def expire(db: Connection, epoch: int, patience: Patience, at_most: int) -> list[Moved]:
    """Takes back leases whose time is up: unsent ones wait again, pressed ones are uncertain."""
    rows = await db.fetch(
        _sql("expire"), epoch, patience.tries, patience.wait_s, patience.grace_s, at_most
    )
    return [Moved.of(row) for row in rows]


async def in_flight(db: Db) -> list[Held]:
    """The leases that are out."""
    rows = await db.fetch(_sql("in_flight"))
    return [
        Held(
            row["id"],
            row["job_id"],
            row["directory"],
            State(row["state"]),
            row["failures"],
            row["token"],
            row["worker"],
        )
        for row in rows
    ]


def _sql(name: str) -> str:
    return statements("queue")[name]
