"""Which controls make up a grid of opening hours, and which day and end is each?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbolt.domain.fields import Field
from dbolt.forms.contents import is_times
from dbolt.forms.evidence import Case
from dbolt.forms.lexicon import Lexicon
from dbolt.forms.page import Control, LabelKind, Widget
from dbolt.forms.reading import Because
from dbolt.forms.words import fold, split_identifier

_CHECKS = frozenset({Widget.CHECKBOX, Widget.RADIO})
_LABELS = (
    LabelKind.FOR,
    LabelKind.WRAP,
    LabelKind.ARIA,
    LabelKind.TABLE_HEAD,
    LabelKind.BEFORE,
    LabelKind.LEGEND,
    LabelKind.NEAR,
    LabelKind.AFTER,
    LabelKind.PLACEHOLDER,
    LabelKind.TITLE,
)
_OWN = frozenset({LabelKind.FOR, LabelKind.WRAP, LabelKind.ARIA})
LEAST_DAYS = 4
WEIGHT = 9.0
_ENDS = (("all",), ("opens", "closes"), ("opens", "closes", "opens2"))
_HOURS = 12
_FOUR = ("opens", "closes", "opens2", "closes2")


def mark_hours(cases: Sequence[Case], lexicon: Lexicon) -> None:
    """Give the controls of an hours grid the field HOURS and parts such as "mon.opens".

    Needs four days, or days beside times: "sun" and "mo" alone are words of many things.
    """
    dated = [(case, _day(case.control, lexicon)) for case in cases if _can_hold(case.control)]
    dated = _carried(dated, lexicon)
    rows: dict[str, list[Case]] = {}
    for case, day in dated:
        if day:
            rows.setdefault(day, []).append(case)
    timed = any(
        is_times(c.control) or c.control.type == "time" for row in rows.values() for c in row
    )
    groups = not {"weekdays", "weekend"}.isdisjoint(rows)
    timed = timed or all(_has_two_ends(row, lexicon) for row in rows.values())
    if len(rows) < LEAST_DAYS and not ((timed or groups) and len(rows) >= 2):
        return
    for day, row in rows.items():
        for case, end in _ends(row, lexicon):
            case.part = f"{day}.{end}"
            case.add(Field.HOURS, Because("hours", f"{day}, {end}", WEIGHT))


def _has_two_ends(row: Sequence[Case], lexicon: Lexicon) -> bool:
    """Whether a day has a box to open and one to close, whatever they are called by name."""
    typed = [c.control for c in row if c.control.widget not in _CHECKS]
    heads = [[h.meaning for x in c.labels for h in lexicon.find("hours", x.text)] for c in typed]
    opens, closes = (sum(end in head for head in heads) for end in ("opens", "closes"))
    return len(typed) in {2, 4} and opens >= 1 and closes >= 1


def _can_hold(control: Control) -> bool:
    if control.widget in {Widget.FILE, Widget.DROP_ZONE, Widget.MAP, Widget.RICH_TEXT}:
        return False
    if control.widget in _CHECKS and len(control.options) > 2:
        return False
    return control.type not in {"email", "url", "password", "hidden"}


def _day(control: Control, lexicon: Lexicon) -> str:
    """The day that *control* is about; "" if none."""
    for text in (control.name, control.id):
        hits = lexicon.hits("days", _camel_days(text, lexicon))
        # On a check box "fr" may as well be a language or a country.
        if hits and (control.widget not in _CHECKS or len(hits[0].text) > 2):
            return hits[0].meaning
    if control.widget in _CHECKS and _is_about_something_else(control, lexicon):
        return ""
    for kind in _LABELS:
        for label in control.labels:
            if label.kind is kind and len(label.text) < 60:
                hits = lexicon.find("days", label.text)
                if hits and hits[0].share >= 0.3:
                    return hits[0].meaning
    for heading in control.section[:1]:
        hits = lexicon.find("days", heading)
        if hits and hits[0].share >= 0.5:
            return hits[0].meaning
    return ""


def _is_about_something_else(control: Control, lexicon: Lexicon) -> bool:
    """Whether a check box has a label of its own that tells of neither days nor hours."""
    own = [x.text for x in control.labels if x.kind in _OWN and x.text]
    hits = [h for x in own for table in ("days", "hours") for h in lexicon.find(table, x)]
    return bool(own) and not any(h.share >= 0.3 for h in hits)


def _camel_days(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The words of a name, with "mondayopen" parted into "monday open"."""
    parted: list[str] = []
    for word in split_identifier(text):
        for size in range(len(word) - 1, 4, -1):
            if lexicon.hits("days", (word[:size],)) and not lexicon.hits("days", (word,)):
                parted += [word[:size], word[size:].strip("_-")]
                break
        else:
            parted.append(word)
    return tuple(parted)


