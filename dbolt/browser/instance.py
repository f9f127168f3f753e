"""One Chromium with its driver, from its start to its end: nothing of it is left afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Self

import playwright
import psutil
from playwright.async_api import Browser as Chromium
from playwright.async_api import Error, Playwright, async_playwright

from dbolt.browser import chromium, launcher

_STARTING = threading.Lock()
"""Held while Playwright's driver is started, which takes its program from the environment."""

_STOP_S = 10.0


class Instance:
    """A running Chromium. `open`: contexts in it now; `served`: contexts that it ever had."""

    def __init__(
        self, program: Path, run_parent: Path | None, switches: Sequence[str] = ()
    ) -> None:
        self._program = program
        self._switches = switches
        self._run_parent = run_parent
        self._driver: Playwright | None = None
        self._chromium: Chromium | None = None
        self._folder: Path | None = None
        self.own_name = ""
        """Chromium's name for itself, as in the User-Agent header."""
        self.started_at = time.monotonic()
        self.open = 0
        self.served = 0

    @classmethod
    async def start(
        cls, program: Path, run_parent: Path | None, switches: Sequence[str] = ()
    ) -> Self:
        """Starts *program*. Raises chromium.NoBrowser if it does not start.

        switches: for its command line, besides those that every Chromium of ours gets.
        """
        instance = cls(program, run_parent, switches)
        try:
            await instance._start()
        except Error as error:
            await instance.stop()
            raise chromium.NoBrowser(
                f"{program} does not start: {first_line(error)}; "
                "install chromium-headless-shell, or set DBOLT_CHROMIUM to another Chromium"
            ) from error
        except BaseException:
            await instance.stop()
            raise
        return instance

    async def _start(self) -> None:
        node = Path(playwright.__file__).parent / "driver" / "node"
        self._folder = await asyncio.to_thread(
            launcher.prepare, self._program, node, self._run_parent
        )
        async with _driver_program(self._folder / "driver"):
            self._driver = await async_playwright().start()
        self._chromium = await self._driver.chromium.launch(
            executable_path=self._folder / "chromium",
            args=[*chromium.launch_args(), *self._switches],
            # Signals are the owner's to handle; it stops us in good order.
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
            timeout=60_000,
        )
        about = await self._chromium.new_browser_cdp_session()
        self.own_name = (await about.send("Browser.getVersion"))["userAgent"]
        await about.detach()
        self.started_at = time.monotonic()

    @property
    def chromium(self) -> Chromium:
        """Playwright's handle. Raises chromium.NoBrowser once it was stopped."""
        if self._chromium is None:
            raise chromium.NoBrowser("the browser was stopped")
        return self._chromium

    def is_alive(self) -> bool:
        """Whether Chromium is there and answers on its pipe."""
        return self._chromium is not None and self._chromium.is_connected()

    def age_s(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self.started_at

    def memory_bytes(self) -> int:
        """What the driver and all of Chromium's processes take, shared pages counted once."""
        folder = self._folder
        return sum(map(_proportional, launcher.processes_of(folder))) if folder else 0

    async def stop(self) -> None:
        """Ends Chromium and the driver, hung or not. Nothing of them is left."""
        browser, self._chromium = self._chromium, None
        driver, self._driver = self._driver, None
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


def _proportional(pid: int) -> int:
    """A process's memory with its share of what it shares; 0 if it is gone.

    Chromium's processes share most of their pages, which the plain resident size counts for each.
    """
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(pid).memory_info().rss)
    return 0


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
