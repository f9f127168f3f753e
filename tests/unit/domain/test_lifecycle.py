"""Does the lifecycle table keep the product's promises?"""

from __future__ import annotations

from collections import deque

import pytest

from dbolt.domain.lifecycle import (
    HANDED_IN,
    JOB_TRANSITIONS,
    MOVING,
    RETRYABLE,
    TRANSITIONS,
    Event,
    JobState,
    State,
    after,
)
from dbolt.domain.submission import VerdictKind, event_of_verdict


def _reachable(start: State, *, without: set[Event]) -> set[State]:
    seen, waiting = {start}, deque([start])
    while waiting:
        here = waiting.popleft()
        for (state, event), there in TRANSITIONS.items():
            if state is here and event not in without and there not in seen:
                seen.add(there)
                waiting.append(there)
    return seen


def test_every_state_can_be_reached_from_the_queue() -> None:
    assert _reachable(State.QUEUED, without=set()) == set(State)


def test_a_press_never_leads_back_to_the_queue_without_a_look_or_a_person() -> None:
    looked = {Event.ABSENT, Event.REQUEUED}
    assert State.QUEUED not in _reachable(State.PRESSED, without=looked)
    assert State.LEASED not in _reachable(State.PRESSED, without=looked)


def test_what_was_pressed_and_went_silent_is_uncertain_and_not_failed() -> None:
    assert after(State.PRESSED, Event.LEASE_EXPIRED) is State.UNCERTAIN
    assert after(State.PRESSED, Event.FAILED) is None
    assert after(State.PRESSED, Event.RETRY_LATER) is None


def test_only_a_press_or_a_look_or_a_person_makes_a_submission_submitted() -> None:
    sources = {key for key, target in TRANSITIONS.items() if target is State.SUBMITTED}
    assert sources == {
        (State.PRESSED, Event.ACCEPTED),
        (State.UNCERTAIN, Event.FOUND),
        (State.LEASED, Event.FOUND),
        (State.AWAITING_EMAIL, Event.ACCEPTED),
        (State.AWAITING_CUSTOMER, Event.ACCEPTED),
        (State.NEEDS_PERSON, Event.HAND_DONE),
        (State.AWAITING_EMAIL, Event.CUSTOMER_DONE),
        (State.AWAITING_CUSTOMER, Event.CUSTOMER_DONE),
        (State.NEEDS_PERSON, Event.CUSTOMER_DONE),
    }


def test_only_an_independent_look_makes_a_listing_live() -> None:
    assert {e for (_, e), target in TRANSITIONS.items() if target is State.LIVE} == {
        Event.FOUND_LIVE
    }


def test_what_a_directory_holds_is_never_sent_again() -> None:
    for state in HANDED_IN | {State.DUPLICATE}:
        assert State.QUEUED not in {
            target for (source, _), target in TRANSITIONS.items() if source is state
        }
        assert state not in RETRYABLE


def test_states_that_end_a_job_have_no_way_on_without_outside_help() -> None:
    outside = {
        Event.REQUEUED,
        Event.HAND_DONE,
        Event.CUSTOMER_DONE,
        Event.CUSTOMER_ANSWERED,
        Event.PENDING_CUSTOMER,
        Event.ACCEPTED,
        Event.FOUND_LIVE,
        Event.REJECTED,
        Event.SKIPPED,
        Event.CANCELLED,
    }
    for state, event in TRANSITIONS:
        if state not in MOVING:
            assert event in outside


@pytest.mark.parametrize("verdict", list(VerdictKind))
def test_every_verdict_moves_a_pressed_submission(verdict: VerdictKind) -> None:
    assert after(State.PRESSED, event_of_verdict(verdict)) is not None


def test_every_job_can_end() -> None:
    for start in JobState:
        seen, waiting = {start}, deque([start])
        while waiting:
            here = waiting.popleft()
            for (state, _), there in JOB_TRANSITIONS.items():
                if state is here and there not in seen:
                    seen.add(there)
                    waiting.append(there)
        assert JobState.COMPLETE in seen
