"""Does a site hold what the profile says? Equality in substance, not in spelling.

A telephone number may be stored in any format, a state by code or name, an address with or
without its unit, a description in one of the profile's variants.
"""

from __future__ import annotations

import gettext
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

import phonenumbers
import pycountry

from dbolt.domain.fields import SOCIAL, Field
from dbolt.domain.profile import Profile
from dbolt.sandbox.checks import picture_facts
from dbolt.sandbox.told import VALUES, expected_fields

__all__ = ["expected_fields", "matches", "mismatches"]

_WORDS_IN = ("de", "es", "fr", "it", "pt", "nl", "pl")
_TITLES = (
    {"ms", "mrs", "miss", "frau", "mme", "mme.", "madame", "sra", "sra.", "señora", "female"},
    {"mr", "herr", "m.", "m", "monsieur", "sr", "sr.", "señor", "male"},
)
_SHORTEST_CUT = 40
_NEARNESS_DEG = 0.001
_LOOK_BITS = 8


def matches(
    profile: Profile, field: Field, stored: object, *, right_categories: Collection[str] = ()
) -> bool:
    """Whether what a site has *stored* for *field* is what the profile says.

    right_categories: the site's own categories that are right for the business; without them a
    category has to share a word with the profile's.
    """
    if field is Field.CATEGORY and right_categories:
        return str(stored) in right_categories
    return _RULES.get(field, _same_text)(profile, field, stored)


def mismatches(
    profile: Profile, fields: Mapping[str, object], right_categories: Collection[str] = ()
) -> list[Field]:
    """The fields of a stored listing (as the town tells it) that are not what the profile says."""
    return [
        Field(name)
        for name, stored in fields.items()
        if not matches(profile, Field(name), stored, right_categories=right_categories)
    ]


_Rule = Callable[[Profile, Field, object], bool]


def _fold(text: object) -> str:
    return " ".join(unicodedata.normalize("NFKC", str(text)).casefold().split())


def _words(text: object) -> list[str]:
    return re.findall(r"\w+", _fold(text))


def _same_text(profile: Profile, field: Field, stored: object) -> bool:
    value = VALUES.get(field)
    return value is not None and bool(stored) and _fold(stored) == _fold(value(profile) or "")


def _description(profile: Profile, _field: Field, stored: object) -> bool:
    text = _fold(stored)
    variants = [_fold(d) for d in (*profile.descriptions, profile.tagline)]
    if text in variants:
        return bool(text)
    cut = text.rstrip("….").rstrip()
    return len(cut) >= _SHORTEST_CUT and any(
        v.startswith(cut) and not v[len(cut) :][:1].isalnum() for v in variants
    )


def _category(profile: Profile, _field: Field, stored: object) -> bool:
    wanted = {w[:5] for c in (profile.category, *profile.categories) for w in _words(c)}
    return any(word[:5] in wanted for word in _words(stored))


def _parts(stored: object) -> list[str]:
    items = stored if isinstance(stored, list) else re.split(r"[,;|\n]", str(stored))
    return [folded for item in items if (folded := _fold(item))]


def _keywords(profile: Profile, _field: Field, stored: object) -> bool:
    known = {_fold(w) for w in (*profile.keywords, profile.category, *profile.categories)}
    return bool(parts := _parts(stored)) and set(parts) <= known


def _payments(profile: Profile, _field: Field, stored: object) -> bool:
    known = {_fold(w) for w in profile.payment_methods}
    return bool(parts := _parts(stored)) and set(parts) <= known


def _languages(profile: Profile, _field: Field, stored: object) -> bool:
    known = set(profile.languages)
    for code in profile.languages:
        found = pycountry.languages.get(alpha_2=code)
        known |= {_fold(found.name), _fold(found.alpha_3)} if found else set()
    return bool(parts := _parts(stored)) and set(parts) <= known


def _title(profile: Profile, _field: Field, stored: object) -> bool:
    return any(
        _fold(profile.contact.title).rstrip(".") in words and _fold(stored) in words
        for words in _TITLES
    )


def _phone(profile: Profile, field: Field, stored: object) -> bool:
    told = str(getattr(profile, field.value))
    try:
        number = phonenumbers.parse(str(stored), profile.address.country)
    except phonenumbers.NumberParseException:
        return False
    return bool(told) and told == phonenumbers.format_number(
        number, phonenumbers.PhoneNumberFormat.E164
    )


def _bare(url: object) -> str:
    scheme, mark, rest = str(url).strip().partition("://")
    text = rest if mark else scheme
    host, slash, path = text.partition("/")
    return (host.casefold() + slash + path).rstrip("/")


def _url(profile: Profile, field: Field, stored: object) -> bool:
    told = VALUES[field](profile)
    return bool(told and stored) and _bare(stored) == _bare(told)


def _social(profile: Profile, field: Field, stored: object) -> bool:
    told = str(VALUES[field](profile) or "")
    handle = told.rstrip("/").rsplit("/", 1)[-1].lstrip("@")
    return _url(profile, field, stored) or bool(handle and str(stored).lstrip("@") == handle)


