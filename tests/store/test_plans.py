"""Does what is done to a few submissions cost the same, however many wait behind them?"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from actors.orchestrator import SERVER
from dbolt.store.queries import statements
from tests.support.queue import Shop, catalogue

MANY = """
insert into submissions (job_id, directory, turn)
select $1, d.slug, n from directories d, generate_series(1, 300) n
"""


@pytest_asyncio.fixture
async def crowded(shop: Shop) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """The orchestrator's own connection to a queue that has grown since the planner last looked."""
    orchestrator = await shop.orchestrator(catalogue(50))
    await orchestrator.close()
    customer = await shop.customer()
    order = await shop.order(customer)
    job = await shop.one(
        "insert into jobs (order_id, customer_id, plan, priority, state)"
        " values ($1, $2, 'starter', 1, 'awaiting_profile') returning id",
        order,
        customer,
    )
    await shop.db.execute(
        "alter table submissions drop constraint submissions_job_id_directory_key"
    )
    await shop.db.execute(MANY, job)
    connection = await asyncpg.connect(
        shop.database, server_settings={"role": "dbolt_orchestrator", **SERVER}
    )
    yield connection
    await connection.close()


def arguments(sql: str) -> str:
    """A hundred of whatever *sql* wants in arrays, and a one for the rest."""
    arrays = dict(re.findall(r"\$(\d+)::(\w+)\[\]", sql))
    fill = {"uuid": "gen_random_uuid()", "text": "'x'::text"}
    return ", ".join(
        f"array_fill({fill.get(arrays[number], f'1::{arrays[number]}')}, array[100])"
        if number in arrays
        else "1"
        for number in sorted(set(re.findall(r"\$(\d+)", sql)), key=int)
    )


@pytest.mark.parametrize("name", ["lease", "press", "beat", "settle", "expire", "move", "line"])
async def test_no_plan_begins_with_everything_that_waits(
    crowded: asyncpg.Connection[asyncpg.Record], name: str
) -> None:
    sql = statements("queue")[name]
    await crowded.execute("set plan_cache_mode = force_custom_plan")
    await crowded.execute(f"prepare asked as {sql}")
    rows = await crowded.fetch(f"explain execute asked ({arguments(sql)})")
    plan = "\n".join(row[0] for row in rows)
    assert "Seq Scan on job_results" not in plan, plan
    # By key, by token, by deadline or by place in line; never by state.
    assert "job_results_state" not in plan, plan
    assert "jobs_open" not in plan, plan
