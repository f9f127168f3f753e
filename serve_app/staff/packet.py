"""What does a person need to hand a listing in by hand? The profile's values, ready to copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

EDITABLE: Sequence[tuple[str, str]] = (
    ("business_name", "Business name"),
    ("category", "Category"),
    ("email", "E-mail"),
    ("phone", "Phone"),
    ("website", "Website"),
    ("description", "Description"),
    ("address.street", "Street"),
    ("address.unit", "Unit"),
    ("address.city", "City"),
    ("address.state", "State"),
    ("address.postal_code", "Postal code"),
    ("address.country", "Country"),
    ("contact.first_name", "Contact's first name"),
    ("contact.last_name", "Contact's last name"),
)
"""What staff may correct for a retry: a path in the profile, and its name."""

_MORE: Sequence[tuple[str, str]] = (
    ("tagline", "Tagline"),
    ("legal_name", "Legal name"),
    ("mobile", "Mobile"),
    ("fax", "Fax"),
    ("booking_url", "Booking page"),
    ("year_founded", "Founded"),
    ("service_area", "Service area"),
    ("vat_id", "VAT id"),
    ("video", "Video"),
)
_LISTS: Sequence[tuple[str, str]] = (
    ("categories", "Further categories"),
    ("keywords", "Keywords"),
    ("payment_methods", "Payment methods"),
    ("languages", "Languages"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One value. `path`: where it stands in the profile. `long`: it takes several lines."""

    path: str
    label: str
    value: str

    @property
    def long(self) -> bool:
        """Whether it takes several lines."""
        return len(self.value) > 80 or "\n" in self.value


def editable(doc: Mapping[str, Any]) -> list[Item]:
    """The values that may be corrected, empty ones too."""
    return [Item(path, label, _text(doc, path)) for path, label in EDITABLE]


def packet(doc: Mapping[str, Any] | None) -> list[Item]:
    """Everything that a form may ask for and the profile tells."""
    if not doc:
        return []
    found = [*editable(doc), *(Item(path, label, _text(doc, path)) for path, label in _MORE)]
    for name, label in _LISTS:
        values = doc.get(name) or []
        found.append(Item(name, label, ", ".join(str(one) for one in values)))
    for number, text in enumerate(_descriptions(doc)[1:], 2):
        found.append(Item(f"descriptions.{number}", f"Description {number}", text))
    for name, url in (doc.get("social") or {}).items():
        if isinstance(url, str):
            found.append(Item(f"social.{name}", name.title(), url))
    found.append(Item("hours", "Opening hours", hours_text(doc.get("hours") or {})))
    return [item for item in found if item.value]


def changes(doc: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """What of *given* (paths to texts) differs from the profile, as its top-level fields."""
    changed: dict[str, Any] = {}
    for item in editable(doc):
        text = given.get(item.path)
        if text is None or text.strip() == item.value.strip():
            continue
        head, _, last = item.path.partition(".")
        if item.path == "description":
            changed["descriptions"] = [text.strip(), *_descriptions(doc)[1:]]
        elif last:
            changed[head] = {**(doc.get(head) or {}), **changed.get(head, {}), last: text.strip()}
        else:
            changed[head] = text.strip() or (None if head == "website" else "")
    return changed


def _descriptions(doc: Mapping[str, Any]) -> list[str]:
    told = doc.get("descriptions") or [doc.get("description") or ""]
    return [str(text) for text in told]


def _text(doc: Mapping[str, Any], path: str) -> str:
    if path == "description":
        return _descriptions(doc)[0]
    value: Any = doc
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return "" if value is None else str(value)


def hours_text(hours: Mapping[str, Any]) -> str:
    """Opening hours, a day a line."""
    lines = []
    for day, spans in hours.items():
        told = ", ".join(f"{str(s['opens'])[:5]}-{str(s['closes'])[:5]}" for s in spans)
        lines.append(f"{day.title()} {told or 'closed'}")
    return "\n".join(lines)
