"""Processes die with -9 in the middle of real work: do the sites themselves hold each listing once?

Ray with the real orchestrator, pool and browsers, over a Postgres of its own, against the town.
`DBOLT_KILL_CUSTOMERS` says how many customers buy a place on every site.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import psutil
import pytest
import ray
from pydantic import SecretStr
from ray.exceptions import RayError

from actors import ray_actors, runtime
from dbolt.domain.directory import Directory, Pace
from dbolt.domain.lifecycle import HANDED_IN, MOVING, State
from dbolt.domain.plan import PlanName
from dbolt.domain.protocol import Fulfilled
from dbolt.sandbox.demo import load_demo_profile
from dbolt.settings import Secrets, Settings
from dbolt.store import embedded
from dbolt.store.migrate import migrate
from dbolt.store.pool import CONNECTION_LOST
from tests.support.queue import Shop, paid
from tests.support.town import RunningTown

pytestmark = [pytest.mark.long, pytest.mark.ray, pytest.mark.browser, pytest.mark.timeout(3600)]

CUSTOMERS = int(os.environ.get("DBOLT_KILL_CUSTOMERS", "14"))
AT_MOST_S = float(os.environ.get("DBOLT_KILL_SECONDS", "1500"))
QUICK = Pace(concurrency=4, spacing_s=0, per_day=100_000)


@dataclass
class Battlefield:
    """What may be killed."""

    folder: Path
    url: str
    kills: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    """What went wrong with bringing the server back."""

    async def postgres(self) -> None:
        """Ends the server as a power cut would, and starts it again after a while."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(random.uniform(0.5, 4.0))
        await asyncio.to_thread(embedded.start, self.folder)

    async def orchestrator(self) -> None:
        """Ends the actor's process; Ray starts it anew."""
        async with asyncio.timeout(10):
            os.kill(await runtime.orchestrator().pid.remote(), signal.SIGKILL)

    async def worker(self) -> None:
        """Ends one worker's process, wherever its attempts stand; the pool replaces it."""
        names = [one["name"] for one in await asyncio.to_thread(_workers)]
        actor = await asyncio.to_thread(
            ray.get_actor, random.choice(names), namespace=ray_actors.NAMESPACE
        )
        async with asyncio.timeout(10):
            os.kill((await actor.status.remote()).pid, signal.SIGKILL)

    async def rage(self, every_s: tuple[float, float]) -> None:
        """Kills for ever."""
        while True:
            await asyncio.sleep(random.uniform(*every_s))
            victim = random.choice(["postgres", "orchestrator", "worker"])
            try:
                await getattr(self, victim)()
            except (RayError, ValueError, IndexError, TimeoutError, OSError):
                continue  # It was not there at the moment.
            except (embedded.EmbeddedFailure, subprocess.SubprocessError) as error:
                # On a starved machine a start takes longer than anybody waits; the next finds it.
                self.troubles.append(str(error)[:300])
            self.kills[victim] += 1


def _workers() -> list[dict[str, Any]]:
    listed = ray.util.list_named_actors(all_namespaces=True)
    return [one for one in listed if one["name"].startswith("browser-")]


@pytest.fixture
def battlefield(tmp_path: Path, town: RunningTown) -> Iterator[Battlefield]:
    """A whole cluster over a server of its own."""
    server = embedded.start(tmp_path / "pg")
    asyncio.run(migrate(server.url))
    home = tmp_path / "home"
    home.mkdir()
    Secrets(
        database_url=SecretStr(server.url),
        stripe_webhook_secret=SecretStr("unused"),
        staff_token=SecretStr("unused"),
    ).save(home / "secrets.json")
    settings = Settings(
        home=home, dashboard_port=0, workers_min=2, workers_max=2, slots=3, lease_s=15
    )
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    runtime.start(settings, home / "secrets.json", backoff=0.01)
    yield Battlefield(tmp_path / "pg", server.url)
    runtime.stop()
    embedded.start(tmp_path / "pg").stop()
    after = [c for c in psutil.Process().children(recursive=True) if c.pid not in before]
    _, alive = psutil.wait_procs(after, 20)
    assert not alive


def entries(town: RunningTown) -> list[Directory]:
    """The town's sites, as fast as they are."""
    return [entry.model_copy(update={"pace": QUICK}) for entry in town.directories()]


