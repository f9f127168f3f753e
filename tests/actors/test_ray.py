"""Does it hold in real Ray: durable behind its name, no secret with workers, nothing left?"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import psutil
import pytest
import ray
from pydantic import SecretStr
from ray.exceptions import RayError

from actors import ray_actors, runtime
from dbolt.domain.browsers import PoolStatus
from dbolt.domain.protocol import Ack, Exchange, Fulfilled, Reply, Settlement
from dbolt.domain.website import Errand, WebsiteNotRead, WebsiteRead
from dbolt.settings import Secrets, Settings
from serve_app.browsers import RayBrowsers
from tests.support.postgres import TEMPLATE, at, run_sql
from tests.support.queue import Shop, accepted, catalogue, paid
from tests.support.site import Site

pytestmark = [pytest.mark.ray, pytest.mark.timeout(240)]


@dataclass(frozen=True)
class Running:
    """A cluster of this test module."""

    database: str
    settings: Settings
    processes: set[int]


def children() -> set[int]:
    """All processes below this one."""
    return {child.pid for child in psutil.Process().children(recursive=True)}


@pytest.fixture(scope="module")
def cluster(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Ray with orchestrator and pool over a fresh database."""
    name = f"ray_{uuid4().hex}"
    asyncio.run(run_sql(template_url, f"create database {name} template {TEMPLATE}"))
    home = tmp_path_factory.mktemp("home")
    database = at(template_url, name)
    secrets = Secrets(
        database_url=SecretStr(database),
        stripe_webhook_secret=SecretStr("whsec_kept_from_workers"),
        staff_token=SecretStr("staff_kept_from_workers"),
        captcha_key=SecretStr("captcha_kept_from_workers"),
    )
    secrets.save(home / "secrets.json")
    os.environ["DATABASE_URL"] = database
    os.environ["STRIPE_WEBHOOK_SECRET"] = "whsec_kept_from_workers"
    os.environ["TWOCAPTCHA_API_KEY"] = "captcha_kept_from_workers"
    settings = Settings(home=home, dashboard_port=0, workers_min=1, workers_max=1, slots=2)
    before = children()
    runtime.start(settings, home / "secrets.json", backoff=0.0)
    running = Running(database, settings, children() - before)
    yield running
    runtime.stop()
    runtime.stop()
    _, alive = psutil.wait_procs([psutil.Process(p) for p in running.processes if lives(p)], 15)
    assert not alive
    asyncio.run(run_sql(template_url, f"drop database {name} with (force)"))


def lives(pid: int) -> bool:
    """Whether the process is there."""
    return psutil.pid_exists(pid)


def spoken(words: str) -> list[str]:
    """What becomes of *words* in the log of the process that this runs in."""
    record = logging.LogRecord("test", logging.WARNING, "", 0, words, None, None)
    return [handler.format(record) for handler in logging.getLogger().handlers]


async def test_every_process_speaks_without_secrets(cluster: Running) -> None:
    said = "Bearer abcdef0123456789 of ada@example.com"
    [line] = await ray.remote(spoken).options(num_cpus=0).remote(said)
    assert "Bearer ***" in line
    assert "abcdef" not in line
    assert "ada@" not in line


async def test_a_worker_holds_no_secret_and_no_address(cluster: Running) -> None:
    worker = await worker_named("browser-0")
    environment: dict[str, str] = await worker.environment.remote()
    pid = (await worker.status.remote()).pid
    words = json.dumps(environment) + " ".join(psutil.Process(pid).cmdline())
    for secret in (cluster.database, "kept_from_workers", "postgresql://", "secrets.json"):
        assert secret not in words
    # What it is started with is its name and the settings, which have no place for a secret.
    assert "secret" not in cluster.settings.model_dump_json()
    assert "postgres" not in cluster.settings.model_dump_json()


async def test_a_website_is_read_by_a_worker_and_only_where_it_is_public(cluster: Running) -> None:
    page = "<p id=x><script>x.innerHTML = '<a href=tel:+12125550142>Call</a>'</script>"
    browsers = RayBrowsers()
    async with Site({"/": page}) as shop:
        errand = Errand(uuid4(), "ada", f"{shop.url}/", private=True)
        read = await browsers.read_website(errand)
        assert isinstance(read, WebsiteRead), read
        assert 'href="tel:+12125550142"' in read.pages[0].html
        assert await browsers.stage(errand.id) is None
        asked = len(shop.asked)
        kept_out = await browsers.read_website(Errand(uuid4(), "ada", "http://127.0.0.1/"))
        assert isinstance(kept_out, WebsiteNotRead)
        assert "not on the public internet" in kept_out.problem
        assert len(shop.asked) == asked


