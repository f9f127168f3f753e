"""What do the crosswalk files say: kinds of business, days, payment methods, in eight languages?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from rapidfuzz import fuzz

from dbolt.forms.values.text import fold, stem

_SMALL_WORDS = """and und y e et i en oraz of the de du des la le les el los las di del della da
do dos das van der die i w z for fur para pour per"""
SMALL = frozenset(_SMALL_WORDS.split())
"""Words that names of categories are joined with."""
LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "nl", "pl")


@dataclass(frozen=True, slots=True)
class BusinessType:
    """One kind of business. `under`: the broader kind; empty at the top."""

    name: str
    under: str
    words: Mapping[str, tuple[str, ...]]


def _load(name: str) -> dict[str, Any]:
    text = files("dbolt.forms").joinpath("crosswalk", name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@cache
def business_types() -> Mapping[str, BusinessType]:
    """Every kind of business by its name."""
    return {
        name: BusinessType(
            name, row.get("under", ""), {k: _split(row[k]) for k in LANGUAGES if k in row}
        )
        for name, row in _load("categories.yaml").items()
    }


@cache
def _by_phrase() -> Mapping[str, BusinessType]:
    """Stemmed name → kind; where languages clash ("arts", Dutch "arts"), English goes first."""
    index: dict[str, BusinessType] = {}
    for language in LANGUAGES:
        for kind in business_types().values():
            for word in kind.words.get(language, ()):
                index.setdefault(stemmed(word), kind)
    return index


@cache
def names_of(name: str, languages: tuple[str, ...], shortest: int = 0) -> frozenset[str]:
    """The stemmed names in *languages* of the kind called *name*, without the very short ones."""
    words = business_types()[name].words
    found = {stemmed(word) for code in languages for word in words.get(code, ())}
    return frozenset(phrase for phrase in found if len(phrase) >= shortest)


@cache
def stemmed(text: str) -> str:
    """The folded words of *text* without their endings, small joining words left out."""
    return " ".join(stem(w) for w in fold(text).split() if w not in SMALL)


def type_called(text: str) -> BusinessType | None:
    """The kind of business that *text* is a name of, up to endings and slips of the pen."""
    wanted = stemmed(text)
    if not wanted:
        return None
    exact = _by_phrase().get(wanted)
    if exact is not None:
        return exact
    if len(wanted) < 6:
        return None
    scored = ((fuzz.ratio(wanted, phrase), kind) for phrase, kind in _by_phrase().items())
    score, kind = max(scored, key=lambda pair: pair[0])
    return kind if score >= 92 else None


def type_within(text: str) -> BusinessType | None:
    """The kind of business named inside a longer *text* ("artisan bakery with café")."""
    tokens = stemmed(text).split()
    for size in range(min(4, len(tokens)), 0, -1):
        for start in range(len(tokens) - size + 1):
            kind = _by_phrase().get(" ".join(tokens[start : start + size]))
            if kind is not None:
                return kind
    return None


def broader(kind: BusinessType) -> tuple[BusinessType, ...]:
    """The kinds above *kind*, nearest first."""
    known = business_types()
    above: list[BusinessType] = []
    while kind.under and kind.under in known and known[kind.under] not in above:
        kind = known[kind.under]
        above.append(kind)
    return tuple(above)


@dataclass(frozen=True, slots=True)
class DayWords:
    """Names of the days and what is said about them in one language, Monday first."""

    long: tuple[str, ...]
    short: tuple[str, ...]
    closed: tuple[str, ...]
    all_day: tuple[str, ...]


@cache
def day_words(language: str) -> DayWords:
    """The words of *language*, or the English ones."""
    rows = _load("days.yaml")
    row = rows.get(language, rows["en"])
    return DayWords(*(_split(row[key]) for key in ("long", "short", "closed", "all_day")))


@cache
def payment_words() -> tuple[tuple[str, ...], ...]:
    """Groups of words that mean the same means of payment."""
    return tuple(_split(words) for words in _load("payments.yaml").values())
