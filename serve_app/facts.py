"""Which facts of a business can change under way, and which listings hold old ones?

A changed fact is typed into whatever has not been sent yet. What was sent holds the old one, as far
as that was typed into its form: which it was is known from the values that were read back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from dbolt.domain.fields import SOCIAL, SPECS, Field
from dbolt.domain.lifecycle import HANDED_IN
from dbolt.domain.profile import Day, Profile, Span
from serve_app.records import Submission
from serve_app.web.profile_form import hours_in, hours_values, problems_of


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
_BY_LABEL = {fact.label: fact for fact in (*FACTS, HOURS)}
_NULL = frozenset({"website", "booking_url", "video", "year_founded", "employees", "price_range"})
"""What the profile holds no empty text for."""


def anchor_of(field: Field) -> str:
    """Where on the page of details a fact is changed that directories ask for as *field*."""
    return next((fact.anchor for fact in (*FACTS, HOURS) if field in fact.shown_as), "")


def normal(doc: Mapping[str, Any]) -> dict[str, Any]:
    """A stored profile as this release writes it; as it is where it passes no check any more."""
    try:
        return Profile.model_validate(dict(doc)).model_dump(mode="json")
    except ValidationError:
        return dict(doc)


def values_of(doc: Mapping[str, Any]) -> dict[str, str]:
    """What the form shows of a profile, by path; the opening hours by the names of the grid."""
    shown = {fact.path: _shown(_at(doc, fact.path)) for fact in FACTS}
    return shown | hours_values(_week(doc.get("hours") or {}).items())


def _week(doc: Mapping[str, Any]) -> dict[Day, list[Span]]:
    return {Day(day): [Span.model_validate(span) for span in spans] for day, spans in doc.items()}


def _shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _at(doc: Mapping[str, Any], path: str) -> Any:
    found: Any = doc
    for part in path.split("."):
        found = found[int(part)] if isinstance(found, list) else (found or {}).get(part)
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """What a form means for a profile. `problems`: by path, one sentence each.

    `changes`: the profile's top-level values that differ; `labels`: which facts those are.
    """

    changes: dict[str, Any]
    labels: list[str]
    problems: dict[str, str]


def change_of(doc: Mapping[str, Any], given: Mapping[str, str]) -> Change:
    """Compares a filled-in form with the profile *doc*, which has to be `normal`."""
    changes: dict[str, Any] = {"hours": hours_in(given)}
    for fact in FACTS:
        typed = given.get(fact.path, "").strip()
        top, _, rest = fact.path.partition(".")
        if top == "descriptions":
            # The longest comes first; shorter variants stay as they are.
            changes[top] = [typed, *list(doc.get("descriptions") or [])[1:]]
        elif rest:
            within = changes.setdefault(top, dict(doc.get(top) or {}))
            within[rest] = typed or None if top == "social" else typed
        elif fact.kind == "list":
            changes[top] = [part.strip() for part in typed.split(",") if part.strip()]
        else:
            changes[top] = typed or None if top in _NULL else typed
    try:
        after = Profile.model_validate({**doc, **changes}).model_dump(mode="json")
    except ValidationError as error:
        return Change({}, [], _problems(error))
    before, now = values_of(doc), values_of(after)
    changed = [fact for fact in FACTS if before[fact.path] != now[fact.path]]
    if _week(doc.get("hours") or {}) != _week(after["hours"]):
        changed.append(HOURS)
    tops = {fact.path.partition(".")[0] for fact in changed}
    return Change({top: after[top] for top in tops}, [fact.label for fact in changed], {})


def _problems(error: ValidationError) -> dict[str, str]:
    """As the wizard says it, by path."""
    names = {"description": "descriptions.0"}
    known = {fact.path for fact in FACTS}
    found: dict[str, str] = {}
    for name, told in problems_of(error).items():
        path = names.get(name, name)
        at = path if path in known or path.startswith("hours") else ""
        found.setdefault(at, f"{told[:1].upper()}{told[1:]}")
    return found


@dataclass(frozen=True, slots=True)
class Outdated:
    """A listing that holds facts as they were before. `labels`: which ones."""

    row: Submission
    labels: list[str]


def outdated(rows: Iterable[Submission], log: Sequence[tuple[datetime, str]]) -> list[Outdated]:
    """Which of *rows* were sent before facts changed that were typed into them.

    log: when facts changed, and their labels with commas between them.
    """
    found = []
    for row in rows:
        if row.state not in HANDED_IN or row.pressed_at is None:
            continue
        typed = {value.field for value in row.typed}
        labels = {
            label: None
            for at, told in log
            if row.pressed_at < at
            for label in told.split(", ")
            if label in _BY_LABEL and typed & _BY_LABEL[label].shown_as
        }
        if labels:
            found.append(Outdated(row, list(labels)))
    return found
