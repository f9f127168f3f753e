"""Which parts of a listing form are not for the business, or not in the language it is told in?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from dbolt.domain.fields import Field
from dbolt.forms.evidence import Case
from dbolt.forms.lexicon import NONE, Lexicon
from dbolt.forms.page import LabelKind, Widget
from dbolt.forms.reading import Because
from dbolt.forms.words import words
from dbolt.forms.wordsets import word_set

_LISTED = frozenset({Widget.RADIO, Widget.CHECKBOX})
_WRITTEN = frozenset({Widget.INPUT, Widget.TEXTAREA, Widget.RICH_TEXT})
_TELLING = frozenset(
    {Field.CATEGORY, Field.DESCRIPTION, Field.SHORT_DESCRIPTION, Field.KEYWORDS, Field.HOURS}
)
"""What only the listing of a business asks for."""
_ABOUT = 0.3
"""The part of a heading that tells whom it is about."""


def leave_others(cases: Sequence[Case], lexicon: Lexicon) -> None:
    """A part about somebody else, or for what differs from the rest, is left to be filled in later.

    Nothing is known of whoever sent the business here. A bill's address is the business's own where
    the form insists on it, or asks for no other.
    """
    if not any(case.best()[0] in _TELLING for case in cases):
        return  # a shop's order, whose bill is the buyer's own
    told = [(case, _about(case, lexicon)) for case in cases]
    own = {case.best()[0] for case, about in told if not about and case.best()[1] > 0}
    for case, about in told:
        twice = case.best()[0] in own and not case.control.required
        if "referrer" in about or (about and twice):
            why = "about somebody else, or for what differs"
            case.add(NONE, Because("neighbours", why, 14.0))


def _about(case: Case, lexicon: Lexicon) -> set[str]:
    """Whom a control is about but the business: "billing", "referrer", "apart"."""
    told = [case.control.caption, *case.control.section[:2]]
    nearer = {x.text for x in case.control.labels if x.kind is LabelKind.BEFORE}
    # The first words of a row are about its first box; those before a box are nearer to it.
    told += [
        x.text
        for x in case.control.labels
        if x.kind is LabelKind.LEGEND
        or (x.kind is LabelKind.TABLE_HEAD and (not nearer or x.text in nearer))
    ]
    hits = [h for text in told for h in lexicon.hits("others", words(text))]
    return {h.meaning for h in hits if h.share >= _ABOUT}


def leave_filters(cases: Sequence[Case]) -> None:
    """A box to type into above the choices of the same question only narrows them."""
    for before, case in pairwise(cases):
        typed = before.control.widget is Widget.INPUT and not before.control.required
        chosen = case.control.widget in _LISTED and len(case.control.options) > 1
        asked = {x.text for x in case.control.labels if x.kind is LabelKind.LEGEND}
        over = {x.text for x in before.control.labels} | set(before.control.section[:1])
        alike = before.best()[0] in {"", case.best()[0]}
        if typed and chosen and alike and asked & over:
            because = Because("neighbours", "a box that narrows the choices below", 14.0)
            before.add(NONE, because)


def leave_translations(cases: Sequence[Case], language: str) -> None:
    """Of texts that are asked for in several languages, those in others than the page's stay out.

    They tell by a code in their names: `translations[fr][name]` beside `translations[en][name]`.
    """
    spelled: dict[tuple[str, ...], dict[str, Case]] = {}
    for case in (c for c in cases if c.control.widget in _WRITTEN):
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
