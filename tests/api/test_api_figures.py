"""Do the numbers, curves and words on pages say what the rows say?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbolt.domain.lifecycle import JobState, State
from dbolt.domain.reasons import Reason
from serve_app.web.board import levels, time_left
from serve_app.web.charts import ceiling, points, ring
from serve_app.web.words import (
    GROUPS,
    ago,
    job_pill,
    percent,
    span,
    submission_pill,
    web_url,
    why,
)

counts = st.dictionaries(st.sampled_from(State), st.integers(1, 500), min_size=1)


@given(counts)
def test_the_ring_is_whole_and_in_the_rows_proportions(found: dict[State, int]) -> None:
    arcs = ring(found)
    assert sum(arc.count for arc in arcs) == sum(found.values())
    assert sum(arc.length for arc in arcs) == pytest.approx(100, abs=0.01)
    for one, next_one in pairwise(arcs):
        assert next_one.offset == pytest.approx(one.offset - one.length, abs=0.01)


def test_each_state_is_in_one_group_and_has_words() -> None:
    for state in State:
        assert sum(state in group.states for group in GROUPS) == 1
        assert submission_pill(state).text
    assert all(job_pill(state).text for state in JobState)
    assert all(why(reason) for reason in Reason)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_percentage_is_full_or_empty_only_when_it_is(part: int, rest: int) -> None:
    share = percent(part, part + rest)
    assert 0 <= share <= 100
    assert (share == 100) == (rest == 0 and part > 0)
    assert (share == 0) == (part == 0)


@given(st.lists(st.integers(-3, 5), min_size=1, max_size=60), st.integers(200, 300))
def test_a_level_is_what_it_was_before_each_move(moved: list[int], now: int) -> None:
    found = levels(now, moved)
    assert found[-1] == now
    for before, after, change in zip(found, found[1:], moved[1:], strict=False):
        assert after - before == change


@given(st.floats(0, 1e6))
def test_an_axis_holds_its_highest_value_in_four_whole_steps(highest: float) -> None:
    top = ceiling(highest)
    assert top >= highest
    assert top % 4 == 0
    assert top <= max(4, highest * 2.6)


def test_a_line_runs_from_edge_to_edge_inside_its_box() -> None:
    assert points([0, 5, 10], width=100, height=20) == "0.0,20.0 50.0,10.0 100.0,0.0"
    assert points([], width=100, height=20) == ""


def test_time_left_is_told_only_from_a_measured_pace() -> None:
    assert time_left(100, [0] * 60) == ""
    assert time_left(0, [5] * 60) == ""
    assert time_left(150, [0] * 45 + [1] * 15) == "≈ 2 h 30 min left"


def test_times_are_said_as_people_say_them() -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    said = [ago(now - timedelta(seconds=s), now) for s in (3, 59, 61, 7300, 90_000, 200_000)]
    assert said == ["just now", "59 s ago", "1 min ago", "2 h ago", "1 day ago", "2 days ago"]
    assert ago(None, now) == "—"
    assert span(7800, exact=True) == "2 h 10 min"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x", "", None, "x"])
def test_a_link_leads_to_a_site_or_nowhere(url: str | None) -> None:
    assert web_url(url) == ""
