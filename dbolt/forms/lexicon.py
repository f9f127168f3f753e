"""What do words mean on a form, in the languages that the engine knows?

Reads `vocabulary/*.yaml` (format: head of en.yaml) and finds the longest known phrases in a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml
from rapidfuzz.distance import OSA

from dbolt.domain.fields import Field
from dbolt.forms.page import Page
from dbolt.forms.words import split_identifier, words

LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "nl", "pl")
NONE = "none"
WHOLE_SCOPES = "whole_scopes"
"""Headings that tell whom a part of the form is about only with their small words."""
NAME = "name"
TITLE = "title"

_Entry = tuple[str, str, tuple[str, ...], bool]
_IGNORING = frozenset({"fields", "scopes", "traps", "forms", "entry", "entry_not"})
"""Tables whose phrases are matched with small words left out."""
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_END = ""
_LONG_ENOUGH = 6
_UNFOLD = (("ae", "a"), ("oe", "o"), ("ue", "u"))


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found at words *start* to *end* of a text; *share* is the part of its words."""

    meaning: str
    start: int
    end: int
    weak: bool
    share: float
    text: str


@dataclass(slots=True)
class _Table:
    """Phrases as a tree of words; under `_END` the meanings of the phrase that ends there."""

    root: dict[str, Any] = field(default_factory=dict)

    def add(self, phrase: Sequence[str], meaning: str, *, weak: bool, override: bool) -> None:
        node = self.root
        for word in phrase:
            node = node.setdefault(word, {})
        meanings: dict[str, bool] = node.setdefault(_END, {})
        if override or not meanings:
            meanings[meaning] = weak

    def longest_at(self, text: Sequence[str], start: int) -> Iterator[tuple[int, dict[str, bool]]]:
        node = self.root
        for position in range(start, len(text)):
            node = node.get(text[position], {})
            if not node:
                return
            if _END in node:
                yield position + 1, node[_END]


