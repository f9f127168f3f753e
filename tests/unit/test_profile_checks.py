"""Does the form say what is wrong, in words, for the field that is wrong, and no more than that?"""

from __future__ import annotations

import pytest

from dbolt.domain.profile import Profile
from serve_app.web.profile_checks import (
    HALF,
    advice_in,
    everything_wrong,
    missing_in,
    problems_in,
)
from serve_app.web.profile_fields import step_called, steps
from serve_app.web.profile_form import document, values_of
from tests.support.queue import PROFILE


def wrong(step: str, **values: str) -> dict[str, str]:
    found = step_called(step)
    assert found is not None
    return problems_in(found, {name.replace("__", "."): value for name, value in values.items()})


@pytest.mark.parametrize(
    ("step", "field", "value", "told"),
    [
        ("basics", "business_name", "W" * 4000, "At most 200 characters; this has 4,000."),
        ("basics", "year_founded", "12", "Write the year with four digits, such as 1998."),
        ("basics", "employees", "few", "Write a number, such as 12."),
        ("basics", "languages", "en, english", "Write each language as two letters"),
        ("address", "address.country", "XX", "Choose a country from the list."),
        ("contact", "email", "ada", "This is not an e-mail address"),
        ("contact", "phone", "12", "Phone '12' is not a phone number"),
        ("contact", "website", "not a site", "This is not a web address"),
        ("contact", "website", "javascript:alert(1)", "This is not a web address"),
        ("description", "short_description", "x" * 161, "At most 160 characters; this has 161."),
        ("media", "social.x", "not a page", "This is not a web address"),
        ("hours", "hours.mon.opens", "7 in the morning", HALF),
    ],
)
def test_one_wrong_field_is_told_alone_and_in_words(
    step: str, field: str, value: str, told: str
) -> None:
    found = wrong(step, **{field: value})
    name = field if step != "hours" else "hours.mon"
    assert list(found) == [name]
    assert found[name].startswith(told)


def test_an_empty_form_misses_what_is_needed_and_has_nothing_wrong() -> None:
    assert all(problems_in(step, {}) == {} for step in steps())
    needed = [field.name for step in steps() for field in missing_in(step, {})]
    assert list(everything_wrong({})) == needed
    assert "business_name" in needed


def test_a_phone_is_read_in_its_country() -> None:
    found = step_called("contact")
    assert found is not None
    values = {"phone": "030 901820", "address.country": "DE"}
    assert problems_in(found, values) == {}
    assert advice_in(found, values) == {"phone": "Read as +49 30 901820."}


@pytest.mark.parametrize(
    ("values", "field", "told"),
    [
        (
            {"address.country": "US", "address.postal_code": "ABC"},
            "postal_code",
            "In United",
        ),
        (
            {"address.country": "US", "address.state": "Bavaria"},
            "state",
            "We know no state",
        ),
        ({"address.country": "DE"}, "postal_code", "Addresses in Germany have a postcode"),
    ],
)
def test_odd_addresses_get_advice_and_no_refusal(
    values: dict[str, str], field: str, told: str
) -> None:
    step = step_called("address")
    assert step is not None
    assert problems_in(step, values) == {}
    assert advice_in(step, values)[f"address.{field}"].startswith(told)


def test_a_profile_comes_through_the_form_as_it_was() -> None:
    texts = ["d" * 500, "m" * 250, "s" * 90]
    hours = {
        "mon": [{"opens": "09:00", "closes": "12:00"}, {"opens": "13:00", "closes": "18:00"}],
        "sun": [],
    }
    more = {
        "descriptions": texts,
        "hours": hours,
        "keywords": ["rye"],
        "terms_agreed": True,
    }
    told = {name: value for name, value in PROFILE.items() if name != "description"}
    profile = Profile.model_validate({**told, **more})
    assert Profile.model_validate(document(values_of(profile))) == profile
    assert everything_wrong(values_of(profile)) == {}
