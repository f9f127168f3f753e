"""What does a control's autocomplete attribute say?

*Source:* the WHATWG HTML standard, "autofill detail tokens".
"""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.forms.lexicon import NONE
from dbolt.forms.page import Control
from dbolt.forms.reading import Because

TOKENS: dict[str, str] = {
    "name": Field.CONTACT_NAME,
    "honorific-prefix": Field.CONTACT_TITLE,
    "given-name": Field.CONTACT_FIRST_NAME,
    "family-name": Field.CONTACT_LAST_NAME,
    "username": Field.ACCOUNT_USERNAME,
    "new-password": Field.ACCOUNT_PASSWORD,
    "current-password": Field.ACCOUNT_PASSWORD,
    "organization-title": Field.CONTACT_ROLE,
    "organization": Field.BUSINESS_NAME,
    "street-address": Field.STREET,
    "address-line1": Field.STREET,
    "address-line2": Field.UNIT,
    "address-line3": NONE,
    "address-level4": NONE,
    "address-level3": Field.COUNTY,
    "address-level2": Field.CITY,
    "address-level1": Field.STATE,
    "country": Field.COUNTRY,
    "country-name": Field.COUNTRY,
    "postal-code": Field.POSTAL_CODE,
    "email": Field.EMAIL,
    "tel": Field.PHONE,
    "tel-national": Field.PHONE,
    "tel-local": Field.PHONE,
    "tel-area-code": Field.PHONE,
    "tel-country-code": Field.PHONE,
    "tel-extension": NONE,
    "url": Field.WEBSITE,
    "photo": Field.PHOTO,
    "language": NONE,
    "one-time-code": NONE,
    "additional-name": NONE,
    "honorific-suffix": NONE,
    "nickname": NONE,
    "bday": NONE,
    "bday-day": NONE,
    "bday-month": NONE,
    "bday-year": NONE,
    "sex": NONE,
    "impp": NONE,
    "transaction-amount": NONE,
    "transaction-currency": NONE,
}
PARTS = {"tel-area-code": "area_code", "tel-country-code": "country_code", "tel-local": "number"}
_SKIP = frozenset({"shipping", "billing", "home", "work", "mobile", "fax", "pager", "webauthn"})
WEIGHT = 5.0


def token(control: Control) -> str:
    """The one autofill field name in *control*'s attribute; empty if there is none."""
    tokens = [t for t in control.autocomplete.lower().split() if t not in _SKIP]
    tokens = [t for t in tokens if not t.startswith("section-")]
    return tokens[0] if len(tokens) == 1 else ""


def autocomplete(control: Control) -> list[tuple[str, Because]]:
    """The meaning by autocomplete token, as evidence. "on" and "off" say nothing."""
    found = token(control)
    meaning = NONE if found.startswith("cc-") else TOKENS.get(found)
    if meaning is None:
        return []
    given = control.autocomplete.lower().split()
    if meaning == Field.PHONE and "fax" in given:
        meaning = Field.FAX
    if meaning == Field.PHONE and "mobile" in given:
        meaning = Field.MOBILE
    return [(meaning, Because("autocomplete", found, WEIGHT))]
