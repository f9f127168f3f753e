"""How long will a job take still? Measured, or not told: never a number made up.

Two things hold a job up: how fast submissions get done, which is measured over the last hour of
this very job, and how fast its slowest directory may be used, whoever the customer is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID

from dbolt.domain.lifecycle import JobState
from dbolt.store.queries import statements
from serve_app.parts import Parts
from serve_app.records import Job

ENOUGH = 5
"""So many must be done before their pace says anything."""
FRESH_S = 10.0
KEPT = 500
_UNDER_WAY = frozenset({JobState.QUEUED, JobState.RUNNING})


@dataclass(frozen=True, slots=True)
class Measured:
    """A job's pace. `longest_s`: the least that `slowest`, a directory, keeps it waiting."""

    remaining: int
    settled: int
    window_s: float
    longest_s: float
    slowest: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds left, None while they are not known. `slowest`: the directory that decides, if one.

    `at_least`: more than these seconds, because only the directories' own pace is known so far.
    """

    seconds: float | None
    slowest: str = ""
    at_least: bool = False


def estimate(pace: Measured) -> Estimate:
    """What *pace* lets one say."""
    if pace.remaining == 0:
        return Estimate(0.0)
    if pace.settled < ENOUGH or pace.window_s <= 0:
        # A wait that a directory imposes is known before anything is measured.
        known = pace.longest_s >= 60
        return Estimate(pace.longest_s if known else None, pace.slowest if known else "", known)
    by_work = pace.remaining * pace.window_s / pace.settled
    if pace.longest_s > by_work:
        return Estimate(pace.longest_s, pace.slowest)
    return Estimate(by_work)


class TimeLeft:
    """Estimates of late: many viewers of one job cost one measurement in ten seconds."""

    def __init__(self) -> None:
        self._known: dict[UUID, tuple[float, Estimate]] = {}

    async def of(self, parts: Parts, job: Job) -> Estimate | None:
        """How long *job* takes still; None where it is not under way."""
        if job.state not in _UNDER_WAY or job.settled == job.total:
            return None
        now = time.monotonic()
        known = self._known.get(job.id)
        if known is None or now - known[0] > FRESH_S:
            # Others' places in the same lines count too, so this is read with the web's own rights;
            # nothing but the numbers comes out.
            row = await parts.pool.fetchrow(statements("jobs", "serve_app")["time_left"], job.id)
            if row is None:
                return None
            values = {name: row[name] or 0 for name in ("remaining", "settled", "window_s")}
            pace = Measured(
                **values, longest_s=row["longest_s"] or 0.0, slowest=row["slowest"] or ""
            )
            while len(self._known) >= KEPT:
                self._known.pop(next(iter(self._known)))
            known = self._known[job.id] = (now, estimate(pace))
        return known[1]
