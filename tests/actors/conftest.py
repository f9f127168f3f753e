"""A shop for each test: a fresh database with orchestrators over it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from tests.support.queue import Shop


@pytest_asyncio.fixture
async def shop(database: str) -> AsyncIterator[Shop]:
    """Closed with all that was started."""
    connection = await asyncpg.connect(database)
    shop = Shop(database, connection)
    yield shop
    await shop.close()
    await connection.close()
