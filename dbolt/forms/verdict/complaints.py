"""Which controls does the page complain about after the press, in words that are new?"""

from __future__ import annotations

from collections.abc import Sequence

from dbolt.domain.fields import Field
from dbolt.domain.submission import FieldError
from dbolt.forms.page import Control, LabelKind, Message, Page
from dbolt.forms.reading import Reading
from dbolt.forms.values.levels import is_unset
from dbolt.forms.values.signs import control_name
from dbolt.forms.values.text import fold, has
from dbolt.forms.verdict.phrases import GOOD, Topic, sentences, topics_of

_LONGEST = 160
_ANSWERS = GOOD | {Topic.ALREADY_LISTED, Topic.THANKS, Topic.REFUSED}
_BESIDE = frozenset({LabelKind.AFTER, LabelKind.NEAR, LabelKind.HELP, LabelKind.BEFORE})


def place_of(kind: str, css_class: str) -> str:
    """Where a notice's words stand: error, alert, success or message, by the site's marks; dialog.

    An alert is something to be heard at once, which a site may also say of what went well.
    """
    if kind == "dialog":
        return kind
    classes = css_class.lower()
    if any(word in classes for word in ("error", "danger", "invalid", "fail")):
        return "error"
    # Yellow boxes also tell that a listing waits for approval: their words have to decide.
    if kind == "error" and "warning" not in classes:
        return "error"
    if kind == "success" or "success" in classes:
        return "success"
    return "alert" if kind == "alert" and "info" not in classes else "message"


def field_errors(
    before: Page, after: Page, reading: Reading, pairs: Sequence[tuple[Control, Control]]
) -> tuple[FieldError, ...]:
    """New complaints about single controls of the form; *pairs*: the same control before, after."""
    fields: dict[str, Field | None] = {g.ref: g.field for g in reading.guesses}
    told = _told_before(before)
    named = _named(before, after, pairs)
    found: list[FieldError] = []
    for known, control in pairs:
        notices = [m for m in after.messages if m.near == control.ref]
        words = (
            _own(known, control)
            or _notice(known, control, notices, told)
            or _beside(known, control)
            or named.get(control.ref, "")
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
    # The server sent the form again, with a question at a control that was left alone.
    asked = control.ref != known.ref and is_unset(control)
    return next((t for t in fresh if complains(t) or (asked and t.rstrip().endswith("?"))), "")


def _named(before: Page, after: Page, pairs: Sequence[tuple[Control, Control]]) -> dict[str, str]:
    """New sentences that stand apart from the controls and call one by its name, by its ref.

    Where the server has sent the form again, a sentence that names an empty control is about
    that, however it is put: "Which sort of shop is it?"
    """
    old = {fold(s) for text in _texts(before) for s in sentences(text)}
    marked = {
        fold(s)
        for m in after.messages
        if not m.near and place_of(m.kind, m.css_class) == "error"
        for s in sentences(m.text)
    }
    found: dict[str, str] = {}
    for text in dict.fromkeys(s for shown in _texts(after) for s in sentences(shown)):
        said = fold(text)
        if said in old or len(text) > _LONGEST or topics_of(text) & _ANSWERS:
            continue
        sure = said in marked or complains(text)
        called = [
            (len(name), control.ref)
            for known, control in pairs
            if (name := _name_in(said, control))
            and (sure or (control.ref != known.ref and is_unset(control)))
        ]
        if called:
            found.setdefault(max(called)[1], text)
    return found


def _texts(page: Page) -> list[str]:
    return [*(m.text for m in page.messages if not m.near), page.text]


def _name_in(said: str, control: Control) -> str:
    """The name by which folded *said* calls the control; empty if it does not."""
    for name in (control_name(control), control.name):
        words = fold(name)
        if len(words) > 2 and said != words and has(said, words):
            return words
    return ""


def complains(text: str) -> bool:
    """Whether *text* reads as a complaint about what was typed."""
    return any(topics_of(s) & {Topic.INVALID, Topic.FAILED, Topic.CAPTCHA} for s in sentences(text))


def _error(control: Control, message: str, field: Field | None) -> FieldError:
    name = control_name(control)
    return FieldError(field=field, control=name, message=message[:300])
