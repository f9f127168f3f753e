"""Is a profile checked once, at the door, with sentences that help?"""

from __future__ import annotations

from datetime import UTC, time
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from dbolt.catalogue.reading import sentences
from dbolt.domain.profile import Day, Profile


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
    return list(sentences(caught.value, Profile))


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
        "webiste: there is no such key; did you mean website?"
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
    data = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    picture = {"name": "a.png", "media_type": "image/png", "data": data}
    profile = Profile.model_validate(told(logo=picture))
    again = Profile.model_validate_json(profile.model_dump_json())
    assert again.logo is not None
    assert again.logo.data == data


@pytest.mark.parametrize("bad", ["A\u0000B", "A\nB", "A\tB", "A\u2028B", "A\u202eB", "A\x1bB"])
def test_a_line_holds_what_one_can_read_alone(bad: str) -> None:
    address = {"street": bad, "city": "B"}
    for wrong in ({"business_name": bad}, {"tagline": bad}, {"keywords": [bad]}):
        assert "take out" in problems(**wrong)[0] or "type it anew" in problems(**wrong)[0]
    assert problems(address=address)[0].startswith("address.street")


def test_a_description_may_have_lines_and_nothing_that_cannot_be_seen() -> None:
    profile = Profile.model_validate(told(description="One.\r\n\tTwo. \u05e9\u05dc\u05d5\u05dd"))
    assert profile.descriptions == ["One.\r\n\tTwo. \u05e9\u05dc\u05d5\u05dd"]
    for bad in ("A\u0000B", "A\u2066B", "A\x08B"):
        assert "type it anew" in problems(description=bad)[0]


def test_no_text_and_no_list_is_without_an_end() -> None:
    assert "at most 200 characters" in problems(vat_id="1" * 201)[0]
    assert "at most 100 items" in problems(keywords=["a"] * 101)[0]


PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"


@pytest.mark.parametrize(
    ("name", "media_type", "data"),
    [
        ("a.png", "image/png", JPEG),
        ("a.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.png", "image/png", b""),
        ("../a.png", "image/png", PNG),
        ("C:\\a.png", "image/png", PNG),
        ("a\n.png", "image/png", PNG),
    ],
)
def test_a_picture_is_what_it_says(name: str, media_type: str, data: bytes) -> None:
    assert problems(logo={"name": name, "media_type": media_type, "data": data})


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        ("image/png", PNG),
        ("image/jpeg", JPEG),
        ("image/gif", b"GIF89a"),
        ("image/webp", b"RIFF\x00\x00\x00\x00WEBP"),
    ],
)
def test_each_kind_of_picture_is_taken(media_type: str, data: bytes) -> None:
    logo = {"name": "our logo.x", "media_type": media_type, "data": data}
    for said in (media_type, "application/octet-stream"):
        found = Profile.model_validate(told(logo=logo | {"media_type": said})).logo
        assert found is not None
        assert found.media_type == media_type


def test_hours_are_times_and_not_numbers() -> None:
    unquoted = yaml.safe_load("[{opens: 7:00, closes: 15:00}]")
    assert unquoted == [{"opens": 420, "closes": 900}]
    assert "put the time in quotes" in problems(hours={"mon": unquoted})[0]
    span = {"opens": "7:30", "closes": time(15)}
    profile = Profile.model_validate(told(hours={"mon": [span]}))
    assert (profile.hours[Day.MON][0].opens, profile.hours[Day.MON][0].closes) == (
        time(7, 30),
        time(15),
    )
    assert Profile.model_validate_json(profile.model_dump_json()) == profile
    for bad in ("25:00", "15:00Z", "900", "", time(15, tzinfo=UTC), True):
        assert problems(hours={"mon": [{"opens": bad, "closes": "16:00"}]}), bad
