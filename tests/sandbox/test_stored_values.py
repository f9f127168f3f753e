"""Is equality in substance strict enough to catch mistakes and wide enough for honest spellings?"""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image, ImageOps

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import picture_facts
from dbolt.sandbox.compare import expected_fields, matches, mismatches
from dbolt.sandbox.demo import load_demo_profile

PROFILE = load_demo_profile()
HOURS = {
    day.value: [[s.opens.strftime("%H:%M"), s.closes.strftime("%H:%M")] for s in spans]
    for day, spans in PROFILE.hours.items()
}

RIGHT: list[tuple[Field, Any]] = [
    (Field.BUSINESS_NAME, "HARBOR LANE  BAKERY"),
    (Field.DESCRIPTION, PROFILE.descriptions[0].replace(". ", ".\n\n")),
    (Field.DESCRIPTION, PROFILE.descriptions[2]),
    (Field.DESCRIPTION, "Harbor Lane Bakery has baked for Portland's Old Port since 2009…"),
    (Field.CATEGORY, "Bakeries & Cafés"),
    (Field.KEYWORDS, "bread, Sourdough"),
    (Field.CONTACT_TITLE, "Frau"),
    (Field.CONTACT_NAME, "Nora Whitcomb"),
    (Field.PHONE, "(207) 555-0142"),
    (Field.PHONE, "+1 207 555 0142"),
    (Field.PHONE, "207 5550142"),
    (Field.FAX, "207.555.0144"),
    (Field.WEBSITE, "https://www.HarborLaneBakery.example"),
    (Field.WEBSITE, "www.harborlanebakery.example"),
    (Field.INSTAGRAM, "@harborlanebakery.example"),
    (Field.STREET, "14 Harbor Lane, Suite 2"),
    (Field.STREET, "Harbor Lane 14"),
    (Field.HOUSE_NUMBER, "14"),
    (Field.ADDRESS, "14 Harbor Lane\nSuite 2\nPortland, ME 04101\nUnited States"),
    (Field.ADDRESS, "14 Harbor Lane, Portland, Maine 04101"),
    (Field.STATE, "ME"),
    (Field.STATE, "maine"),
    (Field.STATE, "US-ME"),
    (Field.COUNTRY, "US"),
    (Field.COUNTRY, "Vereinigte Staaten von Amerika"),
    (Field.COUNTRY, "Estados Unidos"),
    (Field.COUNTRY, "États-Unis"),
    (Field.LATITUDE, "43.6574"),
    (Field.HOURS, HOURS),
    (Field.YEAR_FOUNDED, "2009"),
    (Field.EMPLOYEES, "10-19"),
    (Field.EMPLOYEES, "10+"),
    (Field.PRICE_RANGE, "$$"),
    (Field.PAYMENT_METHODS, ["cash", "Visa"]),
    (Field.LANGUAGES, "English, Spanish"),
    (Field.TERMS, "on"),
]

WRONG: list[tuple[Field, Any]] = [
    (Field.BUSINESS_NAME, ""),
    (Field.BUSINESS_NAME, "Harbor Lane Bakery LLC"),
    (Field.DESCRIPTION, "A bakery."),
    (Field.DESCRIPTION, "Harbor Lane Bakery has baked for Portland's Old Port sin"),
    (Field.DESCRIPTION, ""),
    (Field.CATEGORY, "Banks"),
    (Field.KEYWORDS, "bread, tires"),
    (Field.KEYWORDS, ""),
    (Field.CONTACT_TITLE, "Herr"),
    (Field.CONTACT_NAME, "Whitcomb"),
    (Field.PHONE, "(207) 555-0143"),
    (Field.PHONE, "call us"),
    (Field.MOBILE, PROFILE.phone),
    (Field.WEBSITE, "https://www.harborlanebakery.example/order"),
    (Field.WEBSITE, ""),
    (Field.INSTAGRAM, "https://www.facebook.com/harborlanebakery.example"),
    (Field.STREET, "14 Harbor Lane, Portland"),
    (Field.STREET, "Harbor Lane"),
    (Field.HOUSE_NUMBER, "2"),
    (Field.ADDRESS, "14 Harbor Lane, Portland 04101"),
    (Field.ADDRESS, "Portland, ME 04101"),
    (Field.CITY, "Portland, ME"),
    (Field.POSTAL_CODE, "4101"),
    (Field.STATE, "MA"),
    (Field.STATE, "MD"),
    (Field.COUNTRY, "Canada"),
    (Field.COUNTRY, "United Kingdom"),
    (Field.LATITUDE, "-70.25"),
    (Field.LATITUDE, "north"),
    (Field.HOURS, HOURS | {"mon": [["07:00", "15:00"]]}),
    (Field.HOURS, {"tue": HOURS["tue"]}),
    (Field.HOURS, "daily"),
    (Field.YEAR_FOUNDED, "2010"),
    (Field.EMPLOYEES, "1-9"),
    (Field.PRICE_RANGE, "$$$"),
    (Field.VAT_ID, "12"),
    (Field.NEWSLETTER, "on"),
    (Field.LOGO, None),
    (Field.LOGO, {"bytes": 10}),
]


@pytest.mark.parametrize(("field", "stored"), RIGHT)
def test_an_honest_spelling_matches(field: Field, stored: object) -> None:
    assert matches(PROFILE, field, stored)


@pytest.mark.parametrize(("field", "stored"), WRONG)
def test_a_mistake_does_not_match(field: Field, stored: object) -> None:
    assert not matches(PROFILE, field, stored)


def test_a_site_says_which_of_its_categories_are_right() -> None:
    right = {"Food > Bread"}

    assert matches(PROFILE, Field.CATEGORY, "Food > Bread", right_categories=right)
    assert not matches(PROFILE, Field.CATEGORY, "Bakery", right_categories=right)


@pytest.mark.parametrize(("size", "kind"), [(64, "PNG"), (200, "JPEG"), (320, "GIF")])
def test_a_logo_scaled_or_saved_anew_is_the_same_logo(size: int, kind: str) -> None:
    assert PROFILE.logo is not None
    with Image.open(io.BytesIO(PROFILE.logo.data)) as logo:
        plain = logo.convert("RGB")
    for image, same in ((plain, True), (ImageOps.invert(plain), False)):
        file = io.BytesIO()
        image.resize((size, size)).save(file, kind)
        assert matches(PROFILE, Field.LOGO, picture_facts(file.getvalue())) is same


def test_what_is_expected_matches_itself() -> None:
    told = expected_fields(PROFILE)

    plain = {field.value: text for field, text in told.items() if field is not Field.LOGO}
    assert mismatches(PROFILE, plain) == []
    assert Field.VAT_ID not in told
    assert len(told) >= 40


def test_the_demo_business_leaves_nothing_open_but_its_tax_number() -> None:
    empty = {name for name, value in PROFILE if value in ("", None, [], {})}

    assert empty == {"vat_id", "photos"}
    assert all(value for _, value in PROFILE.social)
    assert PROFILE.terms_agreed
    assert len(PROFILE.descriptions) == 3
    assert PROFILE.logo is not None
    assert len(PROFILE.logo.data) < 50_000
