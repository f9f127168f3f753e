"""What holds of every value, whatever the control and the profile."""

from __future__ import annotations

from dataclasses import replace

import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from dbolt.domain.fields import Field
from dbolt.domain.submission import FieldError
from dbolt.forms.page import Control, Widget
from dbolt.forms.plan import plan_fill
from dbolt.forms.reading import Act
from dbolt.forms.repair import repair, tried_by
from dbolt.forms.values.limits import length, limits_of
from dbolt.forms.values.text import shortened
from tests.forms.values.building import (
    TODAY,
    bakery,
    control,
    form_page,
    offer_for,
    reading_of,
)

_PROFILE = bakery()
_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=400
).filter(lambda t: bool(t.strip()))
_LABELS = st.one_of(
    st.none(),
    st.text(max_size=60),
    st.sampled_from(["max 200 characters", "0/80", "at least 20 characters", "max. 5 words", "@x"]),
)
_OPTIONS = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ["New York", "NY", "US", "United States", "Bakery", "Other", "9:00 AM", "$$", "1-50"]
        ),
    ),
    max_size=8,
)
_TYPED = frozenset({Widget.INPUT, Widget.TEXTAREA, Widget.PHONE, Widget.RICH_TEXT})
_FIELDS = st.sampled_from(list(Field))


@st.composite
def controls(draw: st.DrawFn) -> Control:
    """Any control, sensible or not."""
    widget = draw(st.sampled_from(list(Widget)))
    made = control(
        widget,
        label=draw(_LABELS),
        placeholder=draw(_LABELS),
        help=draw(_LABELS),
        options=draw(_OPTIONS),
        maxlength=draw(st.one_of(st.none(), st.integers(0, 300))),
        minlength=draw(st.one_of(st.none(), st.integers(0, 100))),
        pattern=draw(st.sampled_from(["", r"\d+", ".{3,}", "[", r"\+\d{11}"])),
        required=draw(st.booleans()),
        multiple=draw(st.booleans()),
        checked=draw(st.booleans()),
        type=draw(st.sampled_from(["text", "tel", "url", "time", "number", "email", "date"])),
    )
    return replace(made, ref=f"0:{draw(st.integers(1, 10**6))}")


@settings(max_examples=400, deadline=None)
@given(asked=controls(), field=_FIELDS, part=st.sampled_from(["", "mon.opens", "area_code", "sub"]))
def test_texts_keep_to_the_limits_and_options_are_the_controls_own(
    asked: Control, field: Field, part: str
) -> None:
    offer = offer_for(asked, field, _PROFILE, part)
    if offer is None:
        return
    for option in (*offer.options, *offer.others):
        assert option in asked.options
        assert not option.disabled
    if asked.widget in _TYPED and asked.type != "time":
        limits = limits_of(asked)
        for text in offer.texts:
            assert not limits.most or length(text) <= limits.most
            assert not asked.maxlength or length(text) <= asked.maxlength


@settings(max_examples=150, deadline=None)
@given(asked=st.lists(controls(), max_size=6, unique_by=lambda c: c.ref), data=st.data())
def test_a_plan_sets_each_open_control_in_order_and_never_a_trap(
    asked: list[Control], data: st.DataObject
) -> None:
    fields = [data.draw(st.one_of(st.none(), _FIELDS)) for _ in asked]
    reading = reading_of(list(zip(asked, fields, strict=True)))
    trapped = frozenset(
        data.draw(st.sets(st.sampled_from([c.ref for c in asked]))) if asked else ()
    )
    guesses = tuple(replace(g, trap=g.ref in trapped) for g in reading.guesses)
    reading = replace(reading, guesses=guesses)
    profile = data.draw(st.sampled_from([_PROFILE, bakery(terms_agreed=False)]))
    plan = plan_fill(form_page(asked), reading, profile, today=TODAY)
    order = [c.ref for c in asked]
    refs = [a.ref for a in plan.actions]
    assert refs == sorted(refs, key=order.index)
    assert not trapped & set(refs)
    for action in plan.actions:
        assert action.field is not Field.CAPTCHA
        assert action.field is not Field.NEWSLETTER or action.act is not Act.CHECK or action.values
        assert action.field is not Field.TERMS or profile.terms_agreed


@settings(max_examples=150, deadline=None)
@given(
    number=st.integers(2_000_000_000, 9_999_999_999),
    placeholder=st.sampled_from(["", "555-123-4567", "+1 555 123 4567", "(555) 123-4567"]),
)
def test_every_alternate_of_a_phone_is_the_same_number(number: int, placeholder: str) -> None:
    raw = f"+1{number}"
    if not phonenumbers.is_possible_number(phonenumbers.parse(raw)):
        return
    offer = offer_for(control(placeholder=placeholder), Field.PHONE, bakery(phone=raw))
    assert offer is not None
    for text in offer.texts:
        read = phonenumbers.parse(text, "US")
        assert phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164) == raw


@settings(max_examples=150, deadline=None)
@given(
    asked=controls(),
    field=_FIELDS,
    messages=st.lists(
        st.sampled_from(
            [
                "invalid",
                "max 50 characters",
                "digits only",
                "must start with https",
                "(123) 456-7890",
            ]
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_repair_never_repeats_a_value_and_touches_only_what_was_named(
    asked: Control, field: Field, messages: list[str]
) -> None:
    plan = plan_fill(form_page([asked]), reading_of([(asked, field)]), _PROFILE, today=TODAY)
    seen = {a.values for a in plan.actions}
    tried = set(tried_by(plan))
    for message in messages:
        plan = repair(plan, [FieldError(field=field, control="", message=message)], tried)
        for action in plan.actions:
            assert action.ref == asked.ref
            assert action.values not in seen
            seen.add(action.values)
        tried |= tried_by(plan)


@given(text=_TEXTS, limit=st.integers(1, 300))
def test_a_shortened_text_is_a_beginning_that_breaks_no_word(text: str, limit: int) -> None:
    cut = shortened(text, limit)
    whole = text.strip()
    assert len(cut) <= limit
    assert whole.startswith(cut)
    rest = whole[len(cut) :]
    assert not cut or not rest or not (cut[-1].isalnum() and rest[0].isalnum())
