"""Is a profile checked once, at the door, with sentences that help?"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from dbolt.catalogue.loader import sentences
from dbolt.domain.profile import Profile


def told(**changes: Any) -> dict[str, Any]:
    return {
        "business_name": "Juniper Yoga",
        "description": "A quiet studio above the market.",
        "category": "Yoga studio",
        "contact": {"first_name": "Ada", "last_name": "Brandt"},
        "email": "hello@juniper.example",
        "phone": "(212) 555-0142",
        "address": {"street": "4 Market St", "city": "Albany", "state": "NY", "country": "us"},
    } | changes


def problems(**changes: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        Profile.model_validate(told(**changes))
    return list(sentences(caught.value))


def test_a_phone_is_kept_in_e164_whatever_way_it_was_written() -> None:
    for written in ("(212) 555-0142", "212.555.0142", "+1 212 555 0142", "1-212-555-0142"):
        assert Profile.model_validate(told(phone=written)).phone == "+12125550142"


def test_a_phone_is_read_in_the_country_of_the_address() -> None:
    address = {"street": "Hauptstraße 5", "city": "Köln", "postal_code": "50667", "country": "DE"}
    assert Profile.model_validate(told(phone="0221 1234567", address=address)).phone == (
        "+492211234567"
    )


def test_a_wrong_phone_is_told_in_one_sentence_that_says_what_to_write() -> None:
    assert problems(phone="call me") == [
        "phone 'call me' is not a phone number; write it like +1 212 555 0142"
    ]


def test_a_misspelt_key_does_not_vanish() -> None:
    assert problems(webiste="https://juniper.example") == [
        "webiste: Extra inputs are not permitted"
    ]


def test_descriptions_are_offered_longest_first() -> None:
    profile = Profile.model_validate(
        {k: v for k, v in told(descriptions=["short", "much longer"]).items() if k != "description"}
    )
    assert profile.descriptions == ["much longer", "short"]


def test_a_country_has_to_exist() -> None:
    address = {"street": "1 A St", "city": "B", "country": "XX"}
    assert "not an ISO 3166-1" in problems(address=address)[0]


def test_a_website_without_a_scheme_gets_one() -> None:
    assert Profile.model_validate(told(website="juniper.example")).website == (
        "https://juniper.example/"
    )


def test_a_picture_over_five_megabytes_is_refused() -> None:
    picture = {"name": "a.png", "media_type": "image/png", "data": b"x" * 5_000_001}
    assert "larger than 5 MB" in problems(logo=picture)[0]


def test_a_picture_survives_json() -> None:
    data = bytes(range(256))
    picture = {"name": "a.png", "media_type": "image/png", "data": data}
    profile = Profile.model_validate(told(logo=picture))
    again = Profile.model_validate_json(profile.model_dump_json())
    assert again.logo is not None
    assert again.logo.data == data
