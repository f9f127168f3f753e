"""Of a business or of a person, and what costs extra: told by the choices themselves."""

from __future__ import annotations

import pytest

from dbolt.forms.page import Control, Label, LabelKind, Option, Widget
from dbolt.forms.values.parties import business_choice
from dbolt.forms.values.plans import without_surcharges


def _list(*texts: str) -> Control:
    options = tuple(Option(t, t) for t in texts)
    return Control(
        ref="0:1", tag="select", type="select-one", widget=Widget.SELECT, options=options
    )


@pytest.mark.parametrize(
    ("texts", "chosen"),
    [
        (("Individual", "Organization"), "Organization"),
        (("Home Phone", "Cell Phone", "Work Fax", "Work Phone"), "Work Phone"),
        (("Privatperson", "Firma"), "Firma"),
        (("Particulier", "Professionnel"), "Professionnel"),
        (("Personal trainer", "Bakery"), None),
        (("Business", "Economy"), None),
        (("Office cleaning services", "Home delivery"), None),
    ],
)
def test_the_business_is_chosen_where_the_other_choice_is_a_person(
    texts: tuple[str, ...], chosen: str | None
) -> None:
    option = business_choice(_list(*texts))
    assert (option.text if option else None) == chosen


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("This field costs $10.00. I want to add it.", []),
        ("Dieses Feld kostet 10,00 €. Hinzufügen", []),
        ("Feature my entry for $10", ["0:1"]),
        ("This field is shown to visitors", ["0:1"]),
    ],
)
def test_a_field_that_has_to_be_bought_is_left_alone(words: str, left: list[str]) -> None:
    site = Control(ref="0:1", tag="input", type="url", widget=Widget.INPUT)
    box = Control(
        ref="0:2",
        tag="input",
        type="checkbox",
        widget=Widget.CHECKBOX,
        labels=(Label(LabelKind.WRAP, words),),
    )
    assert [c.ref for c in without_surcharges([site, box]) if c is not box] == left
