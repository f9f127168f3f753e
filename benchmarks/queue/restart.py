"""How soon does a fresh orchestrator lease, and how large is it? Its address comes on stdin."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from actors.orchestrator import Orchestrator
from benchmarks.queue import shop
from dbolt.domain.protocol import Exchange

FILL = """
with o as (
    update orders set state = 'paid', paid_at = now() where state = 'open'
    returning id, customer_id, plan
), j as (
    insert into jobs (order_id, customer_id, plan, priority, state, profile_id, moving)
    select o.id, o.customer_id, o.plan, 4, 'queued', p.id, 500
    from o join profiles p on p.customer_id = o.customer_id
    returning id
)
insert into submissions (job_id, directory, turn)
select j.id, d.slug, row_number() over (partition by j.id order by d.slug) / 4.0
from j, directories d
"""


async def fill(url: str, jobs: int) -> None:
    """Queues so many jobs of 500, without the orchestrator: only their number matters here."""
    async with shop.orchestrator(url, 500):
        pass
    db = await asyncpg.connect(url)
    try:
        for _ in range(0, jobs, 100):
            await shop.customers(url, min(100, jobs))
            await db.execute(FILL)
    finally:
        await db.close()


async def start(url: str) -> dict[str, Any]:
    """Seconds to the first leases, and megabytes of this process with the queue in it."""
    me = psutil.Process()
    before = me.memory_info().rss
    begun = time.perf_counter()
    queue = await Orchestrator.open(url, shop.TERMS)
    opened = time.perf_counter()
    reply = await queue.exchange(Exchange(worker="w", want=50, wait_s=30))
    leased = time.perf_counter()
    after = me.memory_info().rss
    await queue.close()
    return {
        "open_s": round(opened - begun, 2),
        "first_lease_s": round(leased - begun, 2),
        "leases": len(reply.assignments),
        "rss_mb": round(after / 1e6, 1),
        "grown_mb": round((after - before) / 1e6, 1),
    }


def in_a_process_of_its_own(url: str) -> dict[str, Any]:
    """What `start` finds in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.queue.restart"],
        input=url,  # it holds a password: everybody may read a command line
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


async def measure(server: str, jobs: int) -> dict[str, Any]:
    """A restart with nothing, and with *jobs* x 500 queued."""
    async with shop.database(server) as url:
        await fill(url, 100)
        small = await asyncio.to_thread(in_a_process_of_its_own, url)
        await fill(url, jobs - 100)
        large = await asyncio.to_thread(in_a_process_of_its_own, url)
    queued = (jobs - 100) * 500
    return {
        "queued": jobs * 500,
        **large,
        "mb_per_100_000_queued": round((large["rss_mb"] - small["rss_mb"]) / queued * 100_000, 2),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(start(sys.stdin.read()))))
