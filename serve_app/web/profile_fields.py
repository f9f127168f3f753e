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
    counted: bool = False
    """Whether the page says how many characters it has."""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form. `key` is its part of the address."""

    key: str
    title: str
    fields: tuple[FormField, ...]
    note: str = ""


def _label(field: ListingField) -> str:
    return SPECS[field].label


def country_name(code: str) -> str:
    """What people call the country of an ISO 3166-1 alpha-2 code; the code where nobody knows."""
    found = pycountry.countries.get(alpha_2=code)
    return str(getattr(found, "common_name", found.name)) if found else code


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Code and name of every country, by name."""
    names = [(c.alpha_2, getattr(c, "common_name", c.name)) for c in pycountry.countries]
    return tuple(sorted(names, key=lambda country: country[1]))


@cache
def steps() -> tuple[Step, ...]:
    """The form from its first page to its last."""
    return (
        Step("basics", "The business", _basics(), "Exactly as it should appear in directories."),
        Step("address", "Address", _address(), "Where customers find you, as on a letter."),
        Step(
            "contact",
            "Contact",
            _contact(),
            "How customers reach you, and a person who answers for the listing.",
        ),
        Step(
            "description",
            "Description",
            _description(),
            "The longest one that a form has room for is used.",
        ),
        Step(
            "categories",
            "Categories",
            _categories(),
            "Each directory has a list of its own: we look for the nearest entry.",
        ),
        Step(
            "hours",
            "Opening hours",
            _hours(),
            "Leave a day empty if you would rather not say. The second pair is for after a break.",
        ),
        Step("media", "Pictures and pages elsewhere", _social()),
    )


@cache
def step_called(key: str) -> Step | None:
    """The step whose address ends in *key*."""
    return next((step for step in steps() if step.key == key), None)


@cache
def step_of(name: str) -> Step | None:
    """The step that asks for the field *name*."""
    return next((step for step in steps() if any(f.name == name for f in step.fields)), None)


def _basics() -> tuple[FormField, ...]:
    prices = (("", "Rather not say"), ("1", "$"), ("2", "$$"), ("3", "$$$"), ("4", "$$$$"))
    return (
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
        FormField("year_founded", _label(ListingField.YEAR_FOUNDED), "number", size="half"),
        FormField("employees", _label(ListingField.EMPLOYEES), "number", size="half"),
        FormField(
            "price_range", _label(ListingField.PRICE_RANGE), "select", size="half", options=prices
        ),
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
        FormField(
            "vat_id",
            _label(ListingField.VAT_ID),
            size="half",
            note="As on your invoices, such as DE123456789.",
        ),
    )


def _description() -> tuple[FormField, ...]:
    return (
        FormField("tagline", _label(ListingField.TAGLINE), note="One short line.", counted=True),
        FormField(
            "description",
            _label(ListingField.DESCRIPTION),
            "textarea",
            required=True,
            rows=6,
            longest=10_000,
            counted=True,
            note="What you do and for whom. 300 to 800 characters suit most forms.",
        ),
        FormField(
            "medium_description",
            "Medium description",
            "textarea",
            rows=3,
            longest=300,
            counted=True,
            note="For forms that take up to 300 characters.",
        ),
        FormField(
            "short_description",
            _label(ListingField.SHORT_DESCRIPTION),
            "textarea",
            rows=2,
            longest=160,
            counted=True,
            note="For forms that take up to 160 characters. Without it we cut at a sentence.",
        ),
    )


def _categories() -> tuple[FormField, ...]:
    return (
        FormField(
            "category",
            _label(ListingField.CATEGORY),
            required=True,
            note="In plain words, such as Bakery or Tax adviser.",
        ),
        FormField("categories", "Further categories", note="Several with commas between."),
        FormField(
            "keywords",
            _label(ListingField.KEYWORDS),
            longest=500,
            note="What people search for; several with commas between.",
        ),
    )


def _hours() -> tuple[FormField, ...]:
    """The grid's controls; the page draws them as one."""
    return tuple(
        FormField(f"hours.{day}.{part}", f"{title}, {part}")
        for day, title in DAYS
        for part in ("opens", "closes", "opens2", "closes2", "closed")
    )


def _address() -> tuple[FormField, ...]:
    def place(field: ListingField, name: str, auto: str, *, required: bool = False) -> FormField:
        return FormField(
            f"address.{name}", _label(field), required=required, size="half", autocomplete=auto
        )

    return (
        FormField(
            "address.country",
            _label(ListingField.COUNTRY),
            "select",
            required=True,
            size="half",
            autocomplete="country",
            options=countries(),
        ),
        place(ListingField.STREET, "street", "address-line1", required=True),
        place(ListingField.UNIT, "unit", "address-line2"),
        place(ListingField.CITY, "city", "address-level2", required=True),
        place(ListingField.POSTAL_CODE, "postal_code", "postal-code"),
        place(ListingField.STATE, "state", "address-level1"),
        place(ListingField.COUNTY, "county", ""),
    )


def _contact() -> tuple[FormField, ...]:
    return (
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
        FormField("fax", _label(ListingField.FAX), "tel", size="half"),
        FormField("whatsapp", _label(ListingField.WHATSAPP), "tel", size="half"),
        FormField("website", _label(ListingField.WEBSITE), "text", size="half", autocomplete="url"),
        FormField("booking_url", _label(ListingField.BOOKING_URL), "text", size="half"),
    )


def _social() -> tuple[FormField, ...]:
    pages = (FormField(f"social.{f.value}", _label(f), size="half", longest=500) for f in SOCIAL)
    video = FormField(
        "video", _label(ListingField.VIDEO), size="half", longest=500, note="A link to it."
    )
    return (*pages, video)


@cache
def labels() -> dict[str, str]:
    """What each field is called, for messages."""
    days = {f"hours.{day}": title for day, title in DAYS}
    return {f.name: f.label for step in steps() for f in step.fields} | days | {"logo": "Logo"}
