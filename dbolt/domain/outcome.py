"""What does an attempt's result, or a look's answer, mean for its submission?

Decided from values alone; the store carries it out only where the state still fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import assert_never

from dbolt.domain.directory import Directory
from dbolt.domain.lifecycle import HANDED_IN, Event, State
from dbolt.domain.reasons import Reason
from dbolt.domain.retry import counts, wait_before_next
from dbolt.domain.submission import (
    HandOver,
    Known,
    Left,
    Looked,
    NotSent,
    Pressed,
    Result,
    VerdictKind,
    event_of_verdict,
)

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S

UNCLEAR_LOOKS_S = (60.0, 600.0)
"""Waits between the looks that decide about an unclear press; after the last a person decides."""
LIVE_LOOKS_S = (3 * DAY_S, 7 * DAY_S, 14 * DAY_S, 28 * DAY_S)
"""Waits between the looks for a listing to appear, after the first one a day after the press."""
FIRST_LIVE_LOOK_S = DAY_S


@dataclass(frozen=True, slots=True)
class Move:
    """One event of the lifecycle with its cause."""

    event: Event
    reason: Reason


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a submission: `unsent` where no press was permitted, `sent` where one was.

    `failures` is added to its count and `wait_s` passes before the next try, both only where
    nothing was sent.
    """

    unsent: Move
    sent: Move
    failures: int = 0
    wait_s: float = 0.0


_UNCLEAR = Move(Event.UNCLEAR, Reason.PRESS_UNCONFIRMED)
_FOUND = Move(Event.FOUND, Reason.FOUND_LIVE)


def of_result(
    result: Result,
    failures: int,
    chance: float,
    backoff: float = 1.0,
    *,
    ours: bool = False,
) -> Outcome:
    """The outcome of an attempt.

    failures: tries that counted before this one. chance: 0 to 1, for the back-off's jitter.
    backoff: multiplies the waits; a demo does not have the patience of a production.
    ours: what the directory lists can only have come by an earlier press of this submission.
    """
    match result:
        case Pressed():
            return _of_press(result.verdict, result.reason)
        case NotSent():
            return _not_sent(result.reason, failures, chance, backoff)
        case HandOver():
            # "Nothing was sent" is not believed once a press was permitted: looking costs less
            # than listing a business twice. So below.
            return Outcome(Move(Event.PERSON_NEEDED, result.reason), _UNCLEAR)
        case Known():
            known = _FOUND if ours else Move(Event.ALREADY_LISTED, Reason.ALREADY_LISTED)
            return Outcome(known, _UNCLEAR)
        case Left():
            return Outcome(Move(Event.SKIPPED, result.reason), _UNCLEAR)
        case Looked():
            # The answer to another question.
            return _not_sent(Reason.BROWSER_CRASHED, failures, chance, backoff)
        case _:
            assert_never(result)


@cache
def _of_press(verdict: VerdictKind, reason: Reason) -> Outcome:
    sent = Move(event_of_verdict(verdict), reason)
    if sent.event is Event.UNCLEAR:
        sent = _UNCLEAR
    # A worker that pressed without a permit is broken; whether the form went through is for a
    # person to find out.
    return Outcome(Move(Event.PERSON_NEEDED, Reason.PRESS_UNCONFIRMED), sent)


def _not_sent(reason: Reason, failures: int, chance: float, backoff: float) -> Outcome:
    counted = int(counts(reason))
    wait_s = wait_before_next(reason, failures + counted, chance)
    if wait_s is None:
        return Outcome(Move(Event.FAILED, reason), _UNCLEAR, counted)
    return Outcome(Move(Event.RETRY_LATER, reason), _UNCLEAR, counted, wait_s * backoff)


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the directory means: a move or none, and the wait until the next look.

    `again_s` None: no further look is needed.
    """

    move: Move | None
    again_s: float | None


@dataclass(frozen=True, slots=True)
class Looking:
    """A look under way: at what, for the *tries*-th time, after how many failures.

    `ours`: a listing that is there can only have come by a press of this submission, because the
    directory did not show it right before, or named it in answer.
    """

    state: State
    directory: Directory
    tries: int
    failures: int = 0
    ours: bool = False


def of_look(answer: Looked | None, looking: Looking, backoff: float = 1.0) -> Look:
    """What the answer means for the submission; None where the look itself failed."""
    found = answer.found if answer is not None else None
    state, tries = looking.state, looking.tries
    if state is State.UNCERTAIN:
        return _of_unclear(looking, backoff, found=found)
    if state not in HANDED_IN or state is State.LIVE:
        return Look(None, None)
    if found:
        return Look(Move(Event.FOUND_LIVE, Reason.FOUND_LIVE), None)
    waits = LIVE_LOOKS_S[tries - 1 : tries]
    return Look(None, waits[0] if waits else None)


def _of_unclear(looking: Looking, backoff: float, *, found: bool | None) -> Look:
    if found:
        # Nobody gets the credit for what may have been there all along.
        older = Move(Event.PERSON_NEEDED, Reason.MAYBE_OLDER)
        return Look(_FOUND if looking.ours else older, None)
    person = Look(Move(Event.PERSON_NEEDED, Reason.PRESS_UNCONFIRMED), None)
    search = looking.directory.recipe.search
    # Not finding it proves something only where every accepted listing is findable at once.
    if found is False and search is not None and search.complete:
        if wait_before_next(Reason.PRESS_UNCONFIRMED, looking.failures + 1, 0.0) is None:
            return person
        return Look(Move(Event.ABSENT, Reason.PRESS_UNCONFIRMED), None)
    waits = UNCLEAR_LOOKS_S[looking.tries - 1 : looking.tries]
    return Look(None, waits[0] * backoff) if waits else person


def first_look_s(state: State, directory: Directory, listing_url: str) -> float | None:
    """Seconds until the first look at what has just become *state*; None where none can tell.

    listing_url: where the directory said that the listing is; empty where it did not say.
    """
    if directory.recipe.search is None and not listing_url:
        return None
    if state is State.UNCERTAIN:
        return 0.0
    if state in HANDED_IN and state is not State.LIVE:
        return FIRST_LIVE_LOOK_S
    return None
