"""Does a page of the directory show the business? One search, and the listings that it leads to."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from playwright.async_api import Error

from dbolt.browser.arrive import arrive
from dbolt.browser.find import same_site
from dbolt.browser.run import Run
from dbolt.domain.directory import ListingSearch
from dbolt.domain.profile import Profile
from dbolt.domain.submission import Known
from dbolt.forms.page import Link, Page
from dbolt.forms.walls import wall
from dbolt.forms.words import fold

_MAX_LINKS = 3
_LOOK_S = 20.0
_SHORTEST = 7
"""Digits of a phone number that are enough to know it by."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a search showed. `page`: the one that shows the business, else the results' own.

    `url`: of the listing; empty where the business was not seen. `answered`: whether the search
    gave an answer at all, so that "not seen" says something.
    """

    page: Page | None = None
    url: str = ""
    answered: bool = False
    problem: str = ""


async def sighting(run: Run, search: ListingSearch) -> Sighting:
    """Searches for the profile's business. Raises playwright's Error."""
    profile = run.assignment.profile
    failed = await arrive(run, search_url(search, profile))
    if failed is not None:
        return Sighting(problem=failed.detail)
    results = await run.look()
    if shows(results.text, profile, asked=asked_by(search)):
        return Sighting(results, _own_url(results, profile), answered=True)
    for link in _linked(results, profile)[:_MAX_LINKS]:
        if await arrive(run, urljoin(results.url, link.href)) is not None:
            continue
        listing = await run.look()
        if shows(listing.text, profile):
            return Sighting(listing, listing.url, answered=True)
    return Sighting(results, answered=answers(results))


async def known_before(run: Run) -> Known | None:
    """The end of an attempt at a directory that lists the business already; None elsewhere.

    Without this look, a listing found after an unclear press could be one that always was there.
    `run.seen_absent` tells afterwards whether the directory answered and did not show it.
    """
    search = run.assignment.directory.recipe.search
    if search is None:
        return None
    seen = Sighting()
    # A search that is out of order is no reason not to hand in.
    with contextlib.suppress(Error, TimeoutError):
        async with asyncio.timeout(_LOOK_S):
            seen = await sighting(run, search)
    run.seen_absent = seen.answered and not seen.url
    if seen.page is None or not seen.url:
        return None
    await run.proof.text(seen.page.text)
    return Known(listing_url=seen.url, detail="The directory lists the business already.")


def answers(results: Page) -> bool:
    """Whether a page of results can be taken for the search's answer."""
    troubled = any(m.kind == "error" for m in results.messages)
    return wall(results) is None and not results.truncated and not troubled


def search_url(search: ListingSearch, profile: Profile) -> str:
    """The search's address with the profile's values in it."""
    values = {
        "name": profile.business_name,
        "phone": profile.phone,
        "city": profile.address.city,
        "website": profile.website or "",
    }
    url = search.url
    for name, value in values.items():
        url = url.replace(f"{{{name}}}", quote(value, safe=""))
    return url


def names(text: str, profile: Profile) -> bool:
    """Whether the business's name stands in *text*, letter case and accents aside."""
    return plain(profile.business_name) in plain(text)


def asked_by(search: ListingSearch) -> frozenset[str]:
    """What the search is told of the business, and its page may therefore only repeat."""
    return frozenset(re.findall(r"\{(\w+)\}", search.url))


def shows(text: str, profile: Profile, *, asked: Collection[str] = ()) -> bool:
    """Whether *text* shows the business: its name, and its phone, street or website.

    asked: what the search was told, which proves nothing where it stands on the page.
    """
    marks = (mark for what, mark in _marks_in(text, profile) if what not in asked)
    return names(text, profile) and any(marks)


def _marks_in(text: str, profile: Profile) -> Iterator[tuple[str, bool]]:
    digits = re.sub(r"\D", "", profile.phone)[-_SHORTEST:]
    # Directories leave the country's prefix out, or write it with other signs.
    numbers = re.sub(r"[\s().\-/\u00a0\u2011]", "", text)
    yield "phone", len(digits) == _SHORTEST and digits in numbers
    street = plain(profile.address.street)
    yield "street", bool(street) and street in plain(text)
    host = (urlsplit(profile.website or "").hostname or "").removeprefix("www.")
    yield "website", bool(host) and host in text.lower()


def _linked(page: Page, profile: Profile) -> list[Link]:
    """Links that carry the name, which may lead to the listing itself."""
    return [
        link
        for link in page.links
        if link.href
        and names(link.text, profile)
        and same_site(urljoin(page.url, link.href), page.url)
    ]


def _own_url(page: Page, profile: Profile) -> str:
    return next((urljoin(page.url, link.href) for link in _linked(page, profile)), page.url)


def plain(text: str) -> str:
    """*text* as words only, letter case and accents aside."""
    return " ".join(re.findall(r"\w+", fold(text)))
