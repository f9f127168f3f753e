"""Which controls does the page complain about after the press, in words that are new?"""

from __future__ import annotations

from collections.abc import Sequence

from dbolt.domain.fields import Field
from dbolt.domain.submission import FieldError
from dbolt.forms.page import Control, LabelKind, Message, Page
from dbolt.forms.reading import Reading
from dbolt.forms.values.text import fold
from dbolt.forms.verdict.phrases import Topic, sentences, topics_of

_BESIDE = frozenset({LabelKind.AFTER, LabelKind.NEAR, LabelKind.HELP, LabelKind.BEFORE})


def place_of(kind: str, css_class: str) -> str:
    """Where a notice's words stand: error, success or message, by the site's own marks."""
    classes = css_class.lower()
    if any(word in classes for word in ("error", "danger", "invalid", "fail")):
        return "error"
    # Yellow boxes also tell that a listing waits for approval: their words have to decide.
    if kind == "error" and "warning" not in classes:
        return "error"
    return "success" if kind == "success" or "success" in classes else "message"


def field_errors(
    before: Page, after: Page, reading: Reading, pairs: Sequence[tuple[Control, Control]]
) -> tuple[FieldError, ...]:
    """New complaints about single controls of the form; *pairs*: the same control before, after."""
    fields: dict[str, Field | None] = {g.ref: g.field for g in reading.guesses}
    told = _told_before(before)
    found: list[FieldError] = []
    for known, control in pairs:
        notices = [m for m in after.messages if m.near == control.ref]
        words = (
            _own(known, control)
            or _notice(known, control, notices, told)
            or _beside(known, control)
        )
        if words:
            found.append(_error(control, words, fields.get(known.ref)))
    return tuple(found)


def _told_before(page: Page) -> frozenset[tuple[str, str]]:
    """The complaints that stood on the page before the press, with the ref they stood by."""
    own = {(fold(c.error), c.ref) for c in page.controls if c.error}
    return frozenset(own | {(fold(m.text), m.near) for m in page.messages})


def _own(known: Control, control: Control) -> str:
    """The control's own complaint.

    The same words at a new element are said anew: the server sent the form back again.
    """
    same = fold(control.error) == fold(known.error) and control.ref == known.ref
    return "" if same else control.error


def _notice(
    known: Control,
    control: Control,
    notices: Sequence[Message],
    told: frozenset[tuple[str, str]],
) -> str:
    """The first complaining notice beside the control that did not stand there before."""
    for notice in notices:
        if control.ref == known.ref and (fold(notice.text), known.ref) in told:
            continue
        if place_of(notice.kind, notice.css_class) == "error" or complains(notice.text):
            return notice.text
    return ""


def _beside(known: Control, control: Control) -> str:
    """New words among the control's own that read as a complaint; many pages mark it no better."""
    old = {fold(x.text) for x in known.labels}
    fresh = (x.text for x in control.labels if fold(x.text) not in old and x.kind in _BESIDE)
    return next((text for text in fresh if complains(text)), "")


def complains(text: str) -> bool:
    """Whether *text* reads as a complaint about what was typed."""
    return any(topics_of(s) & {Topic.INVALID, Topic.FAILED, Topic.CAPTCHA} for s in sentences(text))


def _error(control: Control, message: str, field: Field | None) -> FieldError:
    label = next((x.text for x in control.labels), "") or control.name or control.id
    return FieldError(field=field, control=label.strip(" *:")[:80], message=message[:300])
