"""How do the plain classes become Ray actors? With `ray_pool` and `runtime`, all that knows Ray.

Nothing that presses is ever repeated by Ray: `max_task_retries` is 0 everywhere.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import socket
from collections.abc import Awaitable
from pathlib import Path
from typing import Any
from uuid import UUID

import ray
from playwright.async_api import Error
from ray.exceptions import GetTimeoutError, RayError

from actors import luggage
from actors.asking import Call, LeaseSolver
from actors.board import Terms
from actors.orchestrator import Orchestrator
from actors.post import Office
from actors.ray_metrics import exporting
from actors.watch import end_with_parent
from actors.worker import Worker
from dbolt.browser import room
from dbolt.browser.attempt import attempt
from dbolt.browser.chromium import NoBrowser, find_chromium
from dbolt.browser.outside import Lookup
from dbolt.browser.printing import pdf_of
from dbolt.browser.session import Browser
from dbolt.browser.verify import verify
from dbolt.browser.website import Visitor, read_website
from dbolt.domain.browsers import BrowserState, BrowserStatus, Demand
from dbolt.domain.captcha import Answered, Challenge, Unanswered
from dbolt.domain.directory import Directory
from dbolt.domain.figures import Family, of_queue, of_web
from dbolt.domain.override import Override
from dbolt.domain.protocol import (
    Changed,
    CheckoutChange,
    CustomerAnswer,
    Exchange,
    Fulfilled,
    PaidOrder,
    PauseScope,
    PaymentChange,
    Permit,
    Recorded,
    Refused,
    Reply,
    RetryFilter,
)
from dbolt.domain.route import Route
from dbolt.domain.submission import Account, Assignment, Result
from dbolt.domain.updates import UpdateWord
from dbolt.domain.website import Errand, WebsiteNotRead, WebsiteRead
from dbolt.providers.captcha.sources import captcha_service
from dbolt.providers.evidence.folder import FolderEvidence
from dbolt.providers.proxies.routes import Routes
from dbolt.providers.proxies.sources import source_of
from dbolt.settings import Secrets, Settings
from dbolt.store.pool import DatabaseUnreachable
from dbolt.store.queue import Fenced

log = logging.getLogger(__name__)

NAMESPACE = "dbolt"
ORCHESTRATOR = "orchestrator"
POOL = "pool"
RESOURCE = "browser"
HEAD = "node:__internal_head__"
"""A resource that Ray gives to the head node alone."""
RULES_S = 3600.0
"""For how long a directory's robots.txt is kept; RFC 9309 allows a day."""
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

    def __repr__(self) -> str:
        """What the logs call it."""
        return "OrchestratorActor"

    def __init__(
        self,
        secrets_path: str,
        terms: Terms,
        office: Office | None = None,
        proxies: str = "",
        captcha_api_base: str = "",
    ) -> None:
        """What is secret in its sources the actor reads by itself.

        office: what the post needs; without it messages wait in the outbox. proxies: what names
        their source. captcha_api_base: as in the settings.
        """
        quiet_collector()
        luggage.pack_once()
        self._secrets_path = Path(secrets_path)
        self._terms = terms
        self._office = office
        self._proxies = proxies
        self._captcha_api_base = captcha_api_base
        self._opening = asyncio.Lock()
        self._orchestrator: Orchestrator | None = None
        self._telling: asyncio.Task[None] | None = None

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
                        proxies=source_of(self._proxies),
                        captchas=captcha_service(secrets.captcha_key, self._captcha_api_base),
                    )
                except DatabaseUnreachable:
                    log.warning("the database is away; it is tried again")
                    await asyncio.sleep(1.0)
            if self._telling is None:
                self._telling = asyncio.create_task(exporting(self._families))
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
        if self._telling is not None:
            self._telling.cancel()
        if self._orchestrator is not None:
            await self._orchestrator.close()

    async def exchange(self, said: Exchange) -> Reply:
        return await (await self._it()).exchange(said)

    async def exchange_packed(self, said: bytes) -> bytes:
        return luggage.pack(await self.exchange(luggage.unpack(said)))

    async def solve_captcha(
        self, token: UUID, challenge: Challenge, within_s: float
    ) -> Answered | Unanswered:
        return await (await self._it()).solve_captcha(token, challenge, within_s)

    async def captcha_judged(self, token: UUID, ref: str, *, accepted: bool) -> None:
        await (await self._it()).captcha_judged(token, ref, accepted=accepted)

    async def fulfil(self, paid: PaidOrder) -> Fulfilled | Recorded:
        return await (await self._it()).fulfil(paid)

    async def profile_completed(self, job_id: UUID, profile_id: UUID) -> Refused | None:
        return await (await self._it()).profile_completed(job_id, profile_id)

    async def payment_changed(self, change: PaymentChange) -> None:
        await (await self._it()).payment_changed(change)

    async def checkout_changed(self, change: CheckoutChange) -> None:
        await (await self._it()).checkout_changed(change)

    async def attended(self, attention_id: int, actor: str) -> Refused | None:
        return await (await self._it()).attended(attention_id, actor)

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

    async def cancel_submissions(self, ids: list[UUID], actor: str) -> int:
        return await (await self._it()).cancel_submissions(ids, actor)

    async def sync_directories(self, entries: list[Directory]) -> None:
        await (await self._it()).sync_directories(entries)

    async def override(self, slug: str, wanted: Override, actor: str) -> Refused | None:
        return await (await self._it()).override(slug, wanted, actor)

    async def take_back(self, slug: str, actor: str) -> Refused | None:
        return await (await self._it()).take_back(slug, actor)

    async def hand_done(self, submission_id: UUID, listing_url: str, actor: str) -> Refused | None:
        return await (await self._it()).hand_done(submission_id, listing_url, actor)

    async def answer(self, submission_id: UUID, said: CustomerAnswer, actor: str) -> Refused | None:
        return await (await self._it()).answer(submission_id, said, actor)

    async def pin_used(self, submission_id: UUID, *, accepted: bool, actor: str) -> Refused | None:
        return await (await self._it()).pin_used(submission_id, accepted=accepted, actor=actor)

    async def profile_changed(
        self, job_id: UUID, profile_id: UUID, what: str, actor: str
    ) -> Changed | Refused:
        return await (await self._it()).profile_changed(job_id, profile_id, what, actor)

    async def say_update(self, update_id: int, word: UpdateWord, actor: str) -> Refused | None:
        return await (await self._it()).say_update(update_id, word, actor)

    async def reveal(
        self, customer_id: UUID, directory: str | None, actor: str
    ) -> dict[str, Account] | Refused:
        return await (await self._it()).reveal(customer_id, directory, actor)

    async def drain(self, worker: str) -> None:
        await (await self._it()).drain(worker)

    async def forget(self, worker: str) -> None:
        await (await self._it()).forget(worker)

    async def demand(self) -> Demand:
        return await (await self._it()).demand()

    async def status(self) -> dict[str, Any]:
        return await (await self._it()).status()

    async def figures(self) -> dict[str, Any]:
        return await (await self._it()).figures()

    async def _families(self) -> list[Family]:
        told = await self.figures()
        return [*of_queue(told), *of_web(told["web"])]


