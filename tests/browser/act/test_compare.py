"""A page's own formatting is not a lost value; a changed value is."""

from __future__ import annotations

import pytest

from dbolt.browser.act.compare import best, same
from dbolt.domain.fields import Field

PHONE = "+1 207 555 0142"


@pytest.mark.parametrize(
    ("field", "typed", "held"),
    [
        (Field.PHONE, PHONE, "(207) 555-0142"),
        (Field.PHONE, PHONE, "12075550142"),
        (Field.PHONE, "+49 30 901820", "030 / 90 18 20"),
        (Field.WEBSITE, "https://a.example/", "https://a.example"),
        (Field.WEBSITE, "https://A.example/Shop", "a.example/Shop"),
        (Field.BUSINESS_NAME, "Café  Olé", "CAFÉ OLÉ"),
        (Field.EMPLOYEES, "1200", "1,200"),
        (Field.EMPLOYEES, "12", "12.0"),
        (Field.HOURS, "17:30", "5:30 PM"),
        (Field.HOURS, "09:00", "9:00"),
        (Field.POSTAL_CODE, "SW1A 1AA", "SW1A1AA"),
        (Field.DESCRIPTION, "One.\nTwo.", "One.\n\nTwo."),
    ],
)
def test_formatting_is_forgiven(field: Field, typed: str, held: str) -> None:
    assert same(field, typed, held)


@pytest.mark.parametrize(
    ("field", "typed", "held"),
    [
        (Field.PHONE, PHONE, "207 555 014"),
        (Field.PHONE, PHONE, "42"),
        (Field.PHONE, PHONE, ""),
        (Field.WEBSITE, "https://a.example/Shop", "https://a.example/"),
        (Field.WEBSITE, "https://a.example/Shop", "https://a.example/shop"),
        (Field.BUSINESS_NAME, "Harbor Lane Bakery", "Harbor Lane Bak"),
        (Field.EMPLOYEES, "1200", "12"),
        (Field.LATITUDE, "48.137", "48137"),
        (Field.HOURS, "05:30", "5:30 PM"),
        (Field.POSTAL_CODE, "04101", "4101"),
        (Field.DESCRIPTION, "One. Two.", "One."),
    ],
)
def test_a_loss_is_not(field: Field, typed: str, held: str) -> None:
    assert not same(field, typed, held)


@pytest.mark.parametrize(
    ("wanted", "options", "chosen"),
    [
        (["Bakery"], ["Bar", "BAKERY"], "BAKERY"),
        (["Bäckerei", "Bakery"], ["Bakery", "Backerei"], "Backerei"),
        (["Portland"], ["Portland, ME (12)", "Poland"], "Portland, ME (12)"),
        (["Shops"], ["All shops", "Workshops"], "All shops"),
        (["Portland"], ["Portland, ME", "Portland, OR"], None),
        (["Dentist"], ["Destination Travel"], None),
        (["Bakery"], [], None),
        ([""], ["", "Bakery"], None),
    ],
)
def test_an_option_is_taken_only_where_it_is_meant(
    wanted: list[str], options: list[str], chosen: str | None
) -> None:
    index = best(wanted, options)
    assert (None if index is None else options[index]) == chosen
