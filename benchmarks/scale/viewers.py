"""How long until everybody who looks at a live page sees a change?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

import httpx

GIVE_UP_S = 60.0
PIECE = "data: <hx-partial "
FRAGMENTS = 10
"""Of the live queue: six pieces of the page and four numbers of the side bar."""


async def seen_after(
    url: str,
    headers: Mapping[str, str],
    viewers: int,
    change: Callable[[], Awaitable[None]],
) -> Sequence[float]:
    """Seconds from the return of *change* until each of *viewers* streams brought a fragment.

    Raises TimeoutError where one of them does not within a minute.
    """
    ready = asyncio.Barrier(viewers + 1)
    changed = asyncio.Event()
    times: list[float] = []
    begun = 0.0

    async def watch(client: httpx.AsyncClient) -> None:
        async with client.stream("GET", "/staff/stream") as answer:
            assert answer.status_code == 200
            lines = answer.aiter_lines()
            # The first round brings every fragment; whatever comes after it is the change.
            await _first_round(lines, FRAGMENTS)
            await ready.wait()
            await changed.wait()
            async for line in lines:
                if line.startswith(PIECE):
                    times.append(time.perf_counter() - begun)
                    return

    limits = httpx.Limits(max_connections=viewers + 5)
    async with (
        asyncio.timeout(GIVE_UP_S),
        httpx.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=None) as client,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(viewers):
            group.create_task(watch(client))
        await ready.wait()
        await change()
        begun = time.perf_counter()
        changed.set()
    return times


async def _first_round(lines: AsyncIterator[str], fragments: int) -> None:
    """Reads on until so many fragments have come."""
    async for line in lines:
        fragments -= line.startswith(PIECE)
        if fragments == 0:
            return