class Lexicon:
    """The vocabularies of some languages read as one; the first language's meaning prevails."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = tuple(languages)
        self._tables: dict[str, _Table] = {}
        self._ignored: set[str] = set()
        self._known: set[str] = set()
        self._alone: set[str] = set()
        self._exact: dict[tuple[str, ...], str] = {}
        self._unfolds = "de" in languages
        entries = [
            (rank == 0, *entry)
            for rank, language in enumerate(languages)
            for entry in self._read(_vocabulary(language))
        ]
        self._slips: dict[str, str] = {}
        self._ready = False
        for first, table, meaning, found, weak in entries:
            prepared = self.prepare(found) if table == "fields" else found
            self._tables.setdefault(table, _Table()).add(
                prepared, meaning, weak=weak, override=first
            )
        self._ready = True
        self._by_start: dict[tuple[str, int], list[str]] = {}
        for word in sorted(self._known):
            if len(word) > 4:
                self._by_start.setdefault((word[0], len(word)), []).append(word)
        self._cache: dict[tuple[str, tuple[str, ...]], tuple[Hit, ...]] = {}

    def _read(self, vocabulary: Mapping[str, Any]) -> Iterator[_Entry]:
        """Each phrase as (table, meaning, words, weak); notes the words on the way."""
        ignored = {w for item in vocabulary["ignore"] for w in words(item)}
        self._ignored |= ignored
        for table, meaning, phrase in _phrases(vocabulary):
            for expanded in _expand(phrase.removeprefix("~"), vocabulary["classes"]):
                found = words(expanded)
                if table in _IGNORING:
                    short = tuple(w for w in found if w not in ignored) or found
                    if table == "scopes" and len(short) < len(found) and len(short) < 2:
                        # "Your details" are a person's; bare "details" are anybody's.
                        yield WHOLE_SCOPES, meaning, found, False
                        continue
                    if table == "fields" and short != found:
                        self._exact.setdefault(found, meaning)
                        if len(short) == 1:
                            continue  # "your name" says more than "name", but only as a whole
                    found = short
                if table == "fields":
                    self._known.update(w for w in found if len(w) > 2)
                    self._alone.update(found if len(found) == 1 else ())
                yield table, meaning, found, phrase.startswith("~")

    def prepare(self, text: Sequence[str], *, split: bool = True) -> tuple[str, ...]:
        """*text* with compounds taken apart ("firmenname" → "firmen name")."""
        prepared: list[str] = []
        for word in text:
            if not split or word in self._alone or len(word) < 5:
                prepared.append(word)
            else:
                prepared.extend(self._mended(self._take_apart(self._respell(word))))
        return tuple(prepared)

    def _mended(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """A word that nobody knows, as the known one that differs by one slip of the finger."""
        if len(parts) > 1 or parts[0] in self._known or not self._ready:
            return parts
        word = parts[0]
        if len(word) < _LONG_ENOUGH:
            return parts  # "stage" is no slip of "state"
        if word not in self._slips:
            near = [
                w
                for size in (-1, 0, 1)
                for w in self._by_start.get((word[0], len(word) + size), ())
            ]
            # "Trader" is no slip of "trade": a letter more at the end makes another word.
            near = [w for w in near if not word.startswith(w) or word.endswith("s")]
            found = [w for w in near if OSA.distance(w, word, score_cutoff=1) <= 1]
            self._slips[word] = found[0] if len(found) == 1 else word
        return (self._slips[word],)

    def _respell(self, word: str) -> str:
        """German names and ids write umlauts as "oe"; the vocabulary is folded to "o"."""
        if not self._unfolds:
            return word
        plain = word
        for spelled, folded in _UNFOLD:
            plain = plain.replace(spelled, folded)
        return plain if plain in self._known or len(self._take_apart(plain)) > 1 else word

    def _take_apart(self, word: str) -> tuple[str, ...]:
        # best[i]: fewest known words that make up word[:i]
        best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
        for end in range(3, len(word) + 1):
            for start in range(max(0, end - 18), end - 2):
                head = best[start]
                if head is None or end - start == len(word) or word[start:end] not in self._known:
                    continue
                current = best[end]
                if current is None or len(head) + 1 < len(current):
                    best[end] = (*head, word[start:end])
        return best[-1] or (word,)

    def hits(self, table: str, text: Sequence[str]) -> tuple[Hit, ...]:
        """The longest phrases of *table* in *text*, none overlapping another, in order."""
        key = (table, tuple(text))
        if key not in self._cache:
            if len(self._cache) > 50_000:
                self._cache.clear()
            self._cache[key] = self._find(table, key[1])
        return self._cache[key]

    def _find(self, table: str, text: tuple[str, ...]) -> tuple[Hit, ...]:
        if table in _IGNORING:
            text = tuple(w for w in text if w not in self._ignored) or text
        phrases = self._tables.get(table)
        if phrases is None or not text:
            return ()
        spans = [
            (end - start, sum(map(len, text[start:end])), -start, meanings)
            for start in range(len(text))
            for end, meanings in phrases.longest_at(text, start)
        ]
        taken: set[int] = set()
        found: list[Hit] = []
        for length, _, negative_start, meanings in sorted(spans, key=lambda s: s[:3], reverse=True):
            start = -negative_start
            span = range(start, start + length)
            if taken.intersection(span):
                continue
            taken.update(span)
            shown = " ".join(text[start : start + length])
            found += [
                Hit(meaning, start, start + length, weak, length / len(text), shown)
                for meaning, weak in meanings.items()
            ]
        return tuple(sorted(found, key=lambda h: h.start))

    def field_words(self) -> frozenset[str]:
        """All words of at least four letters that phrases for fields are made of."""
        return frozenset(w for w in self._known if len(w) > 3)

    def exact(self, text: Sequence[str]) -> str:
        """The meaning of *text* as a whole, small words included; "" if it is no phrase."""
        return self._exact.get(tuple(text), "")

    def find(self, table: str, text: str) -> tuple[Hit, ...]:
        """As `hits`, for running text."""
        return self.hits(table, words(text))


@cache
def lexicon(languages: tuple[str, ...]) -> Lexicon:
    """The lexicon of *languages*, most important first. English is always added."""
    return Lexicon([*languages, *(() if "en" in languages else ("en",))])


def languages_of(page: Page) -> tuple[str, ...]:
    """The languages of *page* that the engine knows, likeliest first.

    By small words seen on the page, with a bonus for the language that the page declares:
    templates often declare "en" whatever they are translated to.
    """
    declared = page.lang[:2].lower()
    said = [page.title, *page.headings, page.text[:6000]]
    said += [f.text for f in page.forms[:6]] if len(page.text) < 400 else []
    said += [label.text for c in page.controls[:60] for label in c.labels]
    said += [b.text for b in page.buttons[:20]]
    seen = set(words(" ".join(said)))
    scores = {
        language: len(seen.intersection(hints)) / len(hints) + (0.15 if language == declared else 0)
        for language, hints in _hints().items()
    }
    best = max(LANGUAGES, key=lambda language: scores[language])
    if scores[best] < 0.12:
        best = declared if declared in LANGUAGES else "en"
    second = [declared] if declared in LANGUAGES and declared != best else []
    named = {w for c in page.controls for text in (c.name, c.id) for w in split_identifier(text)}
    second += [x for x in LANGUAGES if len(named & _own_words(x)) >= 3]
    return tuple(dict.fromkeys((best, *second)))


@cache
def _own_words(language: str) -> frozenset[str]:
    """Words that name fields in *language* and not in English: names and ids may use them."""
    if language == "en":
        return frozenset()
    both = lexicon((language,)), lexicon(("en",))
    own, english = (known.field_words() for known in both)
    return own - english


@cache
def _hints() -> dict[str, frozenset[str]]:
    """Small words of each language that few of the others share."""
    raw = {x: {w for h in _vocabulary(x)["hints"] for w in words(h)} for x in LANGUAGES}
    counts = {w: sum(w in other for other in raw.values()) for ws in raw.values() for w in ws}
    return {x: frozenset(w for w in ws if counts[w] < 3) for x, ws in raw.items()}


@cache
def _vocabulary(language: str) -> Mapping[str, Any]:
    path = resources.files("dbolt.forms") / "vocabulary" / f"{language}.yaml"
    # BaseLoader: every scalar is a string. The safe loader would read "no" and "on" as booleans.
    vocabulary: dict[str, Any] = yaml.load(path.read_text("utf-8"), _LOADER)  # noqa: S506
    unknown = set(vocabulary["fields"]) - {f.value for f in Field}
    if unknown:
        raise ValueError(f"{language}.yaml names fields that do not exist: {sorted(unknown)}.")
    return vocabulary


def _phrases(vocabulary: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(table, meaning, phrase) of everything in a vocabulary file."""
    for table, content in vocabulary.items():
        if table in {"language", "ignore", "hints", "classes", "ambiguous"}:
            continue
        if isinstance(content, Mapping):
            for meaning, phrases in content.items():
                for phrase in phrases:
                    yield table, meaning, phrase
        else:
            for phrase in content:
                yield (
                    ("fields" if table == NONE else table),
                    (NONE if table == NONE else table),
                    phrase,
                )
    for meaning, phrases in vocabulary["ambiguous"].items():
        for phrase in phrases:
            yield "fields", meaning, phrase


def _expand(phrase: str, classes: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """*phrase* with each `{class}` replaced by each of its words."""
    start = phrase.find("{")
    if start < 0:
        yield phrase
        return
    end = phrase.index("}", start)
    for word in classes[phrase[start + 1 : end]]:
        yield from _expand(phrase[:start] + word + phrase[end + 1 :], classes)
