"""One try at handing one business in to one directory: the chain from first visit to verdict."""

from __future__ import annotations

import asyncio
import contextlib
import time
from functools import partial

from playwright.async_api import Error

from dbolt.browser import act, captcha, trace
from dbolt.browser.arrive import arrive, not_reached
from dbolt.browser.chromium import NoBrowser
from dbolt.browser.ends import (
    as_it_may_be,
    held_by_captcha,
    left_half_way,
    pressed,
    told,
    unconfirmed,
    without_a_look,
)
from dbolt.browser.fill import VANISHED, complained, mended, standing, still_holds
from dbolt.browser.find import find_form
from dbolt.browser.press import answer, press, ready
from dbolt.browser.proof import COVER, EvidenceSink, Proof
from dbolt.browser.run import PRESS_MARGIN_S, Ended, Filled, Found, Run
from dbolt.browser.search_first import found_behind_search
from dbolt.browser.session import Browser, first_line
from dbolt.browser.sighting import known_before
from dbolt.browser.steps import fill_all_steps, further_step, is_step_behind, step_form
from dbolt.domain.captcha import CaptchaKind, Solver
from dbolt.domain.directory import Policy
from dbolt.domain.fields import Field
from dbolt.domain.protocol import Permit
from dbolt.domain.reasons import WORDS, Reason
from dbolt.domain.route import Route
from dbolt.domain.submission import (
    Assignment,
    EvidenceKind,
    HandOver,
    Known,
    Left,
    NotSent,
    Pressed,
    Result,
    VerdictKind,
)
from dbolt.forms.classify import bare_reading, classify
from dbolt.forms.page import Page, Widget
from dbolt.forms.reading import FillPlan, VerdictReading

_MAX_REPAIRS = 2
_MAX_REFILLS = 2
_MAX_PREVIEWS = 3
_MAX_STEPS = 8
_ANSWERED_S = 120.0
"""All that happens after the permit: answers, repairs and previews."""
_SHOWN_S = 8.0
"""For a last picture where nothing was sent; a page that hangs has none to give."""
_TEXTS = frozenset({Widget.INPUT, Widget.TEXTAREA, Widget.COMBOBOX, Widget.RICH_TEXT})


async def attempt(
    browser: Browser,
    assignment: Assignment,
    *,
    permit: Permit,
    evidence: EvidenceSink,
    route: Route | None = None,
    solver: Solver | None = None,
) -> Result:
    """How the attempt ended; never an exception but cancellation.

    permit: asked once, right before the press that hands the listing in; False calls it off.
    After it has said yes the result is a `Pressed`, whatever happens.
    route: the proxy that everything goes through; None for the direct way.
    solver: whom to ask for captchas' answers, where the directory allows a service; None asks
    nobody.
    """
    kept_out = _by_policy(assignment)
    if kept_out is not None:
        return kept_out
    began = time.monotonic()
    try:
        async with browser.new_context(assignment.directory, route) as visit:
            run = Run(
                visit,
                assignment,
                permit,
                Proof(evidence),
                began,
                rules=browser.rules,
                solver=solver,
            )
            visit.words = (assignment.profile.business_name, assignment.profile.email)
            if browser.traces:
                await trace.begin(visit.context)
            end = await _before_the_press(run)
            if not isinstance(end, Filled):
                end = await as_it_may_be(run, end)
            if isinstance(end, Filled):
                end = await _from_the_press(run, end)
            elif not isinstance(end, Pressed):
                await _show_as_it_stands(run)
            if browser.traces:
                await trace.end(run, end)
            return told(run, without_a_look(run, end))
    except (NoBrowser, Error, OSError, TimeoutError) as error:
        return NotSent(
            reason=Reason.BROWSER_CRASHED,
            detail=first_line(error),
            duration_s=time.monotonic() - began,
        )


def _by_policy(assignment: Assignment) -> Ended | None:
    match assignment.directory.policy:
        case Policy.SKIP:
            reason = Reason.POLICY_SKIP
            return Left(reason=reason, detail=WORDS[reason].customer)
        case Policy.MANUAL:
            reason = Reason.POLICY_MANUAL
            return HandOver(reason=reason, detail=WORDS[reason].customer)
    return None


async def _before_the_press(run: Run) -> Filled | Ended:
    """The form as it should be sent, with all that it takes, and the evidence kept; or why not."""
    filled = await _in_time(run)
    if isinstance(filled, Filled):
        return await _with_token(run, filled)
    return captcha.by_policy(run, filled)


async def _in_time(run: Run) -> Filled | Ended:
    limit = min(run.assignment.directory.timeout_s, run.time_left_s() - PRESS_MARGIN_S)
    try:
        async with asyncio.timeout(max(limit, 0)):
            return await _prepared(run)
    except TimeoutError:
        return NotSent(
            reason=Reason.TIMEOUT, detail=f"The form was not filled in within {limit:.0f} s."
        )
    except (Error, OSError) as error:
        return _broken(run, error)
    except Exception as error:  # noqa: BLE001 - a flaw of ours must not look like a lost worker
        return NotSent(
            reason=Reason.FILL_FAILED,
            detail=f"{type(error).__name__}: {first_line(error)}",
        )


