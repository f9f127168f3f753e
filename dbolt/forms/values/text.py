"""How are two pieces of text compared, and how is one shortened without breaking a word?"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "’": "'"})
_SPACE = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^\w]+|_+")
_SENTENCE_END = re.compile(r"[.!?…]+[\"')\]]*(?=\s|$)")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """*text* in lower case, without accents, white space folded; punctuation stays."""
    lowered = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN)
    return _SPACE.sub(" ", "".join(c for c in lowered if not unicodedata.combining(c))).strip()


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """*text* as plain words with one blank between them: "Café & Bar" → "cafe bar"."""
    return _NOT_WORD.sub(" ", plain(text)).strip()


def words(text: str) -> tuple[str, ...]:
    """The folded words of *text*."""
    return tuple(fold(text).split())


def has(text: str, *phrases: str) -> bool:
    """Whether folded *text* holds one of the folded *phrases* as whole words."""
    padded = f" {text} "
    return any(f" {phrase} " in padded for phrase in phrases)


def stem(word: str) -> str:
    """A rough stem that makes singular and plural meet; for comparing only."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    for ending in ("nnen", "eien", "es", "en", "e", "s", "n", "i", "y", "a", "o"):
        if len(word) - len(ending) >= 4 and word.endswith(ending):
            return word[: -len(ending)]
    return word


def shortened(text: str, limit: int, shortest: int = 1) -> str:
    """The beginning of *text* within *limit* characters, ended at a sentence, else at a word.

    Empty if nothing of at least *shortest* characters can be made.
    """
    text = text.strip()
    if len(text) <= limit:
        return text if len(text) >= shortest else ""
    ends = [m.end() for m in _SENTENCE_END.finditer(text) if m.end() <= limit]
    if ends and ends[-1] >= max(shortest, limit // 3):
        return text[: ends[-1]]
    cut = text[:limit]
    if not text[limit].isspace():
        cut = cut[: cut.rfind(" ")] if " " in cut else ""
    cut = cut.rstrip(" ,;:-–—(&")
    return cut if len(cut) >= shortest else ""


def first_words(text: str, most: int) -> str:
    """The beginning of *text* with at most *most* words, whole sentences if they are half of it."""
    if len(text.split()) <= most:
        return text
    cut = " ".join(text.split()[:most])
    ends = [m.end() for m in _SENTENCE_END.finditer(cut)]
    if ends and ends[-1] >= len(cut) // 2:
        return cut[: ends[-1]]
    return cut.rstrip(" ,;:-–—(&")


def digits(text: str) -> str:
    """The ASCII digits of *text*."""
    return "".join(c for c in text if c in "0123456789")
