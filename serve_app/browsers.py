"""How does the web learn about the browser pool? It asks the actor, within a bounded time."""

from __future__ import annotations

from typing import Protocol

from dbolt.domain.browsers import PoolStatus
from serve_app.queue import STATUS_WAIT_S, ActorLine

ACTOR = "pool"
PRINT_WAIT_S = 75.0
"""A page of 500 rows prints in two seconds; a browser that has to be started takes its time."""


class Browsers(Protocol):
    """The pool as the web sees it."""

    async def status(self) -> PoolStatus:
        """How it stands. Raises `QueueAway` where it does not answer."""
        ...

    async def print_page(self, html: str) -> bytes | None:
        """*html*, which needs nothing from elsewhere, as PDF; None where no browser is free.

        Raises `QueueAway` or `QueueFailed`.
        """
        ...


class RayBrowsers(ActorLine):
    """The pool behind its actor's name."""

    def __init__(self) -> None:
        super().__init__(name=ACTOR)

    async def status(self) -> PoolStatus:
        answer: PoolStatus = await self._call(STATUS_WAIT_S, "status")
        return answer

    async def print_page(self, html: str) -> bytes | None:
        answer: bytes | None = await self._call(PRINT_WAIT_S, "print_page", html)
        return answer