async def buy(shop: Shop, number: int) -> tuple[UUID, str]:
    """A job on every site, for a business with a name and numbers of its own."""
    queue = runtime.orchestrator()
    name = f"Quillfeather {number:03} Bakery"
    profile = load_demo_profile().model_dump(mode="json")
    profile |= {
        "business_name": name,
        "phone": f"+1 207 555 {100 + number:04}",
        "email": f"owner{number:03}@quillfeather.example",
        "website": f"https://quillfeather{number:03}.example/",
    }
    customer = await shop.customer()
    order = await shop.order(customer, PlanName.STARTER)
    done = await queue.fulfil.remote(paid(order))
    assert isinstance(done, Fulfilled)
    stored = await shop.db.fetchval(
        "insert into profiles (customer_id, version, doc) values ($1, 1, $2) returning id",
        customer,
        json.dumps(profile),
    )
    assert await queue.profile_completed.remote(done.job_id, stored) is None
    return done.job_id, name


async def finished(url: str, deadline: float) -> None:
    """Once nothing moves any more."""
    while time.monotonic() < deadline:
        await asyncio.sleep(2.0)
        try:
            db = await asyncpg.connect(url, timeout=5)
            left = await db.fetchval(
                "select count(*) from job_results where state = any ($1)", sorted(MOVING)
            )
            await db.close()
        except (*CONNECTION_LOST, asyncpg.PostgresError):
            continue
        if left == 0:
            return


def held(town: RunningTown) -> Counter[tuple[str, str]]:
    """By site and business, how many listings the sites themselves hold."""
    found: Counter[tuple[str, str]] = Counter()
    for entry in town.directories():
        for row in town.listings(entry.slug):
            text = json.dumps([row["fields"], row["raw"]])
            for number in range(CUSTOMERS):
                if f"uillfeather {number:03}" in text:
                    found[entry.slug, f"Quillfeather {number:03} Bakery"] += 1
    return found


async def test_whatever_dies_each_site_holds_each_business_once(
    battlefield: Battlefield, town: RunningTown
) -> None:
    started = time.monotonic()
    shop = Shop(battlefield.url, await asyncpg.connect(battlefield.url))
    await runtime.orchestrator().sync_directories.remote(entries(town))
    names = dict([await buy(shop, number) for number in range(CUSTOMERS)])
    await shop.db.close()
    raging = asyncio.create_task(battlefield.rage((4.0, 12.0)))
    await finished(battlefield.url, started + 0.8 * AT_MOST_S)
    raging.cancel()
    await asyncio.gather(raging, return_exceptions=True)
    await asyncio.to_thread(embedded.start, battlefield.folder)
    await finished(battlefield.url, started + AT_MOST_S)
    await asyncio.to_thread(embedded.start, battlefield.folder)
    db = await asyncpg.connect(battlefield.url)
    rows = await db.fetch("select job_id, directory, state, reason from job_results")
    presses = await db.fetchval("select count(*) from presses")
    uncertain = await db.fetchval("select count(*) from events where to_state = 'uncertain'")
    epoch = await db.fetchval("select epoch from orchestrator_epoch")
    await db.close()
    listings = held(town)
    states = Counter(row["state"] for row in rows)
    told = (
        f"{len(rows)} submissions in {time.monotonic() - started:.0f} s,"
        f" kills {dict(battlefield.kills)}, epoch {epoch}, presses {presses},"
        f" troubles {battlefield.troubles}, uncertain {uncertain}, states {dict(states)},"
        f" listings {sum(listings.values())}"
    )
    sys.stdout.write(f"\n{told}\n")
    wrong = []
    for row in rows:
        count = listings[row["directory"], names[row["job_id"]]]
        unclear = row["reason"] in ("press_unconfirmed", "maybe_older")
        right = {1} if State(row["state"]) in HANDED_IN else {0, 1} if unclear else {0}
        if count not in right:
            wrong.append((row["directory"], row["state"], row["reason"], count))
    assert wrong == []
    assert len(rows) == CUSTOMERS * len(town.directories())
    assert not states.keys() & MOVING
    assert all(battlefield.kills[victim] for victim in ("postgres", "orchestrator", "worker"))
