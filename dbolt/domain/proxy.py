"""How good is a proxy at the moment? Its score, and the rest that it takes after failures.

A proxy that failed rests, longer each time, and is then tried by one attempt at a time until one
gets through. What may have been the directory's own failure is held against the proxy only if it
happens on several directories in a row. Times are seconds on one clock that the caller passes in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from dbolt.domain.reasons import Reason
from dbolt.domain.submission import (
    HandOver,
    Known,
    Left,
    Looked,
    NotSent,
    Pressed,
    Result,
    VerdictKind,
)

FIRST_REST_S = 30.0
LONGEST_REST_S = 1800.0
HALF_LIFE_S = 3600.0
"""After so long, what happened weighs half."""
DOUBTS = 2
"""Directories in a row that could not be reached, after which it is taken for the proxy's fault."""
_TRUST = 2.0
"""Successes that a proxy is credited with before anything is known of it."""
_DOUBT_WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class ProxyFacts:
    """What may be known of a proxy everywhere: no credentials.

    `country`: ISO 3166-1 alpha-2 in lower case; empty if unknown. `concurrency`: attempts at once.
    """

    id: str
    scheme: str
    host: str
    port: int
    country: str = ""
    labels: tuple[str, ...] = ()
    concurrency: int = 4


class Went(StrEnum):
    """What an attempt says about its proxy."""

    WELL = "well"
    DOUBTFUL = "doubtful"
    BADLY = "badly"


_UNREACHED = frozenset({Reason.UNREACHABLE, Reason.TIMEOUT})
_SAYS_NOTHING = frozenset(
    {
        Reason.BROWSER_CRASHED,
        Reason.CERTIFICATE,
        Reason.LEASE_EXPIRED,
        Reason.NO_PROXY,
        Reason.SERVER_ERROR,
        Reason.WORKER_LOST,
    }
)


def went(result: Result) -> Went | None:
    """How the proxy of an attempt or a look did; None where the end does not tell."""
    match result:
        case NotSent():
            if result.reason is Reason.PROXY:
                return Went.BADLY
            if result.reason in _UNREACHED:
                return Went.DOUBTFUL
            return None if result.reason in _SAYS_NOTHING else Went.WELL
        case Pressed():
            # The answer to the press may have been lost on any part of the way.
            return None if result.verdict is VerdictKind.UNCLEAR else Went.WELL
        case HandOver() | Known() | Left():
            return Went.WELL
        case Looked():
            return None if result.found is None else Went.WELL
        case _:
            assert_never(result)


@dataclass(frozen=True, slots=True)
class Record:
    """One proxy's history; `rests_until` on the caller's clock."""

    faults: int = 0
    """In a row."""
    rests_until: float = -math.inf
    doubts: frozenset[str] = frozenset()
    """Directories that could not be reached since it last worked."""
    total: int = 0
    """Faults since the record began."""
    good: float = 0.0
    bad: float = 0.0
    """Attempts that went well and badly, faded as of `at`."""
    at: float = 0.0

    @property
    def on_trial(self) -> bool:
        """Whether one attempt at a time may use it."""
        return self.faults > 0

    def rests(self, now: float) -> bool:
        """Whether it is left alone."""
        return now < self.rests_until

    def score(self, now: float) -> float:
        """How likely it works: above 0, at most 1, which is also where it begins."""
        now_good, now_bad = self._faded(now)
        return (now_good + _TRUST) / (now_good + _TRUST + now_bad)

    def after(self, how: Went, directory: str, now: float, backoff: float = 1.0) -> Record:
        """The record once an attempt on *directory* went so. backoff: multiplies the rest."""
        good, bad = self._faded(now)
        match how:
            case Went.WELL:
                return Record(total=self.total, good=good + 1, bad=bad, at=now)
            case Went.DOUBTFUL:
                doubts = self.doubts | {directory}
                if len(doubts) >= DOUBTS:
                    return self._failed(now, backoff)
                return replace(self, doubts=doubts, good=good, bad=bad + _DOUBT_WEIGHT, at=now)
            case Went.BADLY:
                return self._failed(now, backoff)
            case _:
                assert_never(how)

    def _failed(self, now: float, backoff: float) -> Record:
        good, bad = self._faded(now)
        failed = Record(
            self.faults, self.rests_until, total=self.total + 1, good=good, bad=bad + 1, at=now
        )
        if self.rests(now):
            # It began before the rest, and tells of the same failure.
            return failed
        rest_s = min(LONGEST_REST_S, FIRST_REST_S * 2.0 ** min(self.faults, 10)) * backoff
        return replace(failed, faults=self.faults + 1, rests_until=now + rest_s)

    def _faded(self, now: float) -> tuple[float, float]:
        fade = math.pow(0.5, max(now - self.at, 0.0) / HALF_LIFE_S)
        return self.good * fade, self.bad * fade
