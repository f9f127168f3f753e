"""How long may a control's text be, as its attributes and as its words say?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from dbolt.forms.page import Control
from dbolt.forms.values.text import plain

_COUNT = r"(\d{1,3}(?:[.,\u00a0 ]\d{3})+|\d{1,6})"
_UNIT = (
    r"(?P<unit>char(?:acter)?s?\b|zeichen\b|caracter(?:es)?\b|caratteri\b|signes\b|tekens\b"
    r"|karakters\b|znak(?:ow|i)\b|letters\b|words?\b|worte?r?n?\b|woerter\b|palabras\b|mots\b"
    r"|parole\b|palavras\b|woorden\b|slow[a]?\b)"
)
_RANGE = re.compile(
    _COUNT + r"\s*(?:-|–|to|and|bis|und|y|a|et|e|i|do|tot|en|ate|oraz)\s*" + _COUNT + r"\s*" + _UNIT
)
_SINGLE = re.compile(_COUNT + r"[\s-]*" + _UNIT)
_COUNTER = re.compile(r"\b0\s*/\s*" + _COUNT + r"\b")
_LEAST = re.compile(
    r"at least|minimum|\bmin\b|mindest|au moins|al menos|como minimo|minim|almeno|pelo menos"
    r"|no minimo|ten minste|co najmniej|more than|longer than"
)
_LEFT = re.compile(
    r"\b(?:remaining|left|ubrig|verbleib\w*|restant\w*|rimanent\w*|rimast\w*|resterend\w*"
    r"|pozostal\w*)\b"
)
_WORD_UNITS = ("word", "wort", "woer", "pala", "mots", "paro", "woor", "slow")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a text must keep to. Zero: no such limit."""

    most: int = 0
    least: int = 0
    most_words: int = 0
    least_words: int = 0

    def allow(self, text: str) -> bool:
        """Whether *text* keeps to all of them."""
        count = len(text.split())
        return (
            self.fits(text)
            and len(text) >= self.least
            and (not self.least_words or count >= self.least_words)
        )

    def fits(self, text: str) -> bool:
        """Whether *text* is not too long, whatever the lower limits."""
        return not (
            (self.most and length(text) > self.most)
            or (self.most_words and len(text.split()) > self.most_words)
        )


def length(text: str) -> int:
    """How a browser counts: UTF-16 units, as `maxlength` does, a line break as two for servers."""
    return len(text.encode("utf-16-le")) // 2 + text.count("\n")


def limits_of(control: Control) -> Limits:
    """The limits from the attributes and the words around *control*; the stricter one wins."""
    told = " | ".join(label.text for label in control.labels)
    said = said_limits(told)
    most = control.maxlength or 0
    least = control.minlength or 0
    if said.most:
        # A counter that runs down while one types tells what is left, not what there was.
        whole = said.most + (length(control.value) if _LEFT.search(plain(told)) else 0)
        most = min(most, whole) if most else whole
    return Limits(most, max(least, said.least), said.most_words, said.least_words)


@lru_cache(maxsize=4096)
def said_limits(text: str) -> Limits:
    """The limits that a sentence tells: "max. 200 characters", "0/160", "50 to 300 words"."""
    folded = plain(text)
    found = {"most": 0, "least": 0, "most_words": 0, "least_words": 0}
    for match in _RANGE.finditer(folded):
        tail = "_words" if match["unit"].startswith(_WORD_UNITS) else ""
        found["least" + tail], found["most" + tail] = _number(match[1]), _number(match[2])
    for match in _SINGLE.finditer(_RANGE.sub(" ", folded)):
        if re.search(r"(?:^|\s)[-−]$", match.string[: match.start()]):
            continue  # "-34 characters remaining": so many too many
        tail = "_words" if match["unit"].startswith(_WORD_UNITS) else ""
        clause = _clause(_RANGE.sub(" ", folded), match.start(), match.end())
        key = ("least" if _LEAST.search(clause) else "most") + tail
        found[key] = found[key] or _number(match[1])
    for match in _COUNTER.finditer(folded):
        found["most"] = found["most"] or _number(match[1])
    return Limits(**found)


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _clause(text: str, start: int, end: int) -> str:
    """The words between the separators around a match."""
    left = max(text.rfind(mark, 0, start) for mark in (",", ";", "|", "(", ". "))
    rights = [text.find(mark, end) for mark in (",", ";", "|", ")", ". ")]
    right = min((r for r in rights if r >= 0), default=len(text))
    return text[left + 1 : right]
