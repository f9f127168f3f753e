"""How does the browser pool hire in Ray? An actor that waits for a node is what makes it grow.

A worker asks for one unit of the resource `browser`. Where no node has one, Ray keeps the actor
pending, and the cluster autoscaler counts what pending actors ask for and starts nodes that offer
it. `request_resources` is not used: what it asks for stays asked for, and would keep idle nodes.
*Source:* Ray, "Configuring Autoscaling" and "Programmatic Cluster Scaling".

Workers are detached: they outlive a pool that dies in the middle, and the next one takes them over.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import ray
from ray.exceptions import GetTimeoutError, RayError

from actors.errands import Answer
from actors.pool import NAME, Pool, Sight
from actors.printing import print_page
from actors.ray_actors import NAMESPACE, RESOURCE, BrowserActor, Line
from actors.ray_metrics import exporting
from actors.sizing import Bounds
from dbolt.browser import room
from dbolt.domain.browsers import BrowserStatus, Demand, PoolStatus
from dbolt.domain.figures import Family, of_pool
from dbolt.domain.website import Errand, ErrandStage
from dbolt.settings import Settings

log = logging.getLogger(__name__)

DEMAND_S = 10.0
ASK_S = 2.0
TELL_S = 5.0
STOP_S = 5.0
_ERROR = re.compile(r"[\w.]+(Error|Exception|NoBrowser)\b")


@dataclass(frozen=True, slots=True)
class Hired:
    """A worker's actor, and what resolves when it has begun and when it ends."""

    actor: Any
    began: Any
    work: Any


async def _slots(one: Hired) -> int:
    """What a worker said of its slots when it began; 0 if it has died or said nothing."""
    with contextlib.suppress(RayError):
        return await one.began or 0
    return 0


class RayCrew:
    """Workers as detached Ray actors."""

    def __init__(self, settings: Settings, kind: type[BrowserActor] = BrowserActor) -> None:
        self._settings = settings
        self._kind = kind
        self._line = Line()
        self._telling: set[asyncio.Task[None]] = set()

    async def found(self) -> Mapping[str, Hired]:
        """Those in the namespace that are called like workers."""
        return await asyncio.to_thread(_found)

    async def hire(self, name: str) -> Hired:
        # A name may have been used before; who had it was told to go, and that was not for us.
        await self._tell("forget", name)
        actor = (
            ray.remote(self._kind)
            .options(
                name=name,
                namespace=NAMESPACE,
                lifetime="detached",
                num_cpus=0,
                resources={RESOURCE: 1},
                max_restarts=0,
                max_task_retries=0,
                max_concurrency=16,
            )
            .remote(name, self._settings)
        )
        return _hired(actor)

    async def look(self, handles: Mapping[str, Hired]) -> Mapping[str, Sight]:
        if not handles:
            return {}
        refs = [ref for one in handles.values() for ref in (one.began, one.work)]
        ready, _ = await asyncio.to_thread(ray.wait, refs, num_returns=len(refs), timeout=0)
        resolved = set(ready)
        return {
            name: Sight(
                started=one.began in resolved,
                ended=await asyncio.to_thread(_why, one.work) if one.work in resolved else None,
                slots=await _slots(one) if one.began in resolved else 0,
            )
            for name, one in handles.items()
        }

    async def ask(self, handle: Hired) -> BrowserStatus | None:
        try:
            async with asyncio.timeout(ASK_S):
                told: BrowserStatus = await handle.actor.status.remote()
                return told
        except (RayError, TimeoutError):
            return None

    async def read_website(self, handle: Hired, errand: Errand) -> Answer:
        answer: Answer = await handle.actor.read_website.remote(errand)
        return answer

    async def places(self) -> int:
        resources = await asyncio.to_thread(ray.cluster_resources)
        return int(resources.get(RESOURCE, 0))

    async def drain(self, name: str, handle: Hired) -> None:
        # The worker's own word is enough; the orchestrator's ends the call in which it waits.
        handle.actor.drain.remote()
        task = asyncio.create_task(self._tell("drain", name))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, verb: str, name: str) -> None:
        with contextlib.suppress(RayError, ValueError, TimeoutError):
            async with asyncio.timeout(TELL_S):
                await self._line.call(verb, name)

    async def dismiss(self, handle: Hired) -> None:
        try:
            async with asyncio.timeout(STOP_S):
                await handle.actor.stop.remote()
        except (RayError, TimeoutError):
            log.warning("a worker did not stop when asked; it is killed")
        await self.bury(handle)

    async def bury(self, handle: Hired) -> None:
        with contextlib.suppress(RayError, ValueError):
            await asyncio.to_thread(ray.kill, handle.actor)


