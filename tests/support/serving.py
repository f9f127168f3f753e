"""Parts for the web apps in tests: real Postgres, the apps themselves, and an orchestrator.

The orchestrator is the real one, in this process; only Ray is left out.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from argon2 import profiles
from fastapi import FastAPI
from pydantic import SecretStr

from actors.orchestrator import Orchestrator
from dbolt.browser.chromium import find_chromium
from dbolt.browser.outside import Lookup
from dbolt.browser.website import Visitor, read_website
from dbolt.domain.browsers import BrowserState, BrowserStatus, Cause, PoolStatus, Slot, Stage
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
    Recorded,
    Refused,
    Reply,
    RetryFilter,
)
from dbolt.domain.submission import Account, EvidenceKind, EvidenceRef, Task
from dbolt.domain.updates import UpdateWord
from dbolt.domain.website import Errand, ErrandStage, WebsiteNotRead, WebsiteRead
from dbolt.providers.payments import Checkout
from dbolt.providers.payments.standin import StandinCheckout
from dbolt.settings import Secrets
from dbolt.store.pool import Role, open_pool
from serve_app.changes import Changes
from serve_app.counters import Counters
from serve_app.parts import Parts
from serve_app.passwords import Passwords
from serve_app.queue import QueueAway
from tests.support.queue import QUICK, catalogue

VAULT_KEY = SecretStr("the key of every account")
STAFF_TOKEN = "staff-token-of-the-tests-0123456789abcdef"
WORKER_TOKEN = "worker-token-of-the-tests-0123456789abcde"
WEBHOOK_SECRET = "whsec_testsecretofthetests"
STAFF = {"Authorization": f"Bearer {STAFF_TOKEN}"}


@dataclass
class Line:
    """The way to a real orchestrator, which a test can cut; remembers what was asked."""

    orchestrator: Orchestrator
    away: bool = False
    asked: list[tuple[str, Any]] = field(default_factory=list)

    async def _through(self, verb: str, *args: Any, **named: Any) -> Any:
        if self.away:
            raise QueueAway
        self.asked.append((verb, (*args, *named.values())))
        return await getattr(self.orchestrator, verb)(*args, **named)

    async def fulfil(self, paid: PaidOrder) -> Fulfilled | Recorded:
        answer: Fulfilled | Recorded = await self._through("fulfil", paid)
        return answer

    async def payment_changed(self, change: PaymentChange) -> None:
        await self._through("payment_changed", change)

    async def checkout_changed(self, change: CheckoutChange) -> None:
        await self._through("checkout_changed", change)

    async def attended(self, attention_id: int, actor: str) -> Refused | None:
        answer: Refused | None = await self._through("attended", attention_id, actor)
        return answer

    async def exchange(self, said: Exchange) -> Reply:
        answer: Reply = await self._through("exchange", said)
        return answer

    async def profile_completed(self, job_id: UUID, profile_id: UUID) -> Refused | None:
        answer: Refused | None = await self._through("profile_completed", job_id, profile_id)
        return answer

    async def retry(
        self, wanted: RetryFilter, *, dry_run: bool, actor: str, profile_id: UUID | None = None
    ) -> int | Refused:
        answer: int | Refused = await self._through(
            "retry", wanted, dry_run=dry_run, actor=actor, profile_id=profile_id
        )
        return answer

    async def prioritise(self, job_id: UUID, priority: int, actor: str) -> Refused | None:
        answer: Refused | None = await self._through("prioritise", job_id, priority, actor)
        return answer

    async def pause(self, scope: PauseScope, actor: str) -> Refused | None:
        answer: Refused | None = await self._through("pause", scope, actor)
        return answer

    async def resume(self, scope: PauseScope, actor: str) -> Refused | None:
        answer: Refused | None = await self._through("resume", scope, actor)
        return answer

    async def cancel(self, job_id: UUID, actor: str) -> Refused | None:
        answer: Refused | None = await self._through("cancel", job_id, actor)
        return answer

    async def cancel_submissions(self, ids: list[UUID], actor: str) -> int:
        answer: int = await self._through("cancel_submissions", ids, actor)
        return answer

    async def hand_done(self, submission_id: UUID, listing_url: str, actor: str) -> Refused | None:
        answer: Refused | None = await self._through("hand_done", submission_id, listing_url, actor)
        return answer

    async def override(self, slug: str, wanted: Override, actor: str) -> Refused | None:
        answer: Refused | None = await self._through("override", slug, wanted, actor)
        return answer

    async def take_back(self, slug: str, actor: str) -> Refused | None:
        answer: Refused | None = await self._through("take_back", slug, actor)
        return answer

    async def answer(self, submission_id: UUID, said: CustomerAnswer, actor: str) -> Refused | None:
        answer: Refused | None = await self._through("answer", submission_id, said, actor)
        return answer

    async def pin_used(self, submission_id: UUID, *, accepted: bool, actor: str) -> Refused | None:
        answer: Refused | None = await self._through(
            "pin_used", submission_id, accepted=accepted, actor=actor
        )
        return answer

    async def profile_changed(
        self, job_id: UUID, profile_id: UUID, what: str, actor: str
    ) -> Changed | Refused:
        answer: Changed | Refused = await self._through(
            "profile_changed", job_id, profile_id, what, actor
        )
        return answer

    async def say_update(self, update_id: int, word: UpdateWord, actor: str) -> Refused | None:
        answer: Refused | None = await self._through("say_update", update_id, word, actor)
        return answer

    async def reveal(
        self, customer_id: UUID, directory: str | None, actor: str
    ) -> dict[str, Account] | Refused:
        answer: dict[str, Account] | Refused = await self._through(
            "reveal", customer_id, directory, actor
        )
        return answer

    async def status(self) -> dict[str, Any]:
        answer: dict[str, Any] = await self._through("status")
        return answer

    async def figures(self) -> dict[str, Any]:
        answer: dict[str, Any] = await self._through("figures")
        return answer


@dataclass
class Staffed:
    """A pool of two browsers, one of them at work, which a test can take away."""

    away: bool = False
    printed: list[str] = field(default_factory=list)
    opened: list[Errand] = field(default_factory=list)
    may_open: asyncio.Event = field(default_factory=asyncio.Event)

    async def read_website(self, errand: Errand) -> WebsiteRead | WebsiteNotRead:
        """Opens it in a real Chromium, once the test lets it."""
        if self.away:
            raise QueueAway
        self.opened.append(errand)
        await self.may_open.wait()
        lookup = Lookup.anywhere() if errand.private else Lookup()
        return await read_website(errand.url, Visitor(find_chromium()), lookup)

    async def stage(self, errand_id: UUID) -> ErrandStage | None:
        """Waits for a browser until the test lets it be opened."""
        if self.away:
            raise QueueAway
        known = errand_id in {errand.id for errand in self.opened}
        begun = ErrandStage.READING if self.may_open.is_set() else ErrandStage.STARTING
        return begun if known else None

    async def print_page(self, html: str) -> bytes | None:
        """Keeps what it was asked to print."""
        if self.away:
            raise QueueAway
        self.printed.append(html)
        return b"%PDF-1.7 a stand-in"

    async def status(self) -> PoolStatus:
        """How it stands."""
        if self.away:
            raise QueueAway
        doing = [Slot(directory="Alpha", task=Task.SUBMIT, stage=Stage.FILLING, since_s=3.5)]
        return PoolStatus(
            target=2,
            needed=2,
            cause=Cause.DEMAND,
            reason="4 could start now and 1 under way, lasting 9 s; 2 browsers are needed.",
            least=0,
            most=4,
            startable=4,
            service_s=9.0,
            hired=3,
            crashed=1,
            browsers=[
                BrowserStatus(
                    name="browser-0",
                    state=BrowserState.BUSY,
                    slots=3,
                    doing=doing,
                    done=12,
                    recycled=1,
                    memory_mb=412,
                    host="node-a",
                ),
                BrowserStatus(name="browser-2", state=BrowserState.PENDING),
            ],
        )


class Shelf:
    """Evidence in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    async def put(
        self, data: bytes, *, kind: EvidenceKind, media_type: str, taken_at: datetime
    ) -> EvidenceRef:
        """Keeps the file."""
        sha256 = hashlib.sha256(data).hexdigest()
        self.files[sha256] = data
        return EvidenceRef(
            kind=kind,
            sha256=sha256,
            media_type=media_type,
            size_bytes=len(data),
            taken_at=taken_at,
        )

    async def get(self, sha256: str) -> bytes | None:
        """The file, if it is kept."""
        return self.files.get(sha256)

    async def remove(self, sha256: str) -> None:
        """Takes the file away."""
        self.files.pop(sha256, None)


