"""One submission's own context: its page, and what the browser said meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote_plus

from playwright.async_api import Browser as Chromium
from playwright.async_api import (
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Dialog,
    Download,
    Error,
    Frame,
    Page,
    ProxySettings,
    Request,
    Response,
)

from dbolt.browser import chromium
from dbolt.domain.directory import Directory
from dbolt.domain.route import Route

ACTION_TIMEOUT_S = 10.0
"""How long Playwright may wait for one click or one look."""
NAVIGATION_TIMEOUT_S = 30.0
_DATA_TIMEOUT_S = 15.0

_VIEWPORT = (1280, 900)
_MAX_DIALOGS = 20
_MAX_CONSOLE = 30
_MAX_POPUPS = 3
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_DATA = frozenset({"xhr", "fetch", "script"})
_COUNTED = _DATA | {"document"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One response to a document request or to something posted.

    posted: whether it answers something posted. at: seconds on the monotonic clock.
    """

    request: Request
    status: int
    posted: bool
    at: float

    @property
    def tab(self) -> Page | None:
        """Which page asked; None while a window's first request is ahead of the window."""
        frame = _frame(self.request)
        return frame.page if frame is not None else None

    @property
    def whole(self) -> bool:
        """Whether it is a page's document, or one that was posted for: no advert in a frame."""
        if self.request.resource_type != "document":
            return False
        frame = _frame(self.request)
        return self.posted or frame is None or frame.parent_frame is None


@dataclass(slots=True)
class Log:
    """What the browser said during a visit; bounded."""

    console_errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    dialogs_at: list[float] = field(default_factory=list)
    """When each of them opened, on the monotonic clock."""
    downloads: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    """When requests left that may have handed something in, on the monotonic clock."""
    carried: list[float] = field(default_factory=list)
    """When requests left that took with them what was typed."""
    fed_at: float = 0.0
    """When data or a script last came for a page that was there already, on the monotonic clock."""
    crashed: bool = False
    stuck: bool = False
    """The page kept opening dialogs and was closed."""


