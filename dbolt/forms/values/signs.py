"""What do a control's own words say of it: its name, whether it must be filled in?"""

from __future__ import annotations

import re

from dbolt.forms.page import Control, LabelKind, Widget
from dbolt.forms.values.text import plain

_SELF_SOLVING = (
    "altcha",
    "friendlycaptcha",
    "friendly-captcha",
    "frc-captcha",
    "mcaptcha",
    "cap-widget",
)
_NAMED_BY = (
    LabelKind.FOR, LabelKind.WRAP, LabelKind.ARIA, LabelKind.LEGEND, LabelKind.TABLE_HEAD,
    LabelKind.BEFORE, LabelKind.PLACEHOLDER, LabelKind.NEAR, LabelKind.AFTER, LabelKind.TITLE,
)  # fmt: skip
_REQUIRED_WORDS = (
    r"(?:required|mandatory|pflicht\w*|erforderlich|obligat\w*|requerid\w*|requis\w*|obbligator\w*"
    r"|obrigator\w*|verplicht\w*|wymagan\w*)"
)
_LEGEND = re.compile(r"\W*(?:\w+\W+){0,6}?\*\W*(?:\w+\W+){0,6}?" + _REQUIRED_WORDS)
"""What explains the star ("* required fields") is not a label of one control."""
_IN_BRACKETS = re.compile(r"[(\[]\s*" + _REQUIRED_WORDS + r"\s*[)\]]")
_STARRED = frozenset(_NAMED_BY[:6])
# What stands before a box is often the words of the box before it.
_STARRED_BOX = (_STARRED - {LabelKind.BEFORE}) | {LabelKind.AFTER}


def is_required(control: Control) -> bool:
    """Whether the form insists on the control: by attribute, by a star or "(required)" at it."""
    if control.required:
        return True
    kinds = _STARRED_BOX if control.widget in {Widget.CHECKBOX, Widget.RADIO} else _STARRED
    return any(_marks_required(label.text) for label in control.labels if label.kind in kinds)


def _marks_required(text: str) -> bool:
    said = plain(text)
    if len(said) > 120 or _LEGEND.match(said):
        return False
    bare = said.strip(" :\u00a0")
    return bare.endswith("*") or bare.startswith("*") or bool(_IN_BRACKETS.search(said))


def control_name(control: Control) -> str:
    """How a person would name the control: its label, else its name; at most 80 characters."""
    for kind in _NAMED_BY:
        for label in control.labels:
            text = label.text.strip(" *:\u00a0")
            if label.kind is kind and text:
                return text[:80]
    return (control.name or control.id or control.ref)[:80]


def solves_itself(control: Control) -> bool:
    """Whether a captcha only makes the browser compute, so that waiting is all it takes."""
    marks = " ".join(
        [
            control.tag,
            control.css_class,
            control.id,
            control.name,
            *(v for _, v in control.attributes),
        ]
    ).lower()
    return any(mark in marks for mark in _SELF_SOLVING)
