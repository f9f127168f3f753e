"""Which listings wait to be changed by hand, and what was said of them?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dbolt.domain.facts import normal
from dbolt.domain.lifecycle import HANDED_IN
from dbolt.domain.updates import Latest, Sent, UpdateState, UpdateWord
from dbolt.store.queries import Connection, Db, statements


@dataclass(frozen=True, slots=True)
class Found:
    """A listing that was sent, and the profile that its job uses now."""

    submission_id: UUID
    job_id: UUID
    sent: Sent
    wanted_id: UUID
    wanted: Mapping[str, Any]
    update_id: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """An update with its lock held. `newest`: no later one has taken its place."""

    id: int
    submission_id: UUID
    job_id: UUID
    state: UpdateState
    version: int
    newest: bool


async def sent(db: Connection, job_ids: Collection[UUID]) -> list[Found]:
    """What the jobs have sent and what may be old of it."""
    rows = await db.fetch(_sql("sent"), list(job_ids), sorted(HANDED_IN))
    names = ("profile_id", "wanted_id", "update_profile_id")
    ids = {row[name] for row in rows for name in names} - {None}
    found = await db.fetch(_sql("profiles"), list(ids))
    docs: dict[UUID | None, dict[str, Any]] = {row["id"]: normal(row["doc"]) for row in found}
    return [
        Found(
            row["id"],
            row["job_id"],
            Sent(
                # Without a try that says what was typed, nothing is known to be old.
                holds=row["holds"] and row["profile_id"] in docs,
                doc=docs.get(row["profile_id"], {}),
                typed=set(row["typed"]),
                latest=Latest(
                    UpdateState(row["state"]), row["facts"], docs[row["update_profile_id"]]
                )
                if row["update_id"] is not None
                else None,
            ),
            row["wanted_id"],
            docs[row["wanted_id"]],
            row["update_id"],
        )
        for row in rows
        if row["wanted_id"] in docs
    ]


async def open_update(db: Connection, epoch: int, found: Found, facts: Sequence[str]) -> None:
    """*facts* of the listing wait to be changed, and no others."""
    await db.execute(
        _sql("open"), epoch, found.submission_id, found.job_id, list(facts), found.wanted_id
    )


async def void(db: Connection, epoch: int, ids: Collection[int], actor: str) -> None:
    """Nothing is left of them to change."""
    await db.execute(_sql("void"), epoch, list(ids), actor)


async def standing(db: Connection, update_id: int) -> Standing | None:
    """The update, or None where there is none."""
    row = await db.fetchrow(_sql("standing"), update_id)
    if row is None:
        return None
    values = {**row, "state": UpdateState(row["state"])}
    return Standing(**values)


async def say(db: Connection, epoch: int, update_id: int, word: UpdateWord, actor: str) -> None:
    """The update stands so from now on, and the job's log says it."""
    await db.execute(_sql("say"), epoch, update_id, word.state, word.reason, word.note, actor)


async def changed_jobs(db: Db) -> set[UUID]:
    """Jobs whose profile was changed under way."""
    return {row["job_id"] for row in await db.fetch(_sql("changed_jobs"))}


def _sql(name: str) -> str:
    return statements("updates")[name]
