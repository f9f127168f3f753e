"""The way through a form of several steps, up to the button that really sends it."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from functools import partial

from dbolt.browser import captcha
from dbolt.browser.ends import press_told, pressed
from dbolt.browser.fill import fill, mended
from dbolt.browser.find import behind_wall
from dbolt.browser.press import answer, press, ready
from dbolt.browser.run import HANDED_IN, Ended, Filled, Found, Run
from dbolt.browser.settle import changed
from dbolt.domain.fields import Field
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver, NotSent, VerdictKind
from dbolt.forms.classify import classify
from dbolt.forms.page import Page
from dbolt.forms.reading import FormKind, Reading, VerdictReading
from dbolt.forms.verdict import form_again
from dbolt.forms.walls import wall

_MAX_STEPS = 16
_MAX_REPAIRS = 2
_NEXT_S = 10.0

_STEP = re.compile(
    r"\b(?:step|schritt|paso|étape|etape|passo|stap|krok|etap|part|teil|page|seite)\s*"
    r"(\d{1,2})(?:\s*(?:/|of|von|de|sur|di|van|z|out of)\s*(\d{1,2}))?\b",
    re.IGNORECASE,
)
_CHOICES = frozenset({Field.PLAN, Field.CATEGORY})
_NEVER_A_STEP = frozenset(
    {FormKind.SEARCH, FormKind.NEWSLETTER, FormKind.LOGIN, FormKind.COMMENT, FormKind.CONTACT}
)


async def fill_all_steps(run: Run, found: Found) -> Filled | Ended:
    """Fills step after step; returns the first whose button may hand the listing in."""
    for _ in range(_MAX_STEPS):
        filled = await fill(run, found)
        if not isinstance(filled, Filled) or not _leads_on(filled):
            return filled
        further = await _next_step(run, filled)
        if not isinstance(further, Found):
            return further
        found = further
    return HandOver(
        reason=Reason.UNSURE_OF_FORM, detail=f"The form has more than {_MAX_STEPS} steps."
    )


def _leads_on(filled: Filled) -> bool:
    """Whether the button surely leads to a further step only.

    Some forms of one page call their only button "Next". Without a sign of a later step such a
    press is taken for the one that sends.
    """
    if not filled.reading.submit_is_next:
        return _only_chooses(filled)
    waiting = any(c.form == filled.reading.form and c.step_hidden for c in filled.page.controls)
    return waiting or counts_steps(filled.page.text)


def _only_chooses(filled: Filled) -> bool:
    """Whether the form takes a free plan or a trade and nothing else, so that it lists nothing."""
    fields = {g.ref: g.field for g in filled.reading.guesses if not g.trap}
    shown = [c for c in filled.page.controls if c.ref in fields and not c.hidden]
    shown = [c for c in shown if c.type != "hidden"]
    chosen = [fields[c.ref] for c in shown]
    return (
        bool(_CHOICES.intersection(chosen))
        and _CHOICES.issuperset(chosen)
        and all(c.options for c in shown)
    )


def counts_steps(text: str) -> bool:
    """Whether *text* says that a later step follows: "Step 1 of 3", "Schritt 1 … Schritt 2"."""
    told = [(int(n), int(of or 0)) for n, of in _STEP.findall(text)]
    if any(n < of <= _MAX_STEPS for n, of in told):
        return True
    numbers = [n for n, of in told if not of]
    return 1 in numbers and 2 in numbers


def _is_counted_on(before: str, after: str) -> bool:
    """Whether "Step 1 of 3" became "Step 2 of 3": each step's button may say "Submit"."""
    was, now = _counted(before), _counted(after)
    return was is not None and now == (was[0] + 1, was[1])


def _counted(text: str) -> tuple[int, int] | None:
    """The step that *text* counts first, and of how many."""
    return next(((int(n), int(of)) for n, of in _STEP.findall(text) if of), None)


async def further_step(run: Run, filled: Filled, after: Page) -> Filled | Ended | None:
    """The step behind a press that was taken for the last, filled in; None if there is none."""
    reading = _step_behind(run, filled, after)
    return None if reading is None else await fill_all_steps(run, Found(after, reading))


def is_step_behind(run: Run, filled: Filled, after: Page) -> bool:
    """Whether *after* shows a step that follows the form that was filled in."""
    return _step_behind(run, filled, after) is not None


def _step_behind(run: Run, filled: Filled, after: Page) -> Reading | None:
    leads_on = filled.reading.submit_is_next or _is_counted_on(filled.page.text, after.text)
    if not leads_on or not _moved(filled.page, after):
        return None
    reading = step_form(classify(after, recipe=run.assignment.directory.recipe), filled.reading)
    return reading if reading is not None and _asks(reading) else None


