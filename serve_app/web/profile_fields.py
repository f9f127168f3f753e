"""What does the business form ask? Its sections and controls, from top to bottom.

Each field's name is its path in the profile, so that an error finds its way back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pycountry

from dbolt.domain.fields import SOCIAL, SPECS
from dbolt.domain.fields import Field as ListingField
from dbolt.domain.profile import Day

DAYS: tuple[tuple[str, str], ...] = (
    (Day.MON, "Monday"),
    (Day.TUE, "Tuesday"),
    (Day.WED, "Wednesday"),
    (Day.THU, "Thursday"),
    (Day.FRI, "Friday"),
    (Day.SAT, "Saturday"),
    (Day.SUN, "Sunday"),
)


@dataclass(frozen=True, slots=True)
class FormField:
    """One control. `size` is "half" or "" for the whole line."""

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    note: str = ""
    size: str = ""
    autocomplete: str = ""
    longest: int = 200
    rows: int = 3
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form under one heading."""

    title: str
    fields: list[FormField]
    note: str = ""


def _label(field: ListingField) -> str:
    return SPECS[field].label


@cache
def _countries() -> tuple[tuple[str, str], ...]:
    names = [(c.alpha_2, getattr(c, "common_name", c.name)) for c in pycountry.countries]
    return tuple(sorted(names, key=lambda country: country[1]))


def sections() -> list[Section]:
    """The form from top to bottom."""
    return [
        Section("The business", _business()),
        Section("Address", _address(), "Where customers find you, as on a letter."),
        Section("Contact", _contact(), "Directories ask for a person who answers for the listing."),
        Section("More about it", _more()),
        Section("Pages elsewhere", _social()),
    ]


def _business() -> list[FormField]:
    return [
        FormField(
            "business_name",
            _label(ListingField.BUSINESS_NAME),
            required=True,
            size="half",
            autocomplete="organization",
            note="No place, phone or slogan in it: editors refuse those.",
        ),
        FormField(
            "legal_name",
            _label(ListingField.LEGAL_NAME),
            size="half",
            note="Only if it differs.",
        ),
        FormField(
            "category",
            _label(ListingField.CATEGORY),
            required=True,
            size="half",
            note="In plain words, such as Bakery or Tax adviser.",
        ),
        FormField(
            "categories",
            "Further categories",
            size="half",
            note="Several with commas between.",
        ),
        FormField("tagline", _label(ListingField.TAGLINE), note="One short line."),
        FormField(
            "description",
            _label(ListingField.DESCRIPTION),
            "textarea",
            required=True,
            rows=6,
            longest=10_000,
            note="What you do and for whom. 300 to 800 characters suit most.",
        ),
        FormField(
            "short_description",
            _label(ListingField.SHORT_DESCRIPTION),
            "textarea",
            rows=2,
            longest=400,
            note="For forms with little room: up to 160 characters.",
        ),
        FormField(
            "keywords",
            _label(ListingField.KEYWORDS),
            longest=500,
            note="Several with commas between.",
        ),
    ]


def _address() -> list[FormField]:
    def place(field: ListingField, name: str, auto: str, *, required: bool = False) -> FormField:
        return FormField(
            f"address.{name}", _label(field), required=required, size="half", autocomplete=auto
        )

    return [
        place(ListingField.STREET, "street", "address-line1", required=True),
        place(ListingField.UNIT, "unit", "address-line2"),
        place(ListingField.CITY, "city", "address-level2", required=True),
        place(ListingField.POSTAL_CODE, "postal_code", "postal-code"),
        place(ListingField.STATE, "state", "address-level1"),
        FormField(
            "address.country",
            _label(ListingField.COUNTRY),
            "select",
            required=True,
            size="half",
            autocomplete="country",
            options=_countries(),
        ),
    ]


def _contact() -> list[FormField]:
    return [
        FormField(
            "contact.first_name",
            _label(ListingField.CONTACT_FIRST_NAME),
            required=True,
            size="half",
            autocomplete="given-name",
        ),
        FormField(
            "contact.last_name",
            _label(ListingField.CONTACT_LAST_NAME),
            required=True,
            size="half",
            autocomplete="family-name",
        ),
        FormField(
            "email",
            "E-mail for the listing",
            "email",
            required=True,
            size="half",
            autocomplete="email",
            longest=254,
            note="At your own domain if you have one.",
        ),
        FormField("contact.role", _label(ListingField.CONTACT_ROLE), size="half"),
        FormField(
            "phone",
            _label(ListingField.PHONE),
            "tel",
            required=True,
            size="half",
            autocomplete="tel",
            note="Such as +1 212 555 0142.",
        ),
        FormField("mobile", _label(ListingField.MOBILE), "tel", size="half"),
        FormField("website", _label(ListingField.WEBSITE), "text", size="half", autocomplete="url"),
        FormField("booking_url", _label(ListingField.BOOKING_URL), "text", size="half"),
    ]


def _more() -> list[FormField]:
    prices = (("", "Rather not say"), ("1", "$"), ("2", "$$"), ("3", "$$$"), ("4", "$$$$"))
    return [
        FormField("logo", _label(ListingField.LOGO), "file", size="half", note="At most 5 MB."),
        FormField(
            "price_range", _label(ListingField.PRICE_RANGE), "select", size="half", options=prices
        ),
        FormField("year_founded", _label(ListingField.YEAR_FOUNDED), "number", size="half"),
        FormField("employees", _label(ListingField.EMPLOYEES), "number", size="half"),
        FormField(
            "payment_methods",
            _label(ListingField.PAYMENT_METHODS),
            size="half",
            note="Several with commas between.",
        ),
        FormField(
            "languages",
            _label(ListingField.LANGUAGES),
            size="half",
            note="As codes, such as en, es.",
        ),
        FormField("service_area", _label(ListingField.SERVICE_AREA), size="half"),
        FormField("vat_id", _label(ListingField.VAT_ID), size="half"),
    ]


def _social() -> list[FormField]:
    return [FormField(f"social.{f.value}", _label(f), size="half") for f in SOCIAL]


def labels() -> dict[str, str]:
    """What each field is called, for messages."""
    found = {field.name: field.label for section in sections() for field in section.fields}
    return found | {f"hours.{day}": title for day, title in DAYS}
