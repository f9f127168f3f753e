"""How does a proxy's record change, and what does an end say about it?"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbolt.domain.proxy import (
    FIRST_REST_S,
    HALF_LIFE_S,
    LONGEST_REST_S,
    Record,
    Went,
    went,
)
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver, Looked, NotSent, Pressed, Result, VerdictKind

WENT = st.sampled_from(list(Went))


def test_rests_grow_until_it_works_again() -> None:
    record, now, rests = Record(), 0.0, []
    for _ in range(10):
        record = record.after(Went.BADLY, "a", now)
        rests.append(record.rests_until - now)
        now = record.rests_until
    assert rests[:3] == [FIRST_REST_S, 2 * FIRST_REST_S, 4 * FIRST_REST_S]
    assert rests == sorted(rests)
    assert rests[-1] == LONGEST_REST_S
    assert record.on_trial
    assert not record.rests(now)
    record = record.after(Went.WELL, "a", now)
    assert not record.on_trial
    assert record.total == 10
    assert record.after(Went.BADLY, "a", now).rests_until == now + FIRST_REST_S


def test_attempts_that_fail_together_are_one_failure() -> None:
    first = Record().after(Went.BADLY, "a", 0.0)
    again = first.after(Went.BADLY, "b", 1.0)
    assert (again.faults, again.rests_until) == (1, first.rests_until)


def test_one_unreachable_directory_is_not_held_against_it() -> None:
    record = Record()
    for now in range(5):
        record = record.after(Went.DOUBTFUL, "dead", float(now))
    assert not record.rests(5.0)
    assert record.score(5.0) < 1
    assert record.after(Went.DOUBTFUL, "another", 5.0).rests(6.0)
    assert not record.after(Went.WELL, "b", 5.0).after(Went.DOUBTFUL, "c", 6.0).rests(7.0)


def test_what_happened_long_ago_weighs_little() -> None:
    record = Record().after(Went.BADLY, "a", 0.0)
    scores = [record.score(hours * HALF_LIFE_S) for hours in (0, 1, 2, 8)]
    assert scores == sorted(scores)
    assert scores[0] < 0.7
    assert scores[-1] > 0.99
    assert Record().score(0.0) == 1


@given(st.lists(st.tuples(WENT, st.sampled_from("abc"), st.floats(0, 4000)), max_size=40))
def test_scores_and_rests_stay_in_their_bounds(history: list[tuple[Went, str, float]]) -> None:
    record, now = Record(), 0.0
    for how, directory, wait_s in history:
        now += wait_s
        record = record.after(how, directory, now)
        assert 0 < record.score(now) <= 1
        assert record.rests_until - now <= LONGEST_REST_S
        assert (record.rests_until == -math.inf) or record.faults > 0


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (NotSent(reason=Reason.PROXY), Went.BADLY),
        (NotSent(reason=Reason.UNREACHABLE), Went.DOUBTFUL),
        (NotSent(reason=Reason.TIMEOUT), Went.DOUBTFUL),
        (NotSent(reason=Reason.NO_FORM), Went.WELL),
        (NotSent(reason=Reason.BROWSER_CRASHED), None),
        (HandOver(reason=Reason.CAPTCHA), Went.WELL),
        (Pressed(verdict=VerdictKind.ACCEPTED, reason=Reason.ACCEPTED), Went.WELL),
        (Pressed(verdict=VerdictKind.UNCLEAR, reason=Reason.PRESS_UNCONFIRMED), None),
        (Looked(found=False), Went.WELL),
        (Looked(found=None), None),
    ],
)
def test_what_ends_say_about_the_proxy(result: Result, said: Went | None) -> None:
    assert went(result) is said
