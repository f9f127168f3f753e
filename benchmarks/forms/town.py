"""How many fields of the sandbox town's sites does the engine read rightly, without a recipe?"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Error

from dbolt.browser.chromium import find_chromium
from dbolt.browser.observe import observe
from dbolt.browser.session import Browser
from dbolt.domain.directory import Directory
from dbolt.forms.classify import Layers, classify_with
from dbolt.forms.model import shipped
from dbolt.sandbox.sites import discover
from dbolt.sandbox.town import Town


@dataclass(frozen=True, slots=True)
class SiteRead:
    """One site's first page with a form: how many of its named columns were seen, and right."""

    slug: str
    seen: int
    right: int
    wrong: tuple[str, ...] = ()


async def read_town() -> list[SiteRead]:
    """Each site's add-your-business page, read once; sites that show no form there are left out."""
    found: list[SiteRead] = []
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder), "127.0.0.1", 0)
        await town.start()
        try:
            async with Browser(find_chromium()) as browser:
                for directory in town.directories():
                    site = await _read(browser, directory)
                    found += [site] if site.seen else []
        finally:
            await town.stop()
    return found


async def _read(browser: Browser, directory: Directory) -> SiteRead:
    columns = discover()[directory.slug].columns
    async with browser.new_context(directory) as visit:
        try:
            await visit.page.goto(directory.submit_url)
            page = await observe(visit.page)
        except Error:
            return SiteRead(directory.slug, 0, 0)
    readings = classify_with(page, Layers(fingerprints=False, model=shipped()))
    if not readings:
        return SiteRead(directory.slug, 0, 0)
    names = {c.ref: c.name for c in page.controls}
    said = {names.get(g.ref, ""): g.field for g in readings[0].guesses}
    asked = {name: field for name, field in columns.items() if field and name in said}
    wrong = tuple(n for n, field in asked.items() if said[n] is not field)
    return SiteRead(directory.slug, len(asked), len(asked) - len(wrong), wrong)
