"""What does a business's website say once its scripts have drawn it?

The address is a stranger's, so it is opened in a Chromium that does nothing else: its only way out
is the guard, it looks no name up itself, and it is ended with the errand or when it grows too
large. Who we are is said as everywhere, and robots.txt is kept for each page.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import ssl
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

import httpx
from playwright.async_api import BrowserContext, CDPSession, Error, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from dbolt.browser import chromium
from dbolt.browser.fetch import NO_ROBOTS, Reader, Stop, told
from dbolt.browser.guard import Guard
from dbolt.browser.instance import Instance
from dbolt.browser.outside import Lookup
from dbolt.domain.website import MAX_HTML, ReadPage, WebsiteNotRead, WebsiteRead

log = logging.getLogger(__name__)

FURTHER = 2
"""Pages besides the first: those that tell how to reach the business."""
_MOST_LINKS = 300
_AGAIN_S = (0.1, 0.5)
_NOT_HTTP = (
    "There is no web page at this address in a browser either; give the one of your home page."
)
SLOW = "The website takes too long in a browser; type it in instead."
HEAVY = "The website is too large to be read in a browser; type it in instead."
AWAY = "The website cannot be opened in a browser; look whether its address is right."

_CONTACT = re.compile(
    r"contact|kontakt|contatt|contato|impressum|imprint|colofon|mentions.legales|aviso.legal"
    r"|note.legali|informa[cç][oõ]es.legais|find.us|anfahrt",
    re.IGNORECASE,
)
# Shadow roots are part of what a person sees, and no part of `outerHTML`.
_HTML = """most => {
  const root = document.documentElement;
  const shadowRoots = [];
  const walk = (place) => {
    for (const one of place.querySelectorAll("*"))
      if (one.shadowRoot && shadowRoots.length < 500) {
        shadowRoots.push(one.shadowRoot);
        walk(one.shadowRoot);
      }
  };
  walk(document);
  return (shadowRoots.length && root.getHTML ? root.getHTML({ shadowRoots }) : root.outerHTML)
    .slice(0, most);
}"""
_LINKS = """most => [...document.querySelectorAll("a[href]")].slice(0, most)
  .map((a) => [String(a.href).slice(0, 2000), (a.textContent || "").slice(0, 100)])"""
_SIZE = "() => document.documentElement.outerHTML.length"
# Calls between browsers and the protocols over UDP know no proxy.
_NO_OTHER_WAYS = """for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection",
  "RTCDataChannel", "WebTransport"]) delete globalThis[name];"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one website may take. settle_s: for its scripts, after the document is there."""

    total_s: float = 45.0
    page_s: float = 15.0
    settle_s: float = 6.0
    most_bytes: int = 20_000_000
    memory_mb: int = 1_200


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who goes there: with which Chromium, under which name, within which limits."""

    program: Path
    contact_url: str = ""
    limits: Limits = Limits()
    run_parent: Path | None = None


async def read_website(url: str, visitor: Visitor, lookup: Lookup) -> WebsiteRead | WebsiteNotRead:
    """The page at *url* and at most two of its own host that tell how to reach the business.

    lookup: where its requests may go. Raises chromium.NoBrowser where no browser starts.
    """
    limits = visitor.limits
    async with Guard(lookup, most_bytes=limits.most_bytes) as guard:
        try:
            # A browser that hangs takes some more seconds to end.
            async with asyncio.timeout(limits.total_s):
                pages = await _Opened(visitor, guard, lookup).read(url)
        except Stop as stop:
            return WebsiteNotRead(str(stop), guard.kept_out)
        except (TimeoutError, PlaywrightTimeout):
            return WebsiteNotRead(HEAVY if guard.spent else SLOW, guard.kept_out)
        except (Error, httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as odd:
            log.info("a website was not opened: %s", type(odd).__name__)
            first = f"{urlsplit(url).hostname}:"
            why = next((w for host, w in guard.refused.items() if host.startswith(first)), None)
            sentence = HEAVY if guard.spent else told(why) if why else AWAY
            return WebsiteNotRead(sentence, guard.kept_out)
        return WebsiteRead(pages, guard.kept_out)


def switches(guard: Guard) -> list[str]:
    """What keeps a Chromium to the way through *guard*, and small."""
    return [
        f"--proxy-server={guard.url}",
        # Chromium goes around a proxy to loopback and link-local addresses, unless told not to.
        "--proxy-bypass-list=<-loopback>",
        # Whatever should ever try to go its own way finds no name.
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        "--renderer-process-limit=3",
        "--js-flags=--max-old-space-size=256",
        "--blink-settings=imagesEnabled=false",
    ]


class _Opened:
    """One website, open in its browser."""

    def __init__(self, visitor: Visitor, guard: Guard, lookup: Lookup) -> None:
        self._visitor = visitor
        self._limits = visitor.limits
        self._guard = guard
        self._reader = Reader(visitor.contact_url, lookup)
        self._closing: set[asyncio.Task[None]] = set()

    async def read(self, url: str) -> tuple[ReadPage, ...]:
        if not await self._reader.allows(url):
            raise Stop(NO_ROBOTS)
        instance = await Instance.start(
            self._visitor.program, self._visitor.run_parent, switches(self._guard)
        )
        try:
            async with _not_too_large(instance, self._limits.memory_mb):
                context = await self._context(instance)
                return await self._pages(await context.new_page(), url)
        finally:
            # Also what hangs; nothing of it is asked for any more.
            await asyncio.shield(instance.stop())

    async def _context(self, instance: Instance) -> BrowserContext:
        name = chromium.product(self._visitor.contact_url)
        context = await instance.chromium.new_context(
            user_agent=f"{instance.own_name} {name}",
            viewport={"width": 1280, "height": 900},
            accept_downloads=False,
            service_workers="block",
            permissions=[],
        )
        context.set_default_timeout(self._limits.page_s * 1000)
        await context.add_init_script(_NO_OTHER_WAYS)
        return context

    async def _pages(self, page: Page, url: str) -> tuple[ReadPage, ...]:
        page.context.on("page", self._close)
        session = await page.context.new_cdp_session(page)
        await self._block(session)
        apart = Apart(session)
        found = [await self._one(page, apart, url)]
        links: list[tuple[str, str]] = []
        with contextlib.suppress(Error):
            links = await apart.call(_LINKS, _MOST_LINKS)
        for further in contact_pages(found[0].url, links):
            # A page that fails takes nothing from the first.
            with contextlib.suppress(Stop, Error, TimeoutError, httpx.HTTPError, OSError):
                if await self._reader.allows(further):
                    found.append(await self._one(page, apart, further))
        return tuple(found)

    def _close(self, window: Page) -> None:
        task = asyncio.create_task(_closed(window))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _block(self, session: CDPSession) -> None:
        await session.send("Network.enable")
        urls = [*chromium.MEDIA, *chromium.TRACKERS]
        await session.send("Network.setBlockedURLs", {"urls": urls})

    async def _one(self, page: Page, apart: Apart, url: str) -> ReadPage:
        async with asyncio.timeout(self._limits.page_s):
            answer = await page.goto(url, wait_until="domcontentloaded")
            if answer is not None and answer.status >= 400:
                raise Stop(
                    f"The website answers a browser with an error ({answer.status}); "
                    "try another address."
                )
            if answer is not None and "html" not in answer.headers.get("content-type", "html"):
                raise Stop(_NOT_HTTP)
            await self._settled(page, apart)
            where = urldefrag(page.url).url
            # Scripts may have led elsewhere.
            if not await self._reader.allows(where):
                raise Stop(NO_ROBOTS)
            return ReadPage(where, str(await apart.call(_HTML, MAX_HTML))[:MAX_HTML])

    async def _settled(self, page: Page, apart: Apart) -> None:
        """Until nothing is on its way and the page has stopped changing, or the time is over."""
        with contextlib.suppress(TimeoutError, PlaywrightTimeout):
            async with asyncio.timeout(self._limits.settle_s):
                await page.wait_for_load_state("networkidle")
                size, before = await apart.call(_SIZE), -1
                while size != before:
                    await asyncio.sleep(0.3)
                    size, before = await apart.call(_SIZE), size


class Apart:
    """Questions to a page that its own scripts neither see nor answer: in a world of its own.

    There the page has not changed what strings and lists can do, so nothing larger comes back than
    was asked for.
    """

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    async def call(self, function: str, *given: int) -> Any:
        """What *function* answers in the page's main frame. Raises playwright's Error."""
        for wait_s in _AGAIN_S:
            # A page that leads elsewhere takes its worlds with it.
            with contextlib.suppress(Error):
                return await self._once(function, given)
            await asyncio.sleep(wait_s)
        return await self._once(function, given)

    async def _once(self, function: str, given: tuple[int, ...]) -> Any:
        tree = await self._session.send("Page.getFrameTree")
        frame = tree["frameTree"]["frame"]["id"]
        world = await self._session.send("Page.createIsolatedWorld", {"frameId": frame})
        told = await self._session.send(
            "Runtime.evaluate",
            {
                "expression": f"({function})({json.dumps(given)[1:-1]})",
                "contextId": world["executionContextId"],
                "returnByValue": True,
            },
        )
        if "exceptionDetails" in told:
            raise Error("the page could not be asked")
        return told["result"].get("value")


def contact_pages(url: str, links: Iterable[tuple[str, str]]) -> list[str]:
    """Pages on the host of *url* whose address or words say that they tell how to reach somebody.

    links: address and words of each.
    """
    here, found = urlsplit(url), dict[str, None]()
    for href, words in links:
        target = urldefrag(href).url
        parts = urlsplit(target)
        same = parts.scheme in {"http", "https"} and parts.netloc == here.netloc
        if same and target != url and _CONTACT.search(f"{parts.path} {words}"):
            found[target] = None
    return list(found)[:FURTHER]


async def _closed(page: Page) -> None:
    with contextlib.suppress(Error):
        await page.close()


@contextlib.asynccontextmanager
async def _not_too_large(instance: Instance, most_mb: int) -> AsyncIterator[None]:
    """Raises Stop where the browser grows beyond *most_mb*, by scripts or swollen answers."""

    async def watch() -> None:
        while True:
            await asyncio.sleep(0.3)
            if await asyncio.to_thread(instance.memory_bytes) > most_mb * 1_000_000:
                raise Stop(HEAVY)

    task = asyncio.current_task()
    watching = asyncio.create_task(watch())
    watching.add_done_callback(
        lambda done: None if done.cancelled() or task is None else task.cancel()
    )
    try:
        yield
    except asyncio.CancelledError:
        if watching.done() and not watching.cancelled() and task is not None:
            task.uncancel()
            raise Stop(HEAVY) from None
        raise
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