async def _with_token(run: Run, filled: Filled) -> Filled | Ended:
    """The form with a captcha's answer at hand, where one is to be bought; or why there is none."""
    refused = await captcha.bought(run, filled.reading)
    if refused is None and run.token is not None and not await still_holds(run, filled):
        detail = "The page took back what was typed while its captcha was being solved."
        return NotSent(reason=Reason.FILL_FAILED, detail=detail)
    return refused or filled


async def _prepared(run: Run) -> Filled | Ended:
    ended = await known_before(run) or await arrive(run, run.assignment.directory.submit_url)
    if ended is not None:
        return ended
    found = await found_behind_search(run, await find_form(run))
    return await _held_ready(run, found) if isinstance(found, Found) else found


async def _held_ready(run: Run, found: Found) -> Filled | Ended:
    """The last step filled in and holding it, its button ready, and pictured so."""
    filled = await fill_all_steps(run, found)
    for _ in range(_MAX_REFILLS + 1):
        if not isinstance(filled, Filled):
            return filled
        held_back = _held_back(run, filled)
        if held_back is not None:
            return held_back
        # While its button is waited for and it is pictured, a form may send itself.
        moment = run.typing_since = run.looked_at
        not_ready = await ready(run, filled.reading)
        if not_ready is not None:
            unlocked = await _unlocked(run, found, filled, not_ready)
            if unlocked is None:
                await standing(run, filled, moment)
                return not_ready
            filled = unlocked
        await _show_before(run, filled)
        if await still_holds(run, filled):
            run.typing_since = None
            return filled
        again = await standing(run, filled, moment)
        filled = await fill_all_steps(run, Found(again.page, again.reading)) if again else VANISHED
    return NotSent(
        reason=Reason.FILL_FAILED, detail="The page keeps taking back what was typed into it."
    )


async def _unlocked(run: Run, found: Found, filled: Filled, not_ready: Ended) -> Filled | None:
    """The form with what it complains about put right, where it locks its button until then."""
    again = await complained(run, found, filled) if isinstance(not_ready, NotSent) else None
    return again if again is not None and await ready(run, again.reading) is None else None


def _held_back(run: Run, filled: Filled) -> Ended | None:
    """Why a form that is filled in is not to be sent by us; None if it is."""
    if not _names_the_business(run, filled):
        return HandOver(
            reason=Reason.UNSURE_OF_FORM,
            detail="It is not certain where the form wants the business's name.",
        )
    if run.assignment.directory.policy is Policy.ASSISTED:
        return HandOver(
            reason=Reason.POLICY_MANUAL, detail="The form is filled in; a person sends it."
        )
    return None


def _names_the_business(run: Run, filled: Filled) -> bool:
    """Whether a name was typed, or the step that comes first asks for nothing unknown."""
    named = (Field.BUSINESS_NAME, Field.LEGAL_NAME)
    if any(value.field in named and value.kept for value in run.typed.values()):
        return True
    if not run.typed:
        # A form that takes nothing of what is known of a business is not one for listings.
        return False
    fields = {g.ref: g.field for g in filled.reading.guesses if not g.trap}
    return all(
        fields.get(control.ref) is not None
        for control in filled.page.controls
        if control.ref in fields and control.widget in _TEXTS and not control.hidden
    )


async def _show_before(run: Run, filled: Filled) -> None:
    for action in filled.plan.actions:
        if action.secret and (secret := await act.element(run.visit.page, action.ref)):
            await secret.evaluate(COVER)
    tab = run.visit.page
    await run.proof.picture(tab, EvidenceKind.BEFORE, await act.span(tab, _corners(filled)))


def _corners(filled: Filled) -> list[str]:
    """The form's first and last control and its button."""
    own = [c.ref for c in filled.page.controls if c.form == filled.reading.form and not c.hidden]
    return list(dict.fromkeys(filter(None, (*own[:1], *own[-1:], filled.reading.submit))))


async def _show_as_it_stands(run: Run) -> None:
    """The page at which an attempt ended without a press, for the person who looks into it."""
    with contextlib.suppress(Error, TimeoutError, OSError):
        async with asyncio.timeout(_SHOWN_S):
            await run.proof.picture(run.visit.newest(), EvidenceKind.BEFORE)


def _broken(run: Run, error: Exception) -> NotSent:
    if run.visit.log.stuck:
        return NotSent(reason=Reason.TIMEOUT, detail="The page kept opening dialogs.")
    if run.visit.log.crashed:
        return NotSent(reason=Reason.BROWSER_CRASHED, detail="The page crashed.")
    if isinstance(error, Error):
        return not_reached(error)
    return NotSent(
        reason=Reason.WORKER_LOST, detail=f"Evidence could not be kept: {first_line(error)}"
    )


