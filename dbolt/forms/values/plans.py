"""Which of a directory's plans may be chosen? One that is free, or none at all."""

from __future__ import annotations

from dbolt.forms.fees import has_strings, is_free
from dbolt.forms.values.ask import Ask, Offer


def plan(ask: Ask) -> Offer | None:
    """The free plan, rather one that asks for nothing in return; None if all cost something.

    No other option is ever offered in its place: a refusal must not end with a bill.
    """
    free = [o for o in ask.control.options if not o.disabled and is_free(o)]
    free.sort(key=has_strings)
    return Offer(options=(free[0],)) if free else None
