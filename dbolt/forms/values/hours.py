"""How does one cell of an hours grid, or one box for all hours, want the opening times?

Parts: "<day>.<what>" with day mon…sun, or a span of days ("mon-fri", "weekdays", "weekend",
"daily"), and what one of opens, closes, opens2, closes2, closed, open, all_day, all (one text for
the day); a cell that is itself split adds ".hour", ".minute" or ".ampm". No part: one text for the
whole week.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import time

from dbolt.domain.profile import Day, Span
from dbolt.forms.page import Option, Widget
from dbolt.forms.values.ask import CHOICE_WIDGETS, Ask, Offer
from dbolt.forms.values.crosswalk import LANGUAGES, day_words
from dbolt.forms.values.fit import as_text, best_option, one_value, unique
from dbolt.forms.values.text import fold, plain

WEEK: tuple[Day, ...] = tuple(Day)
_SPANS: dict[str, tuple[Day, ...]] = {
    "weekdays": WEEK[:5],
    "weekday": WEEK[:5],
    "weekend": WEEK[5:],
    "daily": WEEK,
    "all": WEEK,
}
_CELLS = {
    "opens": "opens",
    "closes": "closes",
    "pauses": "closes",
    "opens2": "opens2",
    "reopens": "opens2",
    "closes2": "closes2",
}
_MINUTES_OF_DAY = 24 * 60
_ROUNDING = 30
"""How far (minutes) a time may be moved inward to a step the form offers."""


def hours(ask: Ask) -> Offer | None:
    """The value for one cell of the grid, or the week as text."""
    told = ask.profile.hours
    if not told:
        return None
    if not ask.part:
        return _week_text(ask, told)
    days, what, piece = _read_part(ask.part)
    # One cell for several days can only tell what is true of all of them.
    same = bool(days) and all(day in told and told[day] == told[days[0]] for day in days)
    return _day(ask, what, piece, told[days[0]]) if same else None


def _day(ask: Ask, what: str, piece: str, spans: Sequence[Span]) -> Offer | None:
    if what in {"closed", "open", "all_day"}:
        return _box(ask, what, spans)
    if what in _CELLS:
        return _cell(ask, _CELLS[what], piece, spans)
    return _day_text(ask, spans)


def _read_part(part: str) -> tuple[tuple[Day, ...], str, str]:
    names, _, rest = part.partition(".")
    what, _, piece = rest.partition(".")
    if names in _SPANS:
        return _SPANS[names], what or "all", piece
    first, _, last = names.partition("-")
    if first not in set(Day) or (last and last not in set(Day)):
        return (), what, piece
    start, end = WEEK.index(Day(first)), WEEK.index(Day(last or first))
    return (WEEK[start : end + 1] if start <= end else ()), what or "all", piece


def _box(ask: Ask, what: str, spans: Sequence[Span]) -> Offer | None:
    true = {
        "closed": not spans,
        "open": bool(spans),
        "all_day": any(_all_day(s) for s in spans),
    }[what]
    if ask.control.widget is Widget.CHECKBOX:
        return Offer(ticked=true, unchecked=not true)
    if ask.control.widget in CHOICE_WIDGETS:
        option = best_option(ask.usable_options, _said(what if true else _opposite(what)))
        return Offer(options=(option,)) if option else None
    return None


def _opposite(what: str) -> str:
    return {"closed": "open", "open": "closed", "all_day": "open"}[what]


def _said(what: str) -> tuple[str, ...]:
    if what == "open":
        return ("Open", "Abierto", "Ouvert", "Geöffnet", "Offen", "Aperto", "Aberto", "Open",
                "Otwarte", "Czynne", "Yes")  # fmt: skip
    words = [day_words(code) for code in LANGUAGES]
    return tuple(w for row in words for w in (row.closed if what == "closed" else row.all_day))


def _cell(ask: Ask, what: str, piece: str, spans: Sequence[Span]) -> Offer | None:
    if not spans:
        closed = best_option(ask.usable_options, _said("closed"))
        return Offer(options=(closed,)) if closed and not piece else None
    second = what.endswith("2")
    if second and len(spans) < 2:
        return None
    # Where the form has room for one stretch only, the first is told: never open when closed.
    span = spans[1] if second else spans[0]
    opening = what.startswith("opens")
    at = span.opens if opening else span.closes
    if piece:
        return one_value(ask, _pieces(at, piece, ask))
    if ask.control.widget in CHOICE_WIDGETS or (
        ask.control.widget is Widget.COMBOBOX and ask.usable_options
    ):
        return _timed_option(ask, at, opening=opening)
    if ask.control.type == "time" or ask.control.widget is Widget.DATE_TIME:
        return Offer(texts=unique((f"{at:%H:%M}", clock(at, "en"))))
    return as_text(ask, _time_texts(ask, at))


def _pieces(at: time, piece: str, ask: Ask) -> list[str]:
    twelve = not any(_number(o) > 12 for o in ask.usable_options) and bool(ask.control.options)
    hour = (at.hour % 12 or 12) if piece == "hour" and twelve else at.hour
    return {
        "hour": [f"{hour:02d}", str(hour)],
        "minute": [f"{at.minute:02d}", str(at.minute)],
        "ampm": ["PM", "pm", "p.m."] if at.hour >= 12 else ["AM", "am", "a.m."],
    }.get(piece, [])


def _number(option: Option) -> int:
    found = re.match(r"\s*(\d+)", option.text)
    return int(found[1]) if found else 0


def _timed_option(ask: Ask, at: time, *, opening: bool) -> Offer | None:
    """The option for *at*; else the next step inward, within half an hour."""
    wanted = _minutes(at)
    if not opening and wanted == 0:
        wanted = _MINUTES_OF_DAY
    timed: list[tuple[int, Option]] = []
    for option in ask.usable_options:
        minute = minutes_of(option.text)
        if minute is None:
            minute = minutes_of(option.value)
        if minute is not None:
            late = not opening and minute == 0
            timed.append((_MINUTES_OF_DAY if late else minute, option))
    exact = next((o for minute, o in timed if minute == wanted), None)
    if exact is not None:
        return _picked(ask, exact, 1.0)
    if opening:
        near = [(m - wanted, o) for m, o in timed if 0 < m - wanted <= _ROUNDING]
    else:
        near = [(wanted - m, o) for m, o in timed if 0 < wanted - m <= _ROUNDING]
    best = min(near, key=lambda pair: pair[0], default=None)
    return _picked(ask, best[1], 0.6) if best else None


def _picked(ask: Ask, option: Option, sure: float) -> Offer:
    if ask.control.widget in CHOICE_WIDGETS:
        return Offer(options=(option,), sure=sure)
    return Offer(texts=(option.text,), sure=sure)


_TIME = re.compile(
    r"^\D{0,3}?(\d{1,2})(?:\s*[:.h]\s*(\d{2})|(\d{2})|\s*h)?(?::\d{2})?\s*(?:uhr|u|h)?"
    r"\s*([ap])?\.?\s?m?\.?$"
)


def minutes_of(text: str) -> int | None:
    """Minutes since midnight of "9:00 AM", "09:00", "0900", "9h30", "12 noon"; None if no time."""
    said = plain(text)
    if fold(said) in {"midnight", "12 midnight"}:
        return 0
    if fold(said) in {"noon", "12 noon"}:
        return 720
    match = _TIME.match(said)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or match[3] or 0)
    if match[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[4] == "p" else 0)
    whole = hour * 60 + minute
    return whole if minute < 60 and whole <= _MINUTES_OF_DAY else None


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _all_day(span: Span) -> bool:
    return span.opens == span.closes or (
        _minutes(span.opens) == 0 and _minutes(span.closes) >= _MINUTES_OF_DAY - 1
    )


def clock(at: time, language: str) -> str:
    """The time as it is written in *language*: "9:00 AM" in English, "09:00" elsewhere."""
    if language == "en":
        return f"{at.hour % 12 or 12}:{at:%M} {'AM' if at.hour < 12 else 'PM'}"
    return f"{at:%H:%M}"


def _time_texts(ask: Ask, at: time) -> list[str]:
    twelve, full = clock(at, "en"), f"{at:%H:%M}"
    shown = plain(f"{ask.placeholder} {ask.control.value}")
    if re.search(r"\d\s*[ap]\.?m", shown):
        order = [twelve, full]
    elif re.search(r"\b\d{1,2}[:.h]\d{2}\b", shown) or re.search(r"hh[:.]mm", shown):
        order = [full, twelve]
    else:
        order = [clock(at, ask.language), full, twelve]
    compact = twelve.replace(":00", "").replace(" ", "").lower()
    return [*order, full.lstrip("0") or full, f"{at:%H%M}", compact]


def spans_text(spans: Sequence[Span], language: str, joiner: str = ", ") -> str:
    """One day's hours: "9:00 AM - 5:00 PM", or the word for closed."""
    if not spans:
        return day_words(language).closed[0]
    if any(_all_day(s) for s in spans):
        return day_words(language).all_day[0]
    return joiner.join(f"{clock(s.opens, language)} - {clock(s.closes, language)}" for s in spans)


