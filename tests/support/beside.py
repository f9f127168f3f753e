"""Attempts that run beside one another, of which each is a test of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import pytest

AT_A_TIME = 4

Ended = dict[str, asyncio.Task[list[str]]]
"""What was wrong with each attempt, by the id of its test."""


@asynccontextmanager
async def beside_one_another(
    request: pytest.FixtureRequest,
    slugs: Iterable[str],
    wrong: Callable[[str], Awaitable[list[str]]],
) -> AsyncIterator[Ended]:
    """Starts *wrong* for those of *slugs* whose tests were chosen, four at a time."""
    module = request.node.nodeid
    ids = {item.name for item in request.session.items if item.nodeid.startswith(f"{module}::")}
    chosen = [slug for slug in slugs if any(name.endswith(f"[{slug}]") for name in ids)]
    room = asyncio.Semaphore(AT_A_TIME)

    async def one(slug: str) -> list[str]:
        async with room:
            return await wrong(slug)

    tasks = {slug: asyncio.create_task(one(slug)) for slug in chosen}
    try:
        yield tasks
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
