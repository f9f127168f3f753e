"""Does Ray's own autoscaler start nodes for a backlog, and take them away after it?

Everything is real but the machines: the nodes are processes of this one.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
import ray
import yaml
from pydantic import SecretStr

from actors import ray_actors, runtime
from dbolt.domain.browsers import BrowserState, Cause, PoolStatus
from dbolt.domain.directory import Directory, Pace
from dbolt.domain.lifecycle import HANDED_IN, MOVING
from dbolt.domain.protocol import Fulfilled
from dbolt.sandbox.demo import load_demo_profile
from dbolt.settings import Secrets, Settings
from tests.support.autoscaler import FakeCluster, fake_cluster
from tests.support.postgres import TEMPLATE, at, run_sql
from tests.support.queue import Shop, paid
from tests.support.town import RunningTown

pytestmark = [pytest.mark.ray, pytest.mark.browser, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
SITES = 6


@dataclass(frozen=True)
class Running:
    """The product on a cluster."""

    database: str
    cluster: FakeCluster


@pytest.fixture(scope="module")
def running(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product on a cluster whose node type offers what cluster.yaml's does, cut to size."""
    name = f"scaling_{uuid4().hex}"
    asyncio.run(run_sql(template_url, f"create database {name} template {TEMPLATE}"))
    home = tmp_path_factory.mktemp("home")
    Secrets(
        database_url=SecretStr(at(template_url, name)),
        stripe_webhook_secret=SecretStr("unused"),
        staff_token=SecretStr("unused"),
    ).save(home / "secrets.json")
    settings = Settings(
        home=home, workers_min=0, workers_max=2, slots=2, backlog_s=2, browser_idle_s=2
    )
    with fake_cluster(_node_type(), idle_s=2) as cluster:
        runtime.start(settings, home / "secrets.json", address=cluster.address, backoff=0.0)
        yield Running(at(template_url, name), cluster)
        runtime.stop()
    asyncio.run(run_sql(template_url, f"drop database {name} with (force)"))


def _node_type() -> dict[str, Any]:
    config = yaml.safe_load((ROOT / "cluster.yaml").read_text())
    ours = config["available_node_types"]["browsers"]
    assert ray_actors.RESOURCE in ours["resources"]
    return {
        "resources": {"CPU": 1, ray_actors.RESOURCE: 1, "object_store_memory": 80_000_000},
        "min_workers": ours["min_workers"],
        "max_workers": 3,
    }


@pytest_asyncio.fixture
async def shop(running: Running) -> AsyncIterator[Shop]:
    """Where orders are placed."""
    connection = await asyncpg.connect(running.database)
    yield Shop(running.database, connection)
    await connection.close()


async def status() -> PoolStatus:
    """What the pool says of itself."""
    pool = await asyncio.to_thread(ray.get_actor, ray_actors.POOL, namespace=ray_actors.NAMESPACE)
    told: PoolStatus = await pool.status.remote()
    return told


async def eventually(fact: Callable[[], Awaitable[Any]], within_s: float) -> Any:
    """What *fact* answers once that is true."""
    async with asyncio.timeout(within_s):
        while True:
            if answer := await fact():
                return answer
            await asyncio.sleep(0.2)


def entries(town: RunningTown) -> list[Directory]:
    """A few of the town's sites, as fast as they are."""
    pace = Pace(concurrency=4, spacing_s=0, per_day=1000)
    return [e.model_copy(update={"pace": pace}) for e in town.directories()[:SITES]]


async def buy(shop: Shop) -> None:
    """A job on every site."""
    queue = runtime.orchestrator()
    customer = await shop.customer()
    done = await queue.fulfil.remote(paid(await shop.order(customer)))
    assert isinstance(done, Fulfilled)
    profile = await shop.db.fetchval(
        "insert into profiles (customer_id, version, doc) values ($1, 1, $2) returning id",
        customer,
        json.dumps(load_demo_profile().model_dump(mode="json")),
    )
    assert await queue.profile_completed.remote(done.job_id, profile) is None


async def test_nodes_come_with_the_backlog_and_go_after_it(
    running: Running, shop: Shop, town: RunningTown
) -> None:
    cluster, began = running.cluster, time.monotonic()
    await runtime.orchestrator().sync_directories.remote(entries(town))
    assert cluster.browser_nodes() == 0
    before = await status()
    assert (before.target, before.browsers) == (0, [])
    await buy(shop)

    async def waits() -> PoolStatus | None:
        told = await status()
        return told if "2 wait for a node" in told.reason else None

    waiting = await eventually(waits, 15)
    assert waiting.cause is Cause.MOST
    assert waiting.count(BrowserState.PENDING) == 2

    async def grown() -> bool:
        return await asyncio.to_thread(cluster.browser_nodes) == 2

    await eventually(grown, 60)
    grown_s = time.monotonic() - began

    async def done() -> bool:
        states = await shop.states()
        return not states.keys() & MOVING

    await eventually(done, 120)
    done_s = time.monotonic() - began

    async def gone() -> bool:
        return await asyncio.to_thread(cluster.browser_nodes) == 0

    await eventually(gone, 60)
    sys.stdout.write(
        f"\nnodes 0 → 2 in {grown_s:.0f} s, work done after {done_s:.0f} s,"
        f" nodes 0 again after {time.monotonic() - began:.0f} s\n"
    )
    after = await status()
    assert (after.target, after.browsers, after.cause) == (0, [], Cause.NOTHING)
    assert after.crashed == 0
    held = sum(len(town.listings(entry.slug)) for entry in entries(town))
    states = await shop.states()
    assert held == sum(count for state, count in states.items() if state in HANDED_IN)
    assert held >= SITES / 2