def _hired(actor: Any) -> Hired:
    return Hired(actor, actor.began.remote(), actor.work.remote())


def workers() -> dict[str, Any]:
    """Name → actor of all workers that there are."""
    found = {}
    for name in ray.util.list_named_actors():
        if NAME.fullmatch(name):
            with contextlib.suppress(ValueError):
                found[name] = ray.get_actor(name, namespace=NAMESPACE)
    return found


def _found() -> dict[str, Hired]:
    return {name: _hired(actor) for name, actor in workers().items()}


def _why(work: Any) -> str:
    """Why a worker that has ended did."""
    try:
        ray.get(work, timeout=ASK_S)
    except Exception as error:  # noqa: BLE001 - whatever broke it is what is asked for
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        # A traceback that Ray passes on ends with the error itself.
        last = next((line for line in reversed(lines) if _ERROR.match(line)), "")
        return (last or (lines or [type(error).__name__])[0])[:200]
    return "it ended by itself"


def _say_begin(pool: Any) -> None:
    """Until it was heard: an actor that is just being restarted may lose what is said to it."""
    while True:
        try:
            ray.get(pool.begin.remote(), timeout=TELL_S)
        except (RayError, GetTimeoutError):
            time.sleep(0.2)
        else:
            return


def _browsers_here(settings: Settings) -> int:
    return 1 if settings.ray_address else settings.workers_max


class PoolActor:
    """The supervisor of the workers."""

    def __init__(self, settings: Settings) -> None:
        self._line = Line()
        self._chromium = settings.chromium
        bounds = Bounds(
            settings.workers_min,
            settings.workers_max,
            # A guess, until a worker has said how many it has where it runs.
            settings.slots or room.slots(room.machine(), _browsers_here(settings)),
            backlog_s=settings.backlog_s,
            idle_s=settings.browser_idle_s,
        )
        self._pool = Pool(RayCrew(settings), bounds, self._demand)
        self._running: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        # To itself, for Ray may have started it anew after a death: then nobody else says so.
        me = ray.get_runtime_context().current_actor
        threading.Thread(target=_say_begin, args=(me,), name="begin", daemon=True).start()

    def __repr__(self) -> str:
        """What the logs call it."""
        return "PoolActor"

    async def _demand(self) -> Demand | None:
        try:
            async with asyncio.timeout(DEMAND_S):
                demand: Demand = await self._line.call("demand")
                return demand
        except (RayError, ValueError, TimeoutError):
            return None

    async def begin(self) -> None:
        """Starts to keep the pool; a second time changes nothing."""
        if self._running is None:
            self._running = asyncio.create_task(self._pool.run())
            self._telling = asyncio.create_task(exporting(self._families))

    async def _families(self) -> list[Family]:
        return list(of_pool(await self._pool.status()))

    async def status(self) -> PoolStatus:
        """How large the pool should be, why, and who works in it."""
        return await self._pool.status()

    async def read_website(self, errand: Errand) -> Answer:
        """What a worker's browser reads of a website, or why there is nothing."""
        return await self._pool.read_website(errand)

    async def stage(self, errand_id: UUID) -> ErrandStage | None:
        """How far an errand is; None where it is not known, or no more."""
        return self._pool.stage(errand_id)

    async def print_page(self, html: str) -> bytes | None:
        """*html* as PDF, by a worker's Chromium or one of its own; None where there is none."""
        known = await asyncio.to_thread(workers)
        return await print_page(html, list(known.values()), self._chromium)

    async def pid(self) -> int:
        """Its process, for tests that end it."""
        return os.getpid()

    async def stop(self, wait_s: float) -> None:
        """Sends everybody home."""
        for task in (self._running, self._telling):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        await self._pool.stop(wait_s)
