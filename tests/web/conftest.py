"""A visitor with a real Chromium on the served site.

Whatever a test does, no page may complain on its console, break its own policy or ask another
site for anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from dbolt.browser.chromium import find_chromium, launch_args
from tests.support.served import served
from tests.support.visiting import Site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a visitor run on the loop of the shared Chromium."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.browser)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One Chromium for the run, as a customer would have it."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=find_chromium(), args=launch_args()
        )
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def site(database: str, chromium: Browser) -> AsyncIterator[Site]:
    """The site on a port of its own."""
    async with served(database) as parts:
        found = Site(parts, chromium, database)
        yield found
    assert found.complaints == []
