"""The page complains about some controls: what else could be put there, never the same twice?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from dbolt.domain.fields import SOCIAL, SPECS, Field, Kind
from dbolt.domain.submission import FieldError
from dbolt.forms.reading import Act, Action, FillPlan
from dbolt.forms.values.limits import Limits, said_limits
from dbolt.forms.values.phones import examples_in, shape
from dbolt.forms.values.text import digits, fold, has, plain, shortened
from dbolt.forms.values.texts import said_count

Tried = tuple[Field, str, str]
"""A field, its part, and a value that was put into it before."""

_CLEARED = frozenset({Act.TEXT, Act.DATE_TIME})
_CUTTABLE = frozenset({Field.DESCRIPTION, Field.SHORT_DESCRIPTION, Field.TAGLINE, Field.KEYWORDS})
_TOO_LONG = re.compile(
    r"too long|exceed|shorter|zu lang|kurzer|demasiado larg|muy larg|trop long|troppo lung"
    r"|muito long|demasiado long|te lang|za dlug"
)
_DIGITS = re.compile(
    r"(?:only|just) (?:digits|numbers)|(?:digits|numbers|numeric) only|must be numeric|nur ziffern"
    r"|nur zahlen|solo (?:numeros|digitos|cifre|numeri)|uniquement des chiffres|apenas numeros"
    r"|alleen cijfers|tylko cyfry|\b10 digits\b|\b9 digits\b"
)
_FOREIGN = re.compile(
    r"country code|international|starting with \+|start with (?:a )?\+|begin with (?:a )?\+"
    r"|landervorwahl|indicatif|prefijo internacional|prefisso internazionale|codigo do pais"
    r"|landcode|kierunkow"
)


def tried_by(plan: FillPlan) -> frozenset[Tried]:
    """What *plan* puts into its fields, for the next repair's `tried`."""
    return frozenset((a.field, a.part, value) for a in plan.actions for value in a.values)


def repair(
    plan: FillPlan,
    errors: Sequence[FieldError],
    tried: Collection[Tried] = (),
    optional: Collection[str] = (),
) -> FillPlan:
    """Other values for the controls that *errors* name, and only for those.

    plan: what was done last; its own values count as tried. An error without a field is matched by
    the control's name. The actions are empty if there is nothing new to try; a password is never
    changed, and nothing is ticked because a page asks for it.
    optional: refs of controls that may stay empty, and do where no other value is left.
    """
    known = set(tried) | tried_by(plan)
    mended: list[Action] = []
    for action in plan.actions:
        messages = [e.message for e in errors if _about(e, action, plan)]
        if not messages or action.secret or action.act in {Act.CHECK, Act.UNCHECK, Act.FILE}:
            continue
        changed = _mended(action, " | ".join(messages), known)
        if changed is None and action.ref in optional and action.act in _CLEARED:
            changed = replace(action, values=("",), alternates=())
        if changed is not None:
            known.update((changed.field, changed.part, value) for value in changed.values)
            mended.append(changed)
    return FillPlan(actions=tuple(mended))


def _about(error: FieldError, action: Action, plan: FillPlan) -> bool:
    same_name = bool(error.control) and fold(error.control) == fold(action.control)
    if error.field is None:
        return same_name
    if error.field is not action.field:
        return False
    named = any(
        a.field is error.field and fold(a.control) == fold(error.control) for a in plan.actions
    )
    # Where the name tells which of several controls is meant, the others are left as they are.
    return same_name or not named


def _mended(action: Action, message: str, known: Collection[Tried]) -> Action | None:
    """*action* with the untried value that suits the message best; None if there is none."""
    if action.act is Act.TAGS:
        return _fewer_tags(action, message, known)
    if action.act is Act.COMBOBOX:
        return None
    limits = said_limits(message)
    fresh = [
        value
        for value in dict.fromkeys((*action.alternates, *_derived(action, message, limits)))
        if (action.field, action.part, value) not in known
    ]
    allowed = [value for value in fresh if action.act is Act.SELECT or limits.allow(value)]
    ranked = sorted(allowed, key=lambda value: -_suits(action, value, message))
    if not ranked:
        return None
    return replace(action, values=(ranked[0],), alternates=tuple(ranked[1:]))


def _fewer_tags(action: Action, message: str, known: Collection[Tried]) -> Action | None:
    """Dropping tags is the one change that repeats none: nothing new is typed."""
    most = said_count(plain(message))
    if not most or most >= len(action.values):
        return None
    return None if not known else replace(action, values=action.values[:most])


def _derived(action: Action, message: str, limits: Limits) -> Iterator[str]:
    """Values made from the one that was refused, where the message says how."""
    value = action.values[0] if action.values else ""
    if not value or action.act is Act.SELECT:
        return
    if action.field in _CUTTABLE:
        if limits.most:
            yield shortened(value, limits.most, max(1, limits.least))
        elif _TOO_LONG.search(plain(message)):
            for share in (0.75, 0.5, 0.25):
                yield shortened(value, int(len(value) * share))
    if SPECS[action.field].kind is Kind.URL or action.field in SOCIAL:
        yield value if "://" in value else f"https://{value}"
        yield re.sub(r"^https?://", "", value)
        yield value.replace("https://", "http://", 1)
        yield value.rstrip("/")
    if action.field is Field.POSTAL_CODE:
        yield re.sub(r"\W", "", value)


def _suits(action: Action, value: str, message: str) -> float:
    """How well *value* answers the complaint; ties keep the order of the alternates."""
    said = plain(message)
    kind = SPECS[action.field].kind
    if kind is Kind.TEL:
        return _suits_phone(value, message, said)
    if kind is Kind.URL:
        wants_none = has(fold(message), "without http", "without https", "no http", "ohne http")
        secure = "https" in said
        score = 4.0 * ((not value.startswith("http")) if wants_none else value.startswith("http"))
        return score + (2.0 if secure and value.startswith("https") and not wants_none else 0.0)
    if action.field is Field.STATE and re.search(r"\b(?:two|2|zwei|dos|deux|due|dois|twee|dwie)\b"
                                                 r"|code|abbrev|kurzel|sigla", said):  # fmt: skip
        return 3.0 * (len(value) <= 3)
    return 0.0


def _suits_phone(value: str, message: str, said: str) -> float:
    score = 0.0
    for example in examples_in(message):
        score += 8.0 * (shape(example) == shape(value))
        score += 2.0 * (example.strip().startswith("+") == value.startswith("+"))
    if _DIGITS.search(said):
        score += 4.0 * value.isdigit()
        exact = re.search(r"\b(\d{1,2})[- ](?:digits?|ziffern|digitos|chiffres|cifre|cijfers|cyfr)",
                          said)  # fmt: skip
        score += 3.0 * bool(exact and len(digits(value)) == int(exact[1]))
    if _FOREIGN.search(said):
        score += 4.0 * value.startswith("+")
    return score