class Line:
    """The way to the orchestrator, which may be another process at each call."""

    def __init__(self) -> None:
        self._handle: Any = None

    async def call(
        self, verb: str, *values: object, within_s: float = CALL_S, **named: object
    ) -> Any:
        """What the orchestrator answers. Raises RayError, ValueError or TimeoutError."""
        try:
            if self._handle is None:
                self._handle = await asyncio.to_thread(
                    ray.get_actor, ORCHESTRATOR, namespace=NAMESPACE
                )
            async with asyncio.timeout(within_s):
                return await getattr(self._handle, verb).remote(*values, **named)
        except (RayError, ValueError, TimeoutError, GetTimeoutError, Fenced):
            self._handle = None
            raise

    async def exchange(self, said: Exchange) -> Reply:
        """One exchange of a worker."""
        reply: Reply = luggage.unpack(await self.call("exchange_packed", luggage.pack(said)))
        return reply


class BrowserTrade:
    """What a worker does with a real browser."""

    def __init__(
        self,
        browser: Browser,
        evidence: FolderEvidence,
        routes: Routes | None = None,
        line: Call | None = None,
    ) -> None:
        """routes: the ways through proxies; without them, only the direct way is taken.

        line: whom to ask for captchas' answers; without it nobody is asked.
        """
        self._browser = browser
        self._evidence = evidence
        self._routes = routes or Routes(None)
        self._line = line

    async def attempt(self, assignment: Assignment, permit: Permit) -> Result:
        solver = LeaseSolver(self._line, assignment.token) if self._line is not None else None

        def through(route: Route | None) -> Awaitable[Result]:
            return attempt(
                self._browser,
                assignment,
                permit=permit,
                evidence=self._evidence,
                route=route,
                solver=solver,
            )

        return await self._routes.take(assignment, assignment.directory.submit_url, through)

    async def look(self, assignment: Assignment) -> Result:
        def through(route: Route | None) -> Awaitable[Result]:
            return verify(self._browser, assignment, evidence=self._evidence, route=route)

        search = assignment.directory.recipe.search
        url = search.url if search is not None else assignment.directory.home_url
        return await self._routes.take(assignment, url, through)


