"""Is the form filled in, and does the page still hold it? Typed, looked at again, typed again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from dbolt.browser import act, captcha
from dbolt.browser.cascade import arrived, dead_end, explored
from dbolt.browser.find import behind_wall
from dbolt.browser.pickers import picked
from dbolt.browser.run import Ended, Filled, Found, Run
from dbolt.browser.sections import added, opened, peeked, row_added, told_whose, with_offered
from dbolt.browser.settle import changed
from dbolt.domain.fields import Field
from dbolt.domain.reasons import WORDS, Reason
from dbolt.domain.submission import HandOver, NotSent, TypedValue, VerdictKind
from dbolt.forms.classify import classify
from dbolt.forms.page import Control, Page
from dbolt.forms.plan import plan_fill
from dbolt.forms.reading import Act, Action, FillPlan, Reading, VerdictReading
from dbolt.forms.repair import repair, tried_by
from dbolt.forms.values.signs import control_name, is_required
from dbolt.forms.verdict.complaints import field_errors
from dbolt.forms.words import fold

_MAX_ROUNDS = 6
_MAX_SECTIONS = 12
_TRIES = 2
"""How often one control is set: what a page takes away twice it does not want."""
_DRAWN_S = 1.0
"""How long after its data have come a page may draw a part of the form anew."""

_BEFORE_TYPING = frozenset(
    {Reason.CAPTCHA, Reason.LOGIN_REQUIRED, Reason.ROBOT_WALL, Reason.PAYMENT_REQUIRED}
)
"""What stops an attempt before anything is typed. All else is told with the form filled in."""

FACTS = frozenset(
    {
        Field.BUSINESS_NAME,
        Field.CATEGORY,
        Field.EMAIL,
        Field.PHONE,
        Field.WEBSITE,
        Field.ADDRESS,
        Field.STREET,
        Field.HOUSE_NUMBER,
        Field.CITY,
        Field.STATE,
        Field.POSTAL_CODE,
        Field.COUNTRY,
    }
)
"""What may not stand in a listing wrongly, however small the difference."""


VANISHED = NotSent(reason=Reason.FILL_FAILED, detail="The form vanished while it was filled in.")
_SENT_BY_OPENING = HandOver(
    reason=Reason.UNSURE_OF_FORM,
    detail="What looked like a section to open sent something to the site.",
)


async def fill(run: Run, found: Found) -> Filled | Ended:
    """Fills the form in, section after section, until the page holds everything that it should.

    `run.typing_since` stays set only where the form did not stand there unsent afterwards.
    """
    barred = await captcha.barred(run, found.reading)
    if barred is not None:
        return barred
    wanted: dict[str, Action] = {}
    filled = await _fill_shown(run, found, wanted)
    for _ in range(_MAX_SECTIONS):
        if not isinstance(filled, Filled) or filled.reading.submit_is_next:
            return filled
        moment = run.typing_since = time.monotonic()
        further = await _opened_further(run, filled)
        if not further:
            run.typing_since = None
            return filled
        page = await run.look()
        if run.visit.carried_since(moment):
            return _SENT_BY_OPENING
        reading = same_form(run, page, filled.reading)
        if reading is None:
            return VANISHED
        run.typing_since = None
        filled = await _fill_shown(run, Found(page, reading), wanted)
    return filled


async def _opened_further(run: Run, filled: Filled) -> bool:
    """Opens a section, adds a part that is missing, or chooses the trade by clicking."""
    page, reading = filled.page, filled.reading
    return (
        await opened(run, page, reading)
        or await added(run, page, reading)
        or await row_added(run, page, reading)
        or await picked(run, filled)
    )


async def _of_a_business(run: Run, found: Found) -> Filled | None:
    """The form for a business, where it has another for a person; None as for `_typed`."""
    form = _planned(run, found)
    moment = run.typing_since = time.monotonic()
    if await told_whose(run, found.page, found.reading):
        return await standing(run, form, moment)
    run.typing_since = None
    return form


async def _fill_shown(run: Run, found: Found, wanted: dict[str, Action]) -> Filled | Ended:
    """Fills in what is on show.

    A page may wipe values when it renders a part of the form anew, and show further controls
    after a choice: both are looked for after every round.
    wanted: what the form should hold by now, by control; grows.
    """
    whose = await _of_a_business(run, found)
    if whose is None:
        return VANISHED
    await peeked(run, whose.page, whose.reading)
    form = _planned(run, Found(whose.page, whose.reading))
    tries: Counter[str] = Counter()
    lost: list[TypedValue] = []
    moment: float | None = None
    for _ in range(_MAX_ROUNDS):
        if form.plan.stop in _BEFORE_TYPING:
            return behind_wall(form.plan.stop, form.plan.detail)
        _keep_up(wanted, form)
        values = await act.read_back(run.visit.page, list(wanted.values()))
        run.note_typed(list(wanted.values()), values)
        held = dict(zip(wanted, values, strict=True))
        lost = [value for value in values if not value.kept]
        todo = [a for k, a in wanted.items() if _is_due(run, a, held[k], tries[k])]
        if todo:
            moment = time.monotonic()
            tries.update(map(_key, todo))
            after = await _typed(run, form, todo)
        elif moment is not None and await _drawn_later(run, moment):
            run.typing_since = moment
            after = await standing(run, form, moment)
            moment = None
        else:
            break
        if after is not None and (pair := dead_end(run, after)) is not None:
            after = await _led_on(run, after, pair, wanted)
        if after is None:
            return VANISHED
        form = after
    if form.plan.stop in _BEFORE_TYPING:
        return behind_wall(form.plan.stop, form.plan.detail)
    complaint = _complaint(form, lost, wanted)
    if complaint is not None:
        return complaint
    return replace(form, plan=FillPlan(actions=tuple(wanted.values()), detail=form.plan.detail))


async def still_holds(run: Run, filled: Filled) -> bool:
    """Whether the form still holds all that it held when it was last looked at."""
    actions = filled.plan.actions
    values = await act.read_back(run.visit.page, actions)
    was = [run.typed.get((v.field, v.part, v.control)) for v in values]
    return all(
        now.kept or before is None or not before.kept
        for now, before in zip(values, was, strict=True)
    )


async def _typed(run: Run, form: Filled, todo: list[Action]) -> Filled | None:
    """The form with *todo* done to it; None if it does not stand there unsent after that."""
    if any(action.act is Act.FILE for action in todo):
        await run.visit.load_media()
    moment = run.typing_since = time.monotonic()
    run.note_typed(todo, await act.perform(run.visit.page, todo))
    return await standing(run, form, moment)


async def _drawn_later(run: Run, moment: float) -> bool:
    """Waits while data that came since *moment* may still change the form; whether any came."""
    fed_at = run.visit.log.fed_at
    if fed_at < moment:
        return False
    await changed(run.visit.page, fed_at + _DRAWN_S - time.monotonic())
    return True


async def _led_on(
    run: Run, form: Filled, pair: tuple[Control, Control], wanted: dict[str, Action]
) -> Filled | None:
    """The form with the choice that leads to its category, if one does; None as for `_typed`."""
    moment = run.typing_since = time.monotonic()
    level = await explored(run, form, *pair)
    if level is not None:
        wanted[_key(level)] = level
    return await standing(run, form, moment)


async def standing(run: Run, before: Filled, moment: float) -> Filled | None:
    """The form after what was done to it at *moment*; None if it is gone, or was sent by that.

    `run.typing_since` stays set in that case.
    """
    page = await arrived(run, await run.look(), before.reading)
    reading = same_form(run, page, before.reading)
    if reading is None or run.sent_itself(before, page, moment):
        return None
    run.typing_since = None
    return _planned(run, Found(page, reading))


def _is_due(run: Run, action: Action, held: TypedValue, tries: int) -> bool:
    # "(207) 555-0142" counts as kept where "2075550142" is meant; a complaint wants the latter.
    fresh_fix = tries == 0 and _about(action) in run.fixes
    return (fresh_fix or not held.kept) and tries < _TRIES


def same_form(run: Run, page: Page, reading: Reading) -> Reading | None:
    """The same form on a later look: by its element, else the one of its kind that reads best."""
    readings = classify(page, recipe=run.assignment.directory.recipe)
    same = (r for r in readings if r.form == reading.form)
    alike = (r for r in readings if r.kind is reading.kind)
    return next(same, None) or next(alike, None)


async def mended(run: Run, filled: Filled, page: Page, verdict: VerdictReading) -> Filled | None:
    """The form on *page* with other values where it complained; None if there are none to try."""
    reading = same_form(run, page, filled.reading)
    if reading is None:
        return None
    optional = {c.ref for c in filled.page.controls if not is_required(c)}
    better = repair(filled.plan, verdict.field_errors, run.tried, optional)
    run.tried.update(tried_by(filled.plan))
    run.fixes.update({_about(action): action for action in better.actions})
    left_out = _left_out(filled, verdict)
    run.insisted |= left_out
    again = await fill(run, Found(page, reading)) if better.actions or left_out else None
    if not isinstance(again, Filled):
        return None
    answered = {a.control for a in again.plan.actions} & left_out
    return again if better.actions or answered else None


async def complained(run: Run, found: Found, filled: Filled) -> Filled | None:
    """The form with other values where it complains of its own accord, before any press."""
    page = await run.look()
    known = {control.ref: control for control in found.page.controls}
    pairs = [(known[c.ref], c) for c in page.controls if c.ref in known]
    errors = field_errors(found.page, page, filled.reading, pairs)
    if not errors:
        return None
    verdict = VerdictReading(
        VerdictKind.REJECTED, Reason.VALIDATION, "The button is locked.", field_errors=errors
    )
    return await mended(run, filled, page, verdict)


def _left_out(filled: Filled, verdict: VerdictReading) -> set[str]:
    """The names of the controls that were complained about and not filled in at all."""
    done = {fold(action.control) for action in filled.plan.actions}
    return {e.control for e in verdict.field_errors if fold(e.control) not in done}


def _planned(run: Run, found: Found) -> Filled:
    """The form with the plan for it as it is now, and the values that earlier complaints led to."""
    assignment = run.assignment
    page, reading = found.page, found.reading
    page = replace(page, controls=tuple(_insisted(c, run) for c in page.controls))
    page = replace(page, controls=tuple(with_offered(c, run) for c in page.controls))
    plan = plan_fill(page, reading, assignment.profile, account=assignment.account, today=run.today)
    fixed = tuple(_fixed(action, run) for action in plan.actions)
    return Filled(found.page, reading, replace(plan, actions=fixed))


def _insisted(control: Control, run: Run) -> Control:
    """The control, required if the page has asked for it."""
    asked = bool(run.insisted) and control_name(control) in run.insisted
    return replace(control, required=True) if asked else control


def _fixed(action: Action, run: Run) -> Action:
    fix = run.fixes.get(_about(action))
    if fix is None or fix.act is not action.act:
        return action
    return replace(fix, ref=action.ref)


def _about(action: Action) -> tuple[Field, str, str]:
    return action.field, action.part, action.control


def _complaint(form: Filled, lost: Sequence[TypedValue], wanted: dict[str, Action]) -> Ended | None:
    """Why the form should not be sent as it stands; None if it may be."""
    plan = form.plan
    if plan.stop is not None:
        return HandOver(reason=plan.stop, missing=list(plan.missing), detail=plan.detail)
    required = {c.ref for c in form.page.controls if c.required}
    needed = {(a.field, a.part) for a in wanted.values() if a.ref in required}
    for value in lost:
        wrong = value.read_back != "" and value.field in FACTS
        empty = value.read_back == "" and (value.field, value.part) in needed
        if wrong or empty:
            return NotSent(
                reason=Reason.FILL_FAILED,
                detail=f"{WORDS[Reason.FILL_FAILED].customer} Lost: {value.control[:100]}.",
            )
    return None


def _key(action: Action) -> str:
    # Boxes of one group are one control with several actions.
    boxes = action.values if action.act in (Act.CHECK, Act.UNCHECK) else ()
    return " ".join((action.ref, *boxes))


def _keep_up(wanted: dict[str, Action], form: Filled) -> None:
    """Drops what is no longer on the page, and adds what is planned."""
    refs = {c.ref for c in form.page.controls}
    for key in [key for key, action in wanted.items() if action.ref not in refs]:
        del wanted[key]
    wanted.update({_key(a): a for a in form.plan.actions})
