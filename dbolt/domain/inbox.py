"""Which submissions wait for the customer, and for what? Things that nobody else can do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dbolt.domain.lifecycle import State
from dbolt.domain.protocol import AnswerKind
from dbolt.domain.reasons import Reason


class TaskKind(StrEnum):
    """What the customer has to do."""

    EMAIL = "email"
    PIN = "pin"
    CAPTCHA = "captcha"
    APPROVAL = "approval"
    DETAIL = "detail"


@dataclass(frozen=True, slots=True)
class TaskWords:
    """A task as a customer reads it. `steps` may hold `{directory}` and `{email}`."""

    title: str
    steps: tuple[str, ...]
    answers: frozenset[AnswerKind]


_K, _A = TaskKind, AnswerKind
_OWN_HANDS = frozenset({_A.DONE, _A.LEAVE})

TASKS: dict[TaskKind, TaskWords] = {
    _K.EMAIL: TaskWords(
        "Confirm by e-mail",
        (
            "Look for a message from {directory} in the mailbox of {email}, and in its spam.",
            "Open the link in it. Then say here that it is done.",
        ),
        _OWN_HANDS,
    ),
    _K.PIN: TaskWords(
        "Answer a call, a text message or a postcard",
        (
            "{directory} sends a PIN to the phone or the address of the business, or calls.",
            "Type the PIN here, and one of our people enters it.",
            "Or enter it on their site yourself, and say that it is done.",
        ),
        frozenset({_A.PIN, _A.DONE, _A.LEAVE}),
    ),
    _K.CAPTCHA: TaskWords(
        "Show that you are a person",
        (
            "{directory} wants a puzzle solved by a person before it takes a listing.",
            "Open their form, copy your details into it, and send it.",
            "Then say here that it is done.",
        ),
        _OWN_HANDS,
    ),
    _K.APPROVAL: TaskWords(
        "Decide about a fee",
        (
            "{directory} asks for a payment of its own, which your plan does not cover.",
            "We never pay or agree to it for you.",
            "If it is worth it to you, list the business there yourself and say so; else leave it.",
        ),
        _OWN_HANDS,
    ),
    _K.DETAIL: TaskWords(
        "Add or correct a detail",
        (
            "{directory} wants a detail that your profile lacks, or did not take one of them.",
            "Change your details, and it is tried again by itself.",
        ),
        frozenset({_A.LEAVE}),
    ),
}

_OF_REASON: dict[Reason, TaskKind] = {
    Reason.CAPTCHA: _K.CAPTCHA,
    Reason.PAYMENT_REQUIRED: _K.APPROVAL,
    Reason.MISSING_VALUE: _K.DETAIL,
}

OPEN_STATES = frozenset(
    {State.AWAITING_EMAIL, State.AWAITING_CUSTOMER, State.NEEDS_PERSON, State.REJECTED}
)
"""States in which a submission may be a task of the customer's; its reason says whether it is."""


def task_of(state: State, reason: Reason | None) -> TaskKind | None:
    """What the customer has to do about a submission, or None where it is not their turn."""
    match state:
        case State.AWAITING_EMAIL:
            return _K.EMAIL
        case State.AWAITING_CUSTOMER:
            # Once the PIN is given, it is one of our people's turn.
            return None if reason is Reason.PIN_GIVEN else _K.PIN
        case State.NEEDS_PERSON:
            return _OF_REASON.get(reason) if reason else None
        case State.REJECTED:
            return _K.DETAIL if reason is Reason.VALIDATION else None
        case _:
            return None


def answers_to(state: State, reason: Reason | None) -> frozenset[AnswerKind]:
    """What the customer may say to it; nothing where it is not their turn."""
    kind = task_of(state, reason)
    if kind is None or state is State.REJECTED:
        # It is over already, unless the details change.
        return frozenset()
    return TASKS[kind].answers


_WITHIN = re.compile(
    r"\b(?:within|after|expires? in|valid(?: for)?)\s+(?:the next\s+)?(\d{1,3})\s*"
    r"(hour|day|week)s?\b",
    re.IGNORECASE,
)
_UNIT_H = {"hour": 1, "day": 24, "week": 7 * 24}
_LAPSES = re.compile(r"\b(?:expire|valid|confirm|verif|enter|delet|remov|lapse)", re.IGNORECASE)
_THEIRS = re.compile(r"\b(?:we|our|arrive\w*|receive\w*|review\w*)\b", re.IGNORECASE)
"""Words by which a sentence tells when the directory does something, and not the customer."""


def deadline_in(said: str, since: datetime) -> datetime | None:
    """Until when the directory waits, where its own words name a time; never a guess.

    said: what its page said, in English. since: when it said that.
    """
    for sentence in re.split(r"[.!?;\n]", said):
        found = _WITHIN.search(sentence)
        if found and _LAPSES.search(sentence) and not _THEIRS.search(sentence):
            return since + timedelta(hours=int(found[1]) * _UNIT_H[found[2].lower()])
    return None
