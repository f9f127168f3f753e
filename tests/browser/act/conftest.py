"""A fresh page for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Page as Tab

from dbolt.browser.session import Browser
from tests.support.listing import a_directory


@pytest_asyncio.fixture(loop_scope="session")
async def tab(browser: Browser) -> AsyncIterator[Tab]:
    async with browser.new_context(a_directory()) as visit:
        yield visit.page
