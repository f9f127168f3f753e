"""Is what a page holds what was typed, up to the page's own formatting? Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from dbolt.domain.fields import SPECS, Field, Kind

_TIME = re.compile(r"^(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*(am|pm|a\.m\.|p\.m\.|uhr|h)?$")
_QUOTES = "\"'\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"
_LEAST_PHONE_DIGITS = 7


def folded(text: str) -> str:
    """Case, accents and white space aside."""
    bare = unicodedata.normalize("NFKD", text.replace("\u00d7", " "))
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).casefold().split())


def same(field: Field, typed: str, held: str) -> bool:
    """Whether *held* is *typed* as a page may have formatted it."""
    if SPECS[field].kind is Kind.URL:
        return _address(typed) == _address(held)
    if folded(typed) == folded(held):
        return True
    if not typed.strip() or not held.strip():
        return False
    alike = _ALIKE.get(field) or _ALIKE.get(SPECS[field].kind)
    return alike is not None and alike(typed, held)


def _same_phone(typed: str, held: str) -> bool:
    """The same digits, or one of them without the country code or its leading zero."""
    long, short = sorted((re.sub(r"\D", "", typed), re.sub(r"\D", "", held)), key=len, reverse=True)
    core = short.lstrip("0")
    return long == short or (len(core) >= _LEAST_PHONE_DIGITS and long.endswith(core))


def _address(url: str) -> str:
    bare = re.sub(r"^[a-z]+://", "", url.strip(), flags=re.IGNORECASE).rstrip("/")
    host, slash, path = bare.partition("/")
    return host.casefold() + slash + path


def _number(text: str) -> str:
    digits = re.sub(r"[^\d.,-]", "", text)
    # 1,234 and 1.234 are a thousand and some; 12.5 and 48.13 are not.
    grouped = re.fullmatch(r"-?\d{1,3}([.,]\d{3})+", digits)
    bare = re.sub(r"[.,]", "", digits) if grouped else digits.replace(",", ".")
    return bare.rstrip("0").rstrip(".") if "." in bare else bare


def _same_degrees(typed: str, held: str) -> bool:
    def degrees(text: str) -> str:
        bare = text.strip().replace(",", ".")
        return bare.rstrip("0").rstrip(".") if "." in bare else bare

    return degrees(typed) == degrees(held)


def _minutes(text: str) -> int | None:
    found = _TIME.match(text.strip().casefold())
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "")[:1]
    if half in ("a", "p"):
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 60 + minute


def _words(text: str) -> str:
    return "".join(c for c in folded(text) if c.isalnum())


def _same_words(typed: str, held: str) -> bool:
    return _words(typed) == _words(held)


_ALIKE: dict[Field | Kind, Callable[[str, str], bool]] = {
    Kind.TEL: _same_phone,
    Kind.NUMBER: lambda typed, held: _number(typed) == _number(held),
    Kind.HOURS: lambda typed, held: (
        _minutes(typed) is not None and _minutes(typed) == _minutes(held)
    ),
    Kind.LONG_TEXT: _same_words,
    Field.LATITUDE: _same_degrees,
    Field.LONGITUDE: _same_degrees,
    Field.POSTAL_CODE: _same_words,
    Field.VAT_ID: _same_words,
}
"""How a field's or a kind's values are compared beyond case, accents and white space."""


def best(wanted: Sequence[str], options: Sequence[str]) -> int | None:
    """Which option is meant, by *wanted* texts in order of preference; None rather than a guess.

    An equal text wins over one that starts with the wanted words, that over one that holds them
    all; the latter two only where a single option does.
    """
    names = [folded(o) for o in options]
    for text in map(folded, wanted):
        if text and text in names:
            return names.index(text)
    for text in map(folded, wanted):
        if not text:
            continue
        for fits in (_starts, _holds):
            found = [i for i, name in enumerate(names) if fits(text, name)]
            if len(found) == 1:
                return found[0]
    return None


def _starts(text: str, name: str) -> bool:
    return re.match(rf"{re.escape(text)}\b", name) is not None


def _holds(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(text)}\b", name) is not None


def is_tag(choice: str, tag: str, *, creates: bool) -> bool:
    """Whether a choice is *tag* itself, or offers to make it: 'Create "bread"', "Add bread…"."""
    name, text = folded(choice), folded(tag)
    if name == text:
        return True
    quoted = rf"[{_QUOTES}]{re.escape(text)}[{_QUOTES}]"
    return text in name and (creates or re.search(quoted, name) is not None)