async def test_a_report_is_printed_by_a_worker(cluster: Running) -> None:
    worker = await worker_named("browser-0")
    async with asyncio.timeout(60):
        # Its Chromium is started by its work, a moment after the worker itself.
        while (printed := await worker.print_page.remote("<h1>Report</h1>")) is None:
            await asyncio.sleep(0.2)
    assert printed.startswith(b"%PDF-")
    pool = await asyncio.to_thread(ray.get_actor, ray_actors.POOL, namespace=ray_actors.NAMESPACE)
    assert (await pool.print_page.remote("<h1>Report</h1>")).startswith(b"%PDF-")


async def test_leases_outlive_a_killed_orchestrator(cluster: Running) -> None:
    connection = await asyncpg.connect(cluster.database)
    shop = Shop(cluster.database, connection)
    queue = runtime.orchestrator()
    await queue.sync_directories.remote(catalogue(8))
    customer = await shop.customer()
    done = await queue.fulfil.remote(paid(await shop.order(customer)))
    assert isinstance(done, Fulfilled)
    line = ray_actors.Line()
    # Two slots of the pool's own worker ask, too; there is enough for all.
    asking = asyncio.create_task(line.exchange(Exchange(worker="t", want=4, wait_s=60)))
    assert await queue.profile_completed.remote(done.job_id, await shop.profile(customer)) is None
    mine = (await asking).assignments
    assert mine
    tokens = [assignment.token for assignment in mine]
    epoch = await queue.ready.remote()
    os.kill(await queue.pid.remote(), signal.SIGKILL)
    reply = await answered(line, Exchange(worker="t", alive=tokens))
    assert reply.epoch > epoch
    assert reply.revoked == []
    reply = await answered(line, Exchange(worker="t", press=tokens))
    assert reply.permits == dict.fromkeys(tokens, True)
    told = [Settlement(token=token, result=accepted()) for token in tokens]
    reply = await answered(line, Exchange(worker="t", settled=told))
    assert reply.acks == dict.fromkeys(tokens, Ack.SETTLED)
    count = "select count(*) from job_results where state = 'submitted'"
    assert await shop.one(count) == len(tokens)
    await connection.close()


async def test_a_new_pool_takes_over_the_workers_at_work(cluster: Running) -> None:
    worker = await worker_named("browser-0")
    pid = (await worker.status.remote()).pid
    pool = await asyncio.to_thread(ray.get_actor, ray_actors.POOL, namespace=ray_actors.NAMESPACE)
    os.kill(await pool.pid.remote(), signal.SIGKILL)
    told: PoolStatus | None = None
    try:
        async with asyncio.timeout(60):
            while told is None or [one.pid for one in told.browsers] != [pid]:
                await asyncio.sleep(0.2)
                with contextlib.suppress(RayError):
                    told = await pool.status.remote()
    except TimeoutError:
        pytest.fail(f"{pid} was not taken over: {told}")
    assert (told.hired, told.target) == (0, 1)
    assert psutil.Process(pid).is_running()


async def test_without_an_orchestrator_all_goes_in_good_order_too(cluster: Running) -> None:
    """The last test: nothing is left of the cluster after it."""
    family = children()
    ray.kill(runtime.orchestrator())
    await asyncio.to_thread(runtime.stop)
    ours = [psutil.Process(pid) for pid in family & cluster.processes if lives(pid)]
    _, alive = await asyncio.to_thread(psutil.wait_procs, ours, 10)
    assert not alive


async def answered(line: ray_actors.Line, said: Exchange) -> Reply:
    """The reply, once there is somebody to give one."""
    async with asyncio.timeout(90):
        while True:
            try:
                return await line.exchange(said)
            except (RayError, ValueError):
                await asyncio.sleep(0.1)


async def worker_named(name: str) -> Any:
    """The handle of a worker, once the pool has started it."""
    async with asyncio.timeout(90):
        while True:
            try:
                return await asyncio.to_thread(ray.get_actor, name, namespace=ray_actors.NAMESPACE)
            except ValueError:
                await asyncio.sleep(0.1)
