"""Descriptions, categories, choices, hours and numbers in the form that a control asks for."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from dbolt.domain.fields import Field
from dbolt.domain.profile import Day, Span
from dbolt.forms.page import Option, Widget
from dbolt.forms.values.categories import FLOOR, ranking
from dbolt.forms.values.hours import minutes_of
from dbolt.forms.values.limits import Limits, said_limits
from dbolt.forms.values.numbers import bounds_of
from tests.forms.values.building import bakery, control, nine_to_five, offer_for, text_for

SELECT, AREA, BOXES = Widget.SELECT, Widget.TEXTAREA, Widget.CHECKBOX


@pytest.mark.parametrize(
    ("words", "limits"),
    [
        ("Description (max 200 characters)", Limits(most=200)),
        ("maximal 1.000 Zeichen", Limits(most=1000)),
        ("-34 characters remaining", Limits()),
        ("200 caractères maximum", Limits(most=200)),
        ("máximo 250 caracteres", Limits(most=250)),
        ("massimo 300 caratteri", Limits(most=300)),
        ("max. 150 tekens", Limits(most=150)),
        ("maks. 400 znaków", Limits(most=400)),
        ("até 500 caracteres", Limits(most=500)),
        ("0/160", Limits(most=160)),
        ("At least 50 characters", Limits(least=50)),
        ("mindestens 100 Zeichen, höchstens 500 Zeichen", Limits(most=500, least=100)),
        ("Between 50 and 200 characters", Limits(most=200, least=50)),
        ("50-300 words", Limits(most_words=300, least_words=50)),
        ("up to 30 words", Limits(most_words=30)),
        ("Tell us about your business", Limits()),
        ("Founded in 1990, we serve 24/7", Limits()),
    ],
)
def test_limits_are_read_from_words(words: str, limits: Limits) -> None:
    assert said_limits(words) == limits


def test_the_longest_description_that_fits_is_taken() -> None:
    long, short = bakery().descriptions
    assert text_for(control(AREA), Field.DESCRIPTION) == long
    assert text_for(control(AREA, maxlength=len(long)), Field.DESCRIPTION) == long
    assert text_for(control(AREA, maxlength=len(long) - 1), Field.DESCRIPTION) == short
    assert text_for(control(AREA, label="About (max 100 characters)"), Field.DESCRIPTION) == short


def test_a_description_is_cut_at_a_sentence_then_at_a_word() -> None:
    told = bakery(descriptions=["We bake. We bake bread and buns every single day of the year."])
    assert text_for(control(AREA, maxlength=24), Field.DESCRIPTION, told) == "We bake."
    assert text_for(control(AREA, maxlength=21, minlength=10), Field.DESCRIPTION, told) == (
        "We bake. We bake"
    )


def test_a_description_is_never_stretched_to_a_minimum() -> None:
    assert offer_for(control(AREA, minlength=1000), Field.DESCRIPTION) is None


def test_keywords_are_tags_a_joined_text_or_one_each() -> None:
    tags = offer_for(control(Widget.TAGS, help="up to 2 tags"), Field.KEYWORDS)
    assert tags is not None
    assert tags.tags == ("bread", "sourdough")
    assert text_for(control(), Field.KEYWORDS) == "bread, sourdough, cakes, catering"
    assert text_for(control(maxlength=18), Field.KEYWORDS) == "bread, sourdough"
    assert text_for(control(), Field.KEYWORDS, part="2") == "sourdough"
    lines = control(AREA, help="One per line")
    assert text_for(lines, Field.KEYWORDS) == "bread\nsourdough\ncakes\ncatering"


@pytest.mark.parametrize(
    ("wanted", "options", "language", "chosen"),
    [
        ("Bakery", ["Restaurants", "Bakeries", "Banks"], "en", "Bakeries"),
        ("Bakery", ["Food & Drink", "Shopping", "Health"], "en", "Food & Drink"),
        ("Bakery", ["Bakery equipment suppliers", "Food"], "en", "Food"),
        ("Bakery", ["Food > Restaurants", "Food > Bakeries"], "en", "Food > Bakeries"),
        ("Bakery", ["Bäckereien", "Metzgereien"], "de", "Bäckereien"),
        ("Bakery", ["Panaderías y pastelerías", "Bares"], "es", "Panaderías y pastelerías"),
        ("Bakery", ["Boulangerie-pâtisserie", "Banque"], "fr", "Boulangerie-pâtisserie"),
        ("Bäckerei", ["Bakeries", "Banks"], "en", "Bakeries"),
        ("Bakery", ["Cukiernia", "Apteka"], "pl", "Cukiernia"),
        ("Dentist", ["Destination Travel", "Arts", "Restaurants"], "en", None),
        ("Dentist", ["Destination Travel", "Health & Medical"], "en", "Health & Medical"),
        ("Dentist", ["Zahnärzte", "Ärzte"], "de", "Zahnärzte"),
        ("Plumber", ["Plumbing", "Lumber"], "en", "Plumbing"),
        ("Italian restaurant", ["Restaurants", "Travel"], "en", "Restaurants"),
        ("Restaurant", ["Italian restaurants", "Food"], "en", "Food"),
        ("Law firm", ["Attorneys", "Farms"], "en", "Attorneys"),
        ("Hair salon", ["Nail salons", "Hairdressers"], "en", "Hairdressers"),
        ("Web design", ["Computers & Internet", "Interior design"], "en", "Computers & Internet"),
        ("Kite repair", ["Auto repair", "Computer repair"], "en", None),
        ("Photographer", ["Other", "Printing"], "en", None),
    ],
)
def test_the_nearest_category_is_found_and_nothing_below_the_floor(
    wanted: str, options: list[str], language: str, chosen: str | None
) -> None:
    asked = control(SELECT, options=["Select a category", *options])
    told = bakery(category=wanted, categories=[])
    assert text_for(asked, Field.CATEGORY, told, language=language) == chosen
    for score, option in ranking([Option(o, o) for o in options], wanted, language):
        assert score >= FLOOR
        assert option.text in options


def test_other_is_a_last_resort_and_marked_so() -> None:
    options = ["Select", "Banks", "Other"]
    told = bakery(categories=[])
    assert offer_for(control(SELECT, options=options), Field.CATEGORY, told) is None
    offer = offer_for(control(SELECT, options=options, required=True), Field.CATEGORY, told)
    assert offer is not None
    assert offer.options[0].text == "Other"
    assert offer.sure < 0.5


def test_several_categories_are_ticked_where_several_may_be() -> None:
    boxes = control(BOXES, options=["Cafes", "Bakeries", "Food", "Hotels"], multiple=True)
    offer = offer_for(boxes, Field.CATEGORY)
    assert offer is not None
    assert [o.text for o in offer.options] == ["Bakeries", "Cafes"]


def test_payments_and_languages_are_ticked_if_true() -> None:
    paid = control(BOXES, options=["Barzahlung", "Visa", "PayPal", "Apple Pay"], multiple=True)
    offer = offer_for(paid, Field.PAYMENT_METHODS)
    assert offer is not None
    assert [o.text for o in offer.options] == ["Barzahlung", "Visa", "Apple Pay"]
    spoken = control(BOXES, options=["Inglés", "Español", "Francés"], multiple=True)
    offer = offer_for(spoken, Field.LANGUAGES, language="es")
    assert offer is not None
    assert [o.text for o in offer.options] == ["Inglés", "Español"]
    assert text_for(control(), Field.LANGUAGES, language="de") == "Englisch, Spanisch"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("9:00 AM", 540),
        ("09:00", 540),
        ("0900", 540),
        ("9am", 540),
        ("9 Uhr", 540),
        ("9h30", 570),
        ("12:00 AM", 0),
        ("12:30 p.m.", 750),
        ("Noon", 720),
        ("17.30", 1050),
        ("24:00", 1440),
        ("Closed", None),
        ("25:00", None),
        ("10:75", None),
        ("1-10", None),
    ],
)
def test_times_of_day_are_read_in_every_usual_form(text: str, minutes: int | None) -> None:
    assert minutes_of(text) == minutes


_CLOCK = ["Closed", "08:30 AM", "09:00 AM", "09:30 AM", "05:00 PM"]


@pytest.mark.parametrize(
    ("asked", "part", "written"),
    [
        (control(SELECT, options=_CLOCK), "mon.opens", "09:00 AM"),
        (control(SELECT, options=_CLOCK), "mon.closes", "05:00 PM"),
        (control(SELECT, options=_CLOCK), "sun.opens", "Closed"),
        (control(SELECT, options=["0800", "0900", "1700"]), "fri.closes", "1700"),
        (control(type="time"), "mon.opens", "09:00"),
        (control(placeholder="9:00 AM"), "mon.closes", "5:00 PM"),
        (control(placeholder="09:00"), "mon.closes", "17:00"),
        (control(), "sat.opens", None),
        (control(), "mon.all", "9:00 AM - 5:00 PM"),
        (control(), "sun.all", "Closed"),
        (control(), "weekdays.all", "9:00 AM - 5:00 PM"),
        (control(), "daily.opens", None),
        (control(SELECT, options=["08", "09", "10"]), "mon.opens.hour", "09"),
        (control(SELECT, options=["AM", "PM"]), "mon.closes.ampm", "PM"),
    ],
)
def test_a_cell_of_an_hours_grid(asked: Any, part: str, written: str | None) -> None:
    assert text_for(asked, Field.HOURS, part=part) == written


def test_closed_boxes_are_ticked_for_closed_days_only() -> None:
    ticked = control(BOXES, checked=True)
    sunday = offer_for(control(BOXES), Field.HOURS, part="sun.closed")
    monday = offer_for(ticked, Field.HOURS, part="mon.closed")
    assert sunday is not None
    assert sunday.ticked
    assert monday is not None
    assert monday.unchecked


def test_a_time_between_two_steps_moves_inward_never_outward() -> None:
    quarter = [Span(opens=time(9, 15), closes=time(16, 45))]
    told = bakery(hours={Day.MON: quarter})
    steps = control(SELECT, options=["09:00", "09:30", "16:30", "17:00"])
    assert text_for(steps, Field.HOURS, told, "mon.opens") == "09:30"
    assert text_for(steps, Field.HOURS, told, "mon.closes") == "16:30"
    assert (
        text_for(control(SELECT, options=["06:00", "12:00"]), Field.HOURS, told, "mon.opens")
        is None
    )


def test_split_shifts_fill_four_cells_and_one_pair_never_claims_the_break() -> None:
    shifts = [Span(opens=time(9), closes=time(12)), Span(opens=time(14), closes=time(18))]
    told = bakery(hours={Day.MON: shifts})
    cells = ("mon.opens", "mon.closes", "mon.opens2", "mon.closes2")
    asked = control(type="time")
    written = [text_for(asked, Field.HOURS, told, cell) for cell in cells]
    assert written == ["09:00", "12:00", "14:00", "18:00"]
    assert text_for(control(), Field.HOURS, told, "mon.all", language="de") == (
        "09:00 - 12:00, 14:00 - 18:00"
    )


def test_a_week_in_one_box_is_in_the_pages_language() -> None:
    told = bakery(hours=nine_to_five(Day.MON, Day.TUE))
    text = text_for(control(AREA), Field.HOURS, told, language="de")
    assert text is not None
    assert text.splitlines()[0] == "Montag: 09:00 - 17:00"
    assert text.splitlines()[6] == "Sonntag: Geschlossen"
    assert text_for(control(), Field.HOURS, told) == "Mon-Tue 9:00 AM - 5:00 PM; Wed-Sun Closed"


def test_days_that_were_not_told_are_left_alone() -> None:
    told = bakery(hours={Day.MON: []})
    assert offer_for(control(), Field.HOURS, told, "tue.all") is None
    assert offer_for(control(BOXES), Field.HOURS, told, "tue.closed") is None


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("1-10", (1, 10)),
        ("11 \u2013 50 employees", (11, 50)),
        ("1,000 to 5,000", (1000, 5000)),
        ("200+", (200, float("inf"))),
        ("more than 500", (501, float("inf"))),
        ("less than 10", (0, 9)),
        ("Just me", (1, 1)),
        ("über 250", (251, float("inf"))),
        ("bis 9", (0, 9)),
        ("Please choose", None),
    ],
)
def test_ranges_are_read_from_words(text: str, bounds: tuple[float, float] | None) -> None:
    assert bounds_of(text) == bounds


@pytest.mark.parametrize(
    ("field", "asked", "written"),
    [
        (Field.EMPLOYEES, control(SELECT, options=["1-10", "11-50", "51+"]), "11-50"),
        (Field.EMPLOYEES, control(), "12"),
        (Field.EMPLOYEES, control(SELECT, options=["50-99", "100+"]), None),
        (Field.PRICE_RANGE, control(SELECT, options=["$", "$$", "$$$"]), "$$"),
        (Field.PRICE_RANGE, control(SELECT, options=["€ - günstig", "€€ - mittel"]), "€€ - mittel"),
        (
            Field.PRICE_RANGE,
            control(SELECT, options=["Cheap", "Moderate", "Expensive"]),
            "Moderate",
        ),
        (Field.YEAR_FOUNDED, control(SELECT, options=["2008", "2009"]), "2009"),
        (Field.YEAR_FOUNDED, control(type="date"), None),
        (Field.LATITUDE, control(), "40.7128"),
        (Field.LONGITUDE, control(), "-74.006"),
        (Field.CONTACT_TITLE, control(SELECT, options=["Herr", "Frau"]), "Frau"),
    ],
)
def test_numbers_ranges_and_titles(field: Field, asked: Any, written: str | None) -> None:
    assert text_for(asked, field) == written
