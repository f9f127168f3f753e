"""How do the plain classes become Ray actors? The only module, with `runtime`, that knows Ray.

Nothing that presses is ever repeated by Ray: `max_task_retries` is 0 everywhere.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from pathlib import Path
from typing import Any
from uuid import UUID

import ray
from ray.exceptions import GetTimeoutError, RayError

from actors import luggage
from actors.board import Terms
from actors.orchestrator import Orchestrator
from actors.pool import Bounds, Pool
from actors.post import Office
from actors.worker import Worker
from dbolt.browser.attempt import attempt
from dbolt.browser.chromium import find_chromium
from dbolt.browser.session import Browser
from dbolt.browser.verify import verify
from dbolt.domain.directory import Directory
from dbolt.domain.protocol import (
    Exchange,
    Fulfilled,
    PaidOrder,
    PauseScope,
    PaymentChange,
    Permit,
    Refused,
    Reply,
    RetryFilter,
)
from dbolt.domain.submission import Assignment, Result
from dbolt.providers.evidence.folder import FolderEvidence
from dbolt.settings import Secrets, Settings
from dbolt.store.pool import DatabaseUnreachable
from dbolt.store.queue import Fenced

log = logging.getLogger(__name__)

NAMESPACE = "dbolt"
ORCHESTRATOR = "orchestrator"
POOL = "pool"
RESOURCE = "browser"
CALL_S = 60.0
"""After so long a call is given up and the actor looked up anew."""


def quiet_collector() -> None:
    """For a process that makes many short-lived values: what was loaded is not searched again.

    The collector took a tenth of the orchestrator's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


class OrchestratorActor:
    """The orchestrator behind its name. It reads the database's address from a file by itself."""

    def __init__(self, secrets_path: str, terms: Terms, office: Office | None = None) -> None:
        """office: what the post needs; without it messages wait in the outbox."""
        quiet_collector()
        luggage.pack_once()
        self._secrets_path = Path(secrets_path)
        self._terms = terms
        self._office = office
        self._opening = asyncio.Lock()
        self._orchestrator: Orchestrator | None = None

    async def _it(self) -> Orchestrator:
        async with self._opening:
            while self._orchestrator is None:
                secrets = Secrets.load(self._secrets_path)
                url = secrets.database_url_orchestrator or secrets.database_url
                try:
                    self._orchestrator = await Orchestrator.open(
                        url,
                        self._terms,
                        vault_key=secrets.vault_key,
                        post=self._office.post(secrets.smtp_url) if self._office else None,
                    )
                except DatabaseUnreachable:
                    log.warning("the database is away; it is tried again")
                    await asyncio.sleep(1.0)
            if not self._orchestrator.serving and not self._orchestrator.fenced:
                # Something in it broke. Ray starts it anew, and Postgres has the truth.
                os._exit(1)
            return self._orchestrator

    async def ready(self) -> int:
        """Its epoch, once it serves."""
        return (await self._it()).epoch

    async def pid(self) -> int:
        """Its process, for tests that end it."""
        return os.getpid()

    async def close(self) -> None:
        """Stops serving in good order."""
        if self._orchestrator is not None:
            await self._orchestrator.close()

    async def exchange(self, said: Exchange) -> Reply:
        return await (await self._it()).exchange(said)

    async def exchange_packed(self, said: bytes) -> bytes:
        return luggage.pack(await self.exchange(luggage.unpack(said)))

    async def fulfil(self, paid: PaidOrder) -> Fulfilled | Refused:
        return await (await self._it()).fulfil(paid)

    async def profile_completed(self, job_id: UUID, profile_id: UUID) -> Refused | None:
        return await (await self._it()).profile_completed(job_id, profile_id)

    async def payment_changed(self, change: PaymentChange) -> Refused | None:
        return await (await self._it()).payment_changed(change)

    async def retry(
        self, wanted: RetryFilter, *, dry_run: bool, actor: str, profile_id: UUID | None = None
    ) -> int | Refused:
        return await (await self._it()).retry(
            wanted, dry_run=dry_run, actor=actor, profile_id=profile_id
        )

    async def prioritise(self, job_id: UUID, priority: int, actor: str) -> Refused | None:
        return await (await self._it()).prioritise(job_id, priority, actor)

    async def pause(self, scope: PauseScope, actor: str) -> Refused | None:
        return await (await self._it()).pause(scope, actor)

    async def resume(self, scope: PauseScope, actor: str) -> Refused | None:
        return await (await self._it()).resume(scope, actor)

    async def cancel(self, job_id: UUID, actor: str) -> Refused | None:
        return await (await self._it()).cancel(job_id, actor)

    async def sync_directories(self, entries: list[Directory]) -> None:
        await (await self._it()).sync_directories(entries)

    async def hand_done(self, submission_id: UUID, listing_url: str, actor: str) -> Refused | None:
        return await (await self._it()).hand_done(submission_id, listing_url, actor)

    async def drain(self, worker: str) -> None:
        await (await self._it()).drain(worker)

    async def demand(self) -> tuple[int, int]:
        return await (await self._it()).demand()

    async def status(self) -> dict[str, Any]:
        return await (await self._it()).status()


