"""How does the web learn about the browser pool? It asks the actor, within a bounded time."""

from __future__ import annotations

from typing import Protocol

from dbolt.domain.browsers import PoolStatus
from serve_app.queue import STATUS_WAIT_S, ActorLine

ACTOR = "pool"


class Browsers(Protocol):
    """The pool as the web sees it."""

    async def status(self) -> PoolStatus:
        """How it stands. Raises `QueueAway` where it does not answer."""
        ...


class RayBrowsers(ActorLine):
    """The pool behind its actor's name."""

    def __init__(self) -> None:
        super().__init__(name=ACTOR)

    async def status(self) -> PoolStatus:
        answer: PoolStatus = await self._call(STATUS_WAIT_S, "status")
        return answer
