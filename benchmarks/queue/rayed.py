"""What does the queue do through Ray: eight worker actors of eight slots, and a killed one?"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

import ray
from pydantic import SecretStr
from ray.exceptions import RayError

from actors import ray_actors
from benchmarks.queue import ours, shop
from dbolt.domain.protocol import Exchange
from dbolt.settings import Secrets

ACTORS = 8
SLOTS = 8


class Hand:
    """A worker whose attempts take no time."""

    def __init__(self, name: str) -> None:
        self._worker = ours.Coalesced(name, SLOTS)
        self._line = ray_actors.Line()

    async def ready(self) -> None:
        """Once it is there."""

    async def work(self) -> tuple[int, float, float]:
        """How much it did, from when to when, until nothing is left."""
        worker, begun, last = self._worker, time.time(), time.time()
        while time.time() - last < 1.0:
            said = worker.say()
            reply = await self._line.exchange(said)
            given = [assignment.token for assignment in reply.assignments]
            worker.hear(said, reply.permits, given, len(reply.acks))
            if given or reply.acks:
                last = time.time()
        return worker.done, begun, last


async def measure(server: str, jobs: int) -> dict[str, Any]:
    """Submissions per second, and seconds from a kill -9 to the next answer."""
    async with shop.database(server) as url:
        async with shop.orchestrator(url, 500) as queue:
            await ours.filled(url, queue, jobs)
        with tempfile.TemporaryDirectory() as folder:
            secrets = Path(folder) / "secrets.json"
            Secrets(
                database_url=SecretStr(url),
                stripe_webhook_secret=SecretStr("unused"),
                staff_token=SecretStr("unused"),
            ).save(secrets)
            ray.init(
                namespace=ray_actors.NAMESPACE,
                include_dashboard=False,
                log_to_driver=False,
                runtime_env={"env_vars": {"PYTHONPATH": str(Path(__file__).parents[2])}},
            )
            try:
                return await _through_ray(str(secrets))
            finally:
                ray.shutdown()


async def _through_ray(secrets: str) -> dict[str, Any]:
    actor: Any = (
        ray.remote(ray_actors.OrchestratorActor)
        .options(
            name=ray_actors.ORCHESTRATOR,
            num_cpus=0,
            max_restarts=-1,
            max_task_retries=0,
            max_concurrency=1000,
        )
        .remote(secrets, shop.TERMS)
    )
    await actor.ready.remote()
    hands: list[Any] = [
        ray.remote(Hand).options(num_cpus=0).remote(f"w{number}") for number in range(ACTORS)
    ]
    await asyncio.gather(*(hand.ready.remote() for hand in hands))
    ends = await asyncio.gather(*(hand.work.remote() for hand in hands))
    done = sum(end[0] for end in ends)
    seconds = max(end[2] for end in ends) - min(end[1] for end in ends)
    return {"work": done / seconds, "done": done, "serving_again_s": await _killed(actor)}


async def _killed(actor: Any) -> float:
    pid = await actor.pid.remote()
    started = time.perf_counter()
    os.kill(pid, signal.SIGKILL)
    line = ray_actors.Line()
    while True:
        try:
            reply = await line.exchange(Exchange(worker="probe"))
        except (RayError, ValueError):
            await asyncio.sleep(0.02)
        else:
            assert reply.epoch > 1
            return round(time.perf_counter() - started, 2)
