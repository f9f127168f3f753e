"""What does a customer change about a business? A form about its facts, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from dbolt.domain.facts import FACTS, differing, text_of
from dbolt.domain.profile import Day, Profile, Span
from serve_app.web.profile_form import hours_in, hours_values, problems_of

_NULL = frozenset({"website", "booking_url", "video", "year_founded", "employees", "price_range"})
"""What the profile holds no empty text for."""


def values_of(doc: Mapping[str, Any]) -> dict[str, str]:
    """What the form shows of a profile, by path; the opening hours by the names of the grid."""
    shown = {fact.path: text_of(doc, fact) for fact in FACTS}
    return shown | hours_values(_week(doc.get("hours") or {}).items())


def _week(doc: Mapping[str, Any]) -> dict[Day, list[Span]]:
    return {Day(day): [Span.model_validate(span) for span in spans] for day, spans in doc.items()}


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
    changed = differing(doc, after)
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