class Visit:
    """A fresh context with one page. Downloads are refused, permissions denied, dialogs answered.

    `agreeing`: whether a confirm dialog is answered with OK, as it is while the form is sent.
    `words`: by what a request is known to carry what was typed.
    """

    def __init__(self, context: BrowserContext, page: Page, directory: Directory) -> None:
        self.context = context
        self.page = page
        self.log = Log()
        self.agreeing = False
        self.words: tuple[str, ...] = ()
        self._directory = directory
        self._blocking: CDPSession | None = None
        self._pages: list[Page] = [page]
        self._busy: dict[Request, float] = {}
        self._ended = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(
        cls,
        browser: Chromium,
        directory: Directory,
        *,
        user_agent: str,
        route: Route | None = None,
    ) -> Self:
        """A new context in *browser*, fit for *directory*. Raises playwright's Error.

        route: the proxy that all its traffic takes; None for the direct way.
        """
        width, height = _VIEWPORT
        context = await browser.new_context(
            user_agent=user_agent,
            locale=directory.language,
            viewport={"width": width, "height": height},
            accept_downloads=False,
            service_workers="block",
            permissions=[],
            proxy=_proxy(route) if route is not None else None,
        )
        try:
            context.set_default_timeout(ACTION_TIMEOUT_S * 1000)
            context.set_default_navigation_timeout(NAVIGATION_TIMEOUT_S * 1000)
            visit = cls(context, await context.new_page(), directory)
            visit._listen()
            await visit._block(visit.page)
        except BaseException:
            await _close(context)
            raise
        return visit

    def _listen(self) -> None:
        """Follows the whole context, so that pages opened later are heard, too."""
        context = self.context
        context.on("page", self._on_page)
        context.on("dialog", self._on_dialog)
        context.on("console", self._on_console)
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        context.on("requestfinished", self._on_request_end)
        context.on("requestfailed", self._on_request_end)
        self._follow(self.page)

    def _follow(self, page: Page) -> None:
        page.on("crash", self._on_crash)
        page.on("download", self._on_download)

    async def _block(self, page: Page) -> None:
        if not self._directory.block_media:
            return
        # One list inside the browser. A route handler would bring every request to Python.
        self._blocking = await self.context.new_cdp_session(page)
        await self._blocking.send("Network.enable")
        await self._blocking.send(
            "Network.setBlockedURLs", {"urls": [*chromium.MEDIA, *chromium.TRACKERS]}
        )

    async def load_media(self) -> None:
        """From now on pictures are loaded; an uploader may want to see its preview arrive."""
        if self._blocking is not None:
            session, self._blocking = self._blocking, None
            with contextlib.suppress(Error):
                await session.send("Network.setBlockedURLs", {"urls": [*chromium.TRACKERS]})

    def newest(self) -> Page:
        """The page that was opened last and is still open; a form may answer in a window."""
        return next((p for p in reversed(self._pages) if not p.is_closed()), self.page)

    def turn_to(self, page: Page) -> None:
        """*page* is the one that matters, although others were opened after it."""
        self._pages.remove(page)
        self._pages.append(page)

    def busy(self) -> bool:
        """Whether a document, a script or data is on its way, and not for so long as to hang."""
        now = time.monotonic()
        return any(now - since < _patience(request) for request, since in self._busy.items())

    async def idle(self, at_most_s: float) -> None:
        """Waits until nothing is on its way any more; not longer than *at_most_s*."""
        until = time.monotonic() + at_most_s
        while self.busy() and (left := until - time.monotonic()) > 0:
            self._ended.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, 1.0)):
                    await self._ended.wait()

    def status_since(self, moment: float, tab: Page | None = None) -> int | None:
        """The HTTP status of the last answer since *moment*, in *tab* if one is given.

        A page's rather than that to something posted by a script, and a mere frame's last of all.
        """
        recent = [a for a in self.log.answers if a.at >= moment and tab in (None, a.tab)]
        pages = [a for a in recent if a.whole]
        posted = [a for a in recent if a.posted]
        chosen = (pages or posted or recent)[-1:]
        return chosen[0].status if chosen else None

    def sent_since(self, moment: float) -> bool:
        """Whether anything left the browser since *moment* that may have handed a form in."""
        return any(at >= moment for at in self.log.sent)

    def dialogs_since(self, moment: float) -> list[str]:
        """What the dialogs said that have opened since *moment*."""
        log = self.log
        return [text for text, at in zip(log.dialogs, log.dialogs_at, strict=False) if at >= moment]

    def carried_since(self, moment: float) -> bool:
        """Whether a request has left since *moment* that took with it what was typed."""
        return any(at >= moment for at in self.log.carried)

    async def close(self) -> None:
        """Ends the context within a few seconds, whatever its pages do."""
        for task in self._tasks:
            task.cancel()
        await _close(self.context)

    def _later(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_page(self, page: Page) -> None:
        if len(self._pages) > _MAX_POPUPS:
            self._later(asyncio.create_task(_quietly_close(page)))
            return
        self._pages.append(page)
        self._follow(page)

    def _on_dialog(self, dialog: Dialog) -> None:
        self.log.dialogs.append(dialog.message[:500])
        self.log.dialogs_at.append(time.monotonic())
        if len(self.log.dialogs) > _MAX_DIALOGS:
            self.log.stuck = True
            del self.log.dialogs[_MAX_DIALOGS:]
            self._later(asyncio.create_task(_quietly_close(self.page)))
        self._later(asyncio.create_task(self._answer(dialog)))

    async def _answer(self, dialog: Dialog) -> None:
        # "Leave this page?" must be answered with yes, or the page could not be left.
        agree = dialog.type in ("alert", "beforeunload") or (
            dialog.type == "confirm" and self.agreeing
        )
        with contextlib.suppress(Error):
            await (dialog.accept() if agree else dialog.dismiss())

    def _on_console(self, message: ConsoleMessage) -> None:
        # What we blocked ourselves is no error of the page.
        if message.type == "error" and "ERR_BLOCKED_BY_CLIENT" not in message.text:
            self._note_console(message.text)

    def _note_console(self, text: str) -> None:
        if len(self.log.console_errors) < _MAX_CONSOLE:
            self.log.console_errors.append(text[:500])

    def _on_request(self, request: Request) -> None:
        if request.resource_type in _COUNTED:
            self._busy[request] = time.monotonic()
        # A form may also be sent by GET, which is then a document as any other.
        if request.method not in _READING or request.is_navigation_request():
            self.log.sent.append(time.monotonic())
            del self.log.sent[:-200]
            if self.words and _carries(request, self.words):
                self.log.carried.append(time.monotonic())
                del self.log.carried[:-200]

    def _on_request_end(self, request: Request) -> None:
        self._busy.pop(request, None)
        if request.resource_type in _DATA:
            self.log.fed_at = time.monotonic()
        self._ended.set()

    def _on_response(self, response: Response) -> None:
        request = response.request
        posted = request.method in ("POST", "PUT", "PATCH")
        if posted or request.resource_type == "document":
            self.log.answers.append(Answer(request, response.status, posted, time.monotonic()))
            del self.log.answers[:-200]

    def _on_crash(self, _page: Page) -> None:
        self.log.crashed = True

    def _on_download(self, download: Download) -> None:
        self.log.downloads.append(download.suggested_filename[:200])


def _frame(request: Request) -> Frame | None:
    """The frame that asked; None where a window's first request comes before the window."""
    try:
        return request.frame
    except Error:
        return None


def _carries(request: Request, words: tuple[str, ...]) -> bool:
    """Whether one of *words* is in the address or the body, however a form or a script codes it."""
    body = (request.post_data_buffer or b"").decode(errors="replace")
    told = unquote_plus(f"{request.url}\n{body}")
    return any(word in told or json.dumps(word)[1:-1] in told for word in words)


def _proxy(route: Route) -> ProxySettings:
    username = route.username.get_secret_value()
    if not username:
        return ProxySettings(server=route.server)
    password = route.password.get_secret_value()
    return ProxySettings(server=route.server, username=username, password=password)


def _patience(request: Request) -> float:
    # Some pages keep a request open for ever, to be told of news.
    return NAVIGATION_TIMEOUT_S if request.resource_type == "document" else _DATA_TIMEOUT_S


async def _close(context: BrowserContext) -> None:
    with contextlib.suppress(Error, TimeoutError):
        async with asyncio.timeout(5):
            await context.close()


async def _quietly_close(page: Page) -> None:
    with contextlib.suppress(Error):
        await page.close()
