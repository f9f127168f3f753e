"""How many browsers should there be, and why? Values in, a decision with its reason out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from dbolt.domain.browsers import Cause, Demand

FIRST_SERVICE_S = 20.0
"""How long a submission is taken to last before one has been measured."""
ERRAND_S = 15.0
"""How long a website is taken to last; a worker opens one at a time, beside its submissions."""
YOUNG_S = 60.0
"""A worker that dies sooner after its start than this may be the next of a row."""
_FIRST_REST_S = 5.0
_LONGEST_REST_S = 300.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """How few and how many workers there may be, and what each carries.

    backlog_s: what could start now should have been carried out within so long.
    idle_s: for how long a worker must have been one too many before it goes.
    """

    least: int
    most: int
    slots: int
    backlog_s: float = 60.0
    idle_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Standing:
    """The pool at the moment of a decision.

    working: workers that take work, those included that still wait for a node (`pending`) and
    those that have yet to show that they live on (`young`).
    peak: the most that were needed at any moment of the last `idle_s`, this one included.
    cools_s: until that peak is forgotten.
    """

    working: int
    pending: int = 0
    young: int = 0
    draining: int = 0
    peak: int = 0
    cools_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """Workers that died young, one after another. A crash loop must not hire for ever."""

    length: int = 0
    last_at: float = -math.inf
    why: str = ""

    def died(self, now: float, why: str) -> Row:
        """One more."""
        return Row(self.length + 1, now, why)

    def at(self, now: float) -> Row:
        """The row as it counts at *now*: forgotten once somebody could have lived on."""
        return Row() if now - self.last_at > self._rest_s + YOUNG_S else self

    def rests_s(self, now: float) -> float:
        """For how long nobody is hired yet; the first death is made good at once."""
        return max(0.0, self.last_at + self._rest_s - now) if self.length else 0.0

    @property
    def _rest_s(self) -> float:
        if self.length < 2:
            return 0.0
        return float(min(_FIRST_REST_S * 2 ** min(self.length - 2, 10), _LONGEST_REST_S))


@dataclass(frozen=True, slots=True)
class Need:
    """How many workers the work of this moment needs. bounded: `count` within the bounds."""

    count: int
    bounded: int
    cause: Cause
    words: str


@dataclass(frozen=True, slots=True)
class Decision:
    """How many workers there should be, and what to do about it."""

    target: int
    cause: Cause
    reason: str
    hire: int = 0
    release: int = 0


def need(demand: Demand, busy: int, bounds: Bounds, *, errands: int = 0) -> Need:
    """What *demand* needs. busy: leases that workers of the pool hold and will go on with.

    errands: websites of customers that wait to be read, or are being read.

    By Little's law as many slots are needed as are busy; beyond that, so many that what could
    start now is through within `backlog_s`, but never more than there are submissions.
    """
    service_s = FIRST_SERVICE_S if demand.service_s is None else demand.service_s
    everything = demand.startable + busy
    slots = min(everything, max(busy, math.ceil(everything * service_s / bounds.backlog_s)))
    reading = math.ceil(errands * ERRAND_S / max(bounds.backlog_s, ERRAND_S))
    count = max(math.ceil(slots / bounds.slots), reading)
    bounded = max(bounds.least, min(count, bounds.most))
    words = _work(demand, busy, service_s)
    if errands:
        words += f", and {errands} {'website is' if errands == 1 else 'websites are'} to be read"
    if count > bounds.most:
        allowed = f"{_browsers(bounds.most)} at most (DBOLT_WORKERS_MAX)"
        return Need(count, bounded, Cause.MOST, f"{words}; {count} are needed, {allowed}")
    if count < bounds.least:
        kept = f"{_browsers(bounds.least)} kept ready (DBOLT_WORKERS_MIN)"
        return Need(count, bounded, Cause.LEAST, f"{words}; {kept}")
    if not count:
        return Need(0, bounded, Cause.NOTHING, f"{words}; no browser is needed")
    does = "is" if count == 1 else "are"
    return Need(count, bounded, Cause.DEMAND, f"{words}; {_browsers(count)} {does} needed")


def _work(demand: Demand, busy: int, service_s: float) -> str:
    if not demand.startable and not busy:
        return "Nothing could start now"
    of_late = "taken to last" if demand.service_s is None else "lasting"
    return f"{demand.startable} could start now and {busy} under way, {of_late} {service_s:.3g} s"


def _browsers(count: int) -> str:
    return f"{count} browser" if count == 1 else f"{count} browsers"


def decide(need: Need, standing: Standing, row: Row, now: float) -> Decision:
    """The size of the pool, and whom to hire or let go.

    now: on the clock of *row*. Growth is at once, unless workers die in a row: then one at a time
    after a rest. Shrinking waits until the last peak has been forgotten.
    """
    target = max(need.bounded, standing.peak)
    cause, reason = need.cause, need.words
    if target > need.bounded:
        cause = Cause.COOLING
        reason += f"; {target} stay for {standing.cools_s:.0f} s in case work comes back"
    row, missing = row.at(now), target - standing.working
    hire = max(0, missing)
    if row.length > 1 and hire:
        cause = Cause.CRASHING
        rests_s = row.rests_s(now)
        hire = 0 if rests_s > 0 or standing.young else 1
        when = f"in {rests_s:.0f} s" if rests_s > 0 else "now"
        reason += f"; the last {row.length} died at their start ({row.why}), one more tries {when}"
    if standing.pending:
        waits = "waits" if standing.pending == 1 else "wait"
        reason += f"; {standing.pending} {waits} for a node"
    if standing.draining:
        reason += f"; {standing.draining} finishing what they have"
    return Decision(target, cause, reason + ".", hire=hire, release=max(0, -missing))


def unknown(target: int, standing: Standing, row: Row, now: float) -> Decision:
    """What to do while nobody says what is needed: the pool stays as it is."""
    words = "The orchestrator does not say what it needs; nothing is changed"
    kept = Need(target, target, Cause.AWAY, words)
    held = replace(standing, working=min(standing.working, target), peak=0)
    return decide(kept, held, row, now)
