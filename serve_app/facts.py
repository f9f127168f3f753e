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

from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import HANDED_IN
from dbolt.domain.profile import Profile
from serve_app.records import Submission


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the form. `path`: where it stands in the profile; `shown_as`: in listings."""

    path: str
    label: str
    shown_as: frozenset[Field]
    kind: str = "text"
    autocomplete: str = ""
    half: bool = False


_F = Field
_PLACE = frozenset({_F.ADDRESS})

FACTS: tuple[Fact, ...] = (
    Fact("business_name", "Name", frozenset({_F.BUSINESS_NAME}), autocomplete="organization"),
    Fact("phone", "Phone", frozenset({_F.PHONE}), "tel", "tel", half=True),
    Fact("email", "E-mail", frozenset({_F.EMAIL, _F.EMAIL_CONFIRM}), "email", "email", half=True),
    Fact("website", "Website", frozenset({_F.WEBSITE}), "url", "url"),
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
    Fact("category", "Category", frozenset({_F.CATEGORY})),
    Fact(
        "descriptions.0",
        "Description",
        frozenset({_F.DESCRIPTION, _F.SHORT_DESCRIPTION}),
        "long",
    ),
)
_BY_LABEL = {fact.label: fact for fact in FACTS}


def normal(doc: Mapping[str, Any]) -> dict[str, Any]:
    """A stored profile as this release writes it; as it is where it passes no check any more."""
    try:
        return Profile.model_validate(dict(doc)).model_dump(mode="json")
    except ValidationError:
        return dict(doc)


def values_of(doc: Mapping[str, Any]) -> dict[str, str]:
    """What the form shows of a profile, by path."""
    return {fact.path: str(_at(doc, fact.path) or "") for fact in FACTS}


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
    changes: dict[str, Any] = {}
    for fact in FACTS:
        typed = given.get(fact.path, "").strip()
        top, _, rest = fact.path.partition(".")
        if top == "address":
            changes.setdefault("address", dict(doc.get("address") or {}))[rest] = typed
        elif top == "descriptions":
            # The longest comes first; shorter variants stay as they are.
            changes[top] = [typed, *list(doc.get("descriptions") or [])[1:]]
        else:
            changes[top] = typed or None if top == "website" else typed
    try:
        after = Profile.model_validate({**doc, **changes}).model_dump(mode="json")
    except ValidationError as error:
        return Change({}, [], dict(_problem(one) for one in error.errors(include_url=False)))
    before, now = values_of(doc), values_of(after)
    changed = [fact for fact in FACTS if before[fact.path] != now[fact.path]]
    tops = {fact.path.partition(".")[0] for fact in changed}
    return Change({top: after[top] for top in tops}, [fact.label for fact in changed], {})


def _problem(error: Any) -> tuple[str, str]:
    told = str(error["msg"]).removeprefix("Value error, ")
    named = (error.get("ctx") or {}).get("field")
    path = str(named) if named else ".".join(str(part) for part in error["loc"])
    known = {fact.path for fact in FACTS}
    return path if path in known else "", f"{told[:1].upper()}{told[1:]}."


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
