"""Was a button pressed, and how? At most once: a press that may have happened is never repeated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from playwright.async_api import ElementHandle, Error, Page
from playwright.async_api import TimeoutError as Late

from dbolt.browser.act.place import element, place
from dbolt.browser.frames import split

READY_MS = 4_000
"""How long a button may take to become fit for a click."""


class How(StrEnum):
    """How a press was done. UNSURE: the click was sent off, but its end was not heard."""

    MOUSE = "mouse"
    SCRIPT = "script"
    UNSURE = "unsure"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Press:
    """What became of a press. `problem` says why it was not by mouse."""

    how: How
    problem: str = ""

    @property
    def may_have_been(self) -> bool:
        """Whether the page may have received it."""
        return self.how is not How.NOT


async def is_fit(page: Page, ref: str) -> bool:
    """Whether a click would reach the button now; False where only a rehearsal can tell."""
    where = place(page, ref)
    # Only the main frame's document knows everything that may lie over a button.
    if where is None or split(ref)[0] != 0:
        return False
    try:
        return bool(await where.call("isFit", where.number))
    except (Error, TimeoutError):
        return False


async def rehearse(button: ElementHandle) -> None:
    """Waits until the button is fit for a click. Raises playwright's Error if it does not get so.

    It draws several frames; most buttons are fit at first sight (`is_fit`).
    """
    await button.click(trial=True, timeout=READY_MS)


async def press(page: Page, ref: str) -> Press:
    """Clicks the button of *ref* once; by script only where something lies over it."""
    button = await element(page, ref)
    if button is None:
        return Press(How.NOT, "The button is no longer on the page.")
    try:
        # A rehearsal does all the waiting, so that the click itself has nothing to fail on.
        if not await is_fit(page, ref):
            await rehearse(button)
    except Error as error:
        reason = str(error)
        if "intercepts pointer events" not in reason:
            return Press(How.NOT, _why_not(reason))
        return await _by_script(page, ref)
    try:
        await button.click(timeout=READY_MS, no_wait_after=True)
    except Late as error:
        return Press(How.UNSURE, _first_line(error))
    except Error as error:
        return Press(How.UNSURE, _first_line(error))
    return Press(How.MOUSE)


async def _by_script(page: Page, ref: str) -> Press:
    button = await element(page, ref)
    if button is None:
        return Press(How.NOT, "The button is no longer on the page.")
    covered = "Something lies over the button, so it was pressed by script."
    try:
        await button.evaluate("el => el.click()")
    except Error as error:
        # The page may have gone because of the click.
        return Press(How.UNSURE, _first_line(error))
    return Press(How.SCRIPT, covered)


def _why_not(reason: str) -> str:
    if "not enabled" in reason:
        return "The button stayed disabled."
    if "not visible" in reason:
        return "The button is not visible."
    return "The button could not be clicked: " + reason.splitlines()[0]


def _first_line(error: Error) -> str:
    return str(error).splitlines()[0]
