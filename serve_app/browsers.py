"""How does the web learn about the browser pool? It asks the actor, within a bounded time."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from dbolt.domain.browsers import PoolStatus
from dbolt.domain.website import Errand, ErrandStage, WebsiteNotRead, WebsiteRead
from serve_app.queue import STATUS_WAIT_S, ActorLine

ACTOR = "pool"
PRINT_WAIT_S = 75.0
"""A page of 500 rows prints in two seconds; a browser that has to be started takes its time."""


READ_WAIT_S = 660.0
"""Longer than an errand may take by the pool's own bounds, which tell why it ended."""


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

    async def read_website(self, errand: Errand) -> WebsiteRead | WebsiteNotRead:
        """What a browser reads of a website; may take minutes where none is there yet.

        Raises `QueueAway` or `QueueFailed`.
        """
        ...

    async def stage(self, errand_id: UUID) -> ErrandStage | None:
        """How far that is; None where nobody knows of it. Raises `QueueAway`."""
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

    async def read_website(self, errand: Errand) -> WebsiteRead | WebsiteNotRead:
        answer: WebsiteRead | WebsiteNotRead = await self._call(READ_WAIT_S, "read_website", errand)
        return answer

    async def stage(self, errand_id: UUID) -> ErrandStage | None:
        answer: ErrandStage | None = await self._call(STATUS_WAIT_S, "stage", errand_id)
        return answer
