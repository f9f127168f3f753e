"""Is the line fair, within every directory's limits, and is nobody forgotten in it?"""

from __future__ import annotations

import itertools
import math
import random
import time
from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dbolt.domain.directory import Pace
from dbolt.domain.pacing import DAY_S, Pacer
from dbolt.domain.protocol import PauseLevel, PauseScope
from dbolt.domain.schedule import Ready, Schedule, turns

FREE = Pace(concurrency=50, spacing_s=0, per_day=100_000)


def uuid(number: int) -> UUID:
    """The number as an id."""
    return UUID(int=number)


def ready(number: int, turn: float, slug: str = "a", job: int = 0, plan: str = "starter") -> Ready:
    """A submission in line."""
    return Ready(turn, uuid(number), uuid(job), plan, slug)


def one_lane(*rows: Ready, pace: Pace = FREE) -> Schedule:
    """A schedule with the line of one directory, read whole."""
    schedule = Schedule()
    schedule.set_directory("a", pace)
    schedule.begin_read(10)
    schedule.put("a", rows, complete=True, now=0.0)
    return schedule


paces = st.builds(
    Pace,
    concurrency=st.integers(1, 4),
    spacing_s=st.sampled_from([0.0, 1.0, 30.0]),
    per_day=st.integers(1, 6),
)


