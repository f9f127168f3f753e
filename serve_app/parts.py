"""What do the apps need? One set of parts, put into them at start.

Ray Serve builds the parts from settings and secrets; tests build their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import asyncpg
from fastapi import FastAPI, Request, Response

from dbolt.domain.submission import EvidenceKind, EvidenceRef
from dbolt.providers.payments import Checkout
from dbolt.settings import Secrets
from serve_app.browsers import Browsers
from serve_app.changes import Changes
from serve_app.counters import Counters
from serve_app.passwords import Passwords
from serve_app.queue import Queue
from serve_app.supabase import Supabase


class Evidence(Protocol):
    """The evidence store: pages read it, workers over HTTP put into it, erasures take out of it."""

    async def put(
        self, data: bytes, *, kind: EvidenceKind, media_type: str, taken_at: datetime
    ) -> EvidenceRef: ...

    async def get(self, sha256: str) -> bytes | None: ...

    async def remove(self, sha256: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that routes use.

    `pool` connects as dbolt_web. `base_url` is the address that customers see, without a slash
    at the end. `webhook_url` is where the stand-in for Stripe sends its events; None where real
    payments are taken. `supabase` reads the tokens of an outside identity service. `proxies`: how
    many stand before us and add to X-Forwarded-For. `metrics_loopback`: whether this machine reads
    the metrics without a key. `prefill_private`: whether a business's website may be on this
    machine or its network, which only tests and sandboxes want. `shown`: the settings, as staff may
    read them. `under_way`: what is carried out to its end whether or not
    anybody still waits for it; the loop itself holds tasks by weak references alone.
    """

    pool: asyncpg.Pool[asyncpg.Record]
    queue: Queue
    browsers: Browsers
    changes: Changes
    evidence: Evidence
    checkout: Checkout
    secrets: Secrets
    base_url: str
    webhook_url: str | None
    counters: Counters
    passwords: Passwords = field(default_factory=Passwords)
    supabase: Supabase | None = None
    proxies: int = 0
    metrics_loopback: bool = False
    prefill_private: bool = False
    shown: Mapping[str, str] = field(default_factory=dict)
    under_way: set[asyncio.Task[Response]] = field(default_factory=set)


OpenParts = Callable[[], AbstractAsyncContextManager[Parts]]


def lifespan(open_parts: OpenParts) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """A lifespan that opens the parts with the app and closes them after it."""

    @asynccontextmanager
    async def live(app: FastAPI) -> AsyncIterator[None]:
        async with open_parts() as parts:
            app.state.parts = parts
            yield

    return live


def parts_of(request: Request) -> Parts:
    """The parts of the app that serves *request*."""
    parts: Parts = request.app.state.parts
    return parts