def _day_text(ask: Ask, spans: Sequence[Span]) -> Offer | None:
    language = ask.language
    if re.search(r"\d\s*[ap]\.?m", plain(ask.placeholder)):
        language = "en"
    tight = spans_text(spans, language).replace(" - ", "-")
    if ask.control.widget in CHOICE_WIDGETS:
        return one_value(ask, [spans_text(spans, language), tight])
    return as_text(ask, [spans_text(spans, language), tight, tight.replace(":00", "")])


def _week_text(ask: Ask, told: dict[Day, list[Span]]) -> Offer | None:
    if ask.control.widget in CHOICE_WIDGETS:
        return _standing(ask, told)
    names = day_words(ask.language)
    long_days = [f"{names.long[i]}: {spans_text(told[d], ask.language)}" for i, d in _days(told)]
    grouped = list(_grouped(told, ask.language))
    short = "; ".join(grouped)
    tight = short.replace(" - ", "-").replace(":00", "")
    if ask.control.widget in {Widget.TEXTAREA, Widget.RICH_TEXT}:
        return as_text(ask, ["\n".join(long_days), "\n".join(grouped), short, tight])
    if ask.control.widget in {Widget.INPUT, Widget.COMBOBOX}:
        return as_text(ask, [short, tight])
    return None


