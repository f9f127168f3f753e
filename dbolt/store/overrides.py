"""Which rules did staff lay over the directories' files?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dbolt.domain.directory import Directory
from dbolt.domain.override import Override, Rules, laid_over
from dbolt.store.queries import Connection, Db, statements


@dataclass(frozen=True, slots=True)
class Held:
    """An override that holds. base: what the file said when it was made."""

    override: Override
    base: Rules

    def over(self, file: Directory) -> Directory:
        """The directory with the rules that hold."""
        return laid_over(file, self.override, self.base)


async def held(db: Db, slugs: Sequence[str] | None = None) -> dict[str, Held]:
    """Those of *slugs*, or of all directories."""
    rows = await db.fetch(_sql("held"), list(slugs) if slugs is not None else None)
    return {
        row["slug"]: Held(
            Override(
                rules=Rules.model_validate(row["rules"]),
                off=row["off"],
                reason=row["reason"],
                permission=row["permission"],
                until=row["until"],
            ),
            Rules.model_validate(row["base"]),
        )
        for row in rows
    }


async def add(db: Connection, slug: str, made: Held, actor: str) -> None:
    """*made* holds from now on, in the place of the one before."""
    await end(db, slug, actor)
    override = made.override
    await db.execute(
        _sql("add"),
        slug,
        override.rules.model_dump(mode="json", exclude_none=True),
        override.off,
        made.base.model_dump(mode="json"),
        override.reason,
        override.permission,
        actor,
        override.until.timestamp() if override.until else None,
    )


async def end(db: Connection, slug: str, actor: str) -> bool:
    """Whether there was one to take back."""
    return bool(await db.fetchval(_sql("end"), slug, actor))


async def end_due(db: Connection, actor: str) -> list[str]:
    """Ends those whose time is up; their directories."""
    return [row["slug"] for row in await db.fetch(_sql("end_due"), actor)]


async def next_end(db: Db) -> float:
    """When the next one ends by itself; inf where none does."""
    at: float | None = await db.fetchval(_sql("next_end"))
    return math.inf if at is None else at


async def files(db: Connection, slugs: Sequence[str]) -> list[Directory]:
    """What the files of *slugs* say."""
    return [
        Directory.model_validate(row["doc"]) for row in await db.fetch(_sql("files"), list(slugs))
    ]


async def keep(db: Connection, file: Directory, holds: Directory) -> None:
    """What holds for a directory from now on, beside its file's word."""
    told = file.model_dump_json() if holds != file else None
    await db.execute(_sql("keep"), file.slug, holds.model_dump_json(), told)


def _sql(name: str) -> str:
    return statements("overrides")[name]
