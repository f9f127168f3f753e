"""Does a form never seen get filled in rightly, sent once, and judged by what the site says?"""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from dbolt.browser.session import Browser
from dbolt.domain.profile import Profile
from dbolt.domain.submission import Account, Pressed, Result
from tests.browser.attempt.support import posts, try_at
from tests.forms.unseen2.working import Working, differences, held, working
from tests.support.site import Asked, Site

ACCOUNT = Account(username="the-account", password=SecretStr("a-Long-secret-91"))
PREVIEW = frozenset({"04-job-board-theme-en"})
"""Where the listing is handed in by a second form, which confirms the first."""


@pytest.mark.parametrize("page", working(), ids=lambda page: page.slug)
async def test_a_form_never_seen_is_handed_in_as_a_person_would(
    browser: Browser, tmp_path: Path, page: Working
) -> None:
    async with Site(page.site()) as site:
        result, permit = await try_at(
            browser,
            site,
            tmp_path,
            profile=Profile.model_validate(page.business),
            account=ACCOUNT if page.account else None,
            language=page.slug.rsplit("-", 1)[1],
        )
        sent = posts(site)
    assert permit.asked <= 1
    wrong = _told(page, result, sent)
    assert not wrong, "\n".join(wrong)


def _told(page: Working, result: Result, sent: list[Asked]) -> list[str]:
    """All that is wrong with how an attempt ended."""
    end = result.verdict.value if isinstance(result, Pressed) else result.kind
    ends = (end, str(getattr(result, "reason", "")))
    wrong = [] if ends == page.ends else [f"ended as {ends}: {result.detail}"]
    wanted = (1 + (page.slug in PREVIEW)) if page.stored else 0
    if len(sent) != wanted:
        wrong.append(f"{len(sent)} posts instead of {wanted}: {[a.path for a in sent]}")
    if page.stored:
        wrong += differences(page, held(sent[0])) if sent else ["nothing is held"]
    return wrong
