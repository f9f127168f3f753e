"""One Chromium, and a fresh context in it for each submission."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import playwright
import psutil
from playwright.async_api import Browser as Chromium
from playwright.async_api import Error, Playwright, async_playwright

from dbolt.browser import chromium, launcher
from dbolt.browser.visit import Visit
from dbolt.domain.directory import Directory

_STARTING = threading.Lock()
"""Held while Playwright's driver is started, which takes its program from the environment."""

_STOP_S = 10.0


class Browser:
    """A Chromium that starts, is recycled, and dies with its owner.

    recycle_after: contexts after which a fresh Chromium is started.
    memory_limit_mb: resident memory of all its processes after which the same happens.
    run_parent: where its temporary files go; the system's place for them by default.
    contact_url: where a site's owner learns who we are; part of what we call ourselves.
    """

    def __init__(
        self,
        program: Path,
        *,
        contact_url: str = "",
        recycle_after: int = 200,
        memory_limit_mb: int = 2_000,
        run_parent: Path | None = None,
    ) -> None:
        self._program = program
        self._contact_url = contact_url
        self._recycle_after = recycle_after
        self._run_parent = run_parent
        self._memory_limit = memory_limit_mb * 1_000_000
        self._playwright: Playwright | None = None
        self._chromium: Chromium | None = None
        self._user_agent = ""
        self._folder: Path | None = None
        self._changed = asyncio.Condition()
        self._open = 0
        self._served = 0
        self._replaced: Counter[str] = Counter()

    @property
    def user_agent(self) -> str:
        """Chromium's own name for itself, followed by ours."""
        return self._user_agent

    async def start(self) -> None:
        """Starts Chromium, after ending what dead owners left behind.

        Raises chromium.NoBrowser if the program does not start.
        """
        await asyncio.to_thread(launcher.sweep, self._run_parent)
        try:
            await self._start()
        except Error as error:
            await self.stop()
            raise chromium.NoBrowser(
                f"{self._program} does not start: {first_line(error)}; "
                "install chromium-headless-shell, or set DBOLT_CHROMIUM to another Chromium"
            ) from error
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        node = Path(playwright.__file__).parent / "driver" / "node"
        self._folder = await asyncio.to_thread(
            launcher.prepare, self._program, node, self._run_parent
        )
        async with _driver_program(self._folder / "driver"):
            self._playwright = await async_playwright().start()
        self._chromium = await self._playwright.chromium.launch(
            executable_path=self._folder / "chromium",
            args=chromium.launch_args(),
            # Signals are the owner's to handle; it stops us in good order.
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
            timeout=60_000,
        )
        about = await self._chromium.new_browser_cdp_session()
        its_own = (await about.send("Browser.getVersion"))["userAgent"]
        await about.detach()
        self._user_agent = f"{its_own} {chromium.product(self._contact_url)}"
        self._served = 0

    async def stop(self) -> None:
        """Ends Chromium and the driver, hung or not. Nothing of them is left."""
        browser, self._chromium = self._chromium, None
        driver, self._playwright = self._playwright, None
        folder, self._folder = self._folder, None
        with contextlib.suppress(Error, TimeoutError, ConnectionError):
            async with asyncio.timeout(_STOP_S):
                if browser is not None:
                    await browser.close()
        if folder is not None and browser is not None and browser.is_connected():
            # It did not go when asked. Its death lets the driver go, too.
            await asyncio.to_thread(launcher.clear, folder)
        with contextlib.suppress(Error, TimeoutError, ConnectionError):
            async with asyncio.timeout(_STOP_S):
                if driver is not None:
                    await driver.stop()
        if folder is not None:
            await asyncio.to_thread(launcher.clear, folder)

    def is_alive(self) -> bool:
        """Whether Chromium is there and answers on its pipe."""
        return self._chromium is not None and self._chromium.is_connected()

    def memory_bytes(self) -> int:
        """Resident memory of the driver and all of Chromium's processes."""
        total = 0
        for pid in launcher.processes_of(self._folder) if self._folder else ():
            with contextlib.suppress(psutil.Error):
                total += psutil.Process(pid).memory_info().rss
        return total

    def status(self) -> dict[str, Any]:
        """`replaced`: by why, how many Chromiums were; `retiring`: how many go after their last."""
        return {"replaced": dict(self._replaced), "retiring": 0}

    @contextlib.asynccontextmanager
    async def new_context(self, directory: Directory) -> AsyncIterator[Visit]:
        """A fresh context for one submission: nothing of any other is seen in it.

        Where Chromium has died, or served its time, a new one is started first; the contexts
        that are still open are waited for. Raises NoBrowser or playwright's Error.
        """
        visit = await self._visit(directory)
        try:
            yield visit
        finally:
            try:
                await visit.close()
            finally:
                await self._leave()

    async def _visit(self, directory: Directory) -> Visit:
        while True:
            await self._enter()
            browser = self._chromium
            try:
                return await Visit.open(self._running(), directory, user_agent=self._user_agent)
            except BaseException as error:
                await self._leave()
                # A death is noticed at the first call after it; then there is a new one to be had.
                died = isinstance(error, Error) and not self.is_alive()
                if not died or browser is not self._chromium:
                    raise

    def _running(self) -> Chromium:
        if self._chromium is None:
            raise chromium.NoBrowser("the browser was stopped")
        return self._chromium

    async def _enter(self) -> None:
        async with self._changed:
            if self._chromium is None:
                raise chromium.NoBrowser("the browser was not started")
            while self._open and await self._is_spent():
                await self._changed.wait()
            if await self._is_spent():
                self._replaced["use" if self.is_alive() else "death"] += 1
                await self.stop()
                await self.start()
            self._open += 1
            self._served += 1

    async def _leave(self) -> None:
        async with self._changed:
            self._open -= 1
            self._changed.notify_all()

    async def _is_spent(self) -> bool:
        if not self.is_alive() or self._served >= self._recycle_after:
            return True
        # Reading all of /proc is not for every context.
        if self._served % 10 or not self._served:
            return False
        return await asyncio.to_thread(self.memory_bytes) > self._memory_limit

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()


@contextlib.asynccontextmanager
async def _driver_program(program: Path) -> AsyncIterator[None]:
    """Playwright runs *program* as its Node.js inside the block."""
    while not _STARTING.acquire(blocking=False):  # noqa: ASYNC110 - held across threads and loops
        await asyncio.sleep(0.01)
    before = os.environ.get("PLAYWRIGHT_NODEJS_PATH")
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(program)
    try:
        yield
    finally:
        if before is None:
            del os.environ["PLAYWRIGHT_NODEJS_PATH"]
        else:
            os.environ["PLAYWRIGHT_NODEJS_PATH"] = before
        _STARTING.release()


def first_line(error: BaseException) -> str:
    """The gist of an error, without Playwright's call log."""
    return next(iter(str(error).splitlines()), type(error).__name__).strip()[:300]
