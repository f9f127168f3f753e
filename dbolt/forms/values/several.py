"""Which of several boxes, options or tags are true of the business: payments, languages?"""

from __future__ import annotations

import gettext
import re
from functools import lru_cache

import pycountry

from dbolt.domain.fields import Field
from dbolt.forms.page import Option, Widget
from dbolt.forms.values.ask import CHOICE_WIDGETS, Ask, Offer
from dbolt.forms.values.crosswalk import LANGUAGES, payment_words
from dbolt.forms.values.fit import as_text, best_option, unique
from dbolt.forms.values.text import fold


def several(ask: Ask) -> Offer | None:
    """PAYMENT_METHODS or LANGUAGES: every item that the control offers and the profile holds."""
    items = _items(ask)
    if not items:
        return None
    if ask.control.widget in CHOICE_WIDGETS and not ask.control.options:
        told = {fold(spelling) for item in items for spelling in item}
        labels = {fold(label.text) for label in ask.control.labels}
        return Offer(ticked=True) if labels & told else None
    if ask.control.widget in CHOICE_WIDGETS:
        hits = (best_option(ask.usable_options, item) for item in items)
        found: tuple[Option, ...] = tuple(dict.fromkeys(h for h in hits if h is not None))
        many = ask.control.multiple or ask.control.widget is Widget.CHECKBOX
        return Offer(options=found if many else found[:1]) if found else None
    names = [item[0] for item in items]
    if ask.control.widget is Widget.TAGS:
        return Offer(tags=tuple(names))
    if ask.control.widget is Widget.COMBOBOX:
        hits = (best_option(ask.usable_options, item) for item in items)
        shown = [h.text for h in hits if h is not None]
        tags = unique(shown or names) if ask.control.multiple else ()
        return Offer(tags=tags, texts=() if tags else unique([*shown, *names]))
    return as_text(ask, [", ".join(names[:n]) for n in range(len(names), 0, -1)])


def _items(ask: Ask) -> list[tuple[str, ...]]:
    """Each thing to be named, as the spellings it may have, best first."""
    if ask.field is Field.LANGUAGES:
        return [language_spellings(code, ask.language) for code in ask.profile.languages]
    return [payment_spellings(method) for method in ask.profile.payment_methods]


@lru_cache(maxsize=512)
def language_spellings(code: str, language: str) -> tuple[str, ...]:
    """A language's name in *language*, in English, in itself and the others, then its code."""
    known = pycountry.languages.get(alpha_2=code)
    if known is None:
        return (code,)

    def name(into: str) -> str:
        table = gettext.translation(
            "iso639-3", pycountry.LOCALES_DIR, languages=[into], fallback=True
        )
        translated = re.split(r"\s*[(;]", table.gettext(known.name))[0]
        return translated[:1].upper() + translated[1:]

    return unique((name(language), known.name, name(code), *map(name, LANGUAGES), code))


def payment_spellings(method: str) -> tuple[str, ...]:
    """The method as told, then the words that mean the same."""
    told = fold(method)
    same = next((g for g in payment_words() if told in {fold(w) for w in g}), ())
    return unique((method, *same))
