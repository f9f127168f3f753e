"""Does a real Prometheus see numbers that equal the tables, by /metrics and by Ray's own export?"""

from __future__ import annotations

import asyncio
import json
import socket
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import ray
from pydantic import SecretStr
from pydantic.warnings import PydanticDeprecatedSince20

from actors.board import Terms
from actors.ray_actors import OrchestratorActor
from dbolt.domain.plan import PlanName
from dbolt.domain.reasons import Reason
from dbolt.providers.payments import CheckoutOrder
from dbolt.providers.payments.standin import signed_event
from dbolt.settings import Secrets, Settings
from serve_app.queue import ACTOR, NAMESPACE
from tests.support.postgres import TEMPLATE, at, run_sql
from tests.support.prometheus import MONITORING, Programs, Scraping, scraping
from tests.support.queue import PROFILE, accepted, catalogue, not_sent
from tests.support.serving import STAFF, STAFF_TOKEN, WEBHOOK_SECRET, WORKER_TOKEN

with warnings.catch_warnings():
    # Serve declares its own models in a way that pydantic calls old.
    warnings.simplefilter("ignore", PydanticDeprecatedSince20)
    from serve_app import deployments

pytestmark = [pytest.mark.ray, pytest.mark.timeout(300)]

WORKER = {"Authorization": f"Bearer {WORKER_TOKEN}"}


@dataclass(frozen=True)
class Running:
    """Serve with two replicas of the site over a fresh database."""

    url: str
    database: str
    ray_metrics: str