class PacedDirectory(RuleBasedStateMachine):
    """Attempts and presses in any order never exceed a directory's limits."""

    def __init__(self) -> None:
        super().__init__()
        self.pace = Pace(concurrency=2, spacing_s=30.0, per_day=4)
        self.pacer = Pacer(self.pace)
        self.now = 0.0
        self.unpressed = 0
        self.pressed = 0
        self.asked = 0
        self.presses: list[float] = []

    @rule(seconds=st.sampled_from([0.0, 0.5, 10.0, 30.0, 3600.0, DAY_S / 2, DAY_S]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def wait_until_it_may_start(self) -> None:
        at = self.pacer.may_start_at(self.now)
        if at < math.inf:
            self.now = max(self.now, at)

    @rule()
    def start(self) -> None:
        if self.pacer.may_start_at(self.now) <= self.now:
            self.pacer.start(self.now)
            self.unpressed += 1

    @precondition(lambda self: self.unpressed > self.asked)
    @rule()
    def ask(self) -> None:
        if self.pacer.may_press_at(self.now) <= self.now:
            self.pacer.ask()
            self.asked += 1

    @precondition(lambda self: self.asked)
    @rule(granted=st.booleans(), late=st.sampled_from([0.0, 0.2]))
    def answer(self, granted: bool, late: float) -> None:  # noqa: FBT001 - hypothesis fills it in
        self.now += late
        self.asked -= 1
        if granted:
            self.pacer.answer(self.now)
            self.presses.append(self.now)
            self.unpressed -= 1
            self.pressed += 1
        else:
            self.pacer.answer(None)

    @precondition(lambda self: self.unpressed > self.asked)
    @rule()
    def end_without_press(self) -> None:
        self.pacer.end(pressed=False)
        self.unpressed -= 1

    @precondition(lambda self: self.pressed)
    @rule()
    def end_after_press(self) -> None:
        self.pacer.end(pressed=True)
        self.pressed -= 1

    @invariant()
    def within_its_limits(self) -> None:
        assert self.unpressed + self.pressed <= self.pace.concurrency
        for earlier, later in zip(self.presses, self.presses[1:], strict=False):
            # Added as the pacer adds: the difference of two floats may be a hair less.
            assert later >= earlier + self.pace.spacing_s
        for press in self.presses:
            window = [at for at in self.presses if press - DAY_S < at <= press]
            assert len(window) <= self.pace.per_day

    @invariant()
    def an_idle_directory_opens_again(self) -> None:
        if not self.unpressed and not self.pressed:
            at = self.pacer.may_start_at(self.now)
            assert at <= self.now + DAY_S


TestPacedDirectory = PacedDirectory.TestCase
TestPacedDirectory.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 9), st.floats(0, 100)), min_size=1, max_size=60
    ),
    st.lists(paces, min_size=5, max_size=5),
)
@settings(max_examples=200, deadline=None)
def test_everybody_in_line_is_served_once_and_no_directory_is_hurried(
    wanted: list[tuple[int, int, float]], given_paces: list[Pace]
) -> None:
    schedule, rows = (
        Schedule(),
        [ready(number, turn, f"d{lane}", job) for number, (lane, job, turn) in enumerate(wanted)],
    )
    for number, pace in enumerate(given_paces):
        schedule.set_directory(f"d{number}", pace)
    for slug in schedule.begin_read(10):
        mine = [row for row in rows if row.directory == slug]
        schedule.put(slug, mine, complete=True, now=0.0)
    now, started, running = 0.0, [], []
    while len(started) < len(rows):
        picked = schedule.pick(now, 3)
        for row in picked:
            schedule.leased(row)
            started.append((now, row))
            running.append((now + 5.0, row))
        under_way = Counter(row.directory for _, row in running)
        for number, pace in enumerate(given_paces):
            assert under_way[f"d{number}"] <= pace.concurrency
        if not picked:
            soon = [schedule.next_at(), *(at for at, _ in running)]
            assert min(soon) < math.inf, "somebody waits for ever"
            now = max(now, min(soon))
        for end in [end for end in running if end[0] <= now]:
            running.remove(end)
            lane = schedule.lanes[end[1].directory]
            lane.pacer.ask()
            lane.pacer.answer(now)
            schedule.ended(end[1].directory, now, pressed=True)
    assert sorted(row.id for _, row in started) == sorted(row.id for row in rows)
    for number, pace in enumerate(given_paces):
        times = [at for at, row in started if row.directory == f"d{number}"]
        for earlier, later in itertools.pairwise(times):
            assert later - earlier >= pace.spacing_s


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(50, 200)), min_size=2, max_size=5))
@settings(max_examples=50, deadline=None)
def test_customers_get_turns_by_their_weight(customers: list[tuple[int, int]]) -> None:
    rows = [
        ready(1000 * job + place, turn, "a", job)
        for job, (weight, count) in enumerate(customers)
        for place, turn in enumerate(turns(0.0, None, weight, count))
    ]
    schedule = one_lane(*rows, pace=Pace(concurrency=50, spacing_s=0, per_day=100_000))
    weights = [weight for weight, _ in customers]
    # As long as all have something in line, each gets its share.
    total = min(count // weight for weight, count in customers) * sum(weights)
    served: Counter[int] = Counter()
    for _ in range(total):
        [row] = schedule.pick(0.0, 1)
        served[row.job_id.int] += 1
        schedule.ended("a", 0.0, pressed=False)
    for job, weight in enumerate(weights):
        assert abs(served[job] - total * weight / sum(weights)) <= weight + 1


def test_a_newcomer_is_served_soon_and_an_old_customer_is_not_starved() -> None:
    schedule = one_lane(
        *(ready(place, turn) for place, turn in enumerate(turns(0.0, None, 1, 500)))
    )
    for _ in range(100):
        schedule.pick(0.0, 1)
        schedule.ended("a", 0.0, pressed=False)
    fresh = turns(schedule.served, None, 4, 400)
    schedule.join([ready(1000 + n, turn, job=1) for n, turn in enumerate(fresh)], 0.0)
    served = []
    for _ in range(50):
        [row] = schedule.pick(0.0, 1)
        served.append(row.job_id.int)
        schedule.ended("a", 0.0, pressed=False)
    assert served[:4] == [1, 1, 1, 0] or served[:5].count(1) == 4
    assert served.count(0) == 10


@pytest.mark.parametrize(
    "scope",
    [
        PauseScope(level=PauseLevel.GLOBAL),
        PauseScope(level=PauseLevel.PLAN, key="starter"),
        PauseScope(level=PauseLevel.DIRECTORY, key="a"),
        PauseScope(level=PauseLevel.JOB, key=str(uuid(7))),
    ],
)
def test_what_is_paused_is_not_picked_and_comes_back(scope: PauseScope) -> None:
    rows = [ready(number, number, job=7) for number in range(3)]
    schedule = one_lane(*rows)
    schedule.pause(scope)
    assert schedule.pick(0.0, 10) == []
    schedule.resume(scope, 0.0)
    for slug in schedule.begin_read(10):
        schedule.put(slug, rows, complete=True, now=0.0)
    assert schedule.pick(0.0, 10) == rows


def test_a_lane_is_read_again_before_its_head_is_used_up() -> None:
    schedule = Schedule()
    schedule.set_directory("a", Pace(concurrency=1, spacing_s=0, per_day=100_000))
    line = [ready(number, number) for number in range(1000)]
    served: list[Ready] = []
    while len(served) < len(line):
        windows = schedule.begin_read(10)
        for slug, window in windows.items():
            left = [row for row in line if row not in served][:window]
            schedule.put(slug, left, complete=len(left) < window, now=0.0)
        [row] = schedule.pick(0.0, 1)
        schedule.leased(row)
        served.append(row)
        schedule.ended("a", 0.0, pressed=False)
        assert len(schedule.lanes["a"].heads) <= 64
    assert served == line


def test_what_left_while_the_line_was_read_does_not_come_back_with_it() -> None:
    rows = [ready(number, number) for number in range(3)]
    schedule = one_lane(*rows)
    schedule.look_again(["a"])
    [first] = schedule.pick(0.0, 1)
    schedule.begin_read(10)
    [second] = schedule.pick(0.0, 1)
    schedule.leased(first)
    schedule.leased(second)
    # The answer was made before the leases were durable.
    schedule.put("a", rows, complete=True, now=0.0)
    assert schedule.pick(0.0, 10) == [rows[2]]


def test_who_joins_while_the_line_is_read_is_not_forgotten() -> None:
    schedule = one_lane()
    schedule.look_again(["a"])
    schedule.begin_read(10)
    late = ready(1, 1.0)
    schedule.join([late], 0.0)
    schedule.put("a", [], complete=True, now=0.0)
    assert schedule.is_hungry
    for slug in schedule.begin_read(10):
        schedule.put(slug, [late], complete=True, now=0.0)
    assert schedule.pick(0.0, 1) == [late]


def test_who_must_wait_joins_when_the_time_has_come() -> None:
    schedule = one_lane()
    schedule.joins_at("a", 100.0)
    assert schedule.next_at() == 100.0
    schedule.tick(99.0)
    assert not schedule.is_hungry
    schedule.tick(100.0)
    assert schedule.is_hungry


def test_who_needs_a_proxy_waits_for_it_without_being_asked_all_the_time() -> None:
    schedule = one_lane(ready(1, 1.0), ready(2, 2.0))
    asked: list[str] = []

    def opens(slug: str) -> float:
        asked.append(slug)
        return 50.0 if len(asked) < 3 else math.inf if len(asked) == 3 else -math.inf

    assert schedule.pick(0.0, 5, opens) == []
    assert not schedule.may_pick
    assert schedule.startable(0.0) == 0
    assert schedule.pick(1.0, 5, opens) == []
    assert asked == ["a"]
    assert schedule.next_at() == 50.0
    schedule.proxies_changed(2.0)
    assert schedule.pick(2.0, 5, opens) == []
    assert schedule.pick(50.0, 5, opens) == [], "now only an event helps"
    assert schedule.next_at() == math.inf
    assert len(asked) == 3
    schedule.proxies_changed(60.0)
    assert [row.id for row in schedule.pick(60.0, 5, opens)] == [uuid(1), uuid(2)]


def test_a_job_that_was_called_off_is_passed_over() -> None:
    rows = [ready(number, number, job=number % 2) for number in range(6)]
    schedule = one_lane(*rows)
    schedule.call_off(uuid(1))
    assert [row.job_id.int for row in schedule.pick(0.0, 10)] == [0, 0, 0]


@given(
    st.floats(0, 1e9),
    st.one_of(st.none(), st.floats(0, 1e9)),
    st.integers(1, 100),
    st.integers(0, 50),
)
def test_turns_stand_apart_by_the_weight_and_after_what_the_customer_has(
    joined: float, last: float | None, weight: int, count: int
) -> None:
    given_turns = turns(joined, last, weight, count)
    assert len(given_turns) == count
    assert given_turns == sorted(given_turns)
    assert all(turn >= max(joined, last or 0.0) for turn in given_turns)


@pytest.mark.long
def test_a_decision_does_not_get_slower_with_the_number_of_directories() -> None:
    def seconds_per_pick(lanes: int) -> float:
        schedule = Schedule()
        for lane in range(lanes):
            schedule.set_directory(f"d{lane}", FREE)
        number = 0
        while schedule.is_hungry:
            for slug in schedule.begin_read(1000):
                rows = [ready(number + n, random.random(), slug) for n in range(50)]
                number += 50
                schedule.put(slug, rows, complete=True, now=0.0)
        began = time.perf_counter()
        assert len(schedule.pick(0.0, 5_000)) == 5_000
        return (time.perf_counter() - began) / 5_000

    few = min(seconds_per_pick(200) for _ in range(3))
    assert min(seconds_per_pick(6_400) for _ in range(3)) < 6 * few
