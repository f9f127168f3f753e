"""Which of several spellings fits a control, and which of its options means the same?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from dbolt.forms.page import Option, Widget
from dbolt.forms.values.ask import CHOICE_WIDGETS, Ask, Offer, matches_pattern
from dbolt.forms.values.text import fold, plain

FUZZY_FLOOR = 90.0
"""Below this likeness (0 to 100) two names are not the same thing."""


def one_value(ask: Ask, spellings: Iterable[str]) -> Offer | None:
    """One value written in several ways (best first), as text or as the option that means it."""
    known = unique(spellings)
    if not known:
        return None
    if ask.control.widget in CHOICE_WIDGETS and ask.control.options:
        option = best_option(ask.usable_options, known)
        return Offer(options=(option,)) if option else None
    if ask.control.widget in CHOICE_WIDGETS:
        return None
    if ask.control.widget is Widget.COMBOBOX and ask.usable_options:
        return _listed(ask, known)
    return as_text(ask, known)


def as_text(ask: Ask, spellings: Sequence[str]) -> Offer | None:
    """The spellings within the limits, those that satisfy the pattern first; None if none is."""
    allowed = [s for s in unique(spellings) if ask.limits.allow(s)]
    matching = [s for s in allowed if matches_pattern(ask.control, s)]
    # A browser holds a form back whose pattern is not met: what fails it is no value at all.
    return Offer(texts=tuple(matching)) if matching else None


def _listed(ask: Ask, spellings: Sequence[str]) -> Offer | None:
    """For a list with a filter box: the listed option's text first, if the list shows it."""
    option = best_option(ask.usable_options, spellings)
    if option is not None:
        return Offer(texts=unique((option.text, *spellings)))
    shown = len(ask.control.options)
    partial = ask.control.options_total > shown
    return Offer(texts=tuple(spellings), sure=0.6) if partial else None


def best_option(options: Sequence[Option], spellings: Sequence[str]) -> Option | None:
    """The option that means one of *spellings*; exact before folded before fuzzy; else None."""
    for spelling in spellings:
        for option in options:
            if spelling.strip() in {option.text.strip(), option.value}:
                return option
        for form in (plain, fold):
            wanted = form(spelling)
            for option in options:
                if wanted and wanted in {form(option.text), form(option.value)}:
                    return option
    return _fuzzy(options, spellings)


def _fuzzy(options: Sequence[Option], spellings: Sequence[str]) -> Option | None:
    """The most similar option text, if it is nearly the same and clearly the best."""
    best: tuple[float, Option] | None = None
    for spelling in (fold(s) for s in spellings):
        if len(spelling) < 5:
            continue
        for option in options:
            score = fuzz.ratio(spelling, fold(option.text))
            if score >= FUZZY_FLOOR and (best is None or score > best[0]):
                best = (score, option)
    return best[1] if best else None


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """The non-empty texts, each once, in order."""
    return tuple(dict.fromkeys(t.strip() for t in texts if t and t.strip()))
