"""Are the charts' counts the events, each once, whatever breaks in between?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from actors.batch import Batch
from actors.counting import Counting
from actors.orchestrator import Orchestrator
from dbolt.store.pool import Role, close_pool, open_pool
from dbolt.store.queries import statements
from dbolt.store.queue import Fenced
from tests.support.queue import QUICK, Shop, accepted, carry_out, catalogue, lease, not_sent, until

WRONG = """
select coalesce(c.quarter, e.quarter), coalesce(c.state, e.state), c.n, e.n
from throughput c
full join (select date_bin('15 minutes', at, '2000-01-01T00:00:00Z') as quarter,
                  to_state as state, count(*) as n
           from events, throughput_counted
           where submission_id is not null and id <= last_event
             and from_state is distinct from to_state
           group by 1, 2) e using (quarter, state)
where c.n is distinct from e.n
"""
REST = "select count(*) from events, throughput_counted where id > last_event"
ALL = "select last_event = (select max(id) from events) from throughput_counted"
OFTEN = replace(QUICK, count_s=0.02)


async def work(orchestrator: Orchestrator, worker: str) -> None:
    """Takes all that there is, some of it in vain."""
    while assignments := await lease(orchestrator, want=3, worker=worker, wait_s=0.3):
        for number, assignment in enumerate(assignments):
            end = not_sent() if number == 2 and assignment.attempt == 1 else accepted()
            await carry_out(orchestrator, assignment, end)


async def counted(orchestrator: Orchestrator, counting: Counting) -> int:
    """One step, in a transaction of its own."""
    numbers: int = await orchestrator._committer.command(counting.step)
    return numbers


async def test_the_counts_equal_the_events_while_others_write(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(4), OFTEN)
    for _ in range(4):
        await shop.job(orchestrator)
    await asyncio.gather(*(work(orchestrator, f"w{number}") for number in range(4)))
    await until(shop, ALL)
    assert await shop.db.fetch(WRONG) == []
    assert await shop.one("select sum(n) from throughput") == await shop.one(
        "select count(*) from events where submission_id is not null"
    )
    assert await shop.one("select n from throughput where state = 'submitted'") == 16


async def test_a_look_at_a_listing_is_no_further_listing(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(3))
    await shop.job(orchestrator)
    await work(orchestrator, "w")
    await shop.db.execute(
        "insert into events (job_id, submission_id, event, from_state, to_state, actor)"
        " select job_id, id, 'looked', state, state, 'w' from job_results"
    )
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    charts = statements("staff", "serve_app")
    told = [
        await shop.db.fetch(charts["throughput"], hour_ago, 60),
        await shop.db.fetch(charts["minutes"]),
        await shop.db.fetch(charts["long_throughput"], hour_ago, 900),
    ]
    await counted(orchestrator, Counting(orchestrator._pool))
    told.append(await shop.db.fetch(charts["long_throughput"], hour_ago, 900))
    assert [sum(row["sent"] for row in rows) for rows in told] == [3] * 4


async def test_a_step_that_breaks_leaves_nothing_behind_and_is_made_up_for(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(3))
    await shop.job(orchestrator)
    await work(orchestrator, "w")
    counting = Counting(orchestrator._pool, at_once=7)
    assert await counted(orchestrator, counting) == 7
    assert await shop.db.fetch(WRONG) == []
    rest = await shop.one(REST)
    broken = 0

    async def breaks(batch: Batch) -> int:
        # The counts are written, and then the connection goes, before anything is durable.
        nonlocal broken
        numbers = await counting.step(batch)
        broken += 1
        if broken == 1:
            pid = await batch.connection.fetchval("select pg_backend_pid()")
            await shop.db.execute("select pg_terminate_backend($1)", pid)
        return numbers

    assert await orchestrator._committer.command(breaks) == 7
    assert broken == 2
    assert await shop.one(REST) == rest - 7
    assert await shop.db.fetch(WRONG) == []
    # Whoever takes over goes on where it was.
    second = await shop.orchestrator(terms=OFTEN)
    await until(shop, ALL)
    assert await shop.db.fetch(WRONG) == []
    assert await counted(second, counting) == 0
    assert await shop.db.fetch(WRONG) == []


async def test_an_orchestrator_whose_time_is_over_counts_nothing(shop: Shop) -> None:
    first = await shop.orchestrator(catalogue(1))
    await shop.job(first)
    await shop.orchestrator()
    with pytest.raises(Fenced):
        await counted(first, Counting(first._pool))
    assert await shop.one("select last_event from throughput_counted") == 0


async def test_the_long_chart_says_what_the_events_say_however_far_they_are_counted(
    shop: Shop,
) -> None:
    orchestrator = await shop.orchestrator(catalogue(3))
    await shop.job(orchestrator)
    await work(orchestrator, "w")
    web = await open_pool(shop.database, Role.WEB)
    sql = statements("staff", "serve_app")
    since = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)

    async def both() -> list[list[asyncpg.Record]]:
        names = ("throughput", "long_throughput")
        return [await web.fetch(sql[name], since, 7200.0) for name in names]

    counting = Counting(orchestrator._pool, at_once=5)
    steps = 0
    while True:
        short, long = await both()
        wanted = [row for row in long if row["live"] or row["sent"] or row["failed"]]
        assert sorted(map(tuple, wanted)) == sorted(map(tuple, short))
        if not await counted(orchestrator, counting):
            break
        steps += 1
    assert steps > 2
    await close_pool(web)