async def _from_the_press(run: Run, filled: Filled) -> Ended:
    if run.time_left_s() < PRESS_MARGIN_S:
        return NotSent(reason=Reason.TIMEOUT, detail="Too little of the lease was left to press.")
    try:
        run.permitted = await run.permit(seen_absent=run.seen_absent)
    except Exception as error:  # noqa: BLE001 - whoever cannot say yes says no
        return NotSent(reason=Reason.PERMIT_REFUSED, detail=first_line(error))
    if not run.permitted:
        # The answer may have taken minutes, in which the form may have sent itself.
        run.typing_since = run.looked_at
        with contextlib.suppress(Error, TimeoutError):
            await standing(run, filled, run.looked_at)
        refused = WORDS[Reason.PERMIT_REFUSED].customer
        return await as_it_may_be(run, NotSent(reason=Reason.PERMIT_REFUSED, detail=refused))
    try:
        async with asyncio.timeout(_ANSWERED_S):
            return await _sent(run, filled)
    except TimeoutError:
        return await unconfirmed(run, f"No clear answer came within {_ANSWERED_S:.0f} s.")
    except Exception as error:  # noqa: BLE001 - from the permit on, every end is a press
        return await unconfirmed(run, f"{type(error).__name__}: {first_line(error)}")


async def _sent(run: Run, filled: Filled) -> Ended:
    """Presses, and once more only where the page proved that nothing was handed in by that."""
    repairs = previews = steps = 0
    answered: tuple[Page, VerdictReading] | None = None
    while True:
        moment = time.monotonic()
        pressing = await press(run, filled.reading)
        if not pressing.may_have_been:
            return await _not_pressed(run, answered, pressing.problem)
        after, verdict = answered = await answer(
            run, filled, moment, partial(is_step_behind, run, filled)
        )
        await captcha.judged(run, verdict)
        further: Filled | None = None
        if verdict.preview and previews < _MAX_PREVIEWS:
            previews += 1
            further = await _past_the_preview(run, filled, after)
        elif _may_repair(run, verdict) and repairs < _MAX_REPAIRS:
            repairs += 1
            further = await _repaired(run, filled, after, verdict)
        elif verdict.kind is VerdictKind.UNCLEAR and steps < _MAX_STEPS:
            steps += 1
            onward = await _onward(run, filled, after)
            if isinstance(onward, HandOver | NotSent | Left):
                told_so = await as_it_may_be(run, onward)
                return told_so if told_so is not onward else await left_half_way(run, onward)
            if isinstance(onward, Pressed | Known):
                return onward
            further = onward
        if further is None or await captcha.bought(run, further.reading, captcha.AGAIN_S):
            return await pressed(run, after, verdict)
        filled = further


async def _not_pressed(
    run: Run, answered: tuple[Page, VerdictReading] | None, problem: str
) -> Ended:
    if answered is not None:
        # The last answer still holds.
        return await pressed(run, *answered)
    solved = any(one.kind is CaptchaKind.CHALLENGE for one in run.captchas)
    return await (held_by_captcha(run, problem) if solved else unconfirmed(run, problem))


def _may_repair(run: Run, verdict: VerdictReading) -> bool:
    """Complaints at the fields, with the form still there, prove that nothing was handed in."""
    refused = verdict.kind is VerdictKind.REJECTED and bool(verdict.field_errors)
    return refused and run.time_left_s() > PRESS_MARGIN_S


async def _onward(run: Run, filled: Filled, after: Page) -> Filled | Ended | None:
    """The further step that "Next" led to after all, filled in; None if there is none."""
    further = await further_step(run, filled, after)
    if not isinstance(further, Filled):
        return further
    not_ready = await ready(run, further.reading)
    if not_ready is None:
        await _show_before(run, further)
    return not_ready or further


async def _past_the_preview(run: Run, filled: Filled, after: Page) -> Filled | None:
    """The preview's own form, whose button confirms; None if it cannot be told or pressed."""
    readings = classify(after, recipe=run.assignment.directory.recipe)
    reading = step_form(readings, filled.reading) or bare_reading(after, filled.reading)
    if reading is None or await ready(run, reading) is not None:
        return None
    return Filled(after, reading, FillPlan(actions=()))


async def _repaired(
    run: Run, filled: Filled, after: Page, verdict: VerdictReading
) -> Filled | None:
    """The same form with what was complained about put right, pictured and ready; or None."""
    run.visit.agreeing = False
    if run.visit.newest() is not run.visit.page:
        return None
    try:
        again = await mended(run, filled, after, verdict)
        if again is None or await ready(run, again.reading) is not None:
            return None
        await _show_before(run, again)
    except (Error, TimeoutError, OSError):
        # The page has said no to what was sent; that stays true.
        return None
    return again
