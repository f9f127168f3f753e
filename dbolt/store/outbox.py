"""What has yet to be told to the world? Rows written with the change that causes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dbolt.store.queries import Connection, Db, statements


@dataclass(frozen=True, slots=True)
class Letter:
    """Something to be told. `kind` says to whom and how, `payload` what."""

    id: int
    kind: str
    payload: dict[str, Any]
    tries: int


async def add(db: Connection, kind: str, payload: dict[str, Any]) -> None:
    """To be told once the transaction is committed."""
    await db.execute(_sql("add"), kind, payload)


async def due(db: Db, at_most: int) -> list[Letter]:
    """What may be told now, oldest first."""
    rows = await db.fetch(_sql("due"), at_most)
    return [Letter(row["id"], row["kind"], row["payload"], row["tries"]) for row in rows]


async def done(db: Db, letter_id: int) -> None:
    """It was told."""
    await db.execute(_sql("done"), letter_id)


async def later(db: Db, letter_id: int, wait_s: float) -> None:
    """It could not be told; try again in *wait_s*."""
    await db.execute(_sql("later"), letter_id, wait_s)


async def waiting(db: Db) -> int:
    """How many have yet to be told."""
    count: int = await db.fetchval(_sql("waiting"))
    return count


def _sql(name: str) -> str:
    return statements("outbox")[name]
