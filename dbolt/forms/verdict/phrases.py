"""What does a sentence of a page claim: accepted, to be confirmed, refused, wrong captcha …?

The vocabulary is data, one file per language in `forms/messages`. A pattern is a row of tokens over
folded words: `<set>` any word of that set, `a|b` either, `word*` words that begin so, `[x]` perhaps
x, `..` up to four words, `^` and `$` the ends of the sentence. No pattern crosses a comma.

A word alone proves nothing. What is denied ("was not received") or not yet real ("once your listing
has been submitted") near a match takes the match away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from dbolt.forms.values.crosswalk import LANGUAGES
from dbolt.forms.values.text import fold, plain


class Topic(StrEnum):
    """What a sentence can be about. The names are the keys of the files."""

    ACCEPTED = "accepted"
    PENDING_EMAIL = "pending_email"
    PENDING_REVIEW = "pending_review"
    PENDING_CUSTOMER = "pending_customer"
    ALREADY_LISTED = "already_listed"
    ACCOUNT_EXISTS = "account_exists"
    REFUSED = "refused"
    FAILED = "failed"
    INVALID = "invalid"
    CAPTCHA = "captcha"
    LOGIN = "login"
    PAYMENT = "payment"
    ROBOT = "robot"
    PREVIEW = "preview"
    THANKS = "thanks"


GOOD = frozenset(
    {Topic.ACCEPTED, Topic.PENDING_EMAIL, Topic.PENDING_REVIEW, Topic.PENDING_CUSTOMER}
)
"""Topics that say that the directory holds what was sent."""

_CLAIMS = GOOD | {Topic.ALREADY_LISTED, Topic.ACCOUNT_EXISTS, Topic.THANKS, Topic.REFUSED}
"""Topics whose sentences may be denied; the others tell of a want or a fault by themselves."""

_OUTWEIGH = frozenset(
    {
        Topic.ALREADY_LISTED,
        Topic.ACCOUNT_EXISTS,
        Topic.REFUSED,
        Topic.FAILED,
        Topic.PREVIEW,
    }
)
"""Topics beside which the same sentence does not also tell of acceptance."""

ME = "xbusinessx"
"""Stands for the business's own name, which is a <thing> like any other: "X has been added"."""

_BEFORE = 6
_AFTER = 1
_MAX_WORDS = 60
_PAUSE = re.compile(r"[,;:()\[\]\u2013\u2014]|\s-\s|\s[|/]\s")
_BRACKETED_NUMBER = re.compile(r"\((\d+)\)")
_NOT = ((re.compile(r"\bcan't\b"), "can not"), (re.compile(r"\bwon't\b"), "will not"))


@dataclass(frozen=True, slots=True)
class _Language:
    code: str
    deny: frozenset[str]
    unreal: frozenset[str]
    any_of: Mapping[Topic, re.Pattern[str]]
    each: Mapping[Topic, tuple[re.Pattern[str], ...]]


@dataclass(frozen=True, slots=True)
class WordsOf:
    """Further words of all languages: buttons, links and parts of addresses, folded."""

    confirm: frozenset[str]
    onward: frozenset[str]
    view: tuple[str, ...]
    success_path: frozenset[str]


@lru_cache(maxsize=8192)
def topics_of(sentence: str) -> frozenset[Topic]:
    """What *sentence* claims, in any of the eight languages; questions claim nothing."""
    if sentence.rstrip(" \"')").endswith("?"):
        return frozenset()
    tokens = tokens_of(sentence)
    if not tokens or len(tokens) > _MAX_WORDS:
        return frozenset()
    text = f" {' '.join(tokens)} "
    found = {
        topic
        for language in _languages()
        for topic, combined in language.any_of.items()
        if combined.search(text) and _holds(language, topic, text, tokens)
    }
    # "Is already registered" holds the words of "is registered".
    return frozenset(found - {Topic.ACCEPTED} if found & _OUTWEIGH else found)


def _holds(language: _Language, topic: Topic, text: str, tokens: Sequence[str]) -> bool:
    """Whether a match remains that is neither denied nor only imagined."""
    for pattern in language.each[topic]:
        for match in pattern.finditer(text):
            start = text[: match.start()].count(" ")
            end = start + len(match[0].split())
            if _stands(language, topic, tokens, start, end):
                return True
    return False


