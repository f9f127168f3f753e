"""The site behind a real Ray Serve, over a database of its own, and sales as visitors make them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import ray
from pydantic import SecretStr
from pydantic.warnings import PydanticDeprecatedSince20

from actors.board import Terms
from actors.ray_actors import OrchestratorActor
from dbolt.domain.plan import PlanName
from dbolt.providers.payments import CheckoutOrder
from dbolt.providers.payments.standin import signed_event
from dbolt.settings import Secrets, Settings
from serve_app.queue import ACTOR, NAMESPACE
from tests.support.postgres import TEMPLATE, at, run_sql
from tests.support.queue import PROFILE, catalogue
from tests.support.serving import STAFF_TOKEN, WEBHOOK_SECRET, WORKER_TOKEN

with warnings.catch_warnings():
    # Serve declares its own models in a way that pydantic calls old.
    warnings.simplefilter("ignore", PydanticDeprecatedSince20)
    from serve_app import deployments


@dataclass(frozen=True)
class Running:
    """Where Serve answers, which database it has, and where Ray tells its own numbers."""

    url: str
    database: str
    ray_metrics: str

    @contextlib.asynccontextmanager
    async def visitor(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client with as many connections as it likes."""
        async with httpx.AsyncClient(
            base_url=self.url, timeout=30, limits=httpx.Limits(max_connections=None)
        ) as client:
            yield client


@contextlib.contextmanager
def clustered(
    template_url: str, home: Path, *, replicas: int = 1, directories: int = 3
) -> Iterator[Running]:
    """Ray with an orchestrator that knows *directories*, and both applications; no browsers."""
    database = at(template_url, name := f"serve_{uuid4().hex}")
    asyncio.run(run_sql(template_url, f"create database {name} template {TEMPLATE}"))
    path = home / "secrets.json"
    Secrets(
        database_url=SecretStr(database),
        stripe_webhook_secret=SecretStr(WEBHOOK_SECRET),
        staff_token=SecretStr(STAFF_TOKEN),
        worker_token=SecretStr(WORKER_TOKEN),
    ).save(path)
    port = _free_port()
    ray.init(
        namespace=NAMESPACE,
        include_dashboard=False,
        log_to_driver=False,
        num_cpus=2,
        _node_ip_address="127.0.0.1",
        _metrics_export_port=port,
    )
    try:
        _start_orchestrator(path, directories)
        url = deployments.run(Settings(home=home, port=0), path, site_replicas=replicas)
        yield Running(url, database, f"127.0.0.1:{port}")
        deployments.stop(cluster_ends=False)
    finally:
        ray.shutdown()
    asyncio.run(run_sql(template_url, f"drop database {name} with (force)"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _start_orchestrator(secrets_path: Path, directories: int) -> None:
    actor: Any = ray.remote(OrchestratorActor).options(
        name=ACTOR, lifetime="detached", max_concurrency=100, num_cpus=0
    )
    handle = actor.remote(str(secrets_path), Terms(lease_s=30.0, backoff=0.0))
    ray.get(handle.sync_directories.remote(catalogue(directories)), timeout=60)


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
