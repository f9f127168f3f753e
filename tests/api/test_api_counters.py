"""Do several processes of the web tell one sum, also after one of them has gone?"""

from __future__ import annotations

from typing import TypeAlias

import asyncpg

from dbolt.store import figures
from serve_app.counters import SILENT_S, Counters
from serve_app.parts import Parts

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
KEY = '["dbolt_webhook_events_total",{"outcome":"fulfilled"}]'


def event(counters: Counters, times: int = 1) -> None:
    """So many events that became jobs."""
    counters.webhooks.labels("fulfilled").inc(times)


async def total(parts: Parts) -> float:
    """What all have counted together."""
    return (await figures.web_counters(parts.pool)).get(KEY, 0.0)


async def bury(parts: Parts, owner: Owner, counters: Counters) -> None:
    """That process is taken for dead."""
    await owner.execute(
        "update web_counters set told_at = now() - make_interval(secs => $1) where process = $2",
        SILENT_S + 1,
        counters._process,
    )
    async with parts.pool.acquire() as connection:
        await figures.bury_web(connection, SILENT_S)


async def test_the_sum_neither_loses_nor_doubles_anything(parts: Parts, owner: Owner) -> None:
    one, other = Counters(), Counters()
    event(one, 3)
    event(other, 4)
    for _ in range(2):
        await one.tell(parts.pool)
        await other.tell(parts.pool)
        assert await total(parts) == 7
    await bury(parts, owner, one)
    assert await total(parts) == 7
    # It was not dead, only slow: what it told before is not told again.
    event(one, 2)
    await one.tell(parts.pool)
    assert await total(parts) == 9
    await bury(parts, owner, one)
    await one.tell(parts.pool)
    event(one)
    await one.tell(parts.pool)
    assert await total(parts) == 10


async def test_who_ends_in_good_order_leaves_what_it_counted(parts: Parts, owner: Owner) -> None:
    for _ in range(3):
        counters = Counters()
        async with counters.running(parts.pool):
            event(counters, 2)
    assert await total(parts) == 6
    assert await owner.fetchval("select array_agg(process) from web_counters") == ["past"]
