"""What do the options of a select, a radio group or a set of check boxes say?"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

import pycountry

from dbolt.domain.fields import Field
from dbolt.forms import fees
from dbolt.forms.lexicon import LANGUAGES, NONE, Lexicon
from dbolt.forms.page import Control, LabelKind, Widget
from dbolt.forms.reading import Because
from dbolt.forms.values.crosswalk import type_within
from dbolt.forms.words import fold, words
from dbolt.forms.wordsets import word_set

_TIME = re.compile(r"^\d{1,2}([:.h] ?\d{2}( ?[ap]\.?m\.?)?( uhr| h)?| ?[ap]\.?m\.?| ?uhr| ?h)$")
_YEAR = re.compile(r"^(1[89]|20)\d\d$")
_DIAL = re.compile(r"^(\w{2,3} )?[(\[]?\+ ?\d{1,4}|\(\+?\d{1,4}\)$|\+\d{1,4}\)?$")
_MONEY = re.compile(
    r"^[$€£¥]{1,5}(\W|$)|^(low|cheap|inexpensive|moderate|budget|expensive|luxury)\b"
)
_STAFF = re.compile(
    r"^(\d[\d.,]*)( ?[-–] ?| to | a | bis | tot | do )(\d[\d.,]*)"
    r"|^\d+ ?\+$|^(>|<|over|more than) ?\d+"
)
MOST = 60
_NETWORKS = 3


def contents(control: Control, lexicon: Lexicon) -> list[tuple[str, Because]]:
    """Evidence from what there is to choose from; empty where that is nothing."""
    texts = [o.text.strip() for o in control.options if o.text.strip()]
    values = [o.value.strip() for o in control.options if o.value.strip()]
    if len(texts) < 2:
        return _by_example(control)
    shown = _sample(texts)
    found: list[tuple[str, float, str]] = []
    for meaning, weight, name, test, least in _TESTS:
        share = sum(map(test, shown)) / len(shown)
        if share >= least:
            found.append((meaning, weight * min(1.0, share + 0.2), name))
    found += _places(shown, _sample(values))
    days = sum(bool(lexicon.find("days", t)) for t in shown) / len(shown)
    if days > 0.6:
        found.append((NONE, 5.0, "days of the week"))
    if why := fees.plans(control):
        found.append((Field.PLAN, 9.0, why))
    # Countries with their codes in brackets, states and years would also pass looser tests.
    found.sort(key=lambda f: -f[1])
    return [(m, Because("options", w, weight)) for m, weight, w in found[:2]]


def _by_example(control: Control) -> list[tuple[str, Because]]:
    """A box whose example is a row of trades ("e.g. plumber, baker") asks for one."""
    if control.widget is not Widget.INPUT:
        return []
    for label in control.labels:
        if label.kind is not LabelKind.PLACEHOLDER:
            continue
        named = [part for part in re.split(r"[,;/]", label.text) if part.strip()]
        if len(named) > 1 and sum(map(is_trade, named)) >= 0.6 * len(named):
            return [(Field.CATEGORY, Because("options", f"example {label.text[:40]}", 4.6))]
    return []


def is_networks(control: Control) -> bool:
    """Whether one chooses a social network here."""
    texts = {fold(o.text.strip()) for o in control.options}
    return len(texts & word_set("networks")) >= _NETWORKS


def is_dial_codes(control: Control) -> bool:
    """Whether the options are countries' calling codes."""
    texts = [o.text or o.value for o in control.options[:MOST]]
    return len(texts) > 1 and sum(bool(_DIAL.search(t.strip())) for t in texts) > 0.6 * len(texts)


def is_times(control: Control) -> bool:
    """Whether the options are times of day."""
    texts = [fold(o.text.strip()) for o in control.options if o.text.strip()][:MOST]
    return len(texts) > 3 and sum(bool(_TIME.match(t)) for t in texts) > 0.7 * len(texts)


def is_payment(text: str) -> bool:
    """Whether *text* names a way to pay and little else."""
    found = words(text)
    return 0 < len(found) <= 3 and not word_set("payments").isdisjoint(found)


@lru_cache(maxsize=20_000)
def is_trade(text: str) -> bool:
    """Whether *text* names a kind of business, whatever else it says."""
    return not word_set("trades").isdisjoint(words(text)) or type_within(text) is not None


def is_language(text: str) -> bool:
    """Whether *text* is the name of a language."""
    return fold(text).strip() in _languages()


