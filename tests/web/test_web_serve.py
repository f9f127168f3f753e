"""Does it all hold behind Ray Serve: two applications, live streams, an orchestrator that goes?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import ray

from serve_app.queue import ACTOR, NAMESPACE, QueueFailed, RayQueue
from tests.support.clustered import Running, clustered, paid_job, pay
from tests.support.seeds import move
from tests.support.serving import STAFF

pytestmark = [pytest.mark.ray, pytest.mark.timeout(240)]

STREAMS = 60


@pytest.fixture(scope="module")
def running(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The site on one replica."""
    with clustered(template_url, tmp_path_factory.mktemp("served")) as found:
        yield found


async def test_a_sale_goes_the_whole_way(running: Running) -> None:
    async with running.visitor() as client:
        assert (await client.get("/readyz")).json()["status"] == "ok"
        job_id, mine = await paid_job(client)
        job = (await client.get(f"/api/v1/jobs/{job_id}", headers=mine)).json()
        assert (job["state"], job["total"]) == ("queued", 3)
        page = await client.get(f"/jobs/{job_id}", headers=mine)
        assert "Harbor Lane Bakery" in page.text


async def test_open_streams_leave_room_and_each_hears_of_a_change(running: Running) -> None:
    async with running.visitor() as client, asyncio.TaskGroup() as streams:
        job_id, mine = await paid_job(client)
        job = (await client.get(f"/api/v1/jobs/{job_id}", headers=mine)).json()
        open_now = [asyncio.Event() for _ in range(STREAMS)]
        heard = [
            streams.create_task(hears(client, f"/jobs/{job_id}/stream", mine, opened))
            for opened in open_now
        ]
        async with asyncio.timeout(30):
            await asyncio.gather(*(opened.wait() for opened in open_now))
            assert (await client.get("/")).status_code == 200
        await move(running.database, job["submissions"][0]["id"], "failed", "page_gone")
    assert all(task.result() for task in heard)


async def hears(
    client: httpx.AsyncClient, path: str, headers: dict[str, str], opened: asyncio.Event
) -> bool:
    """Whether the stream tells of a failed submission, within its time."""
    async with asyncio.timeout(60), client.stream("GET", path, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            opened.set()
            if line.startswith("data:") and "pill red" in line:
                return True
    return False


class Broken:
    """An actor that is there, and breaks over every command."""

    async def status(self) -> None:
        raise ValueError("a defect")


async def test_a_command_that_failed_is_not_told_to_come_again(running: Running) -> None:
    actor: Any = ray.remote(Broken).options(name="broken", namespace=NAMESPACE, num_cpus=0)
    handle = actor.remote()
    await asyncio.wait_for(handle.__ray_ready__.remote(), 60)
    for _ in range(2):
        with pytest.raises(QueueFailed):
            await RayQueue(name="broken").status()
    ray.kill(handle)


async def test_without_an_orchestrator_payments_are_asked_to_come_again(running: Running) -> None:
    async with running.visitor() as client:
        order = {"email": "late@example.com", "plan": "starter"}
        placed = (await client.post("/api/v1/orders", json=order)).json()
        ray.kill(ray.get_actor(ACTOR, namespace=NAMESPACE), no_restart=True)
        answer = await pay(client, placed, "late@example.com")
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["orchestrator"]) == (503, "does not answer")
        # What needs no orchestrator goes on.
        assert (await client.get("/")).status_code == 200
        assert (await client.get("/api/v1/jobs", headers=STAFF)).status_code == 200
