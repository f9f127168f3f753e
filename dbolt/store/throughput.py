"""How many submissions came into which state, by the quarter of an hour?"""

from __future__ import annotations

from dbolt.store.queries import Connection, Db, statements


async def behind(db: Db) -> bool:
    """Whether there are events that are not counted yet."""
    found: bool = await db.fetchval(_sql("behind"))
    return found


async def count(db: Connection, epoch: int, at_most: int) -> int:
    """Counts the next events, each once; of how many numbers those were, at most *at_most*.

    Needs a transaction during which nobody else writes events.
    """
    numbers: int | None = await db.fetchval(_sql("count"), epoch, at_most)
    return numbers or 0


def _sql(name: str) -> str:
    return statements("throughput")[name]
