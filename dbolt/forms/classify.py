"""Which form of a page lists a business, and what does each of its controls ask for?

Layers, each able to reject: what a control can hold (shapes) → honeypots (traps) → known software
(fingerprints) → autocomplete → words → options → the trained model → abstain. Then the whole form
is read at once (neighbours, assign). Pure: a page goes in, readings with their reasons come out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dbolt.domain.directory import Recipe
from dbolt.domain.fields import Field
from dbolt.forms.assign import ACCEPT, assign
from dbolt.forms.buttons import submit_button
from dbolt.forms.evidence import Case, weigh
from dbolt.forms.fingerprints import apply_fingerprint
from dbolt.forms.hours import mark_hours
from dbolt.forms.kinds import kind_of
from dbolt.forms.layout import layout_of
from dbolt.forms.lexicon import NONE, Lexicon, languages_of, lexicon
from dbolt.forms.model import Model, consult, shipped
from dbolt.forms.neighbours import resolve
from dbolt.forms.page import Control, Form, LabelKind, Page, Widget
from dbolt.forms.parts import mark_phone_parts, mark_postal_parts, part_of
from dbolt.forms.reading import Because, FieldGuess, FormKind, Reading
from dbolt.forms.selectors import selects
from dbolt.forms.traps import trap
from dbolt.forms.words import words
from dbolt.forms.wordsets import word_set

_NO_RECIPE = Recipe()
_HINT = 20.0
_EXAMPLE = re.compile(r"\b(?:e\.?\s?g|ex|z\.\s?b|p\.\s?ej|bijv|np)\b.*\w,\s*\w{3,}", re.IGNORECASE)
_REST = frozenset({Field.CITY, Field.POSTAL_CODE})


@dataclass(frozen=True, slots=True)
class Layers:
    """What the engine may use beside the rules. The benchmark takes layers away."""

    fingerprints: bool = True
    model: Model | None = None


def classify(
    page: Page, *, recipe: Recipe = _NO_RECIPE, use_fingerprints: bool = True
) -> list[Reading]:
    """Readings of every form-like group of *page*, the likeliest listing form first.

    A control without enough evidence gets no field; its guess tells what was considered.
    """
    return classify_with(page, Layers(use_fingerprints, shipped()), recipe)


def classify_with(page: Page, layers: Layers, recipe: Recipe = _NO_RECIPE) -> list[Reading]:
    """As `classify`, with chosen layers."""
    known = lexicon(languages_of(page))
    readings = [_read(page, form, known, recipe, layers) for form in forms_of(page)]
    chosen = {f.ref for f in page.forms if recipe.form and selects(recipe.form, f)}
    return sorted(readings, key=lambda r: _rank(r, chosen))


def _rank(reading: Reading, chosen: set[str]) -> tuple[bool, bool, float]:
    return (
        reading.form not in chosen,
        reading.kind is not FormKind.LISTING,
        -reading.score,
    )


def forms_of(page: Page) -> list[Form]:
    """The forms that have controls; controls that name no known form make up one more."""
    held = {c.form for c in page.controls}
    forms = [f for f in page.forms if f.ref in held]
    loose = held - {f.ref for f in forms}
    return forms + [Form(ref=ref, native=False) for ref in sorted(loose)]


@dataclass(slots=True)
class Weighed:
    """The cases of one form after the rules, before the model and the assignment."""

    controls: tuple[Control, ...]
    cases: list[Case]
    kind: FormKind
    score: float

    @property
    def open(self) -> list[Case]:
        """The cases that are no traps."""
        return [c for c in self.cases if not c.trap]


def weigh_form(
    page: Page, form: Form, known: Lexicon, recipe: Recipe, *, fingerprints: bool
) -> Weighed:
    """What the rules make of each control of *form*."""
    controls = page.controls_of(form.ref)
    shown = [c for c in controls if c.type != "hidden"]
    layout = layout_of(shown, known)
    cases = [weigh(c, known, layout) for c in shown]
    for case in cases:
        case.trap = "" if form.hidden else trap(case.control, known)
    open_cases = [c for c in cases if not c.trap]
    if fingerprints:
        apply_fingerprint(open_cases)
    _apply_hints(cases, recipe)
    open_cases = [c for c in cases if not c.trap]
    kind, score = kind_of(page, form, open_cases, known)
    if recipe.form and selects(recipe.form, form):
        kind, score = FormKind.LISTING, 1.0
    mark_hours(open_cases, known)
    mark_phone_parts(open_cases, known)
    mark_postal_parts(open_cases)
    resolve(open_cases, kind, known)
    return Weighed(controls, cases, kind, score)


def _read(page: Page, form: Form, known: Lexicon, recipe: Recipe, layers: Layers) -> Reading:
    weighed = weigh_form(page, form, known, recipe, fingerprints=layers.fingerprints)
    consult(weighed.open, weighed.kind, weighed.score, layers.model)
    guesses = _guesses(weighed.open, known)
    guesses |= {c.control.ref: _trapped(c) for c in weighed.cases if c.trap}
    submit, is_next = submit_button(page.buttons_of(form.ref), weighed.controls, known)
    return Reading(
        form=form.ref,
        kind=weighed.kind,
        score=round(weighed.score, 4),
        guesses=tuple(guesses.get(c.ref) or _unseen(c) for c in weighed.controls),
        submit=submit,
        submit_is_next=is_next,
        language=known.languages[0],
    )


def bare_reading(page: Page, before: Reading) -> Reading | None:
    """A step that asks for nothing, after *before*: its button, where that is one that sends."""
    shown = [b for b in page.buttons if not b.hidden]
    submit, is_next = submit_button(shown, (), lexicon(languages_of(page)))
    if not submit or is_next:
        return None
    form = next(b.form for b in shown if b.ref == submit)
    return replace(before, form=form, guesses=(), submit=submit, submit_is_next=False)


def _apply_hints(cases: Sequence[Case], recipe: Recipe) -> None:
    for hint in recipe.hints:
        for case in cases:
            if selects(hint.selector, case.control):
                meaning = hint.field.value if hint.field else NONE
                case.scores.clear()
                case.because.clear()
                case.trap = ""
                case.add(meaning, Because("recipe", hint.selector, _HINT))


def _guesses(cases: Sequence[Case], known: Lexicon) -> dict[str, FieldGuess]:
    fields = _whole_addresses(cases, assign(cases), known)
    return {
        case.control.ref: _guess(case, field, part_of(cases, fields, index))
        for index, (case, field) in enumerate(zip(cases, fields, strict=True))
    }


def _whole_addresses(
    cases: Sequence[Case], fields: Sequence[Field | None], known: Lexicon
) -> list[Field | None]:
    """A street box on a form without city and postal code takes the whole address.

    So does a box of several lines beside a postal code alone (the city has no other place), and
    one whose own words name the parts of an address.
    """
    settled = list(fields)
    for index, field in enumerate(fields):
        if field is not Field.STREET:
            continue
        block = {f for c, f in zip(cases, fields, strict=True) if c.block == cases[index].block}
        narrow = not word_set("streets").isdisjoint(_asked(cases[index]))
        beside = _REST & (block | set(fields))
        room = cases[index].control.widget is Widget.TEXTAREA or _names_parts(cases[index], known)
        whole = (room or _shows_whole(cases[index])) and Field.CITY not in beside
        if whole or _is_full(cases[index]) or (not narrow and not beside):
            settled[index] = Field.ADDRESS
    return settled


def _asked(case: Case) -> set[str]:
    """The words about a control, without those of an example ("e.g. 34 Wigmore Street")."""
    labels = case.control.labels
    shown = [x.text for x in labels if x.kind is LabelKind.PLACEHOLDER]
    example = {w for text in shown if any(c.isdigit() for c in text) for w in words(text)}
    own = {w for x in labels if x.kind is not LabelKind.PLACEHOLDER for w in words(x.text)}
    return set(case.words) - (example - own)


def _is_full(case: Case) -> bool:
    """Whether a box asks for the "full address", whatever else the form asks for beside it."""
    said = [words(x.text) for x in case.control.labels if x.kind is not LabelKind.NEAR]
    full, lines = word_set("full"), word_set("addresses")
    return any(full.intersection(text) and lines.intersection(text) for text in said)


def _shows_whole(case: Case) -> bool:
    """Whether the example in the box has a town in it: "e.g. 34 Wigmore Street, London"."""
    shown = [x.text for x in case.control.labels if x.kind is LabelKind.PLACEHOLDER]
    return any(_EXAMPLE.search(text) for text in shown)


def _names_parts(case: Case, known: Lexicon) -> bool:
    """Whether *case* asks for "Street, ZIP, town" at once."""
    found = [
        {h.meaning for h in known.hits("fields", known.prepare(words(label.text)))}
        for label in case.control.labels
        if label.kind not in {LabelKind.NEAR, LabelKind.AFTER}
    ]
    return any(Field.POSTAL_CODE in f and {Field.CITY, Field.STREET} & f for f in found)


def _guess(case: Case, field: Field | None, part: str) -> FieldGuess:
    meaning = Field.STREET if field is Field.ADDRESS and field not in case.scores else field
    if field is None or meaning is None:
        best, score = case.best()
        considered = tuple(case.because.get(best, ()))
        return FieldGuess(case.control.ref, None, round(_sure(-score), 4), because=considered)
    against = max([s for m, s in case.scores.items() if m != meaning], default=0.0)
    confidence = _sure(case.scores[meaning] - 0.25 * max(0.0, against))
    because = tuple(sorted(case.because[meaning], key=lambda b: -abs(b.weight)))
    return FieldGuess(case.control.ref, field, round(confidence, 4), part, because=because)


def _sure(score: float) -> float:
    """A score as a probability: an even chance a little below the threshold."""
    return 1 / (1 + math.exp(-0.9 * (score - ACCEPT + 0.8)))


def _trapped(case: Case) -> FieldGuess:
    why = Because("trap", case.trap, -_HINT)
    return FieldGuess(case.control.ref, None, 0.0, trap=True, because=(why,))


def _unseen(control: Control) -> FieldGuess:
    return FieldGuess(control.ref, None, 0.0, because=(Because("shape", "hidden input", -_HINT),))
