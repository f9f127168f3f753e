"""Which piece of a split value does a control hold: the area code of a phone, a sub-category?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from dbolt.domain.fields import Field
from dbolt.forms import autocomplete
from dbolt.forms.contents import is_dial_codes
from dbolt.forms.evidence import Case
from dbolt.forms.lexicon import NONE, Lexicon
from dbolt.forms.page import LabelKind, Widget
from dbolt.forms.reading import Because
from dbolt.forms.shapes import PHONES
from dbolt.forms.words import split_identifier, words
from dbolt.forms.wordsets import word_set

_TRIOS = {(3, 3, 4): ("area_code", "exchange", "line")}
_STRONG = frozenset({LabelKind.FOR, LabelKind.WRAP, LabelKind.ARIA})
_CHOSEN = frozenset({Widget.SELECT, Widget.COMBOBOX})


_MOST_OF = 0.6
_HALF = 4
"""Half of a postal code is no longer than this."""
_REST = {"area_code": "number", "country_code": "national"}


def mark_phone_parts(cases: Sequence[Case], lexicon: Lexicon) -> None:
    """Tell the pieces of split phone numbers apart, before the fields are assigned."""
    for index, case in enumerate(cases):
        beside = _phone_beside(cases, index)
        own = autocomplete.PARTS.get(autocomplete.token(case.control), "")
        if is_dial_codes(case.control):
            own = "country_code"
        elif not own and (beside or _is_phone(case)):
            own = _told(case, lexicon)
        if own == "extension":
            case.part = own
            case.add(NONE, Because("parts", "extension", 8.0))
        elif own and own != "number":
            case.part = own
            field = beside or Field.PHONE
            if own == "country_code":
                case.scores.pop(Field.COUNTRY, None)
            case.add(field, Because("parts", own, 5.0))
            case.scores.pop(NONE, None)
    _mark_rest(cases)
    _mark_runs(cases)


def _is_phone(case: Case) -> bool:
    meaning, score = case.best()
    return meaning in PHONES and score > 1.5


def _phone_beside(cases: Sequence[Case], index: int) -> Field | None:
    for near in (index + 1, index - 1):
        if 0 <= near < len(cases) and _is_phone(cases[near]):
            return Field(cases[near].best()[0])
    return None


def _told(case: Case, lexicon: Lexicon) -> str:
    control, told = case.control, ""
    for text in (control.name, control.id):
        hits = lexicon.hits("parts", lexicon.prepare(split_identifier(text)))
        whole = [h for h in hits if h.meaning not in {"number", "extension"} or h.share > 0.4]
        if whole:
            return whole[0].meaning
    for label in control.labels:
        if label.kind is LabelKind.HELP or len(label.text) > 40:
            continue
        found = [h for h in lexicon.find("parts", label.text) if h.share >= 0.3]
        if len({h.meaning for h in found}) > 1:
            continue  # "Area code / number" stands over both boxes
        if found and found[0].share >= 0.5:
            if found[0].meaning != "number":
                return found[0].meaning
            if label.kind in _STRONG:
                # The words over both boxes point to the first of them: its own may follow.
                told = "number"
    return told


def mark_postal_parts(cases: Sequence[Case]) -> None:
    """Tell the halves of a postal code apart: "31-146" in boxes of two and three."""
    for first, second in pairwise(cases):
        sizes = (first.control.maxlength or 9, second.control.maxlength or 9)
        if first.best()[0] != Field.POSTAL_CODE or max(sizes) > _HALF:
            continue
        if second.control.widget is not Widget.INPUT or _says_more(first, second):
            continue
        first.part, second.part = "first", "last"
        second.scores.pop(NONE, None)
        score = first.scores[Field.POSTAL_CODE]
        second.add(Field.POSTAL_CODE, Because("parts", "the other half", score))


def _says_more(first: Case, second: Case) -> bool:
    """Whether the second of two boxes has words of its own."""
    known = {label.text for label in first.control.labels}
    own = [x.text for x in second.control.labels if x.text not in known]
    return any(c.isalpha() for text in own for c in text)


def part_shared_words(cases: Sequence[Case], lexicon: Lexicon) -> None:
    """Two boxes below "ZIP / Phone" are for the one and the other, in that order."""
    for first, second in pairwise(cases):
        if {first.control.widget, second.control.widget} - {Widget.INPUT}:
            continue
        shared = {x.text for x in first.control.labels} & {x.text for x in second.control.labels}
        own = {x.text for x in second.control.labels} - shared
        if any(c.isalpha() for text in own for c in text):
            continue
        for text in shared:
            asked = [_called(part, lexicon) for part in text.split("/")]
            if len(asked) == len({*asked} - {""}) == len((first, second)):
                for case, meaning in zip((first, second), asked, strict=True):
                    because = Because("neighbours", "words for two boxes", 4.0)
                    case.add(meaning, because)


def _called(text: str, lexicon: Lexicon) -> str:
    hits = lexicon.hits("fields", lexicon.prepare(words(text)))
    return next((h.meaning for h in hits if h.share > _MOST_OF), "")


def _mark_rest(cases: Sequence[Case]) -> None:
    """The box behind an area code, or a country's code, holds the rest of the number."""
    for before, case in pairwise(cases):
        if not case.part and _is_phone(case):
            case.part = _REST.get(before.part, "")


def _mark_runs(cases: Sequence[Case]) -> None:
    """Boxes of 3, 3 and 4 digits in a row, the first of which is labelled as a phone."""
    for start in range(len(cases) - 2):
        run = cases[start : start + 3]
        sizes = tuple(c.control.maxlength for c in run)
        names = next((names for trio, names in _TRIOS.items() if trio == sizes), None)
        if names is None or not any(_is_phone(c) for c in run):
            continue
        field = next(c.best()[0] for c in run if _is_phone(c))
        for case, name in zip(run, names, strict=True):
            case.part = name
            case.scores.pop(NONE, None)
            case.add(field, Because("parts", name, 5.0))


def part_of(cases: Sequence[Case], fields: Sequence[Field | None], index: int) -> str:
    """The part of the control at *index*, now that every control's field is known."""
    case, field = cases[index], fields[index]
    if field is None:
        return ""
    if field is Field.HOURS or field in PHONES:
        return case.part
    if field is Field.CATEGORY and case.control.widget in _CHOSEN:
        before = index > 0 and fields[index - 1] is Field.CATEGORY
        follows = before and cases[index - 1].control.widget in _CHOSEN
        return "sub" if follows and not word_set("sub").isdisjoint(case.words) else ""
    if field is Field.POSTAL_CODE and case.part in {"first", "last"}:
        return case.part
    if field is Field.POSTAL_CODE and index > 0 and fields[index - 1] is field:
        return "plus4" if case.control.maxlength == 4 else ""
    return ""
