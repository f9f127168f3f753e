"""Is a directory worth visiting at the moment? Its circuit breaker, whoever the customer is.

After a few failures in a row that are the directory's own, it is left alone for a while, and then
visited by one attempt at a time, until one gets through. What waits in its line loses no try. If
it does not come back within hours, who waits is let go, so that no job waits for a dead site.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import assert_never

from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver, Known, Left, Looked, NotSent, Pressed, Result

TRIP = 5
"""Failures in a row that open the circuit."""
GIVE_UP = TRIP + 5
"""Failures in a row after which nobody is kept waiting: by then it has rested for 2.5 hours."""
FIRST_REST_S = 300.0
LONGEST_REST_S = 6 * 3600.0

_FAULTS = frozenset(
    {
        Reason.UNREACHABLE,
        Reason.TIMEOUT,
        Reason.SERVER_ERROR,
        Reason.PAGE_GONE,
        Reason.NO_FORM,
        Reason.FILL_FAILED,
        Reason.CERTIFICATE,
        # More knocking makes a wall higher.
        Reason.ROBOT_WALL,
    }
)


@dataclass(frozen=True, slots=True)
class Breaker:
    """One directory's failures in a row; `rests_until` on the caller's clock."""

    failures: int = 0
    rests_until: float = -math.inf

    @property
    def tripped(self) -> bool:
        """Whether one attempt at a time may try, and none before `rests_until`."""
        return self.failures >= TRIP

    @property
    def hopeless(self) -> bool:
        """Whether who waits in its line should wait no longer."""
        return self.failures >= GIVE_UP

    def after(self, result: Result, now: float, backoff: float = 1.0) -> Breaker:
        """The breaker once an attempt has ended so. backoff: multiplies the rest."""
        fault = _fault(result)
        if fault is None:
            return self
        if not fault:
            return Breaker() if self.failures else self
        failures = self.failures + 1
        if failures < TRIP:
            return Breaker(failures)
        # Beyond 2**10 the longest rest rules anyway.
        rest_s = min(LONGEST_REST_S, FIRST_REST_S * 2.0 ** min(failures - TRIP, 10))
        return Breaker(failures, now + rest_s * backoff)


def _fault(result: Result) -> bool | None:
    """Whether the directory failed; None where the attempt says nothing about it."""
    match result:
        case Pressed() | Known():
            return False
        case HandOver() | NotSent() | Left():
            if result.reason in _FAULTS:
                return True
            return None if isinstance(result, NotSent) else False
        case Looked():
            return None
        case _:
            assert_never(result)
