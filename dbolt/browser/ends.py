"""How an attempt is told: its end, with everything that was learned on the way."""

from __future__ import annotations

import asyncio
import contextlib
import time

from playwright.async_api import Error

from dbolt.browser.run import Ended, Run
from dbolt.domain.captcha import MOST_CAPTCHAS, Captcha, CaptchaKind, CaptchaOutcome
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import (
    EvidenceKind,
    HandOver,
    Known,
    Left,
    NotSent,
    Pressed,
    VerdictKind,
)
from dbolt.forms.page import Page
from dbolt.forms.reading import VerdictReading

_RECORDED_S = 10.0
_WALLS = frozenset(
    {Reason.CAPTCHA, Reason.LOGIN_REQUIRED, Reason.ROBOT_WALL, Reason.PAYMENT_REQUIRED}
)
"""What stands in the way of a person, too, and is told as it is."""


async def pressed(run: Run, after: Page, verdict: VerdictReading) -> Pressed:
    """What came of a press, with the page that shows it."""
    await _show_after(run, after.text)
    return Pressed(
        verdict=verdict.kind,
        reason=verdict.reason,
        detail=verdict.detail,
        listing_url=verdict.listing_url,
        field_errors=list(verdict.field_errors),
        account=run.assignment.account if run.account_used else None,
    )


async def unconfirmed(run: Run, detail: str) -> Pressed:
    """A press whose answer was not seen: the form may have gone through, or not."""
    await _show_after(run, "")
    return Pressed(
        verdict=VerdictKind.UNCLEAR,
        reason=Reason.PRESS_UNCONFIRMED,
        detail=detail,
        account=run.assignment.account if run.account_used else None,
    )


async def left_half_way(run: Run, end: HandOver | NotSent | Left) -> Pressed:
    """A form that was sent in part, and whose next step only a person can do."""
    await _show_after(run, "")
    return Pressed(
        verdict=VerdictKind.BLOCKED,
        reason=end.reason,
        detail=f"The form went on to a further step, which was not sent: {end.detail}",
    )


async def held_by_captcha(run: Run, detail: str) -> Pressed:
    """A permit that was not used, because a captcha's answer was of no use; nothing was sent."""
    await _show_after(run, "")
    return Pressed(
        verdict=VerdictKind.BLOCKED,
        reason=Reason.CAPTCHA,
        detail=f"Nothing was sent. {detail}",
        account=run.assignment.account if run.account_used else None,
    )


async def press_told(run: Run) -> None:
    """Records a press that was meant for a step, or by nobody, and may be the one that counts."""
    if run.permitted:
        return
    # It has happened, whatever is said to it; waiting for the directory's pace helps nobody.
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_RECORDED_S):
            await run.permit(seen_absent=run.seen_absent)
    run.permitted = True


async def as_it_may_be(run: Run, end: Ended) -> Ended:
    """*end*, or a press of unknown outcome where "nothing was sent" is more than we know."""
    if isinstance(end, Pressed) or not run.may_have_sent():
        return end
    await press_told(run)
    if isinstance(end, HandOver | Left) and end.reason in _WALLS:
        return await left_half_way(run, end)
    return await unconfirmed(run, f"The form may have been sent before its last step: {end.detail}")


def without_a_look(run: Run, end: Ended) -> Ended:
    """An unclear press is for a person where a listing found later could be an older one."""
    if not isinstance(end, Pressed) or end.verdict is not VerdictKind.UNCLEAR:
        return end
    if run.seen_absent or run.assignment.directory.recipe.search is None:
        return end
    detail = f"{end.detail} The directory could not be looked at before the press."
    return end.model_copy(update={"verdict": VerdictKind.BLOCKED, "detail": detail})


async def _show_after(run: Run, text: str) -> None:
    # Whatever fails now, the press has to be reported.
    with contextlib.suppress(Error, TimeoutError, OSError):
        await run.proof.picture(run.visit.newest(), EvidenceKind.AFTER)
    with contextlib.suppress(OSError):
        if text:
            await run.proof.text(text)


def told(run: Run, end: Ended) -> Ended:
    """*end* with what was typed, the evidence, the address, the time it took and the captchas."""
    clean = run.proof.without_secrets
    visit = run.visit
    return end.model_copy(
        update={
            "typed": list(run.typed.values()),
            "evidence": list(run.proof.refs),
            "detail": clean(end.detail),
            "page_url": clean(visit.newest().url),
            "duration_s": round(time.monotonic() - run.began, 3),
            "console_errors": [clean(line) for line in visit.log.console_errors],
            "captchas": _captchas(run, end),
        }
    )


def _captchas(run: Run, end: Ended) -> list[Captcha]:
    """What was met, and the one at which the attempt ended, where that is not told already."""
    met = run.captchas
    at_one = not isinstance(end, Known) and end.reason is Reason.CAPTCHA
    if not at_one or (met and met[-1].outcome is CaptchaOutcome.FAILED):
        return met[:MOST_CAPTCHAS]
    left = CaptchaOutcome.LEFT if isinstance(end, Left) else CaptchaOutcome.HANDED_OVER
    last = Captcha(kind=CaptchaKind.CHALLENGE, outcome=left)
    return [*met[: MOST_CAPTCHAS - 1], last]
