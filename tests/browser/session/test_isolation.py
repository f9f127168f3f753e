"""Two customers in one Chromium share nothing, one after another and at the same time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Error

from dbolt.browser.attempt import attempt
from dbolt.browser.session import Browser
from dbolt.browser.visit import Visit
from dbolt.domain.submission import Pressed, VerdictKind
from dbolt.providers.evidence.folder import FolderEvidence
from tests.browser.session.spying import Spy, spying
from tests.support.listing import a_directory, a_profile, an_assignment

PLACES = {
    "cookie",
    "local_storage",
    "session_storage",
    "window_name",
    "indexed_db",
    "cache_storage",
    "file_system",
    "web_lock",
}
"""Where a page can leave something for its next visit."""


async def _yes(*, seen_absent: bool) -> bool:
    del seen_absent
    return True


async def _submit(browser: Browser, spy: Spy, folder: Path, name: str) -> None:
    directory = a_directory(home_url=spy.url, submit_url=spy.url + "/add")
    assignment = an_assignment(directory, a_profile(business_name=name))
    result = await attempt(browser, assignment, permit=_yes, evidence=FolderEvidence(folder))
    assert isinstance(result, Pressed), result
    assert result.verdict is VerdictKind.ACCEPTED


async def _until(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not fact():
            await asyncio.sleep(0.02)


async def test_the_spy_knows_a_visitor_again_within_one_context(browser: Browser) -> None:
    """Without this, finding nothing elsewhere would prove nothing."""
    async with spying() as spy, browser.new_context(a_directory()) as visit:
        for me in ("visitor1", "visitor2"):
            await visit.page.goto(spy.url + "/add")
            await _until(lambda me=me: me in spy.heard)
        assert spy.found["visitor1"] == {}
        # The page's locks go with the page.
        assert set(spy.found["visitor2"]) == PLACES - {"web_lock"} | {"http_cache"}
        assert "server=visitor1" in spy.sent_cookies["visitor2"]
        assert spy.ports["visitor1"] & spy.ports["visitor2"]


async def test_two_pages_of_one_context_hear_each_other(browser: Browser) -> None:
    async with spying(expected=2) as spy, browser.new_context(a_directory()) as visit:
        await visit.page.goto(spy.url + "/add")
        await (await visit.context.new_page()).goto(spy.url + "/add")
        await _until(lambda: len(spy.heard) == 2)
        assert {"channel visitor2", "worker visitor2"} <= set(spy.heard["visitor1"])
        assert "spy-visitor1" in spy.found["visitor2"]["web_lock"]


async def test_one_after_another_two_submissions_share_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    async with spying() as spy:
        await _submit(browser, spy, tmp_path, "First Bakery")
        await _submit(browser, spy, tmp_path, "Second Cafe")
        assert spy.listings == ["First Bakery", "Second Cafe"]
    _assert_strangers(spy)


async def test_at_the_same_time_two_submissions_share_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    async with spying(expected=2) as spy:
        await asyncio.gather(
            _submit(browser, spy, tmp_path, "First Bakery"),
            _submit(browser, spy, tmp_path, "Second Cafe"),
        )
        assert sorted(spy.listings) == ["First Bakery", "Second Cafe"]
    _assert_strangers(spy)
    assert spy.heard == {"visitor1": [], "visitor2": []}


def _assert_strangers(spy: Spy) -> None:
    assert spy.found == {"visitor1": {}, "visitor2": {}}
    for me, kept in spy.kept.items():
        assert {place for place, held in kept.items() if me in held} == PLACES
    assert spy.sent_cookies == {"visitor1": "", "visitor2": ""}
    assert spy.workers == 0
    # Who shares a connection can be told by it.
    assert not spy.ports["visitor1"] & spy.ports["visitor2"]


async def test_credentials_of_one_are_not_sent_for_another(browser: Browser) -> None:
    async with spying() as spy:
        named = spy.url.replace("//", "//first:secret@")
        async with browser.new_context(a_directory()) as first:
            await first.page.goto(named + "/private")
            await first.page.goto(spy.url + "/private")
            assert all(spy.credentials[-2:]), "the same visitor stays signed in"
            async with browser.new_context(a_directory()) as beside:
                await _refused(beside, spy)
        async with browser.new_context(a_directory()) as after:
            await _refused(after, spy)


async def _refused(visit: Visit, spy: Spy) -> None:
    # Chromium gives up on a page that asks for a password nobody will type.
    with contextlib.suppress(Error):
        await visit.page.goto(spy.url + "/private")
    assert spy.credentials[-1] == ""


async def test_what_one_was_allowed_another_is_not(browser: Browser) -> None:
    query = "navigator.permissions.query({name: 'geolocation'}).then(p => p.state)"
    async with spying() as spy, browser.new_context(a_directory()) as first:
        await first.page.goto(spy.url + "/add")
        await first.context.grant_permissions(["geolocation"], origin=spy.url)
        assert await first.page.evaluate(query) == "granted"
        async with browser.new_context(a_directory()) as second:
            await second.page.goto(spy.url + "/add")
            assert await second.page.evaluate(query) == "denied"
