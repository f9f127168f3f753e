"""Is a listing handed in rightly on pages in kinds that no earlier set has?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.beside import Ended
from tests.support.working import attempts, working

ALL = {page.slug: page for page in working(Path(__file__).parent)}
MARKED = [pytest.param(slug, marks=[pytest.mark.long] * one.long) for slug, one in ALL.items()]
ended = attempts(ALL)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.browser
@pytest.mark.parametrize("slug", MARKED)
async def test_a_listing_is_handed_in_on_a_page_of_a_kind_not_seen_before(
    ended: Ended, slug: str
) -> None:
    wrong = await ended[slug]
    assert not wrong, "\n".join(wrong)