def _stands(language: _Language, topic: Topic, tokens: Sequence[str], start: int, end: int) -> bool:
    before = _clause_before(tokens, start)
    inside = tokens[start:end]
    if topic in _CLAIMS:
        if topic is not Topic.REFUSED and _any(
            language.deny, [*inside, *tokens[end : end + _AFTER]]
        ):
            return False
        if _any(language.deny, before) or _any(language.unreal, before):
            return False
        # "Has been submitted before" is told of the past; all else with "before" is not.
        telling = inside[:-1] if topic is Topic.ALREADY_LISTED else inside
        if topic in {Topic.ACCEPTED, Topic.ALREADY_LISTED} and _any(language.unreal, telling):
            return False
        return start == 0 or tokens[0] not in language.unreal
    # "No errors were found", "if an error occurs".
    return not (_any(language.deny, before[-2:]) or _any(language.unreal, before))


def _clause_before(tokens: Sequence[str], start: int) -> Sequence[str]:
    window = list(tokens[max(0, start - _BEFORE) : start])
    if "," in window:
        window = window[len(window) - window[::-1].index(",") :]
    return window


def _any(known: frozenset[str], tokens: Sequence[str]) -> bool:
    text = f" {' '.join(tokens)} "
    return any(f" {word} " in text for word in known)


@lru_cache(maxsize=8192)
def tokens_of(sentence: str) -> tuple[str, ...]:
    """The folded words of *sentence*, with "," where a pause is and "not" for "n't"."""
    text = _BRACKETED_NUMBER.sub(r"\1", plain(sentence))
    for pattern, instead in _NOT:
        text = pattern.sub(instead, text)
    text = _PAUSE.sub(" , ", text.replace("n't", " not"))
    clauses = (fold(clause) for clause in text.split(" , "))
    parts = [clause for clause in clauses if clause]
    while len(parts) > 1 and ME in (parts[0], parts[-1]):
        # "Entry added: X" says no more than "entry added".
        parts.pop(0 if parts[0] == ME else -1)
    return tuple(" , ".join(parts).split())


_LINE = re.compile(r"[\n\r]+")
_END = re.compile(r"(?<=[.!?\u2026])\s+")


def sentences(text: str) -> list[str]:
    """The sentences and lines of *text*, in order."""
    return [
        piece.strip()
        for line in _LINE.split(text)
        for piece in _END.split(line)
        if any(c.isalnum() for c in piece)
    ]


@cache
def words_of() -> WordsOf:
    """The words for buttons, links and addresses, of all languages together."""
    rows = [_load(code) for code in LANGUAGES]
    return WordsOf(
        confirm=frozenset(fold(w) for row in rows for w in row["confirm_button"]),
        onward=frozenset(fold(w) for row in rows for w in row["onward_button"]),
        view=tuple(fold(w) for row in rows for w in row["view_link"]),
        success_path=frozenset(fold(w) for row in rows for w in row["success_path"]),
    )


@cache
def _languages() -> tuple[_Language, ...]:
    return tuple(_language(code, _load(code)) for code in LANGUAGES)


def _load(code: str) -> dict[str, Any]:
    text = files("dbolt.forms").joinpath("messages", f"{code}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def _language(code: str, row: Mapping[str, Any]) -> _Language:
    sets = {**row["sets"], "thing": [*row["sets"]["thing"], ME], "me": [ME]}
    written = {topic: [_regex(p, sets) for p in row.get(topic, ())] for topic in Topic}
    return _Language(
        code=code,
        deny=frozenset(fold(w) for w in row["deny"]),
        unreal=frozenset(fold(w) for w in row["unreal"]),
        any_of={t: re.compile("|".join(f"(?:{p})" for p in ps)) for t, ps in written.items() if ps},
        each={t: tuple(re.compile(p) for p in ps) for t, ps in written.items()},
    )


def _regex(pattern: str, sets: Mapping[str, Sequence[str]]) -> str:
    """A regular expression over " word word " for one pattern."""
    start = r"\A" if pattern.startswith("^") else ""
    end = r" \Z" if pattern.endswith("$") else "(?= )"
    pieces = pattern.strip("^$").split()
    return start + "".join(_piece(piece, sets) for piece in pieces) + end


def _piece(piece: str, sets: Mapping[str, Sequence[str]]) -> str:
    if piece == "..":
        return r"(?: [^ ,]+){0,4}?"
    if piece.startswith("[") and piece.endswith("]"):
        return f"(?:{_piece(piece[1:-1], sets)})?"
    choices: list[str] = []
    for choice in piece.split("|"):
        choices.extend(sets[choice[1:-1]] if choice.startswith("<") else (choice,))
    return f"(?: (?:{'|'.join(_word(c) for c in choices)}))"


def _word(word: str) -> str:
    if word.endswith("*"):
        return re.escape(fold(word)) + r"[^ ,]*"
    return re.escape(fold(word))
