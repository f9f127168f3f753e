"""A listing is found only where it is shown, and absence is said only where it is proved."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbolt.browser.session import Browser
from dbolt.browser.sighting import search_url, shows
from dbolt.browser.verify import verify
from dbolt.domain.directory import ListingSearch
from dbolt.domain.submission import EvidenceKind, Looked
from dbolt.providers.evidence.folder import FolderEvidence
from tests.support.listing import a_directory, a_profile, an_assignment
from tests.support.site import Answering, Asked, Said, Site

LISTING = "<h1>Harbor Lane Bakery</h1><p>12 Harbor Lane, Portland</p><p>(207) 555-0142</p>"
NAMESAKE = "<h1>Harbor Lane Bakery</h1><p>99 Ocean Drive, Miami</p><p>(305) 555-0199</p>"


async def _look(
    browser: Browser,
    folder: Path,
    pages: dict[str, str | Said | Answering],
    *,
    complete: bool = True,
    search: str = "/search?q={name}",
) -> tuple[Looked, Site]:
    async with Site({"/": "<title>x</title>", **pages}) as site:
        directory = a_directory(
            home_url=site.url,
            recipe={"search": {"url": site.url + search, "complete": complete}},
        )
        looked = await verify(
            browser,
            an_assignment(directory, task="verify"),
            evidence=FolderEvidence(folder),
        )
    return looked, site


def _echo(found: str = "") -> Answering:
    """A search that repeats what it was asked for."""

    def answer(asked: Asked) -> str:
        return f"<p>You searched for “{asked.query.get('q', '')}”.</p>{found or '<p>Nothing.</p>'}"

    return answer


async def test_a_listing_among_the_results_is_found_with_proof(
    browser: Browser, tmp_path: Path
) -> None:
    result = f"<a href=/biz/7>Harbor Lane Bakery</a>{LISTING}"
    looked, site = await _look(browser, tmp_path, {"/search": result})
    assert looked.found is True
    assert looked.listing_url == site.url + "/biz/7"
    assert [ref.kind for ref in looked.evidence] == [EvidenceKind.AFTER, EvidenceKind.PAGE_TEXT]


async def test_a_listing_behind_a_result_is_found_on_its_own_page(
    browser: Browser, tmp_path: Path
) -> None:
    pages = {"/search": "<a href=/biz/7>HARBOR LANE bakery</a>", "/biz/7": LISTING}
    looked, site = await _look(browser, tmp_path, pages)
    assert looked.found is True
    assert looked.listing_url == site.url + "/biz/7"


async def test_a_namesake_is_not_the_business(browser: Browser, tmp_path: Path) -> None:
    pages = {"/search": "<a href=/biz/8>Harbor Lane Bakery</a>", "/biz/8": NAMESAKE}
    looked, _ = await _look(browser, tmp_path, pages)
    assert looked.found is None


@pytest.mark.parametrize(("complete", "found"), [(True, False), (False, None)])
async def test_absence_needs_a_search_that_shows_everything(
    browser: Browser, tmp_path: Path, *, complete: bool, found: bool | None
) -> None:
    looked, _ = await _look(browser, tmp_path, {"/search": _echo()}, complete=complete)
    assert looked.found is found


async def test_the_name_repeated_by_the_search_is_no_listing_and_no_doubt(
    browser: Browser, tmp_path: Path
) -> None:
    looked, _ = await _look(browser, tmp_path, {"/search": _echo()})
    assert looked.found is False
    looked, _ = await _look(
        browser, tmp_path, {"/search": _echo("<p>Harbor Lane Bakery, by appointment</p>")}
    )
    assert looked.found is None or looked.found is False


@pytest.mark.parametrize(
    "answer",
    [
        Said("", 503),
        Said("<h1>Please log in</h1><form><input type=password name=p></form>", 403),
        Said("gone", 404),
    ],
)
async def test_a_search_that_does_not_answer_proves_nothing(
    browser: Browser, tmp_path: Path, answer: Said
) -> None:
    looked, _ = await _look(browser, tmp_path, {"/search": answer})
    assert looked.found is None
    assert looked.detail


async def test_without_a_known_search_nothing_is_visited(browser: Browser, tmp_path: Path) -> None:
    async with Site({"/": LISTING}) as site:
        directory = a_directory(home_url=site.url, submit_url=site.url)
        looked = await verify(browser, an_assignment(directory), evidence=FolderEvidence(tmp_path))
        assert site.asked == []
    assert looked.found is None


async def test_robots_rules_hold_for_looking_too(browser: Browser, tmp_path: Path) -> None:
    rules = Said("User-agent: *\nDisallow: /search\n")
    looked, site = await _look(browser, tmp_path, {"/robots.txt": rules, "/search": LISTING})
    assert looked.found is None
    assert not site.to("/search")


def test_values_are_encoded_into_the_search() -> None:
    search = ListingSearch(url="https://d.example/s?q={name}&tel={phone}&in={city}&w={website}")
    profile = a_profile(business_name="Fish & Chips / Café")
    assert search_url(search, profile) == (
        "https://d.example/s?q=Fish%20%26%20Chips%20%2F%20Caf%C3%A9&tel=%2B12075550142"
        "&in=Portland&w=https%3A%2F%2Fharborlanebakery.com%2F"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Harbor Lane Bakery\n+1 (207) 555-0142", True),
        ("HARBOR LANE BAKERY 12 harbor lane", True),
        ("Harbor Lane Bakery www.harborlanebakery.com", True),
        ("Harbor Lane Bakery, Portland", False),
        ("Another name, 207-555-0142", False),
    ],
)
def test_a_name_alone_is_not_enough(text: str, *, shown: bool) -> None:
    assert shows(text, a_profile()) is shown
