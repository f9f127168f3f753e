"""Does the directory list the business? An independent look, without an account."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urljoin, urlsplit

from playwright.async_api import Error

from dbolt.browser.arrive import arrive, not_reached
from dbolt.browser.chromium import NoBrowser
from dbolt.browser.find import same_site
from dbolt.browser.proof import EvidenceSink, Proof
from dbolt.browser.run import Run
from dbolt.browser.session import Browser, first_line
from dbolt.domain.directory import ListingSearch
from dbolt.domain.profile import Profile
from dbolt.domain.submission import Assignment, EvidenceKind, Looked
from dbolt.forms.page import Link, Page
from dbolt.forms.walls import wall
from dbolt.forms.words import fold

_MAX_LINKS = 3
_LIMIT_S = 90.0


async def verify(browser: Browser, assignment: Assignment, *, evidence: EvidenceSink) -> Looked:
    """Whether the business is listed. Never an exception but cancellation.

    `found` is True where one page shows its name together with its phone, street or website;
    False only where the directory's search shows every listing at once, answered well, and shows
    none of this name; None in every other case.
    """
    search = assignment.directory.recipe.search
    if search is None:
        return Looked(found=None, detail="It is not known how to search this directory.")
    began = time.monotonic()
    try:
        async with browser.new_context(assignment.directory) as visit:
            run = Run(visit, assignment, _never, Proof(evidence), began)
            looked = await _look(run, search)
            return looked.model_copy(
                update={
                    "evidence": list(run.proof.refs),
                    "page_url": visit.page.url,
                    "duration_s": round(time.monotonic() - began, 3),
                    "console_errors": list(visit.log.console_errors),
                }
            )
    except (NoBrowser, Error, OSError) as error:
        return Looked(found=None, detail=first_line(error))


async def _never() -> bool:
    return False


async def _look(run: Run, search: ListingSearch) -> Looked:
    limit = (run.assignment.deadline_at - datetime.now(UTC)).total_seconds() - 5.0
    try:
        async with asyncio.timeout(min(limit, _LIMIT_S)):
            return await _searched(run, search)
    except TimeoutError:
        return Looked(found=None, detail="The search took too long.")
    except Error as error:
        return Looked(found=None, detail=not_reached(error).detail)


async def _searched(run: Run, search: ListingSearch) -> Looked:
    profile = run.assignment.profile
    failed = await arrive(run, search_url(search, profile))
    if failed is not None:
        return Looked(found=None, detail=failed.detail)
    page = await run.look()
    if shows(page.text, profile):
        return await _found(run, page, _own_link(page, profile))
    for link in _linked(page, profile)[:_MAX_LINKS]:
        if await arrive(run, urljoin(page.url, link.href)) is not None:
            continue
        listing = await run.look()
        if shows(listing.text, profile):
            return await _found(run, listing, listing.url)
    if await arrive(run, search_url(search, profile)) is None:
        page = await run.look()
    await _keep(run, page)
    if search.complete and await _shows_nothing(run, search, page):
        return Looked(found=False, detail="The directory's search shows no listing of this name.")
    return Looked(found=None, detail="Neither presence nor absence was shown.")


async def _shows_nothing(run: Run, search: ListingSearch, page: Page) -> bool:
    """Whether the answer is the one that a name nobody has gets, too.

    The search may repeat what it was asked for, so that the name alone means nothing.
    """
    if wall(page) is not None or page.truncated or any(m.kind == "error" for m in page.messages):
        return False
    profile = run.assignment.profile
    if not names(page.text, profile):
        return True
    nobody = {"business_name": "Zyqqor Vexlimat", "website": "https://zyqqor-vexlimat.example/"}
    other = profile.model_copy(update={**nobody, "phone": "+10000000000"})
    if await arrive(run, search_url(search, other)) is not None:
        return False
    control = await run.look()
    return _without(page.text, profile) == _without(control.text, other)


def _without(text: str, profile: Profile) -> str:
    """*text* without what may have been searched for."""
    plain = _plain(text)
    for value in (profile.business_name, profile.phone, profile.website or ""):
        plain = plain.replace(_plain(value), "") if _plain(value) else plain
    return plain


async def _found(run: Run, page: Page, url: str) -> Looked:
    await _keep(run, page)
    return Looked(found=True, listing_url=url, detail="The directory shows the listing.")


async def _keep(run: Run, page: Page) -> None:
    await run.proof.picture(run.visit.page, EvidenceKind.AFTER)
    await run.proof.text(page.text)


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
    return _plain(profile.business_name) in _plain(text)


def shows(text: str, profile: Profile) -> bool:
    """Whether *text* shows the business: its name, and its phone, street or website."""
    return names(text, profile) and any(_marks_in(text, profile))


def _marks_in(text: str, profile: Profile) -> Iterable[bool]:
    digits = re.sub(r"\D", "", profile.phone)
    # Directories leave the country's prefix out, or write it with other signs.
    yield digits[-7:] in re.sub(r"[\s().\-/\u00a0\u2011]", "", text)
    yield _plain(profile.address.street) in _plain(text)
    host = (urlsplit(profile.website or "").hostname or "").removeprefix("www.")
    yield bool(host) and host in text.lower()


def _linked(page: Page, profile: Profile) -> list[Link]:
    """Links that carry the name, which may lead to the listing itself."""
    return [
        link
        for link in page.links
        if link.href
        and names(link.text, profile)
        and same_site(urljoin(page.url, link.href), page.url)
    ]


def _own_link(page: Page, profile: Profile) -> str:
    links: Sequence[Link] = _linked(page, profile)
    return urljoin(page.url, links[0].href) if links else page.url


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))
