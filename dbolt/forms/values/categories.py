"""Which of a directory's categories is the nearest to what the business is?

Synonyms first, likeness of letters last and only with a floor under it: "Dentist" looks like
"Destination Travel" and is something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from dbolt.forms.page import Option, Widget
from dbolt.forms.values.ask import CHOICE_WIDGETS, Ask, Offer
from dbolt.forms.values.crosswalk import (
    LANGUAGES,
    broader,
    names_of,
    stemmed,
    type_called,
    type_within,
)
from dbolt.forms.values.fit import FUZZY_FLOOR, as_text, unique
from dbolt.forms.values.text import fold, has
from dbolt.forms.values.texts import said_count

FLOOR = 55.0
"""Below this score (0 to 100) an option is not the business's category."""
FIRM = 76.0
"""From here on it is the category itself, and not only a broader one."""
OTHER_SURE = 0.3
_MAX_CHOICES = 5

_OTHER_WORDS = """other others miscellaneous misc sonstige sonstiges andere anderes autre autres
divers otro otra otros otras varios altro altri altre vario outro outros outras
overig overige anders inne inna inny pozostale"""
_OTHER = frozenset(_OTHER_WORDS.split())
_FILLER_WORDS = """shop shops store stores service services local company companies business
businesses general all other agency office firm salon studio center centre
professional laden geschaft geschafte betrieb tienda tiendas servicio servicios
magasin magasins boutique entreprise negozio negozi servizi azienda loja lojas
servico servicos empresa empresas winkel winkels bedrijf diensten sklep sklepy
uslugi firma"""
_FILLER = frozenset(_FILLER_WORDS.split())
_SURE_LENGTH = 6
"""Shorter names mean different things in different languages: Dutch "arts" are doctors."""
_ROOT = re.compile(r"(?P<root>[a-z]{3,}?)(?:ing|er|ery|eries|ry|or)s?")
"""English names of a trade, of whoever does it, and of where it is done."""
_PATH = re.compile(r"\s*(?:>|»|›|→|::|\s/\s|\\|\|)\s*|\s+[-–—]\s+")
_JOINED = re.compile(
    r"\s*(?:,|&|/|\+|;|\(|\)|\b(?:and|und|y|et|e|i|en|oraz|or|oder)\b)\s*|(?<=\w{5})-(?=\w{5})"
)
"""Two trades in one: "Bread & cakes", "Boulangeries-pâtisseries", but not "Auto-école"."""


def category(ask: Ask) -> Offer | None:
    """The nearest category for this control; None where nothing comes near enough."""
    wanted = _wanted(ask)
    if not wanted:
        return None
    if ask.control.widget in CHOICE_WIDGETS:
        return _chosen(ask, wanted)
    texts = _texts(ask, wanted)
    if ask.control.widget is Widget.TAGS:
        return Offer(tags=tuple(wanted[: said_count(ask.spoken) or _MAX_CHOICES]))
    if ask.control.widget is Widget.COMBOBOX and ask.usable_options:
        return _from_list(ask, wanted, texts)
    if ask.control.widget is Widget.COMBOBOX:
        return Offer(texts=texts, sure=0.7)
    return as_text(ask, texts)


def _wanted(ask: Ask) -> list[str]:
    """The profile's categories that this control is about, the main one first."""
    known = list(unique([ask.profile.category, *ask.profile.categories]))
    deeper = ask.part in {"sub", "child", "2", "3", "level2", "level3"}
    narrower = re.search(r"\bsub|unter ?(?:kategorie|rubrik)|sous[- ]cat|sotto ?cat|podkat",
                         ask.spoken)  # fmt: skip
    boxes = ask.control.widget is Widget.CHECKBOX
    if ask.nth == 0 or deeper or narrower or boxes or ask.control.multiple:
        return known
    # "Which of them is the main one?" has to be answered, a further category has not.
    return known[ask.nth :] or (known[:1] if ask.control.required else [])


def _chosen(ask: Ask, wanted: Sequence[str]) -> Offer | None:
    if not ask.control.options:
        # A lone check box named like a category.
        label = " ".join(ask.words.split()[:6])
        named = [Option("", label)]
        firm = any(score >= FIRM for w in wanted for score, _ in ranking(named, w, ask.language))
        return Offer(ticked=True) if firm else None
    several = ask.control.multiple or ask.control.widget is Widget.CHECKBOX
    ranked = ranking(ask.usable_options, wanted[0], ask.language)
    further = [p for w in wanted[1:] for p in ranking(ask.usable_options, w, ask.language)[:1]]
    best = next(iter(ranked), None) or next(iter(further), None)
    if best is None:
        return _other(ask) if ask.control.required else None
    chosen = [best[1]]
    if several:
        chosen += [option for score, option in further if score >= FIRM]
    most = (said_count(ask.spoken) or _MAX_CHOICES) if several else 1
    others = tuple(o for _, o in ranked[1:4])
    return Offer(options=tuple(dict.fromkeys(chosen))[:most], others=others, sure=best[0] / 100)


def _other(ask: Ask) -> Offer | None:
    hit = next((o for o in ask.usable_options if is_other(o.text)), None)
    return Offer(options=(hit,), sure=OTHER_SURE) if hit else None


def is_other(text: str) -> bool:
    """Whether a category says only that it is none of the rest."""
    told = [w for w in fold(text).split() if w not in _FILLER or w in _OTHER]
    tail = {"category", "categories", "kategorie", "categoria", "categorie", "catégorie"}
    return bool(told) and told[0] in _OTHER and all(w in _OTHER | tail for w in told)


