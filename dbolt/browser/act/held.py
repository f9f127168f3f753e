"""What does a control hold, and is it what an action wanted?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dbolt.browser.act.compare import folded, same
from dbolt.domain.submission import TypedValue
from dbolt.forms.reading import Act, Action

Held = Mapping[str, Any]
"""fill.js's account of one control."""

_GONE: Held = {"found": False}
YES = "yes"
_WAY = re.compile(r"\s+[/>»→|]\s+")


def is_kept(action: Action, held: Held, *, strict: bool = False) -> bool:
    """Whether the control holds what *action* wanted.

    strict: the drawn part of a widget must show it, too.
    """
    if not held.get("found"):
        return False
    if action.act in (Act.CHECK, Act.UNCHECK):
        return held.get("kind") == "check" and held["checked"] is (action.act is Act.CHECK)
    if action.act is Act.SELECT:
        return _is_selected(held, strict=strict)
    if not _HOLDS.get(action.act, _has_text)(action, held):
        return False
    if strict and action.act is Act.TAGS and held["skinned"] and held.get("kind") == "select":
        return all(_mentions(held["texts"], tag) for tag in action.values)
    return True


def _has_text(action: Action, held: Held) -> bool:
    # What was typed into a combobox is what it shows, once it is chosen.
    shown = held["texts"] if held.get("kind") == "widget" else ()
    return any(same(action.field, _text(action), v) for v in (*held["values"], *shown))


def _has_file(action: Action, held: Held) -> bool:
    name = action.file.name if action.file else ""
    return name in held["values"] or _mentions(held["texts"], name)


def _has_choice(action: Action, held: Held) -> bool:
    return any(_shows(action, text, held) for text in action.values)


def _has_tags(action: Action, held: Held) -> bool:
    return bool(action.values) and all(_has_tag(tag, held) for tag in action.values)


_HOLDS: dict[Act, Callable[[Action, Held], bool]] = {
    Act.FILE: _has_file,
    Act.COMBOBOX: _has_choice,
    Act.TAGS: _has_tags,
}


def _is_selected(held: Held, *, strict: bool) -> bool:
    if held.get("kind") != "select" or held["waits"] or set(held["wanted"]) != set(held["values"]):
        return False
    if not strict or not held["skinned"]:
        return True
    return all(any(folded(n) in folded(t) for t in held["texts"]) for n in held["names"])


def _shows(action: Action, text: str, held: Held) -> bool:
    spoken = [*held.get("chosen", ()), *held["texts"]]
    if held.get("kind") != "select":
        spoken += held["values"]
    if any(same(action.field, text, s) for s in spoken):
        return True
    # A list of lists shows the way to what was chosen: "Food & Drink / Bakeries".
    if any(len(way := _WAY.split(s)) > 1 and folded(way[-1]) == folded(text) for s in spoken):
        return True
    # "Portland" chosen from a list that says "Portland, ME (12)".
    chosen = held.get("chosen") or held["texts"][:1]
    return any(
        folded(text) in folded(s) and len(folded(s)) < 2 * len(folded(text)) + 8 for s in chosen
    )


def _has_tag(tag: str, held: Held) -> bool:
    spoken = [*held.get("chosen", ())]
    if held.get("kind") != "select":
        if held.get("original") and not held["values"]:
            return False
        spoken += held["texts"]
    if folded(tag) in map(folded, spoken):
        return True
    return any(folded(tag) in map(folded, _tags_of(value)) for value in held["values"])


def _tags_of(value: str) -> list[str]:
    """A tag widget's value: a JSON list of texts or of {"value": …}, or texts between commas."""
    if value.lstrip().startswith("["):
        try:
            listed = json.loads(value)
        except ValueError:
            return []
        return [str(x.get("value", "")) if isinstance(x, dict) else str(x) for x in listed]
    return value.split(",")


def _mentions(texts: Sequence[str], name: str) -> bool:
    return bool(name) and any(folded(name) in folded(text) for text in texts)


def _text(action: Action) -> str:
    return "\n".join(action.values) if action.act is Act.RICH_TEXT else ", ".join(action.values)


def typed_value(action: Action, held: Held = _GONE) -> TypedValue:
    """The record of one control: what was meant, what the page holds, whether that is the same."""
    kept = is_kept(action, held)
    typed, read_back = _spoken(action, held)
    return TypedValue(
        field=action.field,
        part=action.part,
        control=action.control,
        typed=typed,
        read_back=read_back if held.get("found") else "",
        kept=kept,
    )


def _spoken(action: Action, held: Held) -> tuple[str, str]:
    """What was typed and what is held, in a person's words."""
    values = list(held.get("values", ()))
    texts = list(held.get("texts", ()))
    match action.act:
        case Act.CHECK | Act.UNCHECK:
            name = (texts[0] if texts else "") or YES
            return (name if action.act is Act.CHECK else "", name if held.get("checked") else "")
        case Act.FILE:
            name = action.file.name if action.file else ""
            kept = is_kept(action, held)
            return name, name if kept else ", ".join(values)
        case Act.SELECT:
            names = held.get("names") or action.values
            return ", ".join(names), ", ".join(held.get("chosen", ()))
        case Act.COMBOBOX:
            return _chosen(action, held)
        case Act.TAGS:
            got = [tag for tag in action.values if held.get("found") and _has_tag(tag, held)]
            return ", ".join(action.values), ", ".join(got or held.get("chosen", ())) or next(
                iter(values), ""
            )
        case Act.TEXT | Act.RICH_TEXT | Act.DATE_TIME:
            return _text(action), _closest(action, values)


def _chosen(action: Action, held: Held) -> tuple[str, str]:
    """The first of the wanted texts that the widget shows, and how it shows it."""
    spoken = [
        t for t in (*held.get("chosen", ()), *held.get("values", ()), *held.get("texts", ())) if t
    ]
    for text in action.values if held.get("found") else ():
        if _shows(action, text, held):
            return text, next((s for s in spoken if folded(text) in folded(s)), text)
    return next(iter(action.values), ""), next(iter(spoken), "")


def _closest(action: Action, values: Sequence[str]) -> str:
    """The value that matches, else the first: a visible date has a hidden twin."""
    return next((v for v in values if same(action.field, _text(action), v)), "") or next(
        iter(values), ""
    )
