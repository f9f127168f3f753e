"""What does a worker need to be able to do? The browser's side of it, as an interface."""

from __future__ import annotations

from typing import Protocol

from dbolt.domain.protocol import Permit
from dbolt.domain.submission import Assignment, Result


class Machine(Protocol):
    """A browser that can be started and stopped."""

    async def start(self) -> None:
        """Starts it. Raises whatever says that it does not start."""
        ...

    async def stop(self) -> None:
        """Ends it; nothing of it is left."""
        ...


class Trade(Protocol):
    """What a worker can do with its browser."""

    async def attempt(self, assignment: Assignment, permit: Permit) -> Result:
        """Tries to hand the business in; asks *permit* once, right before the press."""
        ...

    async def look(self, assignment: Assignment) -> Result:
        """Looks for the listing."""
        ...
