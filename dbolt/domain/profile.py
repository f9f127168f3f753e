"""What does the business say of itself? The profile, checked once at the door.

Phone and postal rules come from `phonenumbers` (Google's libphonenumber data); country codes are
ISO 3166-1 alpha-2, languages ISO 639-1.
"""

from __future__ import annotations

import base64
import binascii
from datetime import time
from enum import StrEnum
from typing import Annotated, Self

import phonenumbers
import pycountry
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    HttpUrl,
    StringConstraints,
    TypeAdapter,
    field_validator,
    model_validator,
)

MAX_IMAGE_BYTES = 5_000_000

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]

_HTTP_URL = TypeAdapter(HttpUrl)


def _url(value: str) -> str:
    text = value.strip()
    if "://" not in text:
        text = "https://" + text
    return str(_HTTP_URL.validate_python(text))


Url = Annotated[str, AfterValidator(_url)]


class Day(StrEnum):
    """Days in the order of ISO 8601."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Strict(BaseModel):
    """Unknown keys are refused: a misspelt key in a profile file must not vanish silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Address(Strict):
    """One postal address. `state` is the code where the country has codes ("NY"), else the name."""

    street: Line
    """Street and house number as written on a letter: "12 Harbor Lane", "Hauptstraße 5"."""
    unit: str = ""
    city: Line
    county: str = ""
    state: str = ""
    postal_code: str = ""
    country: Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z]{2}$")] = "US"

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        if pycountry.countries.get(alpha_2=value) is None:
            raise ValueError(f"{value!r} is not an ISO 3166-1 country code such as US or DE")
        return value


class Contact(Strict):
    """The person who answers for the listing."""

    title: str = ""
    first_name: Line
    last_name: Line
    role: str = "Owner"

    @property
    def name(self) -> str:
        """First and last name, as one would sign."""
        return f"{self.first_name} {self.last_name}"


class Span(Strict):
    """One stretch of opening time on one day; a close at or before the opening is past midnight."""

    opens: time
    closes: time


def _from_base64(value: bytes | str) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        # pydantic writes the URL-safe alphabet; people paste the standard one.
        return base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error as error:
        raise ValueError("the picture's data is not valid base64") from error


class Image(Strict):
    """A picture as it came, at most 5 MB; `data` travels as base64 in JSON and YAML."""

    name: str
    media_type: str
    data: Annotated[bytes, BeforeValidator(_from_base64)]

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_bytes="base64")

    @field_validator("data")
    @classmethod
    def _bounded(cls, value: bytes) -> bytes:
        if len(value) > MAX_IMAGE_BYTES:
            raise ValueError("the picture is larger than 5 MB; make it smaller")
        return value


class Social(Strict):
    """Links to the business's pages elsewhere."""

    facebook: Url | None = None
    instagram: Url | None = None
    x: Url | None = None
    linkedin: Url | None = None
    youtube: Url | None = None
    tiktok: Url | None = None
    pinterest: Url | None = None


class Profile(Strict):
    """The business as told by its owner.

    Phones are stored in E.164 ("+12125550142"); a number without a country prefix is read in the
    address's country. `descriptions` holds variants, longest first; the form engine takes the
    longest that fits. `category` is plain words ("Bakery"), `categories` further ones.
    Raises pydantic.ValidationError with one sentence per wrong field.
    """

    business_name: Line
    legal_name: str = ""
    tagline: Annotated[str, StringConstraints(max_length=200)] = ""
    descriptions: Annotated[list[Text], Field(min_length=1)]
    category: Line
    categories: list[Line] = []
    keywords: list[Line] = []

    contact: Contact
    email: EmailStr
    phone: str
    mobile: str = ""
    fax: str = ""
    whatsapp: str = ""
    website: Url | None = None
    booking_url: Url | None = None

    address: Address
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None

    hours: dict[Day, list[Span]] = {}
    """Missing day: not told. Empty list: closed."""
    year_founded: Annotated[int, Field(ge=1000, le=2100)] | None = None
    employees: Annotated[int, Field(ge=0, le=5_000_000)] | None = None
    price_range: Annotated[int, Field(ge=1, le=4)] | None = None
    payment_methods: list[Line] = []
    languages: list[Annotated[str, StringConstraints(to_lower=True, pattern=r"^[A-Za-z]{2}$")]] = []
    service_area: str = ""
    vat_id: str = ""

    logo: Image | None = None
    photos: list[Image] = []
    video: Url | None = None
    social: Social = Social()

    terms_agreed: bool = False
    """Whether the customer has agreed that we accept directories' terms in their name."""

    @model_validator(mode="before")
    @classmethod
    def _one_description(cls, value: object) -> object:
        """`description: text` is taken as the only variant."""
        if isinstance(value, dict) and "description" in value and "descriptions" not in value:
            value = dict(value)
            value["descriptions"] = [value.pop("description")]
        return value

    @field_validator("descriptions")
    @classmethod
    def _longest_first(cls, value: list[str]) -> list[str]:
        return sorted(value, key=len, reverse=True)

    @model_validator(mode="after")
    def _phones(self) -> Self:
        for name in ("phone", "mobile", "fax", "whatsapp"):
            raw = getattr(self, name)
            if raw:
                object.__setattr__(self, name, _e164(raw, name, self.address.country))
        if not self.phone:
            raise ValueError("phone is missing; write it like +1 212 555 0142")
        return self


def _e164(raw: str, name: str, country: str) -> str:
    try:
        number = phonenumbers.parse(raw, country)
    except phonenumbers.NumberParseException:
        number = None
    # "Possible" (length) and not "valid" (assigned): fictitious 555 numbers and new ranges pass.
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError(f"{name} {raw!r} is not a phone number; write it like +1 212 555 0142")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
