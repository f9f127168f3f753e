"""Where does the queue stand? Epochs, lines, and the moves that no worker makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from dbolt.domain.lifecycle import Event, JobEvent, State
from dbolt.domain.reasons import Reason
from dbolt.domain.schedule import Ready
from dbolt.store.queries import Connection, Db, statements
from dbolt.store.script import Script, Step

_LOCK = 0x6462_6F6C_7465_706F
"""The advisory lock of takeovers ("dboltepo"): two at once come one after the other."""


WRITERS = 2
"""Connections of one orchestrator that write side by side; each has a row of its own."""


class Fenced(Exception):
    """Another orchestrator has taken over: this one must stop serving."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One orchestrator's time. `turn`: how far the line was served; `now`: the database's clock."""

    number: int
    turn: float
    now: float


@dataclass(frozen=True, slots=True)
class Watch:
    """`now`: the database's clock. `overdue`: whether leases have run out."""

    now: float
    overdue: bool


@dataclass(frozen=True, slots=True)
class Line:
    """The head of one directory's line. `wakes_at`: when somebody who must wait joins it."""

    rows: list[Ready]
    wakes_at: float | None


_EVENTS = {event.value: event for event in Event}
_STATES = {state.value: state for state in State}
_REASONS = {reason.value: reason for reason in Reason}
"""Looking a value up costs a fifth of calling its enumeration, and this is done for each row."""


@dataclass(slots=True)
class Moved:
    """A submission that changed its state."""

    id: UUID
    job_id: UUID
    directory: str
    event: Event
    from_state: State
    to_state: State
    moving: int
    """What it adds to its job's count of submissions that can still move by themselves."""
    token: UUID | None = None
    """The lease that ended with the move."""
    reason: Reason | None = None
    listing_url: str = ""
    not_before: float | None = None
    """When it may be tried again, where it went back to the queue."""

    @classmethod
    def of(cls, row: asyncpg.Record) -> Moved:
        """From a row of the statements that move: their columns have the order of these fields."""
        moved = cls(*row)
        moved.event = _EVENTS[moved.event]
        moved.from_state = _STATES[moved.from_state]
        moved.to_state = _STATES[moved.to_state]
        if moved.reason is not None:
            moved.reason = _REASONS[moved.reason]
        return moved


@dataclass(frozen=True, slots=True)
class Wish:
    """One move that is wanted of a submission. `reason` None: the one that it has stays."""

    id: UUID
    event: Event
    reason: Reason | None
    detail: str = ""
    listing_url: str = ""


async def take_over(db: Connection) -> Epoch:
    """Begins the next epoch; whoever wrote before can write no more. Needs a transaction."""
    await db.execute("select pg_advisory_xact_lock($1)", _LOCK)
    row = await db.fetchrow(_sql("take_over"))
    if row is None:
        raise RuntimeError("the table orchestrator_epoch has no row; run `dbolt migrate`")
    return Epoch(row["epoch"], row["turn"], row["now"])


async def begin_batch(script: Script, epoch: int, place: int, batch: int, served: float) -> None:
    """Opens the transaction *batch* of a writer of this epoch, which has to be ended.

    place: the writer's, below WRITERS. served: how far the line has been served. Raises Fenced.
    """
    step = Step(_sql("begin_batch"), (epoch, place, batch, served))
    if await script.run(step, before="begin") != "UPDATE 1":
        raise Fenced


async def committed(db: Db, epoch: int, place: int, batch: int) -> bool:
    """Whether a writer's transaction *batch* was committed, after its connection was lost.

    Raises Fenced where another epoch has begun, so that nobody can tell any more.
    """
    row = await db.fetchrow(_sql("last_batch"), place)
    if row is None or row["epoch"] != epoch:
        raise Fenced
    done: int = row["batch"]
    return done >= batch


async def watch(db: Db, epoch: int, grace_s: float) -> Watch:
    """A look without a write, so that an idle queue is idle. Raises Fenced."""
    row = await db.fetchrow(_sql("watch"), grace_s)
    if row is None or row["epoch"] != epoch:
        raise Fenced
    return Watch(row["now"], row["overdue"])


async def lines(db: Db, windows: Mapping[str, int], paused_plans: Sequence[str]) -> dict[str, Line]:
    """The heads of the lines of directories, as long as *windows* says for each."""
    rows = await db.fetch(_sql("line"), list(windows), list(windows.values()), list(paused_plans))
    found: dict[str, Line] = {}
    for row in rows:
        line = found.setdefault(row["slug"], Line([], row["wakes_at"]))
        if row["id"] is not None:
            line.rows.append(Ready(row["turn"], row["id"], row["job_id"], row["plan"], row["slug"]))
    return found


async def recent_presses(db: Db, slugs: Sequence[str]) -> dict[str, list[float]]:
    """The presses of the last 24 hours by directory, oldest first."""
    rows = await db.fetch(_sql("recent_presses"), list(slugs))
    return {row["directory"]: row["at"] for row in rows}


async def move(db: Connection, epoch: int, wishes: Sequence[Wish], actor: str) -> list[Moved]:
    """Moves what fits its state; what does not is left out of the answer."""
    rows = await db.fetch(
        _sql("move"),
        epoch,
        [wish.id for wish in wishes],
        [wish.event for wish in wishes],
        [wish.reason for wish in wishes],
        [wish.detail for wish in wishes],
        [wish.listing_url for wish in wishes],
        actor,
    )
    return [Moved.of(row) for row in rows]


def tally(epoch: int, differences: Mapping[UUID, int]) -> Step:
    """Adds to the jobs' counts of submissions that can still move; those at none are complete.

    `ended_any` says of its status whether there were any.
    """
    return Step(_sql("tally"), (epoch, list(differences), list(differences.values())))


def ended_any(status: str) -> bool:
    """Whether a job has come to its end, by the status of a `tally`."""
    return status != "SELECT 0"


def tell(jobs: Sequence[UUID]) -> Step:
    """Tells who listens, once this commits, that *jobs* have changed."""
    return Step(_sql("changed"), (jobs,))


def tell_all() -> Step:
    """Tells who listens, once this commits, that any job may have changed."""
    return Step(_sql("changed_all"))


async def move_jobs(
    db: Connection, epoch: int, jobs: Sequence[UUID], event: JobEvent, actor: str
) -> list[UUID]:
    """Moves jobs; the ids of those whose state it fitted."""
    rows = await db.fetch(_sql("move_jobs"), epoch, list(jobs), event, actor)
    return [row["id"] for row in rows]


def start_jobs(epoch: int, jobs: Sequence[UUID]) -> Step:
    """Jobs of which something was leased are running."""
    return Step(_sql("start_jobs"), (epoch, jobs))


async def counts(db: Db) -> dict[State, int]:
    """How many submissions are in each state."""
    return {State(row["state"]): row["n"] for row in await db.fetch(_sql("counts"))}


def _sql(name: str) -> str:
    return statements("queue")[name]