def _days(told: dict[Day, list[Span]]) -> Iterable[tuple[int, Day]]:
    return ((i, day) for i, day in enumerate(WEEK) if day in told)


def _grouped(told: dict[Day, list[Span]], language: str) -> Iterable[str]:
    """Neighbouring days with equal hours in one phrase: "Mon-Fri 9:00 AM - 5:00 PM"."""
    names = day_words(language).short
    index = 0
    while index < len(WEEK):
        day = WEEK[index]
        if day not in told:
            index += 1
            continue
        end = index
        while end + 1 < len(WEEK) and told.get(WEEK[end + 1]) == told[day]:
            end += 1
        label = names[index] if end == index else f"{names[index]}-{names[end]}"
        yield f"{label} {spans_text(told[day], language)}"
        index = end + 1


def _standing(ask: Ask, week: dict[Day, list[Span]]) -> Offer | None:
    """For "open 24/7?" or "selected hours": only what the week as a whole shows."""
    always = len(week) == len(WEEK) and all(s and _all_day(s[0]) for s in week.values())
    if always:
        option = best_option(ask.usable_options, (*_said("all_day"), "Always open", "24/7"))
    else:
        option = best_option(
            ask.usable_options,
            ("Open on selected hours", "Open with main hours", "Selected hours", "Set hours",
             "Open at specific hours", "Regular hours", "Specific hours"),
        )  # fmt: skip
    return Offer(options=(option,)) if option else None
