"""Do 200 open job pages on two replicas each hear of every change?"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.support.clustered import Running, clustered, paid_job
from tests.support.seeds import move

pytestmark = [pytest.mark.ray, pytest.mark.long, pytest.mark.timeout(600)]

STREAMS, CHANGES, REPLICAS = 200, 20, 2
_FAILED = re.compile(r'<li class="dir" id="s-([0-9a-f-]{36})">.*?pill red', re.DOTALL)


@pytest.fixture(scope="module")
def running(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The site on two replicas, with as many directories as there will be changes."""
    home = tmp_path_factory.mktemp("served")
    with clustered(template_url, home, replicas=REPLICAS, directories=CHANGES) as found:
        yield found


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
    async with running.visitor() as client, asyncio.timeout(420), asyncio.TaskGroup() as tasks:
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
