"""Whose is it: the entry, telephone or address of a business, or of somebody at home?"""

from __future__ import annotations

from dbolt.forms.page import Control, Option, Widget
from dbolt.forms.words import words
from dbolt.forms.wordsets import word_set

_WIDGETS = frozenset({Widget.RADIO, Widget.SELECT})
_MOST = 12


def business_choice(control: Control) -> Option | None:
    """The option of *control* that stands for a business where another stands for a person.

    None where it asks for anything else: "Personal trainer, Office cleaning" are trades.
    """
    if control.widget not in _WIDGETS or not 2 <= len(control.options) <= _MOST:
        return None
    own = [o for o in control.options if _is_of(o, "of_business")]
    if not own or not any(_is_of(o, "of_person") for o in control.options if o not in own):
        return None
    lines = word_set("other_lines")
    return next((o for o in own if lines.isdisjoint(words(o.text))), own[0])


def _is_of(option: Option, name: str) -> bool:
    said = words(option.text)
    return 0 < len(said) <= 2 and not word_set(name).isdisjoint(said)
