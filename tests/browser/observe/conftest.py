"""A fresh page for each test, and a look at HTML written in the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Page as Tab

from dbolt.browser.observe import observe
from dbolt.browser.session import Browser
from dbolt.forms.page import Page
from tests.support.listing import a_directory

Look = Callable[[str], Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def tab(browser: Browser) -> AsyncIterator[Tab]:
    async with browser.new_context(a_directory()) as visit:
        yield visit.page


@pytest.fixture
def look(tab: Tab) -> Look:
    """What is seen on a page of the given HTML."""

    async def seen(html: str) -> Page:
        await tab.set_content(html)
        return await observe(tab)

    return seen