def _sample(texts: Sequence[str]) -> list[str]:
    """At most MOST of *texts*, evenly spread, without the "please choose" at the head."""
    rest = list(texts[1:]) if len(texts) > 2 else list(texts)
    return rest[:: max(1, len(rest) // MOST)][:MOST] or list(texts)


def _all_in(name: str) -> Callable[[str], bool]:
    def test(text: str) -> bool:
        found = words(text)
        return bool(found) and word_set(name).issuperset(found)

    return test


def _any_in(name: str) -> Callable[[str], bool]:
    return lambda text: not word_set(name).isdisjoint(words(text))


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: bool(pattern.search(fold(text.strip())))


def _is_past_year(text: str) -> bool:
    return bool(_YEAR.match(text.strip())) and int(text) < 2024


def _is_number_below_32(text: str) -> bool:
    return text.strip().isdigit() and int(text) < 32


_Test = tuple[str, float, str, Callable[[str], bool], float]
_TESTS: tuple[_Test, ...] = (
    (NONE, 6.0, "month names", _all_in("months"), 0.6),
    (NONE, 4.0, "days of a month", _is_number_below_32, 0.9),
    (NONE, 6.0, "sexes", _all_in("sexes"), 0.95),
    (NONE, 4.0, "yes or no", _all_in("yes_no"), 0.9),
    (NONE, 5.0, "kinds of card", _all_in("cards"), 0.9),
    (Field.CONTACT_TITLE, 6.0, "forms of address", _all_in("titles"), 0.5),
    (Field.PHONE, 4.0, "calling codes", _matches(_DIAL), 0.6),
    (Field.HOURS, 4.0, "times of day", _matches(_TIME), 0.7),
    (Field.YEAR_FOUNDED, 1.2, "past years", _is_past_year, 0.6),
    (Field.PRICE_RANGE, 4.5, "price levels", _matches(_MONEY), 0.6),
    (Field.EMPLOYEES, 3.2, "ranges of numbers", _matches(_STAFF), 0.6),
    (Field.PAYMENT_METHODS, 4.0, "ways to pay", _any_in("payments"), 0.6),
    (Field.CONTACT_ROLE, 3.0, "roles", _any_in("roles"), 0.5),
    (Field.CATEGORY, 3.0, "trades", is_trade, 0.3),
)


def _places(texts: Sequence[str], values: Sequence[str]) -> list[tuple[str, float, str]]:
    folded = [fold(t).strip() for t in texts]
    countries = sum(t in _countries() for t in folded) / len(folded)
    languages = sum(t in _languages() for t in folded) / len(folded)
    states = sum(t in _states() for t in folded) / len(folded)
    if countries >= 0.5 and countries >= states:
        return [(Field.COUNTRY, 5.0, "countries")]
    if languages >= 0.6:
        return [(Field.LANGUAGES, 4.0, "languages")]
    if states >= 0.5 and states > countries:
        return [(Field.STATE, 5.0, "states or provinces")]
    codes = sum(v.upper() in _us_codes() for v in values) / max(1, len(values))
    return [(Field.STATE, 4.0, "codes of states")] if codes > 0.8 and len(values) > 5 else []


@cache
def _countries() -> frozenset[str]:
    names: set[str] = {
        "usa",
        "uk",
        "united states of america",
        "great britain",
        "russia",
        "vietnam",
    }
    names |= {"iran", "syria", "laos", "bolivia", "venezuela", "tanzania", "ivory coast", "england"}
    names |= {"south korea", "north korea", "moldova", "macedonia", "turkey", "czech republic"}
    translations = [
        gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[x], fallback=True)
        for x in LANGUAGES
    ]
    for country in pycountry.countries:
        own = {country.name, getattr(country, "common_name", country.name)}
        names |= {fold(t.gettext(n)) for t in translations for n in own} | {fold(n) for n in own}
    return frozenset(names)


@cache
def _languages() -> frozenset[str]:
    names: set[str] = set(word_set("own_languages"))
    common = sorted(word_set("language_codes"))
    translations = [
        gettext.translation("iso639-3", pycountry.LOCALES_DIR, languages=[x], fallback=True)
        for x in LANGUAGES
    ]
    for code in common:
        language = pycountry.languages.get(alpha_2=code)
        if language is not None:
            own = language.name.split(" (")[0].replace("Modern Greek", "Greek")
            names |= {fold(own), *(fold(t.gettext(language.name)) for t in translations)}
    return frozenset(names)


# Countries whose addresses name a state or province, and those of the languages read.
_WITH_STATES = "US CA AU DE ES IT BR MX IN AT CH NL BE PL GB IE FR PT AR JP CN ZA MY"


@cache
def _states() -> frozenset[str]:
    subdivisions = [
        s
        for code in _WITH_STATES.split()
        for s in pycountry.subdivisions.get(country_code=code) or ()
    ]
    translations = [
        gettext.translation("iso3166-2", pycountry.LOCALES_DIR, languages=[x], fallback=True)
        for x in LANGUAGES
    ]
    names = {fold(s.name) for s in subdivisions}
    names |= {fold(t.gettext(s.name)) for t in translations for s in subdivisions}
    return frozenset(names | {code.lower() for code in _us_codes()})


@cache
def _us_codes() -> frozenset[str]:
    both = [s.code[3:] for c in ("US", "CA") for s in pycountry.subdivisions.get(country_code=c)]
    return frozenset(both)