def _nodes() -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]  # Ray gives no types
    return nodes


def _browsers_here() -> int:
    """How many browsers this node offers a place; they share its cores and memory."""
    here = ray.get_runtime_context().get_node_id()
    found = (n["Resources"].get(RESOURCE, 1) for n in _nodes() if n["NodeID"] == here)
    return int(next(found, 1))


class BrowserActor:
    """A worker with its browser. It knows no database, and of secrets only the proxies'."""

    def __init__(self, name: str, settings: Settings) -> None:
        end_with_parent()
        browser = Browser(
            program := find_chromium(settings.chromium),
            contact_url=settings.public_url,
            rules_s=RULES_S,
            traces=settings.trace_failed,
        )
        evidence = FolderEvidence(settings.home.resolve() / "evidence")
        self._slots = settings.slots or room.slots(room.machine(), _browsers_here())
        self._browser = browser
        self._visitor = Visitor(program, settings.public_url)
        self._reading: set[asyncio.Task[Any]] = set()
        self._has_run = False
        line = Line()
        self._worker = Worker(
            name,
            line.exchange,
            browser,
            BrowserTrade(browser, evidence, Routes(source_of(settings.proxies)), line),
            slots=self._slots,
            heartbeat_s=settings.lease_s / 4,
        )
        self._working: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        """What `ray list actors` and the logs call it."""
        return f"BrowserActor({self._worker.name})"

    async def began(self) -> int:
        """Answers once the worker has a place and a process: with its slots."""
        return self._slots

    async def work(self) -> None:
        """Works until it is drained; asked a second time, waits for the same end."""
        if self._working is None:
            self._working = asyncio.create_task(self._worker.run())
        # Whoever asked may go; the work goes on.
        await asyncio.shield(self._working)
        while self._reading:
            await asyncio.wait(self._reading)

    async def drain(self) -> None:
        """Takes no more work; `work` returns when what is under way has ended and was told."""
        self._worker.drain()

    async def status(self) -> BrowserStatus:
        """What it is doing, with what each slot does."""
        memory_bytes = await asyncio.to_thread(self._browser.memory_bytes)
        worker, browser = self._worker.status(), self._browser.status()
        return BrowserStatus(
            name=self._worker.name,
            state=self._state(worker, browser),
            slots=worker["slots"],
            doing=worker["doing"],
            reading=len(self._reading),
            done=worker["done"],
            recycled=sum(browser["replaced"].values()),
            memory_mb=round(memory_bytes / 1_000_000),
            host=socket.gethostname(),
            node=ray.get_runtime_context().get_node_id(),
            pid=os.getpid(),
        )

    def _state(self, worker: dict[str, Any], browser: dict[str, Any]) -> BrowserState:
        if worker["draining"]:
            return BrowserState.DRAINING
        if not self._browser.is_alive():
            return BrowserState.RECYCLING if self._has_run else BrowserState.STARTING
        self._has_run = True
        if browser["retiring"]:
            return BrowserState.RECYCLING
        return BrowserState.BUSY if worker["busy"] or self._reading else BrowserState.IDLE

    async def print_page(self, html: str) -> bytes | None:
        """*html* as PDF; None where the browser is not there for it."""
        if self._working is None or not self._browser.is_alive():
            return None
        try:
            return await pdf_of(self._browser, html)
        except (Error, NoBrowser, TimeoutError) as error:
            log.warning("a page was not printed: %s", type(error).__name__)
            return None

    async def read_website(self, errand: Errand) -> WebsiteRead | WebsiteNotRead:
        """What a business's website says, in a Chromium of its own that ends with it."""
        lookup = Lookup.anywhere() if errand.private else Lookup()
        task = asyncio.create_task(read_website(errand.url, self._visitor, lookup))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)
        try:
            answer = await task
        except NoBrowser as error:
            return WebsiteNotRead(f"No browser could be started: {error}.")
        if answer.kept_out:
            log.warning("a website asked for what is not public: %s", "; ".join(answer.kept_out))
        return answer

    async def environment(self) -> dict[str, str]:
        """Its environment, for the test that it holds no secret."""
        return dict(os.environ)

    async def stop(self) -> None:
        """Drops what is under way and ends the browser."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
