"""What do the tables say in all? Counts for the metrics."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import asyncpg

from dbolt.domain.figures import AGES_S, Total, summed
from dbolt.store.queries import Connection, Db, statements

Totals = dict[str, list[tuple[dict[str, str], float]]]
"""What was counted → labels and number of each."""


_BY_INDEX = frozenset({Total.CAPTCHAS, Total.CAPTCHA_COST})
"""Few rows of a large table, of which Postgres cannot estimate how few they are."""


async def totals(pool: asyncpg.Pool[asyncpg.Record]) -> Totals:
    """What there is in all, read in one moment."""
    found: Totals = {}
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        # Whole tables are read here, whatever this connection's other statements do.
        await connection.execute("set local enable_seqscan = on; set local enable_hashjoin = on")
        for total in sorted(Total, key=_BY_INDEX.__contains__):
            if total in _BY_INDEX:
                await connection.execute("set local enable_seqscan = off")
            values: tuple[Any, ...] = ([float(age) for age in AGES_S],) if total == "older" else ()
            rows = await connection.fetch(_sql(total), *values)
            found[total.value] = [
                ({key: str(value) for key, value in row.items() if key != "n"}, float(row["n"]))
                for row in rows
            ]
    return found


async def web_counters(db: Db) -> dict[str, float]:
    """What all processes of the web have counted together, those that are gone too."""
    rows = await db.fetch(_sql("web"))
    return summed(json.loads(row["figures"]) for row in rows)


async def tell_web(db: Db, process: str, counted: Mapping[str, float], *, first: bool) -> bool:
    """Keeps what *process* has counted; False where it was taken for dead meanwhile."""
    text = json.dumps(counted)
    if first:
        await db.execute(_sql("begin_web"), process, text)
        return True
    return bool(await db.fetchval(_sql("tell_web"), process, text))


async def bury_web(connection: Connection, silent_s: float, process: str = "") -> None:
    """Adds what silent processes, and *process*, have counted to what is past."""
    async with connection.transaction():
        # First the row of the past: who buries holds it, so nobody buries the same twice.
        past = await connection.fetchrow(_sql("past_web"))
        dead = await connection.fetch(_sql("bury_web"), silent_s, process)
        if not dead:
            return
        each = [json.loads(row["figures"]) for row in (*dead, *([past] if past else []))]
        await connection.execute(_sql("keep_past"), json.dumps(summed(each)))


def _sql(name: str) -> str:
    return statements("figures")[name]
