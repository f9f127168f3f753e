"""Which of a directory's plans may be chosen? One that is free, or none at all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from dbolt.forms.fees import costs, has_strings, is_free
from dbolt.forms.page import Control, Widget
from dbolt.forms.values.ask import Ask, Offer
from dbolt.forms.values.signs import is_required
from dbolt.forms.words import words
from dbolt.forms.wordsets import word_set


def plan(ask: Ask) -> Offer | None:
    """The free plan, rather one that asks for nothing in return; None if all cost something.

    No other option is ever offered in its place: a refusal must not end with a bill.
    """
    free = [o for o in ask.control.options if not o.disabled and is_free(o)]
    free.sort(key=has_strings)
    return Offer(options=(free[0],)) if free else None


def without_surcharges(controls: Sequence[Control]) -> list[Control]:
    """The controls but those that cost extra: an optional one right before the box that buys it."""
    return [
        control
        for control, after in zip_longest(controls, controls[1:])
        if after is None or is_required(control) or not _is_surcharge(after)
    ]


def _is_surcharge(control: Control) -> bool:
    """Whether *control* is a box that buys the field before it: "This field costs $10. Add it"."""
    if control.widget is not Widget.CHECKBOX:
        return False
    told = [x.text for x in control.labels] + [o.text for o in control.options]
    return any(costs(t) and not word_set("a_field").isdisjoint(words(t)) for t in told)
