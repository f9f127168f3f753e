"""How does this control want a number: plain, as one of its ranges, as a price sign?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dbolt.domain.fields import Field
from dbolt.forms.page import Option
from dbolt.forms.values.ask import CHOICE_WIDGETS, Ask, Offer
from dbolt.forms.values.fit import as_text, one_value
from dbolt.forms.values.text import plain

_MORE = re.compile(
    r"\+|more than|over|above|mehr als|uber|ab\b|mas de|plus de|oltre|piu di|mais de|acima"
    r"|meer dan|powyzej|ponad|or more|oder mehr|o mas|ou plus|o piu|ou mais|of meer|wiecej|>"
)
_LESS = re.compile(
    r"<|less than|under|below|fewer|up to|weniger als|unter|bis\b|menos de|hasta|moins de"
    r"|jusqu|meno di|fino a|ate\b|minder dan|tot\b|ponizej|mniej niz|do\b"
)
_EXCLUSIVE = re.compile(
    r"<|less than|under|below|fewer|weniger als|unter|menos de|moins de|meno di|minder|ponizej"
    r"|mniej|more than|over|above|mehr als|uber|mas de|plus de|oltre|piu di|mais de|acima"
    r"|meer dan|powyzej|ponad|>"
)
_SOLO = re.compile(
    r"^(?:just me|only me|self[- ]employed|sole (?:trader|proprietor)|solo|freelancer|1 person)$"
)
_PRICE_WORDS: tuple[tuple[str, ...], ...] = (
    ("inexpensive", "cheap", "budget", "low", "economy", "gunstig", "preiswert", "niedrig",
     "economico", "barato", "bajo", "pas cher", "bon marche", "economique", "basso", "baixo",
     "goedkoop", "laag", "tani", "tanio", "niska", "niski"),
    ("moderate", "medium", "mid range", "average", "mittel", "moderat", "moderado", "medio",
     "modere", "moyen", "moderato", "gemiddeld", "sredni", "srednia", "umiarkowany"),
    ("expensive", "pricey", "high", "upscale", "teuer", "gehoben", "caro", "alto", "cher", "eleve",
     "costoso", "duur", "hoog", "drogi", "wysoka", "wysoki"),
    ("very expensive", "luxury", "ultra high", "ultra high end", "premium", "fine dining",
     "sehr teuer", "luxus", "muy caro", "lujo", "tres cher", "luxe", "molto caro", "lusso",
     "muito caro", "luxo", "erg duur", "zeer duur", "luksusowy", "bardzo drogi"),
)  # fmt: skip


def number(ask: Ask) -> Offer | None:
    """YEAR_FOUNDED, LATITUDE or LONGITUDE."""
    told = ask.profile
    if ask.field is Field.YEAR_FOUNDED:
        # A whole date would invent a day and a month.
        year = told.year_founded
        if not year or ask.control.type in {"date", "month", "datetime-local"}:
            return None
        return one_value(ask, [str(year)])
    at = told.latitude if ask.field is Field.LATITUDE else told.longitude
    if at is None:
        return None
    return one_value(ask, [f"{at:.6f}".rstrip("0").rstrip("."), f"{at:.5f}", f"{at:.4f}"])


def employees(ask: Ask) -> Offer | None:
    """The number of employees, or the range that holds it."""
    count = ask.profile.employees
    if count is None:
        return None
    if ask.control.widget in CHOICE_WIDGETS or ask.usable_options:
        option = range_holding(ask.usable_options, count)
        if option is None:
            return None
        return _taken(ask, option)
    return one_value(ask, [str(count)])


def _taken(ask: Ask, option: Option) -> Offer | None:
    if ask.control.widget in CHOICE_WIDGETS:
        return Offer(options=(option,))
    return as_text(ask, [option.text])


def range_holding(options: Sequence[Option], count: int) -> Option | None:
    """The narrowest range among *options* ("11-50", "50+", "just me") that holds *count*."""
    held: list[tuple[float, Option]] = []
    for option in options:
        bounds = bounds_of(option.text) or bounds_of(option.value)
        if bounds and bounds[0] <= count <= bounds[1]:
            held.append((bounds[1] - bounds[0], option))
    return min(held, key=lambda pair: pair[0])[1] if held else None


def bounds_of(text: str) -> tuple[float, float] | None:
    """The inclusive bounds that a range's words tell; None if they tell none."""
    said = plain(text)
    if _SOLO.match(said):
        return (1, 1)
    joined = re.sub(r"(?<=\d)[.,\u00a0 ](?=\d{3}\b)", "", said)
    found = [int(n) for n in re.findall(r"\d+", joined)]
    if len(found) >= 2:
        return (found[0], found[1]) if found[0] <= found[1] else None
    if len(found) == 1:
        step = 1 if _EXCLUSIVE.search(said) else 0
        if _LESS.search(said) and not re.search(r"\d\s*\+", said):
            return (0, found[0] - step)
        if _MORE.search(said):
            return (found[0] + (0 if "+" in said else step), float("inf"))
        return (found[0], found[0])
    return None


def price_range(ask: Ask) -> Offer | None:
    """The price level (1 to 4) as signs or as words."""
    level = ask.profile.price_range
    if level is None:
        return None
    if not (ask.control.widget in CHOICE_WIDGETS or ask.usable_options):
        if re.search(r"[$€£]\s?\d|\d\s?[€£]", ask.placeholder):
            return None  # the price of a thing is asked for, not a level
        sign = next((s for s in "€£$" if s in ask.spoken), "$")
        return one_value(ask, [sign * level])
    option = next((o for o in ask.usable_options if _level(o) == level), None)
    return _taken(ask, option) if option else None


def _level(option: Option) -> int | None:
    """The level that an option means: by its signs, else by its words."""
    for text in (option.text, option.value):
        signs = re.match(r"^\W*?([$€£]{1,5})(?!\s*\d)", text.strip())
        if signs:
            return len(signs[1])
    said = re.sub(r"[^a-z]+", " ", plain(option.text)).strip()
    for level in (4, 3, 2, 1):
        if said in _PRICE_WORDS[level - 1]:
            return level
    return None
