"""May a directory be visited, may a form be sent to it? Its own limits, whoever the customer is.

Times are seconds on one clock; `math.inf` means "not before something else ends".
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

from dbolt.domain.breaker import Breaker
from dbolt.domain.directory import Pace

DAY_S = 86_400.0


class Pacer:
    """One directory's visits under way and its presses of the last day."""

    def __init__(self, pace: Pace, presses: Sequence[float] = ()) -> None:
        """A pacer that knows *presses*, oldest first."""
        self.pace = pace
        self.breaker = Breaker()
        self.under_way = 0
        """Attempts and looks at a time."""
        self._to_press = 0
        """Attempts under way that have not pressed and may yet do so."""
        self.held_until = -math.inf
        """When a proxy may be free for the next attempt, where it needs one."""
        self._asking = 0
        """Presses whose permits are being made durable."""
        self._started = -math.inf
        self._presses: deque[float] = deque(presses)

    def start(self, now: float) -> None:
        """An attempt begins."""
        self.under_way += 1
        self._to_press += 1
        self._started = max(self._started, now)

    def taken_over(self, now: float, *, pressed: bool) -> None:
        """An attempt of an earlier orchestrator is under way; its press, if any, is known."""
        self.start(now)
        if pressed:
            self._to_press -= 1

    def end(self, *, pressed: bool) -> None:
        """An attempt ended, after a press or without one."""
        self.under_way = max(0, self.under_way - 1)
        if not pressed:
            self._to_press = max(0, self._to_press - 1)

    def start_look(self) -> None:
        """A look at a listing begins: it takes a place, but neither presses nor waits."""
        self.under_way += 1

    def end_look(self) -> None:
        """A look ended."""
        self.under_way = max(0, self.under_way - 1)

    def ask(self) -> None:
        """A press was found to be due, and its permit is on its way to the disk."""
        self._asking += 1

    def answer(self, at: float | None) -> None:
        """The permit that was asked for holds from *at*, or was refused (None)."""
        self._asking = max(0, self._asking - 1)
        if at is not None:
            self._to_press = max(0, self._to_press - 1)
            self._presses.append(at)

    def may_start_at(self, now: float) -> float:
        """When the next attempt may begin; *now* or earlier if it may at once."""
        pace, breaker, presses = self.pace, self.breaker, self._presses
        if self.under_way >= (1 if breaker.tripped else pace.concurrency):
            return math.inf
        # Written out, because it is asked several times for each attempt.
        at = self._started
        if presses and presses[-1] > at:
            at = presses[-1]
        at += pace.spacing_s
        at = max(at, breaker.rests_until)
        at = max(at, self.held_until)
        budget_at = self._budget_at(now, self._to_press)
        return max(at, budget_at)

    def places(self, now: float) -> int:
        """How many attempts could begin now."""
        if self.may_start_at(now) > now:
            return 0
        # With any spacing the next one has to wait for it.
        alone = self.pace.spacing_s > 0 or self.breaker.tripped
        free = 1 if alone else self.pace.concurrency - self.under_way
        return min(free, self.pace.per_day - len(self._presses) - self._to_press)

    def may_press_at(self, now: float) -> float:
        """When the next press may come, for an attempt that has begun."""
        if self._asking and self.pace.spacing_s > 0:
            return math.inf
        return max(
            self._last_press() + self.pace.spacing_s,
            self._budget_at(now, self._asking),
        )

    def _last_press(self) -> float:
        return self._presses[-1] if self._presses else -math.inf

    def _budget_at(self, now: float, reserved: int) -> float:
        """When a press beyond *reserved* ones fits into the limit of any 24 hours."""
        presses = self._presses
        while presses and presses[0] <= now - DAY_S:
            presses.popleft()
        over = len(presses) + reserved - self.pace.per_day
        if over < 0:
            return -math.inf
        if over >= len(presses):
            return math.inf
        return presses[over] + DAY_S
