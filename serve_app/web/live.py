"""How does a page stay true? Server-sent fragments of HTML, whenever a row behind them changes.

*Source:* the HTML standard, section "Server-sent events"; htmx 4, `hx-partial`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import Any
from uuid import UUID

import anyio
from fastapi.sse import ServerSentEvent

from dbolt.store.pool import CONNECTION_LOST
from serve_app.changes import Changes

log = logging.getLogger(__name__)

STREAM_S = 300.0
"""An open stream holds its replica at shutdown; the browser comes back after this long."""
RETRY_MS = 2000
SETTLE_S = 0.25
REFRESH_S = 20.0

Fragments = Mapping[str, str]
"""Elements of a page by id, each as HTML whose outermost element has that id."""


def partial(name: str, html: str) -> str:
    """*html* for htmx, to be morphed into the element with the id *name*.

    What does not differ is not touched, so the focus, the scroll and what is open stay.
    """
    return f'<hx-partial hx-target="#{name}" hx-swap="outerMorph">{html.strip()}</hx-partial>'


def digest(html: str) -> str:
    """A short mark of a fragment's content."""
    return hashlib.sha256(html.encode()).hexdigest()[:16]


async def stream(
    changes: Changes,
    job_id: UUID | None,
    render: Callable[[], Awaitable[Fragments]],
    *,
    refresh_s: float = REFRESH_S,
) -> AsyncIterator[ServerSentEvent]:
    """Fragments as they change, for at most `STREAM_S`.

    Changes that come together are rendered once, `SETTLE_S` after the first of them. Where the
    database is away the stream ends, and the browser comes back for another.
    refresh_s: it is rendered again after this long though nobody told of a change.
    """
    ends_s = time.monotonic() + STREAM_S
    sent: dict[str, str] = {}
    with changes.watch(job_id) as watch:
        yield ServerSentEvent(comment="hello", retry=RETRY_MS)
        while (left_s := ends_s - time.monotonic()) > 0:
            try:
                # A reader who leaves must not cut a transaction off in the middle.
                with anyio.CancelScope(shield=True):
                    fragments = await render()
            except CONNECTION_LOST:
                return
            for name, html in fragments.items():
                mark = digest(html)
                if sent.get(name) != mark:
                    sent[name] = mark
                    yield ServerSentEvent(raw_data=partial(name, html))
            if await watch.changed(min(left_s, refresh_s)):
                await asyncio.sleep(SETTLE_S)


class Shared:
    """What many viewers look at, made once per change and second.

    A value lives until the version moves on or `fresh_s` have passed; whoever asks meanwhile waits
    for the one that is being made.
    """

    def __init__(self, *, fresh_s: float = 1.0) -> None:
        self._fresh_s = fresh_s
        self._kept: tuple[int, float, Any] | None = None
        self._making = asyncio.Lock()

    def forget(self) -> None:
        """Makes the next one anew: something changed that nobody is notified of."""
        self._kept = None

    async def get(self, changes: Changes, make: Callable[[], Awaitable[Any]]) -> Any:
        """What *make* says, or said since the last change."""
        async with self._making:
            version, now = changes.version, time.monotonic()
            kept = self._kept
            if kept is None or kept[0] != version or now - kept[1] > self._fresh_s:
                kept = self._kept = (version, now, await make())
            return kept[2]


class Kept:
    """What takes long to make and may be a little old: made at most every `fresh_s`.

    Whoever asks gets the last one at once, and the next one is made meanwhile. Nobody waits for the
    very first longer than `wait_s`.
    """

    def __init__(self, fresh_s: float, *, wait_s: float = 0.05) -> None:
        self._fresh_s, self._wait_s = fresh_s, wait_s
        self._made_s = -math.inf
        self._value: Any = None
        self._making: asyncio.Task[None] | None = None

    async def get(self, make: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """What *make* said last; None while it has said nothing yet."""
        if self._making is None and time.monotonic() - self._made_s > self._fresh_s:
            self._making = asyncio.create_task(self._make(make))
        if self._value is None and self._making is not None:
            await asyncio.wait([self._making], timeout=self._wait_s)
        return self._value

    async def _make(self, make: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        try:
            self._value = await make()
            self._made_s = time.monotonic()
        except CONNECTION_LOST as error:
            log.warning("a chart could not be read: %s", type(error).__name__)
        finally:
            self._making = None
