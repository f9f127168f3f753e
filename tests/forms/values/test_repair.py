"""A complaint is answered with another value, guided by its words, and never twice the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbolt.domain.fields import Field
from dbolt.domain.submission import FieldError
from dbolt.forms.page import Control, Widget
from dbolt.forms.plan import plan_fill
from dbolt.forms.reading import Act, Action, FillPlan
from dbolt.forms.repair import repair, tried_by
from tests.forms.values.building import TODAY, bakery, control, form_page, reading_of


def _planned(*pairs: tuple[Control, Field | None]) -> FillPlan:
    numbered = [(replace(c, ref=f"0:{i + 1}"), field) for i, (c, field) in enumerate(pairs)]
    page = form_page([c for c, _ in numbered])
    return plan_fill(page, reading_of(numbered), bakery(), today=TODAY)


def _error(field: Field | None, message: str, name: str = "") -> FieldError:
    return FieldError(field=field, control=name, message=message)


@pytest.mark.parametrize(
    ("message", "written"),
    [
        ("Use the format 123-456-7890", "212-555-0142"),
        ("Phone must look like 123.456.7890", "212.555.0142"),
        ("Please enter 10 digits", "2125550142"),
        ("Digits only please", "2125550142"),
        ("Include the country code, e.g. +1 212 555 0100", "+1 212 555 0142"),
        ("Bitte nur Ziffern eingeben", "2125550142"),
        ("Must start with +", "+1 212-555-0142"),
    ],
)
def test_a_phone_follows_the_complaint(message: str, written: str) -> None:
    plan = _planned((control(label="Phone"), Field.PHONE), (control(), Field.EMAIL))
    better = repair(plan, [_error(Field.PHONE, message)])
    assert [(a.field, a.values) for a in better.actions] == [(Field.PHONE, (written,))]


def test_a_link_gets_the_scheme_that_is_missed() -> None:
    plan = _planned((control(placeholder="www.example.com"), Field.WEBSITE))
    assert plan.actions[0].values == ("www.harborlane.com",)
    better = repair(plan, [_error(Field.WEBSITE, "URL must start with http:// or https://")])
    assert better.actions[0].values[0].startswith("https://")


def test_a_text_is_cut_to_what_the_complaint_allows() -> None:
    plan = _planned((control(Widget.TEXTAREA), Field.DESCRIPTION))
    better = repair(plan, [_error(Field.DESCRIPTION, "Too long: max 120 characters")])
    assert 60 < len(better.actions[0].values[0]) <= 120
    vague = repair(plan, [_error(Field.DESCRIPTION, "Der Text ist zu lang.")])
    assert len(vague.actions[0].values[0]) < len(plan.actions[0].values[0])


def test_the_control_that_is_named_is_changed_and_no_other() -> None:
    plan = _planned((control(label="Phone"), Field.PHONE), (control(label="Mobile"), Field.MOBILE))
    better = repair(plan, [_error(None, "Wrong format", "Mobile")])
    assert [a.field for a in better.actions] == [Field.MOBILE]


def test_repair_runs_dry_without_ever_repeating_a_value() -> None:
    plan = _planned((control(label="Phone"), Field.PHONE))
    errors = [_error(Field.PHONE, "Invalid phone number")]
    tried = set(tried_by(plan))
    seen = [plan.actions[0].values[0]]
    while (better := repair(plan, errors, tried)).actions:
        seen += better.actions[0].values
        tried |= tried_by(better)
        plan = better
    assert len(seen) > 5
    assert len(seen) == len(set(seen))


def test_a_fresh_plan_after_a_reload_does_not_go_back_to_old_values() -> None:
    plan = _planned((control(label="Phone"), Field.PHONE))
    errors = [_error(Field.PHONE, "Invalid")]
    first = repair(plan, errors)
    second = repair(plan, errors, tried_by(plan) | tried_by(first))
    assert second.actions[0].values not in {plan.actions[0].values, first.actions[0].values}


def test_nothing_is_ticked_and_no_secret_is_changed_for_a_complaint() -> None:
    plan = FillPlan(
        actions=(
            Action(
                "0:1", Field.ACCOUNT_PASSWORD, Act.TEXT, ("abc",), secret=True, alternates=("x",)
            ),
            Action("0:2", Field.TERMS, Act.CHECK, alternates=("0:3",)),
        )
    )
    errors = [_error(Field.ACCOUNT_PASSWORD, "Too short"), _error(Field.TERMS, "Required")]
    assert repair(plan, errors) == FillPlan(actions=())


def test_another_category_is_chosen_where_the_first_is_refused() -> None:
    options = ["", "Bakeries", "Food & Drink", "Banks"]
    plan = _planned((control(Widget.SELECT, label="Category", options=options), Field.CATEGORY))
    better = repair(plan, [_error(Field.CATEGORY, "This category is full")])
    assert better.actions[0].values == ("Food & Drink",)


def test_too_many_tags_become_fewer() -> None:
    plan = _planned((control(Widget.TAGS, label="Tags"), Field.KEYWORDS))
    better = repair(plan, [_error(Field.KEYWORDS, "Please use at most 2 tags")])
    assert better.actions[0].values == ("bread", "sourdough")


def test_an_optional_box_is_emptied_when_nothing_else_is_left() -> None:
    plan = _planned((control(label="Founded on", name="since"), Field.YEAR_FOUNDED))
    error = _error(Field.YEAR_FOUNDED, "Enter a valid date.", "Founded on")
    assert repair(plan, [error]).actions == ()
    (action,) = repair(plan, [error], optional={"0:1"}).actions
    assert action.values == ("",)
