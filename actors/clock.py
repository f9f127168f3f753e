"""What time is it on the database's clock? The only one that leases and paces go by."""

from __future__ import annotations

import time
from collections.abc import Callable


class DatabaseClock:
    """The database's clock, kept up between its answers by this machine's monotonic one.

    It never runs ahead: an answer is already old when it arrives.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._ahead = 0.0

    def set(self, database_now: float) -> None:
        """The database has just said what time it is, in seconds since the epoch."""
        self._ahead = database_now - self._monotonic()

    def at_least(self, database_then: float) -> None:
        """The database has lived through that time already, so it cannot be earlier now."""
        if database_then > self.now():
            self.set(database_then)

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._monotonic() + self._ahead
