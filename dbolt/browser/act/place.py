"""Where is the element behind a ref? Scripts of act/ run in its frame."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from playwright.async_api import ElementHandle, Error, Frame, Page

from dbolt.browser import frames, scripts

PATIENCE_S = 10.0
"""How long a frame may take for one of our scripts."""
_SETTING = frozenset({"fill", "drop"})
"""Functions that are never called twice; all others only look, or do no harm."""


@dataclass(frozen=True, slots=True)
class Place:
    """An element of a page, by its frame and its number there."""

    page: Page
    frame: Frame
    number: int

    async def call(self, function: str, given: Any) -> Any:
        """What one of the functions of act/*.js returns. Raises playwright's Error."""
        return await call(self.page, self.frame, function, given)

    async def handle(
        self, function: str = "found", number: int | None = None
    ) -> ElementHandle | None:
        """The element that *function* gives for this one (itself by default)."""
        async with asyncio.timeout(PATIENCE_S):
            found = await scripts.call_handle(
                self.page, self.frame, scripts.ACTING, function, number or self.number
            )
        return found.as_element()


async def call(page: Page, frame: Frame, function: str, given: Any) -> Any:
    """Runs one of our functions in *frame*. Raises playwright's Error, TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        return await scripts.call(
            page, frame, scripts.ACTING, function, given, again=function not in _SETTING
        )


def place(page: Page, ref: str) -> Place | None:
    """The place of *ref*; None if its frame has gone. ValueError if *ref* is none."""
    number, element = frames.split(ref)
    frame = frames.frame_at(page, number)
    return None if frame is None else Place(page, frame, element)


async def element(page: Page, ref: str) -> ElementHandle | None:
    """The element of *ref* while it is on the page, else None."""
    where = place(page, ref)
    if where is None:
        return None
    try:
        return await where.handle()
    except (Error, TimeoutError):
        return None
