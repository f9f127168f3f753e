"""A listing that was there before the press is never taken for the one that was handed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbolt.browser.session import Browser
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Known, Pressed, VerdictKind
from tests.browser.attempt.support import FIELDS, THANKS, as_pressed, form_page, posts, try_at
from tests.support.site import Answering, Asked, Said, Site

HERE = "<h1>Harbor Lane Bakery</h1><p>12 Harbor Lane, Portland</p><p>(207) 555-0142</p>"
NOT_HERE = "<h1>Search</h1><p>Nothing found.</p>"
UNCLEAR = "<title>42</title><h1>Number 42</h1>"


def _search(site: Site, query: str = "q={name}") -> dict[str, object]:
    return {"recipe": {"search": {"url": f"{site.url}/search?{query}", "complete": True}}}


async def test_a_business_that_is_listed_already_is_not_handed_in(
    browser: Browser, tmp_path: Path
) -> None:
    found = "<a href=/biz/7>Harbor Lane Bakery</a>"
    pages = {"/search": found, "/biz/7": HERE, "GET /add": form_page(), "POST /add": THANKS}
    async with Site(pages) as site:
        result, permit = await try_at(browser, site, tmp_path, **_search(site))
        assert not posts(site)
        assert isinstance(result, Known), result
        assert result.listing_url == site.url + "/biz/7"
    assert permit.asked == 0
    assert result.evidence


async def test_a_namesake_does_not_stand_in_the_way(browser: Browser, tmp_path: Path) -> None:
    other = "<h1>Harbor Lane Bakery</h1><p>99 Ocean Drive, Miami</p><p>(305) 555-0199</p>"
    pages = {"/search": other, "GET /add": form_page(), "POST /add": THANKS}
    async with Site(pages) as site:
        result, _ = await try_at(browser, site, tmp_path, **_search(site))
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED


async def test_what_a_search_repeats_of_its_question_is_no_listing(
    browser: Browser, tmp_path: Path
) -> None:
    def repeat(asked: Asked) -> str:
        return f"<p>Nothing for {asked.query['q']}, {asked.query['tel']}.</p>"

    pages: dict[str, str | Said | Answering] = {
        "/search": repeat,
        "GET /add": form_page(),
        "POST /add": THANKS,
    }
    async with Site(pages) as site:
        result, _ = await try_at(browser, site, tmp_path, **_search(site, "q={name}&tel={phone}"))
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED


@pytest.mark.parametrize(
    ("search", "verdict"),
    [
        # A listing found from now on is a new one: the press may be looked into.
        (Said(NOT_HERE), VerdictKind.UNCLEAR),
        # One found from now on might be an old one: only a person can tell.
        (Said("", 503), VerdictKind.BLOCKED),
    ],
)
async def test_an_unclear_press_may_be_looked_into_only_after_a_look_before(
    browser: Browser, tmp_path: Path, search: Said, verdict: VerdictKind
) -> None:
    pages = {"/search": search, "GET /add": form_page(), "POST /add": UNCLEAR}
    async with Site(pages) as site:
        result, permit = await try_at(browser, site, tmp_path, **_search(site))
    assert isinstance(result, Pressed)
    assert permit.seen_absent is (verdict is VerdictKind.UNCLEAR)
    assert (result.verdict, result.reason) == (verdict, Reason.PRESS_UNCONFIRMED)


@pytest.mark.parametrize(
    "words",
    [
        "A business with this phone number is already listed: <a href=/biz/7>Harbor Lane</a>.",
        "This listing already exists.",
        "It looks like this business is already on our site.",
        "The website has been submitted before.",
        "Ihre Firma ist bereits in unserem Verzeichnis.",
    ],
)
async def test_a_page_that_says_so_after_the_press_is_believed(
    browser: Browser, tmp_path: Path, words: str
) -> None:
    pages = {"GET /add": form_page(), "POST /add": f"<h1>Sorry</h1><p>{words}</p>"}
    async with Site(pages) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert as_pressed(result).verdict is VerdictKind.ALREADY_LISTED


GUILDS = "<option value=''>…</option><option>Smiths</option><option>Zither players</option>"


async def test_a_question_at_a_list_left_alone_is_a_refusal_and_no_riddle(
    browser: Browser, tmp_path: Path
) -> None:
    def sent_back(asked: Asked) -> str:
        kept = FIELDS
        for name, value in asked.form.items():
            kept = kept.replace(f"name={name} ", f"name={name} value='{value}' ")
        return form_page(f"{kept}<p>It belongs to the <select name=zx>{GUILDS}</select> Which?</p>")

    pages: dict[str, str | Said | Answering] = {
        "GET /add": form_page(
            f"{FIELDS}<p>It belongs to the <select name=zx>{GUILDS}</select></p>"
        ),
        "POST /add": sent_back,
    }
    async with Site(pages) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    told = as_pressed(result)
    assert (told.verdict, told.reason) == (VerdictKind.REJECTED, Reason.VALIDATION)
    assert [error.message for error in told.field_errors] == ["Which?"]
