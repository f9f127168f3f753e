"""What is there to click that says a few words: leaves of trees, tiles, links?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from playwright.async_api import Error, Page

from dbolt.browser import frames, scripts
from dbolt.browser.act.place import PATIENCE_S

MOST = 400


@dataclass(frozen=True, slots=True)
class Clickable:
    """One thing to click. `away`: it leads to another page; `around`: the words of its box."""

    ref: str
    text: str
    away: bool
    around: str
    in_form: bool


async def clickables(page: Page) -> list[Clickable]:
    """Those of the page itself that are on show, in its order; buttons that send are left out."""
    number = frames.number(page, page.main_frame)
    try:
        async with asyncio.timeout(PATIENCE_S):
            found = await scripts.call(
                page, page.main_frame, scripts.PICKING, "clickables", {"most": MOST}, again=True
            )
    except (Error, TimeoutError):
        return []
    return [
        Clickable(f"{number}:{one['number']}", one["text"], one["away"], one["around"], one["form"])
        for one in found
    ]
