"""Does the pool ask for what the work needs, and say so in words?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.sizing import YOUNG_S, Bounds, Need, Row, Standing, decide, need, unknown
from dbolt.domain.browsers import Cause, Demand

BOUNDS = Bounds(least=0, most=10, slots=3, backlog_s=60, idle_s=60)

demands = st.builds(
    Demand,
    startable=st.integers(0, 5000),
    service_s=st.none() | st.floats(0, 600),
)
bounds_of = st.tuples(st.integers(0, 5), st.integers(1, 40), st.integers(1, 8)).map(
    lambda n: Bounds(least=min(n[0], n[1]), most=n[1], slots=n[2])
)


def wants(startable: int, busy: int = 0, service_s: float | None = 10.0, **more: int) -> Need:
    bounds = Bounds(**{"least": 0, "most": 10, "slots": 3, **more})
    return need(Demand(startable=startable, service_s=service_s), busy, bounds)


@pytest.mark.parametrize(
    ("startable", "busy", "service_s", "count"),
    [
        (0, 0, 10.0, 0),
        (1, 0, 0.1, 1),  # Somebody has to do it, however quick it is.
        (6, 0, 10.0, 1),  # 60 s of work, to be done in 60 s, fit into one slot.
        (30, 0, 10.0, 2),  # 5 slots
        (30, 0, 60.0, 10),  # All at once, or they are not through in time.
        (4, 0, 600.0, 2),  # Four submissions never fill more than four slots.
        (0, 9, 1.0, 3),  # What is under way keeps its slots, however quick it is.
        (6, 0, None, 1),
    ],
)
def test_slots_follow_from_what_could_start_and_how_long_it_takes(
    startable: int, busy: int, service_s: float | None, count: int
) -> None:
    assert wants(startable, busy, service_s).bounded == count


@given(demands, st.integers(0, 200), bounds_of)
def test_a_need_stays_within_its_bounds_and_gives_each_submission_one_slot_at_most(
    demand: Demand, busy: int, bounds: Bounds
) -> None:
    found = need(demand, busy, bounds)
    assert bounds.least <= found.bounded <= bounds.most
    assert (found.count - 1) * bounds.slots < max(demand.startable + busy, 1)
    assert (found.count == 0) == (demand.startable + busy == 0)


@given(demands, st.integers(0, 50), bounds_of)
def test_more_work_never_needs_fewer(demand: Demand, busy: int, bounds: Bounds) -> None:
    more = demand.model_copy(update={"startable": demand.startable + 1})
    assert need(more, busy, bounds).bounded >= need(demand, busy, bounds).bounded


@given(st.integers(1, 400), st.floats(0.5, 120))
def test_a_backlog_that_is_worked_on_does_not_feed_on_itself(
    backlog: int, service_s: float
) -> None:
    """As workers take up the backlog, it becomes busy slots; that is not more work."""
    bounds = Bounds(least=0, most=1000, slots=3)
    count, busy = 0, 0
    for _ in range(5):
        demand = Demand(startable=backlog - busy, service_s=service_s)
        found = need(demand, busy, bounds).bounded
        assert count in (0, found)
        count, busy = found, min(backlog, found * bounds.slots)


def test_the_reason_tells_what_was_counted() -> None:
    assert wants(30, 2).words == (
        "30 could start now and 2 under way, lasting 10 s; 2 browsers are needed"
    )
    assert wants(0).cause is Cause.NOTHING
    assert wants(0).words == "Nothing could start now; no browser is needed"
    kept = wants(0, least=1)
    assert (kept.cause, kept.bounded) == (Cause.LEAST, 1)
    assert "DBOLT_WORKERS_MIN" in kept.words
    held = wants(3000, most=4)
    assert (held.cause, held.bounded) == (Cause.MOST, 4)
    assert "DBOLT_WORKERS_MAX" in held.words


def test_it_grows_at_once_and_shrinks_when_the_peak_is_forgotten() -> None:
    calm = Row()
    grown = decide(wants(60), Standing(working=1, peak=4), calm, 0)
    assert (grown.hire, grown.release, grown.target) == (3, 0, 4)
    kept = decide(wants(0), Standing(working=4, peak=4, cools_s=42), calm, 0)
    assert (kept.hire, kept.release, kept.cause) == (0, 0, Cause.COOLING)
    assert "4 stay for 42 s in case work comes back" in kept.reason
    gone = decide(wants(0), Standing(working=4, peak=0), calm, 0)
    assert (gone.target, gone.release) == (0, 4)


def test_those_that_wait_for_a_node_are_counted_and_named() -> None:
    decision = decide(wants(60), Standing(working=4, pending=3, peak=4, draining=1), Row(), 0)
    assert decision.hire == 0
    assert decision.reason.endswith("3 wait for a node; 1 finishing what they have.")


def test_a_crash_loop_does_not_hire_for_ever() -> None:
    row, now, hired = Row(), 0.0, 0
    for _ in range(3600):
        decision = decide(wants(60), Standing(working=0, peak=4), row, now)
        hired += decision.hire
        if decision.hire:
            row = row.at(now).died(now, "NoBrowser: no Chromium was found")
        now += 1.0
    assert hired <= 25, "in an hour"
    assert decision.cause is Cause.CRASHING
    assert "NoBrowser: no Chromium was found" in decision.reason


def test_after_a_row_of_deaths_one_tries_alone_until_it_has_lived() -> None:
    row = Row().died(0, "x").died(1, "x").died(2, "x")
    resting = decide(wants(60), Standing(working=0, peak=4), row, 5)
    assert resting.hire == 0
    assert decide(wants(60), Standing(working=0, peak=4), row, 13).hire == 1
    assert decide(wants(60), Standing(working=1, young=1, peak=4), row, 14).hire == 0
    lived = decide(wants(60), Standing(working=1, peak=4), row, 14 + YOUNG_S)
    assert (lived.hire, lived.cause) == (3, Cause.DEMAND)


def test_the_first_death_is_made_good_at_once() -> None:
    row = Row().died(100, "kill -9")
    assert decide(wants(60), Standing(working=3, young=3, peak=4), row, 100).hire == 1


def test_while_nobody_says_what_is_needed_the_dead_are_replaced_and_nobody_goes() -> None:
    assert unknown(2, Standing(working=1), Row(), 0).hire == 1
    kept = unknown(2, Standing(working=4), Row(), 0)
    assert (kept.hire, kept.release, kept.cause) == (0, 0, Cause.AWAY)
