"""Captchas that only make the browser compute: are they done, and for how long was that?"""

from __future__ import annotations

import contextlib
import time

from playwright.async_api import Error
from playwright.async_api import Page as Tab

from dbolt.browser.run import Run
from dbolt.browser.settle import changed
from dbolt.domain.captcha import Captcha, CaptchaKind, CaptchaOutcome

LIMIT_S = 30.0

# What each widget has put into its field so far, empty while it computes. Friendly Captcha writes
# states such as ".UNFINISHED" into that field until it is done.
_ANSWERS = """() => [...document.querySelectorAll(
    'altcha-widget, cap-widget, .frc-captcha, .mcaptcha__widget-container')].map(widget => {
  const field = widget.querySelector('input[type=hidden], textarea')
    || widget.parentElement?.querySelector('input[type=hidden][name*=captcha i]');
  return !field || field.value.startsWith('.') ? '' : field.value;
})"""


async def wait(run: Run) -> CaptchaOutcome | None:
    """Waits until the page's proofs of work are done: solved or failed; None if none is awaited.

    Each is noted in *run* once, those too that were done before anybody looked.
    """
    page, began = run.visit.page, time.monotonic()
    answers = await _answers(page)
    _note_solved(run, answers, 0.0)
    if all(answers):
        return None
    outcome = CaptchaOutcome.FAILED
    try:
        while (left := LIMIT_S - (time.monotonic() - began)) > 0:
            # A field's value changes without a change of the document: looked at now and then.
            await changed(page, min(left, 0.25))
            answers = await _answers(page)
            if all(answers):
                outcome = CaptchaOutcome.SOLVED
                break
    finally:
        # Also where the attempt's time is over meanwhile, or the page crashes.
        seconds = round(time.monotonic() - began, 3)
        _note_solved(run, answers, seconds)
        if outcome is CaptchaOutcome.FAILED:
            _note(run, outcome, seconds)
    return outcome


async def _answers(page: Tab) -> list[str]:
    found: list[str] = []
    for frame in page.frames:
        with contextlib.suppress(Error):
            found += await frame.evaluate(_ANSWERS)
    return found


def _note_solved(run: Run, answers: list[str], seconds: float) -> None:
    # An answer is made for one question, so one that was seen before is the same captcha's.
    for answer in dict.fromkeys(answers):
        if answer and answer not in run.computed:
            run.computed.add(answer)
            _note(run, CaptchaOutcome.SOLVED, seconds)


def _note(run: Run, outcome: CaptchaOutcome, seconds: float) -> None:
    one = Captcha(kind=CaptchaKind.PROOF_OF_WORK, outcome=outcome, seconds=seconds)
    run.captchas.append(one)
