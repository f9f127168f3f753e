"""Does the directory list the business? An independent look, without an account."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from playwright.async_api import Error

from dbolt.browser.arrive import arrive, not_reached
from dbolt.browser.chromium import NoBrowser
from dbolt.browser.proof import EvidenceSink, Proof
from dbolt.browser.run import Run
from dbolt.browser.session import Browser, first_line
from dbolt.browser.sighting import answers, names, plain, search_url, sighting
from dbolt.domain.directory import ListingSearch
from dbolt.domain.profile import Profile
from dbolt.domain.route import Route
from dbolt.domain.submission import Assignment, EvidenceKind, Looked
from dbolt.forms.page import Page

_LIMIT_S = 90.0


async def verify(
    browser: Browser,
    assignment: Assignment,
    *,
    evidence: EvidenceSink,
    route: Route | None = None,
) -> Looked:
    """Whether the business is listed. Never an exception but cancellation.

    `found` is True where one page shows its name together with its phone, street or website;
    False only where the directory's search shows every listing at once, answered well, and shows
    none of this name; None in every other case.
    route: the proxy that everything goes through; None for the direct way.
    """
    search = assignment.directory.recipe.search
    if search is None:
        return Looked(found=None, detail="It is not known how to search this directory.")
    began = time.monotonic()
    try:
        async with browser.new_context(assignment.directory, route) as visit:
            run = Run(visit, assignment, _never, Proof(evidence), began, rules=browser.rules)
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


async def _never(*, seen_absent: bool) -> bool:
    del seen_absent
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
    seen = await sighting(run, search)
    if seen.page is None:
        return Looked(found=None, detail=seen.problem)
    if seen.url:
        await _keep(run, seen.page)
        return Looked(found=True, listing_url=seen.url, detail="The directory shows the listing.")
    page = seen.page
    if run.visit.page.url != page.url and await arrive(run, page.url) is None:
        page = await run.look()
    await _keep(run, page)
    if search.complete and await _shows_nothing(run, search, page):
        return Looked(found=False, detail="The directory's search shows no listing of this name.")
    return Looked(found=None, detail="Neither presence nor absence was shown.")


async def _shows_nothing(run: Run, search: ListingSearch, page: Page) -> bool:
    """Whether the answer is the one that a name nobody has gets, too.

    The search may repeat what it was asked for, so that the name alone means nothing.
    """
    if not answers(page):
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
    rest = plain(text)
    for value in (profile.business_name, profile.phone, profile.website or ""):
        rest = rest.replace(plain(value), "") if plain(value) else rest
    return rest


async def _keep(run: Run, page: Page) -> None:
    await run.proof.picture(run.visit.page, EvidenceKind.AFTER)
    await run.proof.text(page.text)
