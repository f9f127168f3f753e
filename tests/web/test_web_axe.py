"""Does axe-core find what would keep somebody from using a page? On every page, light and dark.

*Source:* WCAG 2.2, levels A and AA, as far as a program can tell. A picture of each page is kept.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.support.visiting import Site
from tests.web.test_web_looks import ACCOUNT, paths

PICTURES = Path(__file__).parents[2] / ".artefacts" / "pages"
RUN = """() => axe.run({resultTypes: ['violations'], runOnly: {type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}})
  .then(({violations}) => violations.filter((v) => ['serious', 'critical'].includes(v.impact))
    .map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`))"""
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1360, "height": 844}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}


async def serious(page: Page, path: str, axe_source: str, folder: Path) -> list[str]:
    """What axe-core finds on one page that it calls serious or critical."""
    await page.goto(path)
    # As the browser's own word, for the page's policy lets no script of others in.
    await page.evaluate(axe_source)
    found: list[str] = await page.evaluate(RUN)
    name = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", path).strip("/")
    name = re.sub(r"[^\w]+", "-", name) or "start"
    await page.screenshot(path=folder / f"{name}.png", full_page=True)
    return [f"{path}: {text}" for text in found]


@pytest.mark.parametrize("look", ["light", pytest.param("dark", marks=pytest.mark.long)])
async def test_no_page_has_a_serious_fault(site: Site, axe_source: str, look: str) -> None:
    folder, how = PICTURES / look, LOOKS[look]
    customers, staff = await paths(site)
    found: list[str] = []
    for key, pages in customers.items():
        async with site.visitor(key=key, **how) as page:
            for path in pages:
                found += await serious(page, path, axe_source, folder)
    async with site.visitor(staff=True, **how) as page:
        for path in staff:
            found += await serious(page, path, axe_source, folder)
    async with site.visitor(**how) as page:
        await site.prove(page, "ada@example.com")
        for path in ACCOUNT:
            found += await serious(page, path, axe_source, folder)
    assert found == []
