"""Phones, places and links in the form that a control asks for."""

from __future__ import annotations

from typing import Any

import phonenumbers
import pytest

from dbolt.domain.fields import Field
from dbolt.domain.profile import Profile
from dbolt.forms.page import Widget
from dbolt.forms.values.places import split_street
from tests.forms.values.building import bakery, control, offer_for, text_for

SELECT, AREA = Widget.SELECT, Widget.TEXTAREA


def berlin() -> Profile:
    return bakery(
        phone="+493012345678",
        address={
            "street": "Hauptstraße 5",
            "city": "Berlin",
            "state": "BE",
            "postal_code": "10115",
            "country": "DE",
        },
    )


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ({}, "(212) 555-0142"),
        ({"placeholder": "555-123-4567"}, "212-555-0142"),
        ({"placeholder": "555.123.4567"}, "212.555.0142"),
        ({"placeholder": "+1 (555) 123-4567"}, "+1 (212) 555-0142"),
        ({"placeholder": "+1XXXXXXXXXX"}, "+12125550142"),
        ({"help": "Format: (123) 456-7890"}, "(212) 555-0142"),
        ({"help": "Digits only, no spaces"}, "2125550142"),
        ({"inputmode": "numeric"}, "2125550142"),
        ({"pattern": r"\d{3}-\d{3}-\d{4}"}, "212-555-0142"),
        ({"pattern": r"[0-9]{10}"}, "2125550142"),
        ({"pattern": r"\+[0-9]{11,14}"}, "+12125550142"),
        ({"maxlength": 10}, "2125550142"),
        ({"label": "Phone (with country code)"}, "+1 212-555-0142"),
    ],
)
def test_a_phone_is_written_as_the_control_shows(asked: dict[str, Any], written: str) -> None:
    assert text_for(control(type="tel", **asked), Field.PHONE) == written


def test_a_foreign_page_gets_the_international_form() -> None:
    assert text_for(control(), Field.PHONE, berlin()) == "+49 30 12345678"
    assert text_for(control(), Field.PHONE, berlin(), language="de") == "030 12345678"


@pytest.mark.parametrize(
    ("part", "american", "german"),
    [
        ("country_code", "+1", "+49"),
        ("area_code", "212", "030"),
        ("exchange", "555", None),
        ("line", "0142", None),
        ("number", "5550142", "12345678"),
        ("extension", None, None),
    ],
)
def test_a_split_phone_gets_its_piece(part: str, american: str, german: str) -> None:
    assert text_for(control(), Field.PHONE, part=part) == american
    assert text_for(control(), Field.PHONE, berlin(), part) == german


def test_the_dial_code_of_the_address_country_is_chosen() -> None:
    codes = control(SELECT, options=[("ca", "Canada (+1)"), ("us", "United States (+1)"), "+44"])
    assert text_for(codes, Field.PHONE, part="country_code") == "United States (+1)"


def test_a_second_phone_control_gets_the_mobile_and_a_third_nothing() -> None:
    assert text_for(control(), Field.PHONE, nth=1) == "(212) 555-0143"
    assert offer_for(control(), Field.PHONE, nth=2) is None


def test_every_spelling_of_a_phone_is_the_same_number() -> None:
    for profile, region in ((bakery(), "US"), (berlin(), "DE")):
        offer = offer_for(control(), Field.PHONE, profile)
        assert offer is not None
        assert len(offer.texts) >= 5
        for text in offer.texts:
            number = phonenumbers.parse(text, region)
            assert phonenumbers.format_number(number, 0) == profile.phone


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        (control(SELECT, options=["", "New Jersey", "New York"]), "New York"),
        (control(SELECT, options=[("", "-"), ("NJ", "NJ"), ("NY", "NY")]), "NY"),
        (control(SELECT, options=["", ("US-NY", "New York (NY)")]), "New York (NY)"),
        (control(label="State"), "NY"),
        (control(label="State", placeholder="e.g. California"), "New York"),
        (control(label="State (2 letter code)"), "NY"),
        (control(SELECT, options=["Bayern", "Berlin"]), None),
    ],
)
def test_a_state_is_a_code_or_a_name_as_asked(asked: Any, written: str | None) -> None:
    assert text_for(asked, Field.STATE) == written


def test_a_state_is_named_where_letters_do_not_carry_its_code() -> None:
    assert text_for(control(), Field.STATE, berlin(), language="de") == "Berlin"


