"""Where is the form for new listings? On the page given, or behind its "add your business" link."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from playwright.async_api import Error

from dbolt.browser import act
from dbolt.browser.arrive import arrive, permitted
from dbolt.browser.pickers import picked_before
from dbolt.browser.run import Ended, Found, Run
from dbolt.browser.settle import changed
from dbolt.domain.reasons import WORDS, Reason
from dbolt.domain.submission import HandOver, Left, NotSent
from dbolt.forms.classify import classify
from dbolt.forms.entry import entry_buttons, entry_links
from dbolt.forms.page import Button, Link, Page
from dbolt.forms.reading import FormKind, Reading
from dbolt.forms.walls import wall

_MAX_HOPS = 2
_LATE_FORM_S = 6.0
"""Some pages build their form with a script, a while after they seem to be complete."""


async def find_form(run: Run) -> Found | Ended:
    """The best listing form of the page or of a page linked from it, two clicks away at most."""
    visited = {_plain(run.visit.page.url)}
    pressed: set[str] = set()
    hop = 0
    while True:
        page, readings = await _look_for_form(run)
        if is_listing(readings) and _is_open(page, readings[0]):
            return Found(page, readings[0])
        button = next((b for b in entry_buttons(page) if b.ref not in pressed), None)
        if button is not None and len(pressed) < _MAX_HOPS and await _opened(run, button):
            pressed.add(button.ref)
            continue
        if await picked_before(run, page):
            continue
        if is_listing(readings):
            return Found(page, readings[0])
        barred = wall(page) in (Reason.ROBOT_WALL, Reason.PAYMENT_REQUIRED)
        links = [] if barred or hop == _MAX_HOPS else _ways_on(page, visited)
        if not links:
            return without_form(page, readings)
        hop += 1
        refused = await _follow(run, links[0])
        if refused is not None:
            return refused
        visited.update((_plain(links[0].href), _plain(run.visit.page.url)))


def is_listing(readings: Sequence[Reading]) -> bool:
    """Whether the best form is one for new listings."""
    return bool(readings) and readings[0].kind is FormKind.LISTING


def _is_open(page: Page, reading: Reading) -> bool:
    """Whether anything of the form is on show, or its button is."""
    shown = any(not c.hidden for c in page.controls if c.form == reading.form)
    return shown or bool(reading.submit)


async def _opened(run: Run, button: Button) -> bool:
    """Presses a button that should open the form ("As a guest", a free plan); whether it could."""
    page = run.visit.page
    clickable = await act.element(page, button.ref)
    if clickable is None:
        return False
    try:
        await clickable.click(timeout=4_000)
    except Error:
        return False
    await changed(page, 2.0)
    opened = run.visit.newest()
    return opened is page or await arrive(run, opened.url) is None


def without_form(page: Page, readings: Sequence[Reading]) -> Ended:
    """How an attempt ends on a page that has no listing form."""
    reason = wall(page)
    if reason is not None:
        return behind_wall(reason)
    kinds = {reading.kind for reading in readings[:1]}
    if kinds & {FormKind.LOGIN, FormKind.REGISTRATION}:
        return behind_wall(Reason.LOGIN_REQUIRED)
    seen = ", ".join(sorted({reading.kind for reading in readings})) or "none"
    return NotSent(reason=Reason.NO_FORM, detail=f"No form for new listings; forms seen: {seen}.")


def behind_wall(reason: Reason, detail: str = "") -> Ended:
    """The end that a wall means: what a person can pass is handed over, a till is left alone."""
    detail = detail or WORDS[reason].customer
    if reason is Reason.PAYMENT_REQUIRED:
        return Left(reason=reason, detail=detail)
    return HandOver(reason=reason, detail=detail)


async def _look_for_form(run: Run) -> tuple[Page, list[Reading]]:
    """The page once it shows a listing form or a wall, or nothing more comes."""
    until = time.monotonic() + _LATE_FORM_S
    while True:
        page = await run.look()
        readings = classify(page, recipe=run.assignment.directory.recipe)
        if is_listing(readings) or wall(page) is not None:
            return page, readings
        left = until - time.monotonic()
        if not await changed(run.visit.page, min(left, 1.5)):
            # What came while the page was being read has not been seen yet.
            page = await run.look()
            return page, classify(page, recipe=run.assignment.directory.recipe)


def _ways_on(page: Page, visited: set[str]) -> list[Link]:
    return [
        link
        for link in entry_links(page)
        if not link.href
        or (
            same_site(urljoin(page.url, link.href), page.url)
            and _plain(urljoin(page.url, link.href)) not in visited
        )
    ]


async def _follow(run: Run, link: Link) -> Ended | None:
    """Clicks the link as a visitor would: some pages turn away who comes by the address alone."""
    page = run.visit.page
    target = urljoin(page.url, link.href)
    if link.href:
        back = page.url
        refused = await permitted(run, target)
        if refused is not None:
            return refused
        if page.url != back:
            # The rules of another host were read in this page.
            return await arrive(run, target)
    clickable = await act.element(page, link.ref)
    if clickable is not None:
        with contextlib.suppress(Error):
            await clickable.click()
            await changed(page, 2.0)
            opened = run.visit.newest()
            if opened is not page:
                return await arrive(run, opened.url)
            return None
    return await arrive(run, target)


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one site: the same host, or one below the other."""
    a, b = (_host(urlsplit(url).hostname) for url in (one, other))
    if urlsplit(one).scheme not in ("http", "https") or not a or not b:
        return False
    longer, shorter = sorted((a, b), key=len, reverse=True)
    return longer == shorter or ("." in shorter and longer.endswith("." + shorter))


def _host(name: str | None) -> str:
    return (name or "").removeprefix("www.")


def _plain(url: str) -> str:
    return url.partition("#")[0].rstrip("/")
