"""Is a directory that fails left alone, and found again when it is well?"""

from __future__ import annotations

import pytest

from dbolt.domain.breaker import FIRST_REST_S, LONGEST_REST_S, TRIP, Breaker
from dbolt.domain.directory import Pace
from dbolt.domain.pacing import Pacer
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver, Known, NotSent, Pressed, Result, VerdictKind

FAULT = NotSent(reason=Reason.UNREACHABLE)


def after(results: list[Result], now: float = 0.0) -> Breaker:
    """The breaker after these ends."""
    breaker = Breaker()
    for result in results:
        breaker = breaker.after(result, now)
    return breaker


def test_a_few_failures_in_a_row_leave_a_directory_alone() -> None:
    assert not after([FAULT] * (TRIP - 1)).tripped
    breaker = after([FAULT] * TRIP, now=100.0)
    assert breaker.tripped
    assert breaker.rests_until == 100.0 + FIRST_REST_S


def test_the_rest_grows_with_each_failure_up_to_a_longest() -> None:
    rests = [after([FAULT] * (TRIP + more)).rests_until for more in range(12)]
    assert rests[1] == 2 * rests[0]
    assert rests == sorted(rests)
    assert rests[-1] == LONGEST_REST_S


@pytest.mark.parametrize(
    "end",
    [
        Pressed(verdict=VerdictKind.REJECTED, reason=Reason.REFUSED),
        Known(),
        HandOver(reason=Reason.CAPTCHA),
    ],
)
def test_one_page_that_works_ends_the_rest(end: Result) -> None:
    assert after([FAULT] * TRIP + [end]) == Breaker()


def test_our_own_failures_say_nothing_about_a_directory() -> None:
    ours = [Reason.PROXY, Reason.BROWSER_CRASHED, Reason.PERMIT_REFUSED]
    assert after([NotSent(reason=reason) for reason in ours * TRIP]) == Breaker()


def test_after_the_rest_one_attempt_at_a_time_tries() -> None:
    pacer = Pacer(Pace(concurrency=4, spacing_s=0, per_day=100))
    pacer.breaker = after([FAULT] * TRIP)
    assert pacer.may_start_at(1.0) == FIRST_REST_S
    assert pacer.places(FIRST_REST_S) == 1
    pacer.start(FIRST_REST_S)
    assert pacer.places(FIRST_REST_S) == 0
    pacer.breaker = Breaker()
    assert pacer.places(FIRST_REST_S) == 3
