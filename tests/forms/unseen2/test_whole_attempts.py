"""Does a form never seen get filled in rightly, sent once, and judged by what the site says?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
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
AT_A_TIME = 4
ALL = {page.slug: page for page in working()}

Ended = dict[str, asyncio.Task[list[str]]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ended(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[Ended]:
    """All that went wrong with each attempt; the chosen ones run beside one another."""
    chosen = [
        slug for slug in ALL for item in request.session.items if item.name.endswith(f"[{slug}]")
    ]
    room = asyncio.Semaphore(AT_A_TIME)

    async def one(page: Working) -> list[str]:
        async with room:
            return await _wrong(browser, tmp_path_factory.mktemp(page.slug), page)

    tasks = {slug: asyncio.create_task(one(ALL[slug])) for slug in chosen}
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.browser
@pytest.mark.parametrize("slug", ALL)
async def test_a_form_never_seen_is_handed_in_as_a_person_would(ended: Ended, slug: str) -> None:
    wrong = await ended[slug]
    assert not wrong, "\n".join(wrong)


async def _wrong(browser: Browser, folder: Path, page: Working) -> list[str]:
    async with Site(page.site()) as site:
        result, permit = await try_at(
            browser,
            site,
            folder,
            profile=Profile.model_validate(page.business),
            account=ACCOUNT if page.account else None,
            language=page.slug.rsplit("-", 1)[1],
        )
        sent = posts(site)
    asked = [] if permit.asked <= 1 else [f"{permit.asked} permits were asked for"]
    return asked + _told(page, result, sent)


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
