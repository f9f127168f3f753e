"""How does a filled-in form become a profile, and a profile a form again?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from dbolt.domain.profile import Day, Profile
from serve_app.problems import field_problems
from serve_app.web.profile_fields import DAYS, sections

LISTS = ("categories", "keywords", "payment_methods", "languages")
"""Fields that are written with commas."""


def document(form: Mapping[str, Any]) -> dict[str, Any]:
    """The profile that a filled-in form means, as unchecked JSON. Empty fields are left out."""
    doc: dict[str, Any] = {}
    for section in sections():
        for field in section.fields:
            value = form.get(field.name)
            if isinstance(value, str) and value.strip() and field.kind != "file":
                _put(doc, field.name, value.strip())
    for name in LISTS:
        if name in doc:
            doc[name] = [part.strip() for part in doc[name].split(",") if part.strip()]
    texts = [doc.pop(name, None) for name in ("description", "short_description")]
    doc["descriptions"] = [text for text in texts if text]
    doc.setdefault("contact", {})
    doc.setdefault("address", {})
    doc["hours"] = _hours(form)
    doc["terms_agreed"] = form.get("terms_agreed") == "yes"
    return doc


def _put(doc: dict[str, Any], path: str, value: str) -> None:
    *outer, last = path.split(".")
    for part in outer:
        doc = doc.setdefault(part, {})
    doc[last] = value


def _hours(form: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for day, _ in DAYS:
        opens, closes = (str(form.get(f"hours.{day}.{edge}", "")) for edge in ("opens", "closes"))
        if form.get(f"hours.{day}.closed"):
            found[day] = []
        elif opens or closes:
            found[day] = [{"opens": opens, "closes": closes}]
    return found


def problems_of(error: ValidationError) -> dict[str, str]:
    """One message for each wrong field, by the field's name on the form."""
    found: dict[str, str] = {}
    for problem in field_problems(list(error.errors())):
        name = _form_name(problem.field, problem.message)
        message = "This is needed." if problem.message == "Field required" else problem.message
        found.setdefault(name, message)
    return found


def _form_name(path: str, message: str) -> str:
    if not path:
        # Rules over several fields begin their sentence with the field that is to be mended.
        return message.split(" ", 1)[0].lower()
    if path.startswith("descriptions"):
        return "short_description" if path == "descriptions.1" else "description"
    parts = path.split(".")
    return (
        ".".join(parts[:2]) if parts[0] in {"address", "contact", "social", "hours"} else parts[0]
    )


def values_of(profile: Profile) -> dict[str, str]:
    """The form as it would have been filled in for *profile*; files stay out."""
    doc = profile.model_dump(mode="json")
    found: dict[str, str] = {}
    for section in sections():
        for field in section.fields:
            value: Any = doc
            for part in field.name.split("."):
                value = (value or {}).get(part)
            if field.kind != "file" and value not in (None, ""):
                found[field.name] = ", ".join(value) if field.name in LISTS else str(value)
    found["description"] = profile.descriptions[0]
    found["short_description"] = profile.descriptions[-1] if len(profile.descriptions) > 1 else ""
    found |= _hours_values(profile.hours.items())
    return found | ({"terms_agreed": "yes"} if profile.terms_agreed else {})


def _hours_values(hours: Iterable[tuple[Day, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for day, spans in hours:
        if not spans:
            found[f"hours.{day}.closed"] = "yes"
        else:
            found[f"hours.{day}.opens"] = spans[0].opens.strftime("%H:%M")
            found[f"hours.{day}.closes"] = spans[-1].closes.strftime("%H:%M")
    return found
