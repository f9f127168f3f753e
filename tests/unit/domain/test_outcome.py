"""Is a listing credited only where it can have come by a press of ours?"""

from __future__ import annotations

import pytest

from dbolt.domain.directory import Directory, Evidence, ListingSearch, Pace, Policy, Recipe
from dbolt.domain.lifecycle import Event, State, after
from dbolt.domain.outcome import Looking, Move, of_look, of_result
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Known, Looked

SITE = Directory(
    slug="a",
    name="A",
    home_url="http://a.localhost/",
    submit_url="http://a.localhost/add",
    policy=Policy.AUTO,
    evidence=Evidence.PROVEN,
    pace=Pace(concurrency=1, spacing_s=0, per_day=10),
    recipe=Recipe(search=ListingSearch(url="http://a.localhost/?q={name}", complete=True)),
)


@pytest.mark.parametrize(
    ("ours", "move", "state"),
    [
        (True, Move(Event.FOUND, Reason.FOUND_LIVE), State.SUBMITTED),
        (False, Move(Event.PERSON_NEEDED, Reason.MAYBE_OLDER), State.NEEDS_PERSON),
    ],
)
def test_a_find_after_an_unclear_press_counts_only_if_it_was_not_there_before(
    *, ours: bool, move: Move, state: State
) -> None:
    looking = Looking(State.UNCERTAIN, SITE, tries=1, ours=ours)
    assert of_look(Looked(found=True), looking).move == move
    assert after(State.UNCERTAIN, move.event) is state


@pytest.mark.parametrize(("ours", "state"), [(True, State.SUBMITTED), (False, State.DUPLICATE)])
def test_what_is_listed_before_a_press_is_a_duplicate_unless_it_is_ours(
    *, ours: bool, state: State
) -> None:
    outcome = of_result(Known(), 0, 0.5, ours=ours)
    assert after(State.LEASED, outcome.unsent.event) is state
    assert after(State.PRESSED, outcome.sent.event) is State.UNCERTAIN


@pytest.mark.parametrize("found", [False, None])
def test_whose_listing_it_would_be_does_not_matter_where_none_was_found(
    *, found: bool | None
) -> None:
    answer = Looked(found=found)
    looks = [
        of_look(answer, Looking(State.UNCERTAIN, SITE, tries=1, ours=ours))
        for ours in (True, False)
    ]
    assert looks[0] == looks[1]
