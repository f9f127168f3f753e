"""Which words are in a piece of text, or in a control's name or id?"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from dbolt.forms.wordsets import word_set

# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_EMAIL = re.compile(r"\be[\s\-‐‑_.]?mails?\b")
_POSSESSIVE = re.compile(r"(?<=\w)['’‘`´]s\b")
_NUMBER_SIGN = re.compile(r"#|\bn[°º]|№")
_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])"
)
_SEPARATORS = re.compile(r"[^0-9A-Za-z\u00c0-\uffff]+")
_HEX_ID = re.compile(r"[0-9a-f]{8,}")


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """*text* without case, accents and possessive endings; "E-Mail" becomes "email"."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = _POSSESSIVE.sub("", plain)
    return _EMAIL.sub("email", plain)


@lru_cache(maxsize=20_000)
def words(text: str) -> tuple[str, ...]:
    """The folded words of *text*, in order; a number sign counts as the word "number"."""
    return tuple(_WORD.findall(_NUMBER_SIGN.sub(" number ", fold(text))))


@lru_cache(maxsize=20_000)
def split_identifier(identifier: str) -> tuple[str, ...]:
    """The words in a name or id: "ctl00$Body$ddlCountry" gives ("country",).

    camelCase, digits and punctuation part words. What frameworks prefix is left out, unless it
    is the whole name.
    """
    if not identifier:
        return ()
    pieces = [p for p in _SEPARATORS.split(identifier) if p]
    parts = [fold(w) for piece in pieces for w in _CAMEL.sub(" ", piece).split()]
    parts = _join_mail([p for p in parts if p and not _HEX_ID.fullmatch(p)])
    useful = [p for p in parts if p not in word_set("framework")]
    if all(p.isdigit() for p in useful):
        useful = parts if len(parts) == 1 and not parts[0].isdigit() else []
    # A leading number is a position in a form builder ("q8_address"), never a meaning.
    while useful and useful[0].isdigit():
        useful.pop(0)
    return tuple(_without_long_numbers(useful))


def _join_mail(parts: list[str]) -> list[str]:
    joined: list[str] = []
    for part in parts:
        if part == "mail" and joined and joined[-1] == "e":
            joined[-1] = "email"
        else:
            joined.append(part)
    return joined


def _without_long_numbers(parts: list[str]) -> list[str]:
    return [p for p in parts if not (p.isdigit() and len(p) > 2)]