class Line:
    """The way to the orchestrator, which may be another process at each call."""

    def __init__(self) -> None:
        self._handle: Any = None

    async def call(self, verb: str, *values: object) -> Any:
        """What the orchestrator answers. Raises RayError, ValueError or TimeoutError."""
        try:
            if self._handle is None:
                self._handle = await asyncio.to_thread(
                    ray.get_actor, ORCHESTRATOR, namespace=NAMESPACE
                )
            async with asyncio.timeout(CALL_S):
                return await getattr(self._handle, verb).remote(*values)
        except (RayError, ValueError, TimeoutError, GetTimeoutError, Fenced):
            self._handle = None
            raise

    async def exchange(self, said: Exchange) -> Reply:
        """One exchange of a worker."""
        reply: Reply = luggage.unpack(await self.call("exchange_packed", luggage.pack(said)))
        return reply


class BrowserTrade:
    """What a worker does with a real browser."""

    def __init__(self, browser: Browser, evidence: FolderEvidence) -> None:
        self._browser = browser
        self._evidence = evidence

    async def attempt(self, assignment: Assignment, permit: Permit) -> Result:
        return await attempt(self._browser, assignment, permit=permit, evidence=self._evidence)

    async def look(self, assignment: Assignment) -> Result:
        return await verify(self._browser, assignment, evidence=self._evidence)


class BrowserActor:
    """A worker with its browser. It knows no secret and no database."""

    def __init__(self, name: str, settings: Settings) -> None:
        browser = Browser(find_chromium(settings.chromium), contact_url=settings.public_url)
        evidence = FolderEvidence(settings.home.resolve() / "evidence")
        self._worker = Worker(
            name,
            Line().exchange,
            browser,
            BrowserTrade(browser, evidence),
            slots=settings.slots,
            heartbeat_s=settings.lease_s / 4,
        )
        self._working: asyncio.Task[None] | None = None

    async def work(self) -> None:
        """Works until it is drained."""
        self._working = asyncio.current_task()
        await self._worker.run()

    async def status(self) -> dict[str, Any]:
        return {**self._worker.status(), "pid": os.getpid()}

    async def environment(self) -> dict[str, str]:
        """Its environment, for the test that it holds no secret."""
        return dict(os.environ)

    async def stop(self) -> None:
        """Drops what is under way and ends the browser."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)


class RayCrew:
    """Workers as Ray actors that end with the pool that hired them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._line = Line()

    async def hire(self, name: str) -> Any:
        actor: Any = (
            ray.remote(BrowserActor)
            .options(
                name=name,
                namespace=NAMESPACE,
                num_cpus=0,
                resources={RESOURCE: 1},
                max_restarts=0,
                max_task_retries=0,
                max_concurrency=16,
            )
            .remote(name, self._settings)
        )
        return actor, actor.work.remote()

    async def is_alive(self, handle: Any) -> bool:
        _, work = handle
        done, _ = await asyncio.to_thread(ray.wait, [work], timeout=0)
        return not done

    async def drain(self, name: str, handle: Any) -> None:
        del handle
        await self._line.call("drain", name)

    async def dismiss(self, handle: Any) -> None:
        actor, _ = handle
        try:
            async with asyncio.timeout(15):
                await actor.stop.remote()
        except (RayError, TimeoutError):
            log.warning("a worker did not stop when asked; it is killed")
        ray.kill(actor)


class PoolActor:
    """The supervisor of the workers."""

    def __init__(self, settings: Settings) -> None:
        self._line = Line()
        bounds = Bounds(settings.workers_min, settings.workers_max, settings.slots)
        self._pool = Pool(RayCrew(settings), bounds, self._demand)
        self._running: asyncio.Task[None] | None = None

    async def _demand(self) -> tuple[int, int]:
        startable, busy = await self._line.call("demand")
        return startable, busy

    async def begin(self) -> None:
        """Starts to keep the pool; a second time changes nothing."""
        if self._running is None:
            self._running = asyncio.create_task(self._pool.run())

    async def status(self) -> dict[str, Any]:
        return self._pool.status()

    async def stop(self, wait_s: float) -> None:
        """Sends everybody home."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._pool.stop(wait_s)
