"""What does a full Chromium's own autofill predict on the same pages?

It writes each control's predicted type into an attribute when started with
`--enable-features=AutofillShowTypePredictions`; the headless shell has no autofill.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Error, Route, async_playwright
from playwright.async_api import Page as Tab

from benchmarks.forms.corpora import Labelled
from benchmarks.forms.observed import CACHE

AS_LABEL = {
    "COMPANY_NAME": "organization",
    "NAME_FULL": "name",
    "NAME_FIRST": "given-name",
    "NAME_LAST": "family-name",
    "EMAIL_ADDRESS": "email",
    "PHONE_HOME_NUMBER": "tel",
    "PHONE_HOME_WHOLE_NUMBER": "tel",
    "PHONE_HOME_CITY_AND_NUMBER": "tel",
    "PHONE_HOME_CITY_AND_NUMBER_WITHOUT_TRUNK_PREFIX": "tel",
    "ADDRESS_HOME_LINE1": "street-address",
    "ADDRESS_HOME_STREET_ADDRESS": "street-address",
    "ADDRESS_HOME_LINE2": "address-line2",
    "ADDRESS_HOME_CITY": "address-level2",
    "ADDRESS_HOME_STATE": "address-level1",
    "ADDRESS_HOME_ZIP": "postal-code",
    "ADDRESS_HOME_COUNTRY": "country",
}
_OVERALL = re.compile(r"overall type:\s*(\w+)", re.IGNORECASE)
# Some saved pages hold the predictions of the Chromium that they were saved with.
_SAVED = re.compile(r'\s(?:autofill-[a-z-]+|title)="[^"]*overall type:[^"]*"', re.IGNORECASE)
_READ = """() => Object.fromEntries([...document.querySelectorAll("[data-fid]")].map((el) => [
  el.getAttribute("data-fid"),
  [el.getAttribute("autofill-information"), el.getAttribute("autofill-prediction"), el.title]
    .filter(Boolean).join(" ")]))"""
_ADDRESS = "https://directory.example/page"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def full_chromium() -> Path | None:
    """A Chromium with autofill: DBOLT_FULL_CHROMIUM, or one on the path; None if there is none."""
    told = os.environ.get("DBOLT_FULL_CHROMIUM")
    found = told or next((p for n in _NAMES if (p := shutil.which(n))), None)
    return Path(found) if found else None


async def predictions(chromium: Path, pages: list[Labelled]) -> dict[Path, dict[str, str]]:
    """The label that *chromium* predicts for each numbered control of each page, "" for none.

    What it said of a page before is kept in a temporary folder. Raises OSError or TimeoutError if
    it does not start.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    kept = {page.path: _kept(chromium, page) for page in pages}
    found = {p: json.loads(k.read_text("utf-8")) for p, k in kept.items() if k.is_file()}
    missing = [page for page in pages if page.path not in found]
    if missing:
        for path, told in (await _ask(chromium, missing)).items():
            kept[path].write_text(json.dumps(told), "utf-8")
            found[path] = told
    return found


def _kept(chromium: Path, page: Labelled) -> Path:
    stat = chromium.stat()
    content = page.path.read_bytes() + f"{chromium} {stat.st_size} {stat.st_mtime_ns}".encode()
    return CACHE / f"chromium-{hashlib.sha256(content).hexdigest()[:24]}.json"


async def _ask(chromium: Path, pages: list[Labelled]) -> dict[Path, dict[str, str]]:
    found: dict[Path, dict[str, str]] = {}
    async with _started(chromium) as address, async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(address)
        context = await browser.new_context(java_script_enabled=False)
        tab = await context.new_page()
        for page in pages:
            try:
                async with asyncio.timeout(20):
                    found[page.path] = await _one(tab, _text(page))
            except (Error, TimeoutError):
                await tab.close()
                tab = await context.new_page()
        await browser.close()
    return found


@asynccontextmanager
async def _started(chromium: Path) -> AsyncIterator[str]:
    """A Chromium of our own: Playwright's --disable-features would switch the predictions off."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            chromium,
            "--headless=new",
            "--no-sandbox",
            "--no-first-run",
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--enable-features=AutofillShowTypePredictions",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "about:blank",
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            yield f"http://127.0.0.1:{await _port(Path(profile, 'DevToolsActivePort'), process)}"
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _port(file: Path, process: asyncio.subprocess.Process) -> int:
    async with asyncio.timeout(30):
        while (port := _written(file)) is None:
            if process.returncode is not None:
                raise OSError(f"it ended with code {process.returncode}")
            await asyncio.sleep(0.1)
    return port


def _written(file: Path) -> int | None:
    words = file.read_text().split() if file.is_file() else []
    return int(words[0]) if words else None


def _text(page: Labelled) -> str:
    return page.path.read_text("utf-8", "replace")


async def _one(tab: Tab, text: str) -> dict[str, str]:
    body = _SAVED.sub("", text)

    async def answer(route: Route) -> None:
        await route.fulfill(body=body, content_type="text/html; charset=utf-8")

    # Autofill looks at pages from the web only, never at files.
    await tab.route(_ADDRESS, answer)
    await tab.goto(_ADDRESS, wait_until="domcontentloaded", timeout=8000)
    await tab.unroute(_ADDRESS)
    # Predictions come a moment after the forms were parsed; pages without any are waited out.
    raw: dict[str, str] = {}
    for _ in range(10):
        await asyncio.sleep(0.1)
        before, raw = raw, await tab.evaluate(_READ)
        if any(raw.values()) and raw == before:
            break
    return {fid: AS_LABEL.get(_type_in(text), "") for fid, text in raw.items()}


def _type_in(text: str) -> str:
    found = _OVERALL.search(text)
    return found[1] if found else text.strip().upper()
