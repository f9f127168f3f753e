"""Which facts about a business does a listing form ask for?

The one list from which the matcher's vocabulary, the recipe vocabulary, the business form
and the tests derive. A new field is one entry in `SPECS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """What a control asks for. The value is the name used in YAML, JSON, reports and tests."""

    BUSINESS_NAME = "business_name"
    LEGAL_NAME = "legal_name"
    TAGLINE = "tagline"
    DESCRIPTION = "description"
    SHORT_DESCRIPTION = "short_description"
    CATEGORY = "category"
    KEYWORDS = "keywords"

    CONTACT_TITLE = "contact_title"
    CONTACT_NAME = "contact_name"
    CONTACT_FIRST_NAME = "contact_first_name"
    CONTACT_LAST_NAME = "contact_last_name"
    CONTACT_ROLE = "contact_role"

    EMAIL = "email"
    EMAIL_CONFIRM = "email_confirm"
    PHONE = "phone"
    MOBILE = "mobile"
    FAX = "fax"
    WHATSAPP = "whatsapp"
    WEBSITE = "website"
    BOOKING_URL = "booking_url"

    ADDRESS = "address"
    STREET = "street"
    HOUSE_NUMBER = "house_number"
    UNIT = "unit"
    CITY = "city"
    COUNTY = "county"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    COUNTRY = "country"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"

    HOURS = "hours"
    YEAR_FOUNDED = "year_founded"
    EMPLOYEES = "employees"
    PRICE_RANGE = "price_range"
    PAYMENT_METHODS = "payment_methods"
    LANGUAGES = "languages"
    SERVICE_AREA = "service_area"
    VAT_ID = "vat_id"

    LOGO = "logo"
    PHOTO = "photo"
    VIDEO = "video"

    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    X = "x"
    LINKEDIN = "linkedin"
    YOUTUBE = "youtube"
    TIKTOK = "tiktok"
    PINTEREST = "pinterest"

    ACCOUNT_USERNAME = "account_username"
    ACCOUNT_PASSWORD = "account_password"
    ACCOUNT_PASSWORD_CONFIRM = "account_password_confirm"

    PLAN = "plan"
    TERMS = "terms"
    NEWSLETTER = "newsletter"
    CAPTCHA = "captcha"


class Scope(StrEnum):
    """Whom a fact is about: the same words ("name", "e-mail") mean other things in other scopes."""

    BUSINESS = "business"
    PERSON = "person"
    ACCOUNT = "account"
    CONSENT = "consent"
    CHALLENGE = "challenge"


class Kind(StrEnum):
    """The shape of a value; decides which controls can hold it."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    EMAIL = "email"
    TEL = "tel"
    URL = "url"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    HOURS = "hours"
    FILE = "file"
    SECRET = "secret"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What is known of one field wherever it appears."""

    field: Field
    label: str
    kind: Kind
    scope: Scope = Scope.BUSINESS
    many: bool = False
    """Whether a form may use the field for more than one control (photos, an hours grid)."""
    example: str = ""


def _spec(field: Field, label: str, kind: Kind, **more: object) -> FieldSpec:
    return FieldSpec(field, label, kind, **more)  # type: ignore[arg-type]


SPECS: dict[Field, FieldSpec] = {
    spec.field: spec
    for spec in (
        _spec(Field.BUSINESS_NAME, "Business name", Kind.TEXT, example="Harbor Lane Bakery"),
        _spec(Field.LEGAL_NAME, "Registered name", Kind.TEXT, example="Harbor Lane Bakery LLC"),
        _spec(Field.TAGLINE, "Tagline", Kind.TEXT, example="Sourdough, baked before dawn"),
        _spec(Field.DESCRIPTION, "Description", Kind.LONG_TEXT),
        _spec(Field.SHORT_DESCRIPTION, "Short description", Kind.LONG_TEXT),
        _spec(Field.CATEGORY, "Category", Kind.CHOICE, many=True, example="Bakery"),
        _spec(Field.KEYWORDS, "Keywords", Kind.CHOICES, example="bread, cakes"),
        _spec(Field.CONTACT_TITLE, "Form of address", Kind.CHOICE, scope=Scope.PERSON),
        _spec(Field.CONTACT_NAME, "Contact person", Kind.TEXT, scope=Scope.PERSON),
        _spec(Field.CONTACT_FIRST_NAME, "First name", Kind.TEXT, scope=Scope.PERSON),
        _spec(Field.CONTACT_LAST_NAME, "Last name", Kind.TEXT, scope=Scope.PERSON),
        _spec(Field.CONTACT_ROLE, "Role", Kind.TEXT, scope=Scope.PERSON, example="Owner"),
        _spec(Field.EMAIL, "E-mail", Kind.EMAIL),
        _spec(Field.EMAIL_CONFIRM, "E-mail, again", Kind.EMAIL),
        _spec(Field.PHONE, "Phone", Kind.TEL, many=True),
        _spec(Field.MOBILE, "Mobile phone", Kind.TEL, many=True),
        _spec(Field.FAX, "Fax", Kind.TEL, many=True),
        _spec(Field.WHATSAPP, "WhatsApp", Kind.TEL),
        _spec(Field.WEBSITE, "Website", Kind.URL),
        _spec(Field.BOOKING_URL, "Booking page", Kind.URL),
        _spec(Field.ADDRESS, "Address in one line", Kind.LONG_TEXT),
        _spec(Field.STREET, "Street address", Kind.TEXT),
        _spec(Field.HOUSE_NUMBER, "House number", Kind.TEXT),
        _spec(Field.UNIT, "Unit or floor", Kind.TEXT),
        _spec(Field.CITY, "City", Kind.TEXT),
        _spec(Field.COUNTY, "County or district", Kind.TEXT),
        _spec(Field.STATE, "State or region", Kind.CHOICE),
        _spec(Field.POSTAL_CODE, "Postal code", Kind.TEXT),
        _spec(Field.COUNTRY, "Country", Kind.CHOICE),
        _spec(Field.LATITUDE, "Latitude", Kind.NUMBER),
        _spec(Field.LONGITUDE, "Longitude", Kind.NUMBER),
        _spec(Field.HOURS, "Opening hours", Kind.HOURS, many=True),
        _spec(Field.YEAR_FOUNDED, "Founded in", Kind.NUMBER),
        _spec(Field.EMPLOYEES, "Employees", Kind.NUMBER),
        _spec(Field.PRICE_RANGE, "Price range", Kind.CHOICE),
        _spec(Field.PAYMENT_METHODS, "Payment methods", Kind.CHOICES, many=True),
        _spec(Field.LANGUAGES, "Languages spoken", Kind.CHOICES, many=True),
        _spec(Field.SERVICE_AREA, "Service area", Kind.TEXT),
        _spec(Field.VAT_ID, "VAT or tax number", Kind.TEXT),
        _spec(Field.LOGO, "Logo", Kind.FILE),
        _spec(Field.PHOTO, "Photo", Kind.FILE, many=True),
        _spec(Field.VIDEO, "Video", Kind.URL),
        _spec(Field.FACEBOOK, "Facebook", Kind.URL),
        _spec(Field.INSTAGRAM, "Instagram", Kind.URL),
        _spec(Field.X, "X (Twitter)", Kind.URL),
        _spec(Field.LINKEDIN, "LinkedIn", Kind.URL),
        _spec(Field.YOUTUBE, "YouTube", Kind.URL),
        _spec(Field.TIKTOK, "TikTok", Kind.URL),
        _spec(Field.PINTEREST, "Pinterest", Kind.URL),
        _spec(Field.ACCOUNT_USERNAME, "Account user name", Kind.TEXT, scope=Scope.ACCOUNT),
        _spec(Field.ACCOUNT_PASSWORD, "Account password", Kind.SECRET, scope=Scope.ACCOUNT),
        _spec(
            Field.ACCOUNT_PASSWORD_CONFIRM,
            "Account password, again",
            Kind.SECRET,
            scope=Scope.ACCOUNT,
        ),
        _spec(Field.PLAN, "Listing plan", Kind.CHOICE, scope=Scope.CONSENT),
        _spec(Field.TERMS, "Terms accepted", Kind.FLAG, scope=Scope.CONSENT, many=True),
        _spec(Field.NEWSLETTER, "Newsletter", Kind.FLAG, scope=Scope.CONSENT, many=True),
        _spec(Field.CAPTCHA, "Captcha", Kind.TEXT, scope=Scope.CHALLENGE),
    )
}

SOCIAL: tuple[Field, ...] = (
    Field.FACEBOOK,
    Field.INSTAGRAM,
    Field.X,
    Field.LINKEDIN,
    Field.YOUTUBE,
    Field.TIKTOK,
    Field.PINTEREST,
)
