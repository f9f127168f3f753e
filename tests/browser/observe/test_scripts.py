"""Do our functions get into a document without their text coming back?"""

from __future__ import annotations

import pytest
from playwright.async_api import Page as Tab

from dbolt.browser import scripts


@pytest.mark.parametrize("files", [scripts.OBSERVING, scripts.PICKING, scripts.ACTING])
async def test_the_browser_does_not_send_our_functions_back(
    tab: Tab, files: tuple[str, ...]
) -> None:
    text = scripts.source(files)
    held = await tab.evaluate_handle(text)
    # What the browser says of what it refers to; of a function that is the whole text.
    assert len(text) > 10_000
    assert len(str(held)) < 100
    assert await held.evaluate("ours => typeof ours.make()") == "object"