async def _next_step(run: Run, filled: Filled) -> Found | Ended:
    """Presses "next" and waits for the step behind it; mends what the page complains about.

    `run.stepped_at` stays set unless the page shows that nothing but a step was done.
    """
    for repair_round in range(_MAX_REPAIRS + 1):
        not_ready = await ready(run, filled.reading) or await _held_by_captcha(run, filled)
        if not_ready is not None:
            return not_ready
        moment = run.stepped_at = time.monotonic()
        pressing = await press(run, filled.reading)
        run.visit.agreeing = False
        if not pressing.may_have_been:
            run.stepped_at = None
            return NotSent(reason=Reason.FILL_FAILED, detail=pressing.problem)
        page = await _behind(run, filled)
        if (further := _step_on(run, filled, moment, page)) is not None:
            run.stepped_at = None
            return further
        after, verdict = await answer(run, filled, moment, partial(_is_on, run, filled, moment))
        if (further := _step_on(run, filled, moment, after)) is not None:
            run.stepped_at = None
            return further
        if not verdict.field_errors:
            return await _no_step(run, after, verdict)
        # A form that stands there with complaints at its fields was not handed in.
        run.stepped_at = None
        again = await mended(run, filled, after, verdict) if repair_round < _MAX_REPAIRS else None
        if again is None:
            return _stuck(verdict)
        filled = again
    raise AssertionError("the last round returns")


async def _held_by_captcha(run: Run, filled: Filled) -> Ended | None:
    """A token is bought once, for the press that hands the listing in."""
    if not await captcha.awaited(run, filled.reading):
        return None
    return behind_wall(Reason.CAPTCHA, "A captcha stands before the form's last step.")


async def _behind(run: Run, filled: Filled) -> Page:
    until = time.monotonic() + _NEXT_S
    while True:
        page = await run.look(pressed=True)
        left = until - time.monotonic()
        if _moved(filled.page, page) or _complains(page) or left <= 0:
            return page
        await changed(run.visit.page, min(left, 2.0))


def _step_on(run: Run, filled: Filled, moment: float, page: Page) -> Found | None:
    """The step that *page* shows; None if it shows none, or the end of the way."""
    if not _moved(filled.page, page) or form_again(filled.page, page, filled.reading):
        # The same form again was refused or handed in; it is no further step.
        return None
    reading = step_form(classify(page, recipe=run.assignment.directory.recipe), filled.reading)
    if reading is None:
        return None
    carries_on = reading.kind is FormKind.LISTING and _asks(reading)
    if not carries_on and run.read(filled, page, moment).kind in HANDED_IN:
        return None
    return Found(page, reading)


def _is_on(run: Run, filled: Filled, moment: float, page: Page) -> bool:
    return _step_on(run, filled, moment, page) is not None


async def _no_step(run: Run, after: Page, verdict: VerdictReading) -> Ended:
    """The end where "next" led to no step that can be read: a press, if anything was sent."""
    if verdict.kind is VerdictKind.UNCLEAR:
        reason = wall(after)
        if reason is not None:
            return behind_wall(reason)
        if not run.may_have_sent():
            return HandOver(
                reason=Reason.UNSURE_OF_FORM,
                detail="The form's next step could not be recognised.",
            )
    await press_told(run)
    return await pressed(run, after, verdict)


def _asks(reading: Reading) -> bool:
    return any(g.field is not None for g in reading.guesses)


def step_form(readings: Sequence[Reading], before: Reading) -> Reading | None:
    """The form that carries on from *before*: a listing form, the same one, or what asks most."""
    shown = [r for r in readings if r.submit]
    able = [r for r in shown if r.kind not in _NEVER_A_STEP]
    if not able:
        # One box for an e-mail address looks like a newsletter; on a page that has turned to its
        # next question, the only form is that question.
        lone = len(shown) == 1 and shown[0].kind is FormKind.NEWSLETTER
        return shown[0] if lone else None
    return max(
        able,
        key=lambda r: (
            r.kind is FormKind.LISTING,
            r.form == before.form,
            sum(g.field is not None for g in r.guesses),
        ),
    )


def _stuck(verdict: VerdictReading) -> NotSent:
    told = "; ".join(f"{e.control}: {e.message}" for e in verdict.field_errors)
    return NotSent(reason=Reason.VALIDATION, detail=f"The form does not go on: {told[:400]}")


def _complains(page: Page) -> bool:
    return any(c.error for c in page.controls) or any(m.kind == "error" for m in page.messages)


def _moved(before: Page, after: Page) -> bool:
    return _open_controls(before) != _open_controls(after) or before.url != after.url


def _open_controls(page: Page) -> set[str]:
    return {c.ref for c in page.controls if not c.hidden and not c.step_hidden}
