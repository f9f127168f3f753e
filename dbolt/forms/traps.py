"""Is this control a honeypot, which a person would not see or is told to leave empty?"""

from __future__ import annotations

from dbolt.forms.lexicon import Lexicon
from dbolt.forms.page import Control, LabelKind, Widget

_DOMINANT = 0.34
_TYPED = frozenset({Widget.INPUT, Widget.TEXTAREA})


def trap(control: Control, lexicon: Lexicon) -> str:
    """Why *control* must stay empty; "" if it need not.

    A field of a later step or a closed section is no trap: the page will show it in time.
    """
    if control.type == "hidden" or control.step_hidden:
        return ""
    if control.hidden:
        return f"not visible: {control.hidden}"
    if _is_off_screen(control):
        return "outside the page"
    return _told(control, lexicon) if control.widget in _TYPED else ""


def _told(control: Control, lexicon: Lexicon) -> str:
    if ("aria-hidden", "true") in control.attributes and control.tabindex < 0:
        return "kept out of reach of people"
    for label in control.labels:
        if label.kind is LabelKind.NEAR:
            continue
        hits = lexicon.find("traps", label.text)
        # "Leave blank to use the beginning of the text" is advice, not a trap.
        if sum(h.share for h in hits) > _DOMINANT:
            return f'told to stay empty: "{hits[0].text}"'
    return ""


def _is_off_screen(control: Control) -> bool:
    box = control.rect
    if box.w == 0 and box.h == 0:
        return False  # a page model without geometry
    return box.x + box.w <= 0 or box.y + box.h <= 0 or box.w < 3 or box.h < 3
