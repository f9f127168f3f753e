"""Which facts of a business can change, and in which of a listing's fields does each show?

A changed fact is typed into whatever has not been sent yet. What was sent holds the old one, as far
as that was typed into its form: which it was is known from the values that were read back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from dbolt.domain.fields import SOCIAL, SPECS, Field
from dbolt.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the form. `path`: where it stands in the profile; `shown_as`: in listings.

    kind: an input's type, `long` for a text, `list` for several with commas between, `select`.
    """

    path: str
    label: str
    shown_as: frozenset[Field]
    kind: str = "text"
    autocomplete: str = ""
    half: bool = False
    options: tuple[tuple[str, str], ...] = ()
    note: str = ""

    @property
    def anchor(self) -> str:
        """The control's id on the page of details."""
        return self.path.replace(".", "-")


@dataclass(frozen=True, slots=True)
class Group:
    """Facts under one heading."""

    title: str
    facts: tuple[Fact, ...]


_F = Field
_PLACE = frozenset({_F.ADDRESS})
_PRICES = (("", "Rather not say"), ("1", "$"), ("2", "$$"), ("3", "$$$"), ("4", "$$$$"))
_LIST_NOTE = "Several with commas between."


def _fact(field: Field, kind: str = "text", *, path: str = "", **more: Any) -> Fact:
    """A fact that stands in the profile under the field's own name, if not under *path*."""
    shown = frozenset({field}) | more.pop("also", frozenset())
    return Fact(path or field.value, SPECS[field].label, shown, kind, half=True, **more)


GROUPS: tuple[Group, ...] = (
    Group(
        "The business",
        (
            Fact(
                "business_name", "Name", frozenset({_F.BUSINESS_NAME}), autocomplete="organization"
            ),
            _fact(_F.LEGAL_NAME),
            _fact(_F.VAT_ID, note="As on your invoices, such as DE123456789."),
            _fact(_F.TAGLINE),
            Fact("category", "Category", frozenset({_F.CATEGORY}), half=True),
            Fact(
                "categories",
                "Further categories",
                frozenset({_F.CATEGORY}),
                "list",
                half=True,
                note=_LIST_NOTE,
            ),
            _fact(_F.KEYWORDS, "list", note=_LIST_NOTE),
            Fact(
                "descriptions.0",
                "Description",
                frozenset({_F.DESCRIPTION, _F.SHORT_DESCRIPTION}),
                "long",
            ),
            _fact(_F.YEAR_FOUNDED, "number"),
            _fact(_F.EMPLOYEES, "number"),
            _fact(_F.PRICE_RANGE, "select", options=_PRICES),
            _fact(_F.PAYMENT_METHODS, "list", note=_LIST_NOTE),
            _fact(_F.LANGUAGES, "list", note="As codes, such as en, es."),
            _fact(_F.SERVICE_AREA),
        ),
    ),
    Group(
        "How it is reached",
        (
            Fact("phone", "Phone", frozenset({_F.PHONE}), "tel", "tel", half=True),
            _fact(_F.MOBILE, "tel"),
            _fact(_F.FAX, "tel"),
            _fact(_F.WHATSAPP, "tel"),
            Fact(
                "email",
                "E-mail",
                frozenset({_F.EMAIL, _F.EMAIL_CONFIRM}),
                "email",
                "email",
                half=True,
            ),
            Fact("website", "Website", frozenset({_F.WEBSITE}), "url", "url", half=True),
            _fact(_F.BOOKING_URL, "url"),
        ),
    ),
    Group(
        "Who answers for it",
        (
            _fact(_F.CONTACT_TITLE, path="contact.title", note="Such as Ms or Dr."),
            _fact(_F.CONTACT_ROLE, path="contact.role"),
            _fact(
                _F.CONTACT_FIRST_NAME, path="contact.first_name", also=frozenset({_F.CONTACT_NAME})
            ),
            _fact(
                _F.CONTACT_LAST_NAME, path="contact.last_name", also=frozenset({_F.CONTACT_NAME})
            ),
        ),
    ),
    Group(
        "Address",
        (
            Fact(
                "address.street",
                "Street and number",
                _PLACE | {_F.STREET, _F.HOUSE_NUMBER},
                autocomplete="address-line1",
            ),
            Fact("address.unit", "Suite or floor", _PLACE | {_F.UNIT}, half=True),
            Fact("address.postal_code", "Postal code", _PLACE | {_F.POSTAL_CODE}, half=True),
            Fact("address.city", "Town", _PLACE | {_F.CITY}, half=True),
            Fact("address.state", "State or province", _PLACE | {_F.STATE}, half=True),
            _fact(_F.COUNTY, path="address.county"),
        ),
    ),
    Group(
        "Pages elsewhere",
        (
            *(_fact(each, "url", path=f"social.{each.value}") for each in SOCIAL),
            _fact(_F.VIDEO, "url"),
        ),
    ),
)
FACTS: tuple[Fact, ...] = tuple(fact for group in GROUPS for fact in group.facts)
HOURS = Fact("hours", "Opening hours", frozenset({_F.HOURS}))
_BY_PATH = {fact.path: fact for fact in (*FACTS, HOURS)}


def anchor_of(field: Field) -> str:
    """Where on the page of details a fact is changed that directories ask for as *field*."""
    return next((fact.anchor for fact in (*FACTS, HOURS) if field in fact.shown_as), "")


def normal(doc: Mapping[str, Any]) -> dict[str, Any]:
    """A stored profile as this release writes it; as it is where it passes no check any more."""
    try:
        return Profile.model_validate(dict(doc)).model_dump(mode="json")
    except ValidationError:
        return dict(doc)


def text_of(doc: Mapping[str, Any], fact: Fact) -> str:
    """How *fact* is told in one line of text; empty where it is not told."""
    value = _at(doc, fact.path)
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _at(doc: Mapping[str, Any], path: str) -> Any:
    found: Any = doc
    for part in path.split("."):
        if isinstance(found, list):
            found = found[int(part)] if int(part) < len(found) else None
        else:
            found = (found or {}).get(part)
    return found


def differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Fact]:
    """The facts that are told otherwise in *now*; both profiles have to be `normal`."""
    found = [fact for fact in FACTS if text_of(before, fact) != text_of(now, fact)]
    if (before.get("hours") or {}) != (now.get("hours") or {}):
        found.append(HOURS)
    return found


def outdated(sent: Mapping[str, Any], now: Mapping[str, Any], typed: Collection[str]) -> list[str]:
    """Paths of the facts that a listing holds as they were in *sent* and not as they are *now*.

    typed: the listing's fields that something was typed into; what no field took cannot be old.
    """
    return [fact.path for fact in differing(sent, now) if fact.shown_as.intersection(typed)]


def fact_at(path: str) -> Fact:
    """The fact at *path*; one that this release does not know any more shows nowhere."""
    return _BY_PATH.get(path) or Fact(path, path, frozenset())