@pytest.mark.parametrize(
    ("asked", "language", "written"),
    [
        (control(), "en", "United States"),
        (control(), "fr", "États-Unis"),
        (control(maxlength=2), "en", "US"),
        (control(SELECT, options=[("1", "Kanada"), ("2", "Vereinigte Staaten")]), "de", None),
        (control(SELECT, options=[("CA", "C"), ("US", "U")]), "en", "U"),
        (control(SELECT, options=["UK", "USA"]), "en", "USA"),
        (control(SELECT, options=["Canada", "Mexico"]), "en", None),
    ],
)
def test_a_country_is_found_by_name_code_or_translation(
    asked: Any, language: str, written: str | None
) -> None:
    expected = written or ("Vereinigte Staaten" if language == "de" else None)
    assert text_for(asked, Field.COUNTRY, language=language) == expected


@pytest.mark.parametrize(
    ("street", "country", "parts"),
    [
        ("12 Harbor Lane", "US", ("Harbor Lane", "12")),
        ("12b Harbor Lane", "GB", ("Harbor Lane", "12b")),
        ("350 5th Avenue", "US", ("5th Avenue", "350")),
        ("Highway 61", "US", ("Highway 61", "")),
        ("Hauptstraße 5", "DE", ("Hauptstraße", "5")),
        ("Am Markt 12 a", "DE", ("Am Markt", "12 a")),
        ("Straße des 17. Juni 135", "DE", ("Straße des 17. Juni", "135")),
        ("Calle Mayor, 5", "ES", ("Calle Mayor", "5")),
        ("Via Roma 10/B", "IT", ("Via Roma", "10/B")),
        ("12 bis rue de la Paix", "FR", ("rue de la Paix", "12 bis")),
        ("Keizersgracht 123", "NL", ("Keizersgracht", "123")),
        ("ul. Długa 7/3", "PL", ("ul. Długa", "7/3")),
        ("Marktplatz", "DE", ("Marktplatz", "")),
    ],
)
def test_street_and_number_part_as_the_country_writes_them(
    street: str, country: str, parts: tuple[str, str]
) -> None:
    assert split_street(street, country) == parts


def test_a_street_leaves_out_what_the_form_asks_for_elsewhere() -> None:
    beside = frozenset({Field.UNIT})
    assert text_for(control(), Field.STREET) == "12 Harbor Lane, Suite 4"
    assert text_for(control(), Field.STREET, beside=beside) == "12 Harbor Lane"
    both = beside | {Field.HOUSE_NUMBER}
    assert text_for(control(), Field.STREET, beside=both) == "Harbor Lane"
    assert text_for(control(), Field.HOUSE_NUMBER) == "12"


def test_an_address_is_one_line_or_several_as_the_country_writes_it() -> None:
    assert text_for(control(), Field.ADDRESS) == (
        "12 Harbor Lane, Suite 4, New York, NY 10001, United States"
    )
    assert text_for(control(AREA), Field.ADDRESS, berlin(), language="de") == (
        "Hauptstraße 5\n10115 Berlin\nDeutschland"
    )
    beside = frozenset({Field.CITY})
    assert text_for(control(), Field.ADDRESS, beside=beside) == "12 Harbor Lane, Suite 4"


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ({}, "https://www.harborlane.com/"),
        ({"type": "url"}, "https://www.harborlane.com/"),
        ({"placeholder": "https://"}, "https://www.harborlane.com/"),
        ({"placeholder": "www.example.com"}, "www.harborlane.com"),
        ({"before": "https://"}, "www.harborlane.com"),
        ({"label": "Website (without http)"}, "www.harborlane.com"),
        ({"pattern": "https://.+"}, "https://www.harborlane.com/"),
        ({"pattern": r"[a-z.]+"}, "www.harborlane.com"),
        ({"label": "Domain name"}, "harborlane.com"),
    ],
)
def test_a_website_has_its_scheme_where_it_is_wanted(asked: dict[str, Any], written: str) -> None:
    assert text_for(control(**asked), Field.WEBSITE) == written


@pytest.mark.parametrize(
    ("field", "asked", "written"),
    [
        (Field.INSTAGRAM, {}, "https://www.instagram.com/harborlane/"),
        (Field.INSTAGRAM, {"placeholder": "@yourname"}, "@harborlane"),
        (Field.INSTAGRAM, {"label": "Instagram username"}, "harborlane"),
        (Field.INSTAGRAM, {"before": "@"}, "harborlane"),
        (Field.INSTAGRAM, {"before": "instagram.com/"}, "harborlane"),
        (Field.LINKEDIN, {"before": "linkedin.com/company/"}, "harbor-lane"),
        (Field.LINKEDIN, {"before": "linkedin.com/"}, "company/harbor-lane"),
        (
            Field.FACEBOOK,
            {"type": "url", "placeholder": "@name"},
            "https://www.facebook.com/harborlane",
        ),
        (Field.TIKTOK, {}, None),
    ],
)
def test_a_social_link_is_cut_to_what_is_asked(
    field: Field, asked: dict[str, Any], written: str | None
) -> None:
    assert text_for(control(**asked), field) == written
