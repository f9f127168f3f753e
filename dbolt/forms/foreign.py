"""Which parts of a listing form are not for the business, or not in the language it is told in?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from dbolt.forms.evidence import Case
from dbolt.forms.lexicon import NONE, Lexicon
from dbolt.forms.page import LabelKind, Widget
from dbolt.forms.reading import Because
from dbolt.forms.words import words
from dbolt.forms.wordsets import word_set

_LISTED = frozenset({Widget.RADIO, Widget.CHECKBOX})
_ABOUT = 0.3
"""The part of a heading that tells whom it is about."""


def leave_others(cases: Sequence[Case], lexicon: Lexicon) -> None:
    """A part about somebody else, or for what differs from the rest, is left to be filled in later.

    Nothing is known of whoever sent the business here; a bill's address is known only where the
    form insists on it, and then is the business's own.
    """
    for case in cases:
        said = [case.control.caption, *case.control.section[:2], *_spoken(case)]
        hits = [h for text in said for h in lexicon.hits("others", words(text))]
        meant = {h.meaning for h in hits if h.share >= _ABOUT}
        bill = {"billing", "apart"} & meant and not case.control.required
        if "referrer" in meant or bill:
            why = "about somebody else, or for what differs"
            case.add(NONE, Because("neighbours", why, 14.0))


def _spoken(case: Case) -> list[str]:
    kinds = {LabelKind.TABLE_HEAD, LabelKind.LEGEND, LabelKind.BEFORE, LabelKind.FOR}
    return [label.text for label in case.control.labels if label.kind in kinds]


def leave_filters(cases: Sequence[Case]) -> None:
    """A box to type into above the choices of the same question only narrows them."""
    for before, case in pairwise(cases):
        typed = before.control.widget is Widget.INPUT and not before.control.required
        chosen = case.control.widget in _LISTED and len(case.control.options) > 1
        asked = {x.text for x in case.control.labels if x.kind is LabelKind.LEGEND}
        over = {x.text for x in before.control.labels} | set(before.control.section[:1])
        if typed and chosen and asked & over:
            because = Because("neighbours", "a box that narrows the choices below", 14.0)
            before.add(NONE, because)


def leave_translations(cases: Sequence[Case], language: str) -> None:
    """Of texts that are asked for in several languages, those in others than the page's stay out.

    They tell by a code in their names: `translations[fr][name]` beside `translations[en][name]`.
    """
    spelled: dict[tuple[str, ...], dict[str, Case]] = {}
    for case in cases:
        named = tuple(re.findall(r"[a-z0-9]+", case.control.name.lower()))
        codes = [i for i, w in enumerate(named) if w in word_set("language_codes")]
        for index in codes:
            key = (*named[:index], "", *named[index + 1 :])
            spelled.setdefault(key, {})[named[index]] = case
    for versions in spelled.values():
        if language not in versions:
            continue
        for code, case in versions.items():
            if code != language and not case.control.required:
                because = Because("neighbours", f"the same in another language: {code}", 14.0)
                case.add(NONE, because)