@pytest.fixture
def running(template_url: str, tmp_path: Path) -> Iterator[Running]:
    """Ray with an orchestrator and both applications; no browsers."""
    database = at(template_url, name := f"scraped_{uuid4().hex}")
    asyncio.run(run_sql(template_url, f"create database {name} template {TEMPLATE}"))
    path = tmp_path / "secrets.json"
    Secrets(
        database_url=SecretStr(database),
        stripe_webhook_secret=SecretStr(WEBHOOK_SECRET),
        staff_token=SecretStr(STAFF_TOKEN),
        worker_token=SecretStr(WORKER_TOKEN),
    ).save(path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ray.init(
        namespace=NAMESPACE,
        include_dashboard=False,
        log_to_driver=False,
        num_cpus=2,
        _node_ip_address="127.0.0.1",
        _metrics_export_port=port,
    )
    try:
        actor: Any = ray.remote(OrchestratorActor).options(
            name=ACTOR, lifetime="detached", max_concurrency=100, num_cpus=0
        )
        handle = actor.remote(str(path), Terms(lease_s=30.0, backoff=0.0))
        ray.get(handle.sync_directories.remote(catalogue(3)), timeout=60)
        url = deployments.run(Settings(home=tmp_path, port=0), path, site_replicas=2)
        yield Running(url, database, f"127.0.0.1:{port}")
        deployments.stop(cluster_ends=False)
    finally:
        ray.shutdown()
    asyncio.run(run_sql(template_url, f"drop database {name} with (force)"))


async def sold(client: httpx.AsyncClient) -> None:
    """A job that may start."""
    email = f"{uuid4().hex}@example.com"
    placed = (await client.post("/api/v1/orders", json={"email": email, "plan": "starter"})).json()
    order = CheckoutOrder(
        order_id=placed["order_id"],
        plan=PlanName.STARTER,
        amount_cents=placed["amount_cents"],
        currency=placed["currency"],
        email=email,
    )
    body, header = signed_event(order, WEBHOOK_SECRET)
    paid = await client.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": header})
    mine = {"Authorization": f"Bearer {placed['session_token']}"}
    path = f"/api/v1/jobs/{paid.json()['job_id']}/profile"
    told = await client.put(path, json=PROFILE, headers=mine)
    assert told.status_code == 200, told.text


async def worked(client: httpx.AsyncClient) -> None:
    """A worker takes all there is: it presses twice, and one page is gone."""
    said = {"worker": "van", "want": 3, "wait_s": 10}
    given = (await client.post("/jobs/next", json=said, headers=WORKER)).json()["assignments"]
    tokens = [one["token"] for one in given]
    assert len(tokens) == 3
    said = {"worker": "van", "press": tokens[:2], "seen_absent": tokens[:2]}
    told = (await client.post("/jobs/update", json=said, headers=WORKER)).json()
    assert set(told["permits"].values()) == {True}
    ends = [accepted(), accepted(), not_sent(Reason.PAGE_GONE)]
    settled = [
        {"token": token, "result": end.model_dump(mode="json")}
        for token, end in zip(tokens, ends, strict=True)
    ]
    said = {"worker": "van", "settled": settled}
    done = await client.post("/jobs/complete", json=said, headers=WORKER)
    assert set(done.json()["acks"].values()) == {"settled"}


async def labelled(prometheus: Scraping, query: str, *labels: str) -> dict[tuple[str, ...], int]:
    """A query's numbers by their labels."""
    return {
        tuple(one["metric"].get(label, "") for label in labels): int(float(one["value"][1]))
        for one in await prometheus.ask(query)
    }


async def test_prometheus_sees_what_the_tables_hold(
    running: Running, programs: Programs, tmp_path: Path
) -> None:
    targets = {"directorybolt": running.url.removeprefix("http://"), "ray": running.ray_metrics}
    async with (
        httpx.AsyncClient(base_url=running.url, timeout=30) as client,
        scraping(programs, tmp_path, targets) as prometheus,
    ):
        for _ in range(2):
            await sold(client)
            await worked(client)
        for _ in range(30):
            assert (await client.get("/api/v1/jobs", headers=STAFF)).status_code == 200
        await prometheus.until("sum(dbolt_presses_total)", 4)
        await prometheus.until("sum(ray_dbolt_presses_total)", 4)
        await prometheus.until('sum(dbolt_attempts_total{event!="unclear"})', 6)
        await prometheus.until("sum(ray_dbolt_attempts_total)", 6)
        await equals_the_tables(prometheus, running.database)
        # Whichever process answered and whichever is asked, the sum is the same.
        each = 'dbolt_http_requests_total{route="/api/v1/jobs"}'
        await prometheus.until(f"sum({each})", 30)
        await prometheus.until(f"sum(ray_{each})", 30)
        await prometheus.until('sum(dbolt_webhook_events_total{outcome="fulfilled"})', 2)
        await rules_and_panels_load(prometheus)


async def equals_the_tables(prometheus: Scraping, database: str) -> None:
    """Both ways tell the tables' rows, label by label."""
    owner = await asyncpg.connect(database)
    try:
        rows = await owner.fetch("select directory, count(*) as n from presses group by 1")
        pressed = {(row["directory"],): row["n"] for row in rows}
        rows = await owner.fetch(
            "select r.directory, a.event, a.reason, count(*) as n from attempts a"
            " join job_results r on r.id = a.submission_id group by 1, 2, 3"
        )
        ended = {(row["directory"], row["event"], row["reason"]): row["n"] for row in rows}
        rows = await owner.fetch("select state, count(*) as n from job_results group by 1")
        states = {(row["state"],): row["n"] for row in rows}
    finally:
        await owner.close()
    assert sum(pressed.values()) == 4
    for before in ("", "ray_"):
        seen = await labelled(prometheus, f"{before}dbolt_presses_total", "directory")
        assert seen == pressed
        found = await labelled(
            prometheus, f"{before}dbolt_attempts_total", "directory", "event", "reason"
        )
        assert found == ended
        there = await labelled(prometheus, f"{before}dbolt_submissions > 0", "state")
        assert there == states


async def rules_and_panels_load(prometheus: Scraping) -> None:
    """Each rule is evaluated and each panel's query answered."""
    told = (await prometheus.client.get("/api/v1/rules")).json()["data"]["groups"]
    rules = [rule for group in told for rule in group["rules"]]
    assert len(rules) > 20
    broken = [rule for rule in rules if rule["health"] == "err"]
    assert broken == []
    panels = json.loads((MONITORING / "grafana-dashboard.json").read_text("utf-8"))["panels"]
    for panel in panels:
        for target in panel.get("targets", []):
            await prometheus.ask(target["expr"])
    assert await prometheus.value("dbolt_orchestrator_up") == 1
    assert await prometheus.value("dbolt_database_up") == 1
    firing = await prometheus.ask('ALERTS{alertstate="firing"}')
    assert [one["metric"]["alertname"] for one in firing] == []
