"""A started Chromium for tests: one for the whole run."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from dbolt.browser.chromium import find_chromium
from dbolt.browser.session import Browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that uses the shared browser runs on the loop that the browser was started on."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.browser)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The run's browser. A fresh context each keeps tests apart."""
    async with Browser(find_chromium()) as started:
        yield started
