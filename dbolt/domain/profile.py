"""What does the business say of itself? The profile, checked once at the door.

Phone and postal rules come from `phonenumbers` (Google's libphonenumber data); country codes are
ISO 3166-1 alpha-2, languages ISO 639-1.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
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
from pydantic_core import PydanticCustomError

MAX_IMAGE_BYTES = 5_000_000
UNKNOWN_TYPE = "application/octet-stream"
"""What those say of a picture who know nothing of its kind."""
MAX_PHOTOS = 20
MAX_ITEMS = 100
"""In a list of words, such as the keywords."""

_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make a text read in another order than it is written."""


def _clean(value: str) -> str:
    if any(unicodedata.category(c) == "Cc" and c not in "\r\n\t" for c in value):
        raise ValueError("it holds a control character that no form takes; type it anew")
    if not _TURNS.isdisjoint(value):
        raise ValueError("it holds a character that turns the reading direction; type it anew")
    return value


def _one_line(value: str) -> str:
    if any(c in "\r\n\t\x0b\x0c\x85\u2028\u2029" for c in value):
        raise ValueError("it has to be one line; take out line breaks and tabs")
    return _clean(value)


def _file_name(value: str) -> str:
    if "/" in value or "\\" in value or value in {".", ".."}:
        raise ValueError("a picture has a file name without folders, such as logo.png")
    return value


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_one_line),
]
MaybeLine = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_one_line)
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000),
    AfterValidator(_clean),
]
FileName = Annotated[Line, AfterValidator(_file_name)]

Lines = Annotated[list[Line], Field(max_length=MAX_ITEMS)]
Language = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[A-Za-z]{2}$")]

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
    unit: MaybeLine = ""
    city: Line
    county: MaybeLine = ""
    state: MaybeLine = ""
    postal_code: MaybeLine = ""
    country: Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z]{2}$")] = "US"

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        if pycountry.countries.get(alpha_2=value) is None:
            raise ValueError(f"{value!r} is not an ISO 3166-1 country code such as US or DE")
        return value


class Contact(Strict):
    """The person who answers for the listing."""

    title: MaybeLine = ""
    first_name: Line
    last_name: Line
    role: MaybeLine = "Owner"

    @property
    def name(self) -> str:
        """First and last name, as one would sign."""
        return f"{self.first_name} {self.last_name}"


def _clock(value: object) -> time:
    if isinstance(value, time) and value.tzinfo is None:
        return value
    if isinstance(value, str) and (found := _HH_MM.fullmatch(value.strip())):
        hour, minute, second = (int(part or 0) for part in found.groups())
        return time(hour, minute, second)
    told = "a time is written like 07:30 or 15:00, between 00:00 and 23:59"
    if isinstance(value, int | float):
        # YAML reads an unquoted 15:00 as the number 900, in base 60.
        told = f"{value} is a number and no time; put the time in quotes, as in '15:00'"
    raise ValueError(told)


_HH_MM = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")

Clock = Annotated[time, BeforeValidator(_clock)]
"""A time of day at the business's own place."""


class Span(Strict):
    """One stretch of opening time on one day; a close at or before the opening is past midnight."""

    opens: Clock
    closes: Clock


def _from_base64(value: bytes | str) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        # pydantic writes the URL-safe alphabet; people paste the standard one.
        return base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error as error:
        raise ValueError("the picture's data is not valid base64") from error


class Image(Strict):
    """A picture as it came, at most 5 MB; `data` travels as base64 in JSON and YAML.

    alt: what is seen on it, in words, for those who do not see it.
    """

    name: FileName
    media_type: str
    alt: MaybeLine = ""
    data: Annotated[bytes, BeforeValidator(_from_base64)]

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_bytes="base64")

    @field_validator("data")
    @classmethod
    def _bounded(cls, value: bytes) -> bytes:
        if len(value) > MAX_IMAGE_BYTES:
            raise ValueError("the picture is larger than 5 MB; make it smaller")
        return value

    @model_validator(mode="after")
    def _is_what_it_says(self) -> Self:
        found = _media_type(self.data)
        if found and self.media_type == UNKNOWN_TYPE:
            object.__setattr__(self, "media_type", found)
        if not found or found != self.media_type:
            raise ValueError(
                "the picture has to be a PNG, JPEG, GIF or WebP file, and its media type has to"
                " say which"
            )
        return self


def _media_type(data: bytes) -> str:
    """What the first bytes of a picture say that it is; empty for anything else."""
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    for magic, media_type in _MAGIC.items():
        if data.startswith(magic):
            return media_type
    return ""


_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


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
    legal_name: MaybeLine = ""
    tagline: MaybeLine = ""
    descriptions: Annotated[list[Text], Field(min_length=1, max_length=10)]
    category: Line
    categories: Lines = []
    keywords: Lines = []

    contact: Contact
    email: EmailStr
    phone: MaybeLine
    mobile: MaybeLine = ""
    fax: MaybeLine = ""
    whatsapp: MaybeLine = ""
    website: Url | None = None
    booking_url: Url | None = None

    address: Address
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None

    hours: dict[Day, Annotated[list[Span], Field(max_length=10)]] = {}
    """Missing day: not told. Empty list: closed."""
    year_founded: Annotated[int, Field(ge=1000, le=2100)] | None = None
    employees: Annotated[int, Field(ge=0, le=5_000_000)] | None = None
    price_range: Annotated[int, Field(ge=1, le=4)] | None = None
    payment_methods: Lines = []
    languages: Annotated[list[Language], Field(max_length=MAX_ITEMS)] = []
    service_area: MaybeLine = ""
    vat_id: MaybeLine = ""

    logo: Image | None = None
    photos: Annotated[list[Image], Field(max_length=MAX_PHOTOS)] = []
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
            raise _phone_error("phone", "phone is missing")
        return self


def _phone_error(name: str, told: str) -> PydanticCustomError:
    # The rule needs the address's country, so it is the whole profile's; `field` says whose it is.
    return PydanticCustomError(
        "phone",
        "{told}; write it like +1 212 555 0142",
        {"told": told, "field": name},
    )


def _e164(raw: str, name: str, country: str) -> str:
    try:
        number = phonenumbers.parse(raw, country)
    except phonenumbers.NumberParseException:
        number = None
    # "Possible" (length) and not "valid" (assigned): fictitious 555 numbers and new ranges pass.
    if number is None or not phonenumbers.is_possible_number(number):
        raise _phone_error(name, f"{name} {raw!r} is not a phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
