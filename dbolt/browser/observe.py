"""What is on the page? One round trip per frame, merged into a `forms.page.Page`."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Error, Frame
from playwright.async_api import Page as Tab

from dbolt.browser import frames, scripts
from dbolt.forms.page import Page, merged, page_from_json

MOST_FRAMES = 12
MOST_CONTROLS = 400
MOST_TEXT = 20_000
MOST_LINKS = 300
SOFT_MS = 1_000
"""After this long in one frame, the observation ends with what it has. Usual pages take tens of
milliseconds; the bound is for monsters, not for a machine that is busy."""
PATIENCE_S = 10.0
"""How long a frame may keep us waiting for its thread."""

CAPTCHA_HOSTS = (
    "/recaptcha/",
    "hcaptcha.com",
    "challenges.cloudflare.com",
    "friendlycaptcha",
    "arkoselabs",
    "geetest",
)
_HIDDEN_FRAME = """el => {
  const box = el.getBoundingClientRect();
  return !el.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    || box.width < 40 || box.height < 20 || box.right + scrollX <= 0 || box.bottom + scrollY <= 0;
}"""


async def observe(page: Tab) -> Page:
    """Everything that a person could see and fill in, in all frames.

    Raises playwright's Error if the page was closed, TimeoutError if its main frame is stuck.
    """
    main = await _main(page)
    children = [f for f in page.frames if f is not page.main_frame][: MOST_FRAMES - 1]
    looked = await asyncio.gather(*(_child(page, frame) for frame in children))
    seen = dict(zip(children, looked, strict=True))
    # What stands in a frame that cannot be seen cannot be seen either.
    inner = [p for f, p in seen.items() if p is not None and not _in_unseen(f, seen)]
    return merged([main, *inner])


def _in_unseen(frame: Frame, seen: dict[Frame, Page | None]) -> bool:
    parent = frame.parent_frame
    while parent is not None and parent in seen:
        if seen[parent] is None:
            return True
        parent = parent.parent_frame
    return False


async def _main(page: Tab) -> Page:
    # A page that is just being replaced loses its context under our feet: look at the next one.
    for last in (False, False, True):
        try:
            looked = await _look(page, page.main_frame)
            if looked is not None:
                return looked
        except Error:
            if last or page.is_closed():
                raise
        await page.wait_for_load_state("domcontentloaded")
    return Page(url=page.url)


async def _child(page: Tab, frame: Frame) -> Page | None:
    if any(host in frame.url for host in CAPTCHA_HOSTS):
        return None
    try:
        if await _is_hidden(frame):
            return None
        return await _look(page, frame)
    except (Error, TimeoutError):
        return None


async def _is_hidden(frame: Frame) -> bool:
    parent = frame.parent_frame
    if parent is None or _origin(parent.url) == _origin(frame.url):
        return False  # a frame of the same origin tells for itself
    async with asyncio.timeout(PATIENCE_S):
        element = await frame.frame_element()
        return bool(await element.evaluate(_HIDDEN_FRAME))


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


async def _look(page: Tab, frame: Frame) -> Page | None:
    number = frames.number(page, frame)
    limits = {
        "frame": number,
        "first": frames.first_free(page, number),
        "controls": MOST_CONTROLS,
        "text": MOST_TEXT,
        "links": MOST_LINKS,
        "soft_ms": SOFT_MS,
    }
    async with asyncio.timeout(PATIENCE_S):
        told = await scripts.call(page, frame, scripts.OBSERVING, "observed", limits, again=True)
    raw: dict[str, Any] = json.loads(told)
    frames.used(page, number, raw["next"])
    return None if raw.get("skipped") else page_from_json(_without_broken(raw["page"]))


def _without_broken(page: dict[str, Any]) -> dict[str, Any]:
    """*page* without addresses that are none, as `http://[your-site]`: they lead nowhere.

    Chromium hands them on as they stand, and whatever took them apart later would stumble.
    """
    forms = [
        form if _is_address(form.get("action", "")) else {**form, "action": ""}
        for form in page.get("forms", ())
    ]
    links = [link for link in page.get("links", ()) if _is_address(link["href"])]
    return {**page, "forms": forms, "links": links}


def _is_address(text: str) -> bool:
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True
