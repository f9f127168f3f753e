"""Is a listing handed in rightly on pages in kinds that no earlier set has?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from dbolt.browser.session import Browser
from tests.support.beside import Ended, beside_one_another
from tests.support.working import working, wrong_at

ALL = {page.slug: page for page in working(Path(__file__).parent)}
MARKED = [pytest.param(slug, marks=[pytest.mark.long] * one.long) for slug, one in ALL.items()]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ended(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[Ended]:
    """All that went wrong with each attempt; the chosen ones run beside one another."""

    async def wrong(slug: str) -> list[str]:
        return await wrong_at(browser, tmp_path_factory.mktemp(slug), ALL[slug])

    async with beside_one_another(request, ALL, wrong) as tasks:
        yield tasks


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.browser
@pytest.mark.parametrize("slug", MARKED)
async def test_a_listing_is_handed_in_on_a_page_of_a_kind_not_seen_before(
    ended: Ended, slug: str
) -> None:
    wrong = await ended[slug]
    assert not wrong, "\n".join(wrong)