def _street(profile: Profile, _field: Field, stored: object) -> bool:
    # House numbers stand before or after the street's name, as the country has it.
    words, street = sorted(_words(stored)), _words(profile.address.street)
    return words in (sorted(street), sorted(street + _words(profile.address.unit)))


def _house_number(profile: Profile, _field: Field, stored: object) -> bool:
    numbers = re.findall(r"\d+\s?[a-z]?\b", _fold(profile.address.street))
    return _fold(stored) in {n.strip() for n in numbers}


def _address(profile: Profile, _field: Field, stored: object) -> bool:
    where = profile.address
    words = _words(stored)
    wanted = [*_words(where.street), *_words(where.city), *_words(where.postal_code)]
    states = [_words(name) for name in _state_names(where.country, where.state)]
    return all(w in words for w in wanted) and any(set(s) <= set(words) for s in states)


@lru_cache
def _state_names(country: str, state: str) -> frozenset[str]:
    found = next((s for s in pycountry.subdivisions if s.code == f"{country}-{state}"), None)
    return frozenset(
        {_fold(state), f"{country}-{state}".casefold()} | ({_fold(found.name)} if found else set())
    )


def _state(profile: Profile, _field: Field, stored: object) -> bool:
    return _fold(stored) in _state_names(profile.address.country, profile.address.state)


@lru_cache
def _country_names(code: str) -> frozenset[str]:
    known = pycountry.countries.get(alpha_2=code)
    english = {
        getattr(known, name, "")
        for name in ("alpha_2", "alpha_3", "name", "common_name", "official_name")
    }
    every = set(english)
    for language in _WORDS_IN:
        words = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language], fallback=True)
        every |= {words.gettext(name) for name in english if name}
    return frozenset(_fold(name) for name in every if name)


def _country(profile: Profile, _field: Field, stored: object) -> bool:
    return _fold(stored) in _country_names(profile.address.country)


def _near(profile: Profile, field: Field, stored: object) -> bool:
    told: float | None = getattr(profile, field.value)
    try:
        return told is not None and abs(float(str(stored)) - told) < _NEARNESS_DEG
    except ValueError:
        return False


def _number(profile: Profile, field: Field, stored: object) -> bool:
    """A number, or a range such as "10-19", "50+" that holds it."""
    told: int | None = getattr(profile, field.value)
    found = [int(n) for n in re.findall(r"\d+", str(stored))]
    if told is None or not found:
        return False
    if len(found) == 1:
        return found[0] == told or (str(stored).strip().endswith("+") and told >= found[0])
    return found[0] <= told <= found[1]


def _price(profile: Profile, _field: Field, stored: object) -> bool:
    text = str(stored).strip()
    level = len(text) if text and set(text) <= set("$€£") else text
    return str(level) == str(profile.price_range)


def _hours(profile: Profile, _field: Field, stored: object) -> bool:
    if isinstance(stored, str):
        try:
            stored = json.loads(stored)
        except ValueError:
            return False
    if not isinstance(stored, dict):
        return False
    told = {
        day.value: [[s.opens.strftime("%H:%M"), s.closes.strftime("%H:%M")] for s in spans]
        for day, spans in profile.hours.items()
    }
    return bool(told) and told == stored


def _logo(profile: Profile, _field: Field, stored: object) -> bool:
    facts = picture_facts(profile.logo.data) if profile.logo else None
    if facts is None or not isinstance(stored, dict) or "look" not in stored:
        return False
    differing = int(str(facts["look"]), 16) ^ int(str(stored["look"]), 16)
    return differing.bit_count() <= _LOOK_BITS


def _agreed(profile: Profile, _field: Field, stored: object) -> bool:
    return profile.terms_agreed and bool(stored)


def _never(_profile: Profile, _field: Field, _stored: object) -> bool:
    """Nobody asked for it: a newsletter that was ordered is a mistake."""
    return False


_RULES: dict[Field, _Rule] = {
    Field.DESCRIPTION: _description,
    Field.SHORT_DESCRIPTION: _description,
    Field.CATEGORY: _category,
    Field.KEYWORDS: _keywords,
    Field.CONTACT_TITLE: _title,
    Field.PHONE: _phone,
    Field.MOBILE: _phone,
    Field.FAX: _phone,
    Field.WHATSAPP: _phone,
    Field.WEBSITE: _url,
    Field.BOOKING_URL: _url,
    Field.VIDEO: _url,
    **dict.fromkeys(SOCIAL, _social),
    Field.ADDRESS: _address,
    Field.STREET: _street,
    Field.HOUSE_NUMBER: _house_number,
    Field.STATE: _state,
    Field.COUNTRY: _country,
    Field.LATITUDE: _near,
    Field.LONGITUDE: _near,
    Field.HOURS: _hours,
    Field.YEAR_FOUNDED: _number,
    Field.EMPLOYEES: _number,
    Field.PRICE_RANGE: _price,
    Field.PAYMENT_METHODS: _payments,
    Field.LANGUAGES: _languages,
    Field.LOGO: _logo,
    Field.PHOTO: _never,
    Field.TERMS: _agreed,
    Field.NEWSLETTER: _never,
    Field.CAPTCHA: _never,
}
