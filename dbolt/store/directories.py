"""What does the queue know of directories: their documents, accounts on them, pauses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from dbolt.domain.breaker import Breaker
from dbolt.domain.directory import Directory
from dbolt.domain.protocol import PauseLevel, PauseScope
from dbolt.store.queries import Connection, Db, statements


@dataclass(frozen=True, slots=True)
class Known:
    """A directory as the tables have it. `active`: whether it is in the catalogue."""

    directory: Directory
    breaker: Breaker
    active: bool


async def load(db: Db) -> dict[str, Known]:
    """All directories that were ever known, retired ones too: what was sent there goes on."""
    return {
        row["slug"]: Known(
            Directory.model_validate(row["doc"]),
            Breaker(row["failures"], row["rests_until"] or -math.inf),
            row["active"],
        )
        for row in await db.fetch(_sql("all"))
    }


async def keep_health(db: Connection, epoch: int, breakers: Mapping[str, Breaker]) -> None:
    """The directories' breakers stand like this."""
    await db.execute(
        _sql("health"),
        epoch,
        list(breakers),
        [breaker.failures for breaker in breakers.values()],
        [
            breaker.rests_until if breaker.rests_until > -math.inf else None
            for breaker in breakers.values()
        ],
    )


async def replace(db: Connection, files: Sequence[Directory], hold: Sequence[Directory]) -> None:
    """*files* are the catalogue from now on; *hold*, in step, what holds of each."""
    slugs = [file.slug for file in files]
    told = [
        file.model_dump_json() if entry != file else None
        for file, entry in zip(files, hold, strict=True)
    ]
    await db.execute(_sql("put"), slugs, [entry.model_dump_json() for entry in hold], told)
    await db.execute(_sql("retire"), slugs)


async def usernames(db: Db, wanted: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], str]:
    """Of the accounts that customers have on directories."""
    rows = await db.fetch(
        _sql("accounts"), [customer for customer, _ in wanted], [slug for _, slug in wanted]
    )
    return {(row["customer_id"], row["directory"]): row["username"] for row in rows}


async def keep_account(db: Connection, submission_id: UUID, username: str) -> None:
    """An account was made on the submission's directory, in its customer's name."""
    await db.execute(_sql("keep_account"), submission_id, username)


async def pauses(db: Db) -> set[PauseScope]:
    """What is paused."""
    return {
        PauseScope(level=PauseLevel(row["level"]), key=row["key"])
        for row in await db.fetch(_sql("pauses"))
    }


async def pause(db: Connection, scope: PauseScope, actor: str) -> None:
    """*scope* is paused; pausing twice is the same."""
    await db.execute(_sql("pause"), scope.level, scope.key, actor)


async def paused_by(db: Connection, scope: PauseScope) -> str | None:
    """Who paused *scope*; None where it is not paused."""
    actor: str | None = await db.fetchval(_sql("paused_by"), scope.level, scope.key)
    return actor


async def resume(db: Connection, scope: PauseScope) -> None:
    """*scope* goes on."""
    await db.execute(_sql("resume"), scope.level, scope.key)


def _sql(name: str) -> str:
    return statements("directories")[name]
