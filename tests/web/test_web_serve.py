"""Does it all hold behind Ray Serve: two applications, live streams, an orchestrator that goes?"""

from __future__ import annotations

import asyncio
import contextlib
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import ray
from pydantic import SecretStr
from pydantic.warnings import PydanticDeprecatedSince20

from actors.board import Terms
from actors.ray_actors import OrchestratorActor
from dbolt.domain.plan import PlanName
from dbolt.providers.payments import CheckoutOrder
from dbolt.providers.payments.standin import signed_event
from dbolt.settings import Secrets, Settings
from serve_app.queue import ACTOR, NAMESPACE, QueueFailed, RayQueue
from tests.support.postgres import TEMPLATE, at, run_sql
from tests.support.queue import PROFILE, catalogue
from tests.support.seeds import move
from tests.support.serving import STAFF, STAFF_TOKEN, WEBHOOK_SECRET

with warnings.catch_warnings():
    # Serve declares its own models in a way that pydantic calls old.
    warnings.simplefilter("ignore", PydanticDeprecatedSince20)
    from serve_app import deployments

pytestmark = [pytest.mark.ray, pytest.mark.timeout(240)]

STREAMS = 60


@dataclass(frozen=True)
class Running:
    """Serve over a fresh database."""

    url: str
    database: str


@pytest.fixture(scope="module")
def running(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Ray with an orchestrator and both applications; no browsers."""
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
        url = deployments.run(Settings(home=home, port=0), home / "secrets.json")
        yield Running(url, database)
        deployments.stop(cluster_ends=False)
    finally:
        ray.shutdown()
    asyncio.run(run_sql(template_url, f"drop database {name} with (force)"))


def start_orchestrator(secrets_path: Path) -> None:
    """The orchestrator under its name, with a few directories."""
    actor: Any = ray.remote(OrchestratorActor).options(
        name=ACTOR, lifetime="detached", max_concurrency=100, num_cpus=0
    )
    handle = actor.remote(str(secrets_path), Terms(lease_s=30.0, backoff=0.0))
    ray.get(handle.sync_directories.remote(catalogue(3)), timeout=60)


@contextlib.asynccontextmanager
async def visitor(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=running.url, timeout=30, limits=httpx.Limits(max_connections=None)
    ) as client:
        yield client


async def pay(client: httpx.AsyncClient, placed: dict[str, Any], email: str) -> httpx.Response:
    """Stripe's event, to where Stripe would send it."""
    order = CheckoutOrder(
        order_id=placed["order_id"],
        plan=PlanName.STARTER,
        amount_cents=placed["amount_cents"],
        currency=placed["currency"],
        email=email,
    )
    body, header = signed_event(order, WEBHOOK_SECRET)
    headers = {"Stripe-Signature": header}
    return await client.post("/webhooks/stripe", content=body, headers=headers)


async def paid_job(client: httpx.AsyncClient) -> tuple[UUID, dict[str, str]]:
    """A job that may start, made over HTTP alone, and what opens it."""
    email = f"{uuid4().hex}@example.com"
    order = {"email": email, "plan": "starter"}
    placed = (await client.post("/api/v1/orders", json=order)).json()
    paid = await pay(client, placed, email)
    assert paid.status_code == 200, paid.text
    mine = {"Authorization": f"Bearer {placed['session_token']}"}
    path = f"/api/v1/jobs/{paid.json()['job_id']}/profile"
    told = await client.put(path, json=PROFILE, headers=mine)
    assert told.status_code == 200, told.text
    return UUID(paid.json()["job_id"]), mine


async def test_a_sale_goes_the_whole_way(running: Running) -> None:
    async with visitor(running) as client:
        assert (await client.get("/readyz")).json()["status"] == "ok"
        job_id, mine = await paid_job(client)
        job = (await client.get(f"/api/v1/jobs/{job_id}", headers=mine)).json()
        assert (job["state"], job["total"]) == ("queued", 3)
        page = await client.get(f"/jobs/{job_id}", headers=mine)
        assert "Harbor Lane Bakery" in page.text


async def test_open_streams_leave_room_and_each_hears_of_a_change(running: Running) -> None:
    async with visitor(running) as client, asyncio.TaskGroup() as streams:
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
    async with visitor(running) as client:
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
