"""Does a form never seen get filled in rightly, sent once, and judged by what the site says?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.beside import Ended
from tests.support.working import attempts, working

ALL = {page.slug: page for page in working(Path(__file__).parent)}
ended = attempts(ALL)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.browser
@pytest.mark.parametrize("slug", ALL)
async def test_a_form_never_seen_is_handed_in_as_a_person_would(ended: Ended, slug: str) -> None:
    wrong = await ended[slug]
    assert not wrong, "\n".join(wrong)
