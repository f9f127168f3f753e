"""Does a real Prometheus see numbers that equal the tables, by /metrics and by Ray's own export?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from dbolt.domain.captcha import Captcha, CaptchaKind, CaptchaOutcome
from dbolt.domain.reasons import Reason
from tests.support.clustered import Running, clustered, paid_job
from tests.support.prometheus import MONITORING, Programs, Scraping, scraping
from tests.support.queue import accepted, not_sent
from tests.support.serving import STAFF, WORKER_TOKEN

pytestmark = [pytest.mark.ray, pytest.mark.timeout(300)]

COMPUTED = Captcha(kind=CaptchaKind.PROOF_OF_WORK, outcome=CaptchaOutcome.SOLVED, seconds=2.5)
BOUGHT = Captcha(
    kind=CaptchaKind.CHALLENGE, outcome=CaptchaOutcome.SOLVED, seconds=11.0, cost_cents=3
)
WORKER = {"Authorization": f"Bearer {WORKER_TOKEN}"}


@pytest.fixture
def running(template_url: str, tmp_path: Path) -> Iterator[Running]:
    """The site on two replicas, which count each for itself."""
    with clustered(template_url, tmp_path, replicas=2) as found:
        yield found


async def worked(client: httpx.AsyncClient) -> None:
    """A worker takes all there is: it presses twice, and one page is gone."""
    gone = not_sent(Reason.PAGE_GONE)
    said = {"worker": "van", "want": 3, "wait_s": 10}
    given = (await client.post("/jobs/next", json=said, headers=WORKER)).json()["assignments"]
    tokens = [one["token"] for one in given]
    assert len(tokens) == 3
    said = {"worker": "van", "press": tokens[:2], "seen_absent": tokens[:2]}
    told = (await client.post("/jobs/update", json=said, headers=WORKER)).json()
    assert set(told["permits"].values()) == {True}
    ends = [accepted(captchas=[COMPUTED, BOUGHT]), accepted(captchas=[COMPUTED]), gone]
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
        scraping(programs, tmp_path, targets, await reading_key(client)) as prometheus,
    ):
        for _ in range(2):
            await paid_job(client)
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


async def reading_key(client: httpx.AsyncClient) -> str:
    """A key as the configuration that comes with the product wants one."""
    made = {"name": "prometheus", "scopes": ["read"]}
    key: str = (await client.post("/api/v1/keys", json=made, headers=STAFF)).json()["key"]
    return key


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
        rows = await owner.fetch(
            "select c ->> 'kind' as kind, c ->> 'outcome' as outcome, count(*) as n,"
            " sum((c ->> 'cost_cents')::int) as cents"
            " from attempts, jsonb_array_elements(result -> 'captchas') c group by 1, 2"
        )
        met = {(row["kind"], row["outcome"]): row["n"] for row in rows}
        cost = {(row["kind"], row["outcome"]): row["cents"] for row in rows if row["cents"]}
        rows = await owner.fetch("select state, count(*) as n from job_results group by 1")
        states = {(row["state"],): row["n"] for row in rows}
    finally:
        await owner.close()
    assert sum(pressed.values()) == 4
    assert met == {("proof_of_work", "solved"): 4, ("challenge", "solved"): 2}
    assert cost == {("challenge", "solved"): 6}
    for before in ("", "ray_"):
        seen = await labelled(prometheus, f"{before}dbolt_presses_total", "directory")
        assert seen == pressed
        found = await labelled(
            prometheus, f"{before}dbolt_attempts_total", "directory", "event", "reason"
        )
        assert found == ended
        told = await labelled(prometheus, f"{before}dbolt_captchas_total", "kind", "outcome")
        assert told == met
        cents = f"{before}dbolt_captcha_cost_cents_total"
        assert await labelled(prometheus, cents, "kind", "outcome") == cost
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