def _carried(dated: Sequence[tuple[Case, str]], lexicon: Lexicon) -> list[tuple[Case, str]]:
    """The second time of a row often has no words but "to": it belongs to the day before it."""
    carried: list[tuple[Case, str]] = []
    current = ""
    for case, day in dated:
        if day:
            current = day
        elif not _continues(case.control, lexicon):
            current = ""
        carried.append((case, current))
    return carried


def _continues(control: Control, lexicon: Lexicon) -> bool:
    if control.widget in _CHECKS:
        hits = [h for x in control.labels for h in lexicon.find("hours", x.text)]
        return any(h.meaning in {"closed", "all_day"} and h.share >= 0.5 for h in hits)
    # "To" alone stands for an end of the day; above a long text it is a word in a sentence.
    long = control.widget is Widget.TEXTAREA
    return _is_time_like(control) or (not long and bool(_end(control, lexicon)))


def _is_time_like(control: Control) -> bool:
    return control.type == "time" or is_times(control)


def _end(control: Control, lexicon: Lexicon) -> str:
    """By the control's own words "opens", "closes", "closed"…; "" if they do not tell."""
    if control.widget in _CHECKS:
        said = [x.text for x in control.labels] + [o.text for o in control.options]
        found = [h for t in said for h in lexicon.find("hours", t)]
        found += [
            h
            for t in (control.name, control.id)
            for h in lexicon.hits("hours", split_identifier(t))
        ]
        meanings = {h.meaning for h in found}
        if "all_day" in meanings:
            return "all_day"
        if "closed" in meanings or "closes" in meanings:
            return "closed"
        return "open" if meanings else ""
    for text in (control.name, control.id):
        hits = lexicon.hits("hours", _parted_ends(text))
        if hits:
            return hits[-1].meaning
    for kind in _LABELS:
        for label in control.labels:
            if label.kind is kind and len(label.text) < 40:
                found = [h for h in lexicon.find("hours", label.text) if h.meaning != "closed"]
                if found and not {"opens", "closes"} <= {h.meaning for h in found}:
                    return found[-1].meaning
    return ""


def _parted_ends(text: str) -> tuple[str, ...]:
    parted: list[str] = []
    for word in split_identifier(text):
        for ending in ("open", "close", "from", "opens", "closes", "start", "end"):
            if word.endswith(ending) and len(word) > len(ending):
                parted += [word[: -len(ending)], ending]
                break
        else:
            parted.append(word)
    return tuple(parted)


def _ends(row: Sequence[Case], lexicon: Lexicon) -> Iterator[tuple[Case, str]]:
    """Each control of one day with its end: by its words, else by its place in the row."""
    checks = [c for c in row if c.control.widget in _CHECKS]
    times = [c for c in row if c.control.widget not in _CHECKS]
    for case in checks:
        yield case, _end(case.control, lexicon) or "open"
    told = [_end(c.control, lexicon) for c in times]
    pieces = _pieces([c.control for c in times])
    if pieces and len(pieces) <= len(_FOUR):
        for end, group in zip(_FOUR, pieces, strict=False):
            start = sum(map(len, pieces[: _FOUR.index(end)]))
            for case, piece in zip(times[start:], group, strict=False):
                yield case, f"{end}.{piece}"
        return
    if len(times) == 1:
        yield (
            times[0],
            told[0]
            if told[0] in {"opens", "closes"} and _is_time_like(times[0].control)
            else "all",
        )
        return
    if len(set(told)) == len(told) and all(told):
        yield from zip(times, (_second(t) for t in told), strict=True)
        return
    ends = [(c, t) for c, t in zip(times, told, strict=True) if t]
    if sorted(t for _, t in ends) == ["closes", "opens"]:
        yield from ends  # a third box is for a remark
        return
    order = _FOUR if len(times) == 4 else _ENDS[min(len(times), 3) - 1]
    yield from zip(times, order, strict=False)


def _pieces(row: Sequence[Control]) -> list[tuple[str, ...]]:
    """The pieces of each time, where lists of hours and of minutes stand for one; else nothing."""
    kinds = [_piece(control) for control in row]
    for shape in (("hour", "minute", "ampm"), ("hour", "minute"), ("hour", "ampm")):
        several, rest = divmod(len(kinds), len(shape))
        if several and several % 2 == 0 and not rest and kinds == [*shape] * several:
            return [shape] * several
    return []


def _piece(control: Control) -> str:
    """Which piece of a time one chooses here: "hour", "minute" or "ampm"; "" for none."""
    said = [fold(o.text.strip()) for o in control.options if any(map(str.isalnum, o.text))]
    if said and {x.replace(".", "") for x in said} <= {"am", "pm"}:
        return "ampm"
    numbers = [int(x) for x in said if x.isdigit() and len(x) < 3]
    if len(numbers) < max(2, len(said)):
        return ""
    if max(numbers) > 24:
        return "minute" if max(numbers) < 60 and 0 in numbers else ""
    return "hour" if len(numbers) >= _HOURS else ""


def _second(end: str) -> str:
    return {"pauses": "closes", "reopens": "opens2"}.get(end, end)
