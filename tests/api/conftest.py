"""The site and the webhook on one database, without Ray."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from serve_app.parts import Parts
from serve_app.site import build_site
from serve_app.webhook import build_webhook
from tests.support.selling import Shop, given
from tests.support.serving import Line, Shelf, client_of, parts_on
from tests.support.signing import Visitor, visitor


@pytest_asyncio.fixture
async def parts(database: str) -> AsyncIterator[Parts]:
    """What both apps are built from."""
    async with parts_on(database) as opened:
        yield opened


@pytest_asyncio.fixture
async def api(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the site."""
    async with client_of(build_site(lambda: given(parts))) as client:
        yield client


@pytest_asyncio.fixture
async def webhook(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the webhook deployment."""
    async with client_of(build_webhook(lambda: given(parts))) as client:
        yield client


@pytest.fixture
def queue(parts: Parts) -> Line:
    """The orchestrator's stand-in."""
    assert isinstance(parts.queue, Line)
    return parts.queue


@pytest.fixture
def shelf(parts: Parts) -> Shelf:
    """The evidence's stand-in."""
    assert isinstance(parts.evidence, Shelf)
    return parts.evidence


@pytest.fixture
def profile() -> dict[str, Any]:
    """A business that is complete enough."""
    return {
        "business_name": "Harbor Lane Bakery",
        "descriptions": ["Sourdough and rye, baked before dawn in the old harbor."],
        "category": "Bakery",
        "contact": {"first_name": "Ada", "last_name": "Moreno"},
        "email": "hello@harborlane.example.com",
        "phone": "+1 212 555 0142",
        "address": {
            "street": "12 Harbor Lane",
            "city": "Portland",
            "state": "ME",
            "postal_code": "04101",
            "country": "US",
        },
    }


@pytest.fixture
def shop(api: httpx.AsyncClient, webhook: httpx.AsyncClient) -> Shop:
    """Orders and pays."""
    return Shop(api, webhook)


Visit = Callable[..., Awaitable[Visitor]]


@pytest_asyncio.fixture
async def visit(parts: Parts, database: str) -> AsyncIterator[Visit]:
    """Opens fresh browsers at the site."""
    app = build_site(lambda: given(parts))
    async with contextlib.AsyncExitStack() as closing:
        await closing.enter_async_context(app.router.lifespan_context(app))

        async def open_one(address: str = "127.0.0.1") -> Visitor:
            return await closing.enter_async_context(visitor(app, database, address))

        yield open_one


@pytest_asyncio.fixture
async def owner(database: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection as the tables' owner."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()