def ranking(
    options: Sequence[Option], wanted: str, language: str = "en"
) -> list[tuple[float, Option]]:
    """The options at or above the floor with their scores (0 to 100), best first.

    The names in the page's language and in English come first; only where they lead to nothing,
    the longer names of all languages, because a page's language may be told wrongly.
    """
    for known in (_known(wanted, (language, "en"), 0), _known(wanted, LANGUAGES, _SURE_LENGTH)):
        scored = [(_score(o.text, o.group, known), o) for o in options]
        # Equal scores keep the page's order.
        found = sorted((p for p in scored if p[0] >= FLOOR), key=lambda pair: -pair[0])
        if found:
            return found
    return []


@dataclass(frozen=True, slots=True)
class _Known:
    """A category that is looked for: its words, the names of its kind and of the broader ones."""

    wanted: str
    names: frozenset[str]
    above: tuple[frozenset[str], ...]


def _known(wanted: str, languages: tuple[str, ...], shortest: int) -> _Known:
    kind = type_called(wanted) or type_within(wanted)
    if kind is None:
        return _Known(wanted, frozenset(), ())
    return _Known(
        wanted,
        names_of(kind.name, languages, shortest),
        tuple(names_of(k.name, languages, shortest) for k in broader(kind)),
    )


def _score(text: str, group: str, known: _Known) -> float:
    path = [p.strip(" -–—.\u00a0") for p in _PATH.split(text) if p.strip(" -–—.\u00a0")]
    if not path:
        return 0.0
    leaf, above = path[-1], [*path[:-1], *([group] if group else [])]
    home = any(_names(part, names) for part in above for names in known.above)
    if is_other(leaf):
        return 57.0 if home else 0.0
    score = _leaf_score(leaf, known)
    if not score:
        depths = (70.0 - 5.0 * d for d, names in enumerate(known.above) if _names(leaf, names))
        score = next(depths, 0.0)
    return min(100.0, score + 2.0) if score and home else score


def _leaf_score(leaf: str, known: _Known) -> float:
    """How far *leaf* names the very thing, 0 if it does not."""
    bare, want = stemmed(leaf), stemmed(known.wanted)
    phrases = [stemmed(p) for p in _JOINED.split(leaf) if p]
    core = _core(leaf)
    ladder: Iterable[tuple[bool, float]] = (
        (fold(leaf) == fold(known.wanted), 100.0),
        (bare == want, 98.0),
        (bare in known.names, 95.0),
        (want in phrases, 90.0),
        (any(p in known.names for p in phrases), 88.0),
        (bool(core) and (core == _core(known.wanted) or core in known.names), 84.0),
        (_is_head(bare, want), 80.0),
        (bool(_root(leaf)) and _root(leaf) == _root(known.wanted), 80.0),
        (len(bare) >= _SURE_LENGTH and fuzz.ratio(bare, want) >= FUZZY_FLOOR, 78.0),
    )
    return next((score for holds, score in ladder if holds), 0.0)


def _root(text: str) -> str:
    """What "baking", "baker" and "bakery" have in common; "" where a name is of another make."""
    made = _ROOT.fullmatch(fold(text))
    return made["root"] if made else ""


def _names(text: str, names: frozenset[str]) -> bool:
    """Whether *text*, or one of its joined parts, is one of the stemmed *names*."""
    return (
        stemmed(text) in names
        or _core(text) in names
        or any(stemmed(part) in names for part in _JOINED.split(text) if len(part) > 2)
    )


def _core(text: str) -> str:
    return stemmed(" ".join(w for w in fold(text).split() if w not in _FILLER))


def _is_head(bare: str, want: str) -> bool:
    """Whether *want* is a narrower sort of *bare*: "Italian Restaurant" of "Restaurants"."""
    head, whole = bare.split(), want.split()
    if not head or len(whole) <= len(head) or len(bare) < 4 or set(head) <= _FILLER:
        return False
    return whole[-len(head) :] == head or whole[: len(head)] == head


def _texts(ask: Ask, wanted: Sequence[str]) -> tuple[str, ...]:
    """Words to type or to look for: the business's own first, then the page's language's."""
    kind = type_called(wanted[0]) or type_within(wanted[0])
    local = list(kind.words.get(ask.language, ())[:3]) if kind else []
    english = list(kind.words.get("en", ())[:2]) if kind else []
    above = [w for k in broader(kind) for w in k.words.get(ask.language, ())[:1]] if kind else []
    steps = re.search(r"\w\s*(>|»|/)\s*\w", ask.placeholder)
    path = [f" {steps[1]} ".join([*reversed(above), wanted[0]])] if steps and above else []
    if ask.control.widget is Widget.COMBOBOX:
        return unique([*path, *wanted, *local, *english, *above])
    joined = ", ".join(wanted)
    listed = [joined] if has(ask.words, "categories", "comma separated") else []
    return unique([*path, *listed, *wanted[:1], *local])


def _from_list(ask: Ask, wanted: Sequence[str], texts: Sequence[str]) -> Offer | None:
    several = _chosen(ask, wanted) if ask.control.multiple else None
    if several is not None:
        return Offer(tags=tuple(o.text.strip() for o in several.options), sure=several.sure)
    for want in wanted:
        ranked = ranking(ask.usable_options, want, ask.language)
        if ranked:
            found = [option.text.strip() for _, option in ranked[:3]]
            return Offer(texts=tuple(found), sure=ranked[0][0] / 100)
    if ask.control.options_total > len(ask.control.options):
        return Offer(texts=tuple(texts), sure=0.6)
    other = _other(ask) if ask.control.required else None
    return Offer(texts=(other.options[0].text,), sure=OTHER_SURE) if other else None
