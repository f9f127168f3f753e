"""Grids of opening hours and split values: which piece does each control hold?"""

from __future__ import annotations

import pytest

from dbolt.forms.page import LabelKind, Option, Widget
from tests.forms.understanding.building import Builder, guess, said

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def test_a_grid_is_read_by_its_names() -> None:
    form = Builder()
    form.add("Business name")
    refs = {
        f"{day}.{part}": form.add(
            name=f"hours[{day}][{word}]", type="time", widget=Widget.DATE_TIME
        )
        for day in DAYS
        for part, word in (("opens", "from"), ("closes", "to"))
    }
    reading = form.read()
    assert {part: guess(reading, ref).part for part, ref in refs.items()} == {p: p for p in refs}


@pytest.mark.parametrize(
    ("language", "days"),
    [
        ("de", ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]),
        ("fr", ["Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche"]),
        ("pl", ["Poniedziałek", "Wtorek", "Środa", "Czwartek", "Piątek", "Sobota", "Niedziela"]),
    ],
)
def test_a_grid_is_read_by_its_rows_where_names_say_nothing(language: str, days: list[str]) -> None:
    form = Builder(language)
    refs = []
    for number, day in enumerate(days):
        for column in range(2):
            ref = form.add(day, f"f{number}_{column}", kind=LabelKind.TABLE_HEAD)
            refs.append(ref)
    reading = form.read()
    expected = [f"{day}.{end}" for day in DAYS for end in ("opens", "closes")]
    assert [guess(reading, r).part for r in refs] == expected


def test_a_closed_box_belongs_to_its_day() -> None:
    form = Builder()
    closed = []
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        form.add(day, kind=LabelKind.BEFORE)
        form.add("to", kind=LabelKind.BEFORE)
        closed.append(form.check("Closed"))
    reading = form.read()
    assert [guess(reading, r).part for r in closed] == [f"{d}.closed" for d in DAYS[:5]]


def test_one_box_a_day_holds_the_day_s_text() -> None:
    form = Builder()
    refs = [form.add(d) for d in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")]
    reading = form.read()
    assert [guess(reading, r).part for r in refs] == [f"{d}.all" for d in DAYS[:5]]


def test_a_newsletter_box_below_the_grid_is_not_part_of_it() -> None:
    form = Builder()
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        form.add(day, kind=LabelKind.BEFORE)
        form.add("to", kind=LabelKind.BEFORE)
    ref = form.check("Subscribe to the newsletter")
    assert said(form.read(), ref) == "newsletter"


def test_a_phone_in_three_boxes_is_taken_apart() -> None:
    form = Builder()
    first = form.add("Phone", maxlength=3)
    second = form.add("", maxlength=3)
    third = form.add("", maxlength=4)
    reading = form.read()
    assert [guess(reading, r).part for r in (first, second, third)] == [
        "area_code",
        "exchange",
        "line",
    ]


def test_a_list_of_calling_codes_is_the_head_of_the_phone() -> None:
    form = Builder()
    code = form.select("", "+1", "+44", "+49", "+33", "+34")
    number = form.add("Phone number", type="tel")
    reading = form.read()
    assert (said(reading, code), guess(reading, code).part) == ("phone", "country_code")
    assert (said(reading, number), guess(reading, number).part) == ("phone", "national")


def test_an_extension_is_nothing_of_ours() -> None:
    form = Builder()
    form.add("Phone")
    ref = form.add("Ext.", name="phone_ext")
    assert said(form.read(), ref) == ""


def test_options_with_times_are_hours_only_beside_days() -> None:
    form = Builder()
    form.add("Business name")
    options = tuple(Option(f"{h}:00", f"{h}:00") for h in range(8, 18))
    ref = form.add("", tag="select", type="select-one", widget=Widget.SELECT, options=options)
    assert guess(form.read(), ref).part == ""
