"""What does the engine's own observation make of each labelled page?

Pages are opened without network and scripts, observed, and kept as JSON in a temporary folder.
The numbers that tie labels to controls are taken out before anything else sees the page.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from playwright.async_api import Error, async_playwright
from playwright.async_api import Page as Tab

from benchmarks.forms.corpora import Labelled
from dbolt.browser import frames
from dbolt.browser.chromium import find_chromium
from dbolt.browser.observe import observe
from dbolt.forms.page import LabelKind, Page, page_from_json

CACHE = Path(tempfile.gettempdir()) / "dbolt-bench-forms"
_FIDS = """() => {
  const known = window[Symbol.for("dbolt.refs")];
  const found = [];
  if (known) for (const [number, held] of known.elements) {
    const el = held.deref();
    const own = el && el.getAttribute && el.getAttribute("data-fid");
    const fid = own || (el && el.getAttribute && el.getAttribute("data-fid-twin"));
    if (fid) found.push([number, fid]);
  }
  return found;
}"""
_PREDICTED = "overall type:"
"""Chromium leaves its own predictions in title attributes of some saved pages."""


@dataclass
class Seen:
    """A page as observed, the labels' numbers by ref, and how long the observation took."""

    page: Page
    fids: dict[str, str]
    observe_ms: float


async def observed(pages: list[Labelled], *, scripts: bool = False) -> dict[Path, Seen]:
    """Each of *pages* as observed, from the cache where neither it nor the observer changed."""
    CACHE.mkdir(parents=True, exist_ok=True)
    version = _observer_version()
    found: dict[Path, Seen] = {}
    missing: list[tuple[Labelled, Path]] = []
    for page in pages:
        key = hashlib.sha256(page.path.read_bytes() + version + bytes([scripts])).hexdigest()[:24]
        kept = CACHE / f"{page.corpus}-{page.path.stem[:40]}-{key}.json"
        if kept.is_file():
            found[page.path] = _load(kept)
        else:
            missing.append((page, kept))
    if missing:
        found |= await _look(missing, scripts=scripts)
    return found


def _observer_version() -> bytes:
    import dbolt.browser.observe as observer  # noqa: PLC0415 - only its folder is wanted

    folder = Path(observer.__file__).parent
    files = sorted([*folder.glob("look/*.js"), folder / "observe.js"])
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).digest()


async def _look(missing: list[tuple[Labelled, Path]], *, scripts: bool) -> dict[Path, Seen]:
    found: dict[Path, Seen] = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(),
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"],
        )
        context = await browser.new_context(java_script_enabled=scripts)
        tab = await context.new_page()
        for number, (page, kept) in enumerate(missing):
            try:
                async with asyncio.timeout(30):
                    seen = await _one(tab, page.path)
            except (Error, TimeoutError) as error:
                print(f"{page.path.name} could not be observed: {str(error)[:120]}")
                await tab.close()
                tab = await context.new_page()
                continue
            kept.write_text(json.dumps(_dump(seen)), "utf-8")
            found[page.path] = seen
            if number % 100 == 99:
                print(f"  observed {number + 1} of {len(missing)} pages")
        await browser.close()
    return found


async def _one(tab: Tab, path: Path) -> Seen:
    try:
        await tab.goto(path.as_uri(), wait_until="domcontentloaded", timeout=8000)
    except Error:
        # A page that never ends loading is read as it stands.
        await tab.wait_for_timeout(1)
    started = time.perf_counter()
    page = await observe(tab)
    took = (time.perf_counter() - started) * 1000
    fids: dict[str, str] = {}
    for frame in tab.frames:
        number = frames.number(tab, frame)
        for ref, fid in await frame.evaluate(_FIDS):
            fids[f"{number}:{ref}"] = fid
    return Seen(blinded(page), fids, took)


def blinded(page: Page) -> Page:
    """*page* without labels' numbers, other engines' predictions, and the file's path."""
    return replace(
        page,
        url="https://directory.example/",
        controls=tuple(
            replace(
                c,
                labels=tuple(x for x in c.labels if not _is_prediction(x.kind, x.text)),
                attributes=tuple((k, v) for k, v in c.attributes if k.startswith("aria-")),
            )
            for c in page.controls
        ),
    )


def _is_prediction(kind: LabelKind, text: str) -> bool:
    return _PREDICTED in text and kind in {LabelKind.TITLE, LabelKind.ARIA, LabelKind.HELP}


def _dump(seen: Seen) -> dict[str, Any]:
    return {"page": asdict(seen.page), "fids": seen.fids, "observe_ms": seen.observe_ms}


def _load(path: Path) -> Seen:
    raw = json.loads(path.read_text("utf-8"))
    return Seen(page_from_json(raw["page"]), raw["fids"], raw["observe_ms"])


def look_all(pages: Iterable[Labelled], *, scripts: bool = False) -> dict[Path, Seen]:
    """`observed`, for callers without a loop."""
    return asyncio.run(observed(list(pages), scripts=scripts))


def observe_times(pages: list[Labelled], tries: int) -> list[float]:
    """Milliseconds that looking at each page takes at its quickest of *tries*."""
    return asyncio.run(_observe_times(pages, tries))


async def _observe_times(pages: list[Labelled], tries: int) -> list[float]:
    found: list[float] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(),
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"],
        )
        tab = await browser.new_page(java_script_enabled=True)
        for page in pages:
            await tab.goto(page.path.as_uri(), wait_until="domcontentloaded")
            found.append(min([await _time_one(tab) for _ in range(tries)]))
        await browser.close()
    return found


async def _time_one(tab: Tab) -> float:
    started = time.perf_counter()
    await observe(tab)
    return (time.perf_counter() - started) * 1000
