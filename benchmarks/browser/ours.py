"""Ours, in Ray: the real orchestrator on its own Postgres, and one worker actor with its browser.

The pool's supervisor, the dashboard and Serve are left out. `blind` takes no pictures and keeps no
page text; everything else is the same.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import ray
from playwright.async_api import Page
from pydantic import SecretStr

from actors import ray_actors
from benchmarks.browser import meter
from benchmarks.browser.page import LISTING
from benchmarks.browser.peers import WARM, say, word
from benchmarks.queue import shop
from dbolt.browser import attempt
from dbolt.browser.proof import Proof, Span
from dbolt.domain.directory import Directory, Evidence, Policy
from dbolt.domain.protocol import Fulfilled, PaidOrder, Refused
from dbolt.domain.submission import EvidenceKind
from dbolt.settings import Secrets, Settings
from dbolt.store import embedded

PROFILE = {
    "business_name": LISTING["company"],
    "description": LISTING["about"],
    "category": LISTING["category"],
    "contact": {"first_name": "Ada", "last_name": "Moreno"},
    "email": LISTING["email"],
    "phone": LISTING["phone"],
    "website": LISTING["web"],
    "address": {
        "street": LISTING["street"],
        "city": LISTING["city"],
        "state": "NY",
        "postal_code": LISTING["zip"],
        "country": "US",
    },
    "terms_agreed": True,
}
MOST = 500
"""Directories of the largest plan: more submissions than that are several jobs."""
PATIENCE_S = 90.0
"""How long nothing may move before the run is given up."""


class Blind(Proof):
    """Shows nothing, for comparison."""

    async def picture(self, page: Page, kind: EvidenceKind, around: Span | None = None) -> None:
        """Takes none."""

    async def text(self, text: str) -> None:
        """Keeps none."""


class BlindActor(ray_actors.BrowserActor):
    """A worker that keeps no evidence."""

    def __init__(self, name: str, settings: Settings) -> None:
        # The product has no switch for this, on purpose: nothing is told without evidence.
        attempt.Proof = Blind
        super().__init__(name, settings)


def _directories(url: str, numbers: range) -> list[Directory]:
    return [
        Directory(
            slug=f"d{number:04}",
            name=f"Directory {number}",
            home_url=f"{url}/d{number:04}/",
            submit_url=f"{url}/d{number:04}/add",
            policy=Policy.AUTO,
            evidence=Evidence.PROVEN,
            pace=shop.FREE,
        )
        for number in numbers
    ]


class Queue:
    """The orchestrator behind its handle, as `shop.begin` wants it."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    async def fulfil(self, order: PaidOrder) -> Fulfilled | Refused:
        """Takes a payment."""
        done: Fulfilled | Refused = await self._handle.fulfil.remote(order)
        return done

    async def profile_completed(self, job_id: UUID, profile_id: UUID) -> Refused | None:
        """Lets the job start."""
        refused: Refused | None = await self._handle.profile_completed.remote(job_id, profile_id)
        return refused


@dataclass
class Stack:
    """What runs, seen from outside."""

    queue: Any
    database: str
    submitted: int = 0

    async def work(self, directories: list[Directory], jobs: int) -> None:
        """Queues so many jobs for *directories* and waits until all is handed in."""
        await self.queue.sync_directories.remote(directories)
        for order, profile in await shop.customers(self.database, jobs, PROFILE):
            await shop.begin(Queue(self.queue), order, profile)
        wanted = self.submitted + jobs * len(directories)
        moved_at = time.monotonic()
        db = await asyncpg.connect(self.database)
        while self.submitted < wanted:
            states = dict(await db.fetch("select state, count(*) from job_results group by 1"))
            if states.get("submitted", 0) > self.submitted:
                self.submitted, moved_at = states["submitted"], time.monotonic()
            elif time.monotonic() - moved_at > PATIENCE_S:
                raise RuntimeError(f"not all is handed in: {states}")
            await asyncio.sleep(0.25)
        await db.close()


async def run(given: dict[str, Any], worker: type[ray_actors.BrowserActor], home: Path) -> None:
    """Warms up, says so, waits for a word, hands in, says so again."""
    server = embedded.start(home / "postgres")
    try:
        async with shop.database(server.url) as database:
            await _in_ray(given, worker, home, database)
    finally:
        server.stop()


async def _in_ray(
    given: dict[str, Any], worker: type[ray_actors.BrowserActor], home: Path, database: str
) -> None:
    secrets = Secrets(
        database_url=SecretStr(database),
        stripe_webhook_secret=SecretStr("unused"),
        staff_token=SecretStr("unused"),
    )
    secrets.save(home / "secrets.json")
    ray.init(
        namespace=ray_actors.NAMESPACE,
        include_dashboard=False,
        log_to_driver=False,
        resources={ray_actors.RESOURCE: 1},
        runtime_env={"env_vars": {"PYTHONPATH": str(Path(__file__).parents[2])}},
    )
    try:
        await _handed_in(given, worker, home, database)
    finally:
        ray.shutdown()


async def _handed_in(
    given: dict[str, Any], worker: type[ray_actors.BrowserActor], home: Path, database: str
) -> None:
    queue = _actor(ray_actors.OrchestratorActor, ray_actors.ORCHESTRATOR, 1000).remote(
        str(home / "secrets.json"), shop.TERMS
    )
    await queue.ready.remote()
    settings = Settings(home=home, chromium=Path(given["chromium"]), slots=given["slots"])
    browser = _actor(worker, "browser-0", 16).remote("browser-0", settings)
    working = browser.work.remote()
    stack = Stack(queue, database)
    await stack.work(_directories(given["url"], range(9000, 9000 + WARM)), 1)
    say("ready")
    await word()
    count = given["count"]
    jobs = -(-count // MOST)
    await stack.work(_directories(given["url"], range(count // jobs)), jobs)
    say("done")
    await word()
    await queue.drain.remote("browser-0")
    await working
    await queue.close.remote()


def _actor(kind: type, name: str, calls: int) -> Any:
    return ray.remote(kind).options(
        name=name,
        namespace=ray_actors.NAMESPACE,
        num_cpus=0,
        max_restarts=0,
        max_task_retries=0,
        max_concurrency=calls,
    )


if __name__ == "__main__":
    meter.end_with_harness()
    with tempfile.TemporaryDirectory(prefix="dbolt-bench-", ignore_cleanup_errors=True) as folder:
        actor = {"ours": ray_actors.BrowserActor, "blind": BlindActor}[sys.argv[1]]
        asyncio.run(run(json.loads(sys.argv[2]), actor, Path(folder)))
