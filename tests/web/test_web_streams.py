"""Do 200 open job pages on two replicas each hear of every change?"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import ray
from pydantic import SecretStr

from dbolt.settings import Secrets, Settings
from serve_app.queue import ACTOR, NAMESPACE
from tests.support.postgres import TEMPLATE, at, run_sql
from tests.support.queue import catalogue
from tests.support.seeds import move
from tests.support.serving import STAFF_TOKEN, WEBHOOK_SECRET
from tests.web.test_web_serve import Running, deployments, paid_job, start_orchestrator, visitor

pytestmark = [pytest.mark.ray, pytest.mark.long, pytest.mark.timeout(600)]

STREAMS, CHANGES, REPLICAS = 200, 20, 2
_FAILED = re.compile(r'<li class="dir" id="s-([0-9a-f-]{36})">.*?pill red', re.DOTALL)


@pytest.fixture(scope="module")
def running(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Ray with an orchestrator and the site on two replicas; no browsers."""
    home: Path = tmp_path_factory.mktemp("served")
    database = at(template_url, name := f"serve_{uuid4().hex}")
    asyncio.run(run_sql(template_url, f"create database {name} template {TEMPLATE}"))
    Secrets(
        database_url=SecretStr(database),
        stripe_webhook_secret=SecretStr(WEBHOOK_SECRET),
        staff_token=SecretStr(STAFF_TOKEN),
    ).save(home / "secrets.json")
    ray.init(namespace=NAMESPACE, include_dashboard=False, log_to_driver=False, num_cpus=2)
    try:
        start_orchestrator(home / "secrets.json")
        line = ray.get_actor(ACTOR, namespace=NAMESPACE)
        ray.get(line.sync_directories.remote(catalogue(CHANGES)), timeout=60)
        settings = Settings(home=home, port=0)
        url = deployments.run(settings, home / "secrets.json", site_replicas=REPLICAS)
        yield Running(url, database)
        deployments.stop(cluster_ends=False)
    finally:
        ray.shutdown()
    asyncio.run(run_sql(template_url, f"drop database {name} with (force)"))


class Reader:
    """One open page: which rows it was told have failed, and when."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.heard: dict[UUID, float] = {}

    async def read(self, client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> None:
        """Until it has heard of all changes."""
        event: list[str] = []
        async with client.stream("GET", path, headers=headers) as answer:
            async for line in answer.aiter_lines():
                self.opened.set()
                if line.startswith("data:"):
                    event.append(line[5:])
                elif not line and event:
                    for found in _FAILED.finditer("\n".join(event)):
                        self.heard.setdefault(UUID(found[1]), time.monotonic())
                    event.clear()
                    if len(self.heard) == CHANGES:
                        return


async def test_every_stream_hears_of_every_change(running: Running) -> None:
    changed: dict[UUID, float] = {}
    readers = [Reader() for _ in range(STREAMS)]
    async with visitor(running) as client, asyncio.timeout(420), asyncio.TaskGroup() as tasks:
        job_id, mine = await paid_job(client)
        job: dict[str, Any] = (await client.get(f"/api/v1/jobs/{job_id}", headers=mine)).json()
        for reader in readers:
            tasks.create_task(reader.read(client, f"/jobs/{job_id}/stream", mine))
        await asyncio.gather(*(reader.opened.wait() for reader in readers))
        # With all of them open there is room for others.
        started = time.monotonic()
        assert (await client.get("/")).status_code == 200
        page_s = time.monotonic() - started
        for row in job["submissions"]:
            changed[UUID(row["id"])] = time.monotonic()
            await move(running.database, UUID(row["id"]), "failed", "page_gone")
            await asyncio.sleep(0.5)
    for reader in readers:
        assert reader.heard.keys() == changed.keys()
    waits = sorted(reader.heard[key] - at_ for reader in readers for key, at_ in changed.items())
    middle, late = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
    sys.stdout.write(
        f"\n{STREAMS} streams on {REPLICAS} replicas, {CHANGES} changes: {len(waits):,} of "
        f"{STREAMS * CHANGES:,} heard; median {middle:.2f} s, 99 in 100 within {late:.2f} s; "
        f"a page meanwhile in {page_s:.2f} s\n"
    )
