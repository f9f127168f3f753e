"""The press and its answer: is the button ready, what happened after it, what does the page say?"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace

from playwright.async_api import Error
from playwright.async_api import Page as Tab

from dbolt.browser import act, captcha, proof_of_work
from dbolt.browser.observe import observe
from dbolt.browser.run import Ended, Filled, Run
from dbolt.browser.session import first_line
from dbolt.browser.settle import changed, settled
from dbolt.domain.captcha import CaptchaOutcome
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver, NotSent, VerdictKind
from dbolt.forms.page import Message, Page
from dbolt.forms.reading import Reading, VerdictReading

_ANSWER_S = 15.0
_AFTERTHOUGHT_S = 4.0
"""How long a page that came to rest without a clear word is watched for one."""
_SLOW_ANSWER_S = 30.0
"""For a server that is still working on what was posted."""
_ENABLED_S = 5.0


async def ready(run: Run, reading: Reading) -> Ended | None:
    """None once the button can be pressed, which may have to wait for a proof of work."""
    if not reading.submit:
        return HandOver(reason=Reason.UNSURE_OF_FORM, detail="The form has no button to send it.")
    page = run.visit.page
    work = await proof_of_work.wait(run)
    if work is CaptchaOutcome.FAILED:
        return HandOver(reason=Reason.CAPTCHA, detail="The proof of work did not come to an end.")
    if await captcha.awaited(run, reading):
        return None  # many buttons stay locked until then
    if await act.is_fit(page, reading.submit):
        return None
    return await _made_ready(page, reading.submit, proof_of_work.LIMIT_S if work else _ENABLED_S)


async def _made_ready(page: Tab, ref: str, limit: float) -> NotSent | None:
    """Waits for a button that is not fit for a click at first sight."""
    button = await act.element(page, ref)
    if button is None:
        return NotSent(reason=Reason.FILL_FAILED, detail="The form's button has vanished.")
    try:
        await button.wait_for_element_state("enabled", timeout=limit * 1000)
        await act.rehearse(button)
    except Error as error:
        if "intercepts pointer events" in str(error):
            return None  # something lies over it, which the press knows to get around
        return NotSent(
            reason=Reason.FILL_FAILED,
            detail=f"The form's button cannot be pressed: {first_line(error)}",
        )
    return None


async def press(run: Run, reading: Reading) -> act.Press:
    """Clicks the form's button, at most once; says whether the page may have heard it.

    A captcha's answer that was bought is handed over first. Where the page sends the form by
    itself then, that was the press.
    """
    run.visit.agreeing = True
    moment = time.monotonic()
    given = await captcha.given(run, reading)
    if given is not None:
        return given
    pressing = await act.press(run.visit.page, reading.submit)
    if not pressing.may_have_been and run.given and run.visit.carried_since(moment):
        return act.Press(act.How.SCRIPT, pressing.problem)
    return pressing


async def answer(
    run: Run, filled: Filled, moment: float, enough: Callable[[Page], bool] = lambda _page: False
) -> tuple[Page, VerdictReading]:
    """What the page says to a press at *moment*: looked at until it is clear, or time is over.

    enough: a page that needs no longer watching, however unclear it is.
    Raises playwright's Error if no look at all succeeded.
    """
    seen: tuple[Page, VerdictReading] | None = None
    while True:
        left = _answer_left(run, moment)
        tab = run.visit.newest()
        await settled(run.visit, min(max(left, 0.1), 4.0), tab, pressed=True)
        looked_at = time.monotonic()
        try:
            # A page may ask for more before the press has come back to us.
            dialogs = run.visit.dialogs_since(moment)
            seen = await _read_tab(run, filled, tab, moment, dialogs)
            if not _is_clear(seen[1]) and tab is not run.visit.page:
                seen = await _beneath(run, filled, moment, dialogs) or seen
        except (Error, TimeoutError):
            if run.visit.log.crashed or run.visit.page.is_closed():
                raise
        if seen is not None and (_is_clear(seen[1]) or enough(seen[0])):
            return seen
        if left <= 0:
            if seen is None:
                raise Error("the page after the press could not be looked at")
            return seen
        # Whatever came while we looked has not been seen yet.
        came = run.visit.status_since(looked_at) is not None
        came = came or await _news(run, tab, min(left, _AFTERTHOUGHT_S))
        came = came or run.visit.status_since(looked_at) is not None
        if not came and run.visit.status_since(moment) is not None and not run.visit.busy():
            # The server has answered, the page is at rest, and it has nothing to add.
            return seen if seen is not None else await _last_look(run, filled, moment)


async def _read_tab(
    run: Run, filled: Filled, tab: Tab, moment: float, dialogs: list[str]
) -> tuple[Page, VerdictReading]:
    after = _with_dialogs(await observe(tab), dialogs)
    return after, run.read(filled, after, moment, tab)


async def _beneath(
    run: Run, filled: Filled, moment: float, dialogs: list[str]
) -> tuple[Page, VerdictReading] | None:
    """A clear answer in the page that the form was on, below a window that has none: an advert."""
    tab = run.visit.page
    with contextlib.suppress(Error, TimeoutError):
        await settled(run.visit, 2.0, tab, pressed=True)
        seen = await _read_tab(run, filled, tab, moment, dialogs)
        if _is_clear(seen[1]):
            run.visit.turn_to(tab)
            return seen
    return None


def _is_clear(verdict: VerdictReading) -> bool:
    return verdict.preview or verdict.kind is not VerdictKind.UNCLEAR


async def _last_look(run: Run, filled: Filled, moment: float) -> tuple[Page, VerdictReading]:
    tab = run.visit.newest()
    after = await observe(tab)
    return after, run.read(filled, after, moment, tab)


def _answer_left(run: Run, moment: float) -> float:
    limit = _SLOW_ANSWER_S if run.visit.busy() else _ANSWER_S
    return limit - (time.monotonic() - moment)


async def _news(run: Run, tab: Tab, within_s: float) -> bool:
    """Waits for a change of the page; whether one came. A page that goes away has changed."""
    try:
        return await changed(tab, within_s) or run.visit.newest() is not tab
    except (Error, TimeoutError):
        return True


def _with_dialogs(page: Page, dialogs: list[str]) -> Page:
    """What a dialog said belongs to the page's messages."""
    said = tuple(Message(text=text, kind="dialog") for text in dialogs if text)
    return replace(page, messages=(*page.messages, *said)) if said else page
