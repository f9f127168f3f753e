"""Is a listing handed in rightly where a directory is built as directory software builds it?"""

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
async def test_a_listing_is_handed_in_as_directory_software_wants_it(
    ended: Ended, slug: str
) -> None:
    wrong = await ended[slug]
    assert not wrong, "\n".join(wrong)