@contextlib.asynccontextmanager
async def as_role(database: str, role: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection with the rights of *role*."""
    connection = await asyncpg.connect(database, server_settings={"role": role})
    try:
        yield connection
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def parts_on(
    database: str,
    *,
    base_url: str = "http://testserver",
    webhook_url: str | None = None,
    checkout: Checkout | None = None,
    keep_directories: bool = False,
) -> AsyncIterator[Parts]:
    """Parts with the web's own role on *database*; payments by the stand-in unless *checkout*.

    keep_directories: those in the database stay, and no three of the tests' are put there.
    """

    async def listen() -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(database, server_settings={"role": "dbolt_web"})

    changes = Changes(listen)
    orchestrator = await Orchestrator.open(database, QUICK, vault_key=VAULT_KEY)
    if not keep_directories:
        await orchestrator.sync_directories(catalogue(3))
    async with (
        contextlib.AsyncExitStack() as closing,
        await open_pool(database, Role.WEB, max_size=5) as pool,
        changes.running(),
    ):
        closing.push_async_callback(orchestrator.close)
        kept = closing.enter_context(tempfile.TemporaryDirectory())
        yield Parts(
            pool=pool,
            queue=Line(orchestrator),
            browsers=Staffed(),
            changes=changes,
            evidence=Shelf(),
            checkout=checkout or StandinCheckout(Path(kept)),
            secrets=Secrets(
                database_url=SecretStr(database),
                stripe_webhook_secret=SecretStr(WEBHOOK_SECRET),
                staff_token=SecretStr(STAFF_TOKEN),
                worker_token=SecretStr(WORKER_TOKEN),
                vault_key=VAULT_KEY,
            ),
            base_url=base_url,
            webhook_url=webhook_url,
            counters=Counters(),
            passwords=Passwords(profiles.CHEAPEST),
        )


@contextlib.asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of *app* without a network; errors arrive as answers, as they do from a server."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://testserver") as client,
    ):
        yield client
