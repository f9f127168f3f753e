"""How does a filled-in form become a profile, and a profile a form again?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from dbolt.domain.profile import Day, Profile
from serve_app.problems import field_problems
from serve_app.web.profile_fields import DAYS, step_of, steps

LISTS = ("categories", "keywords", "payment_methods", "languages")
"""Fields that are written with commas."""
TEXTS = ("description", "medium_description", "short_description")
"""The variants of the description, longest first."""
SHORT = 160
"""Characters of a short description."""
SPANS = (("opens", "closes"), ("opens2", "closes2"))


def document(form: Mapping[str, Any]) -> dict[str, Any]:
    """The profile that a filled-in form means, as unchecked JSON. Empty fields are left out."""
    doc: dict[str, Any] = {}
    for step in steps():
        for field in step.fields:
            value = form.get(field.name)
            if isinstance(value, str) and value.strip() and step.key != "hours":
                _put(doc, field.name, value.strip())
    for name in LISTS:
        if name in doc:
            doc[name] = [part.strip() for part in doc[name].split(",") if part.strip()]
    texts = [doc.pop(name, None) for name in TEXTS]
    doc["descriptions"] = [text for text in texts if text]
    doc.setdefault("contact", {})
    doc.setdefault("address", {})
    doc["hours"] = hours_in(form)
    doc["terms_agreed"] = form.get("terms_agreed") == "yes"
    return doc


def _put(doc: dict[str, Any], path: str, value: str) -> None:
    *outer, last = path.split(".")
    for part in outer:
        doc = doc.setdefault(part, {})
    doc[last] = value


def hours_in(form: Mapping[str, Any]) -> dict[str, Any]:
    """The opening hours that a filled-in grid means, as unchecked JSON."""
    found: dict[str, Any] = {}
    for day, _ in DAYS:
        spans = [
            [str(form.get(f"hours.{day}.{edge}", "")).strip() for edge in pair] for pair in SPANS
        ]
        told = [{"opens": opens, "closes": closes} for opens, closes in spans if opens or closes]
        if form.get(f"hours.{day}.closed"):
            found[day] = []
        elif told:
            found[day] = told
    return found


def problems_of(error: ValidationError) -> dict[str, str]:
    """One message for each wrong field, by the field's name on the form."""
    found: dict[str, str] = {}
    errors: list[Any] = list(error.errors(include_url=False))
    for item, problem in zip(errors, field_problems(errors), strict=True):
        name = _form_name(problem.field, problem.message)
        found.setdefault(name, _words(name, item) or problem.message)
    return found


_BY_NAME = {
    "email": "This is not an e-mail address; write it like you@your-business.com.",
    "languages": "Write each language as two letters, such as en, es.",
    "year_founded": "Write the year with four digits, such as 1998.",
    "employees": "Write a number, such as 12.",
    "price_range": "Choose one of the price ranges.",
    "address.country": "Choose a country from the list.",
}


def _words(name: str, item: Mapping[str, Any]) -> str:
    """How a person says what pydantic found amiss; empty where its own words will do."""
    match item["type"]:
        case "missing":
            return "This is needed."
        case "string_too_long":
            most, value = item["ctx"]["max_length"], str(item["input"])
            return f"At most {most:,} characters; this has {len(value):,}."
        case "too_long":
            return f"At most {item['ctx']['max_length']} of them."
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name in {"website", "booking_url", "video"} or name.startswith("social."):
        return "This is not a web address; write it like your-business.com."
    return ""


def _form_name(path: str, message: str) -> str:
    if not path:
        # Rules over several fields begin their sentence with the field that is to be mended.
        return message.split(" ", 1)[0].lower()
    if path.startswith("descriptions"):
        return "description"
    parts = path.split(".")
    return (
        ".".join(parts[:2]) if parts[0] in {"address", "contact", "social", "hours"} else parts[0]
    )


def values_of(profile: Profile) -> dict[str, str]:
    """The form as it would have been filled in for *profile*; files stay out."""
    doc = profile.model_dump(mode="json")
    found: dict[str, str] = {}
    for step in steps():
        for field in step.fields:
            value: Any = doc
            for part in field.name.split("."):
                value = value.get(part) if isinstance(value, dict) else None
            if step.key != "hours" and value not in (None, "", []):
                found[field.name] = ", ".join(value) if field.name in LISTS else str(value)
    found |= _texts(profile.descriptions)
    found |= hours_values(profile.hours.items())
    return found | ({"terms_agreed": "yes"} if profile.terms_agreed else {})


def _texts(descriptions: Iterable[str]) -> dict[str, str]:
    """Each variant in the field that it fits; the longest is the description whatever it is."""
    longest, *others = descriptions
    found = {"description": longest}
    for text in others:
        name = "short_description" if len(text) <= SHORT else "medium_description"
        found.setdefault(name, text)
    return found


def hours_values(hours: Iterable[tuple[Day, Any]]) -> dict[str, str]:
    """The grid as it would have been filled in for *hours*."""
    found: dict[str, str] = {}
    for day, spans in hours:
        if not spans:
            found[f"hours.{day}.closed"] = "yes"
        for span, (opens, closes) in zip(spans, SPANS, strict=False):
            found[f"hours.{day}.{opens}"] = span.opens.strftime("%H:%M")
            found[f"hours.{day}.{closes}"] = span.closes.strftime("%H:%M")
    return found


def step_values(step: str, values: Mapping[str, str]) -> dict[str, str]:
    """Those of *values* that belong to one step."""
    return {
        name: value
        for name, value in values.items()
        if (owner := step_of(name)) is not None and owner.key == step
    }
