"""How does a page of ours become a PDF? Printed by Chromium, as a person would print it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from dbolt.browser.chromium import find_chromium
from dbolt.browser.session import Browser

MOST_BYTES = 5_000_000
"""Of HTML. A report of 500 directories has about 400,000."""
PRINT_S = 30.0

FOOT = (
    '<div style="width:100%;font-size:8px;color:#566072;padding:0 13mm;text-align:right">'
    '<span class="pageNumber"></span> / <span class="totalPages"></span></div>'
)


async def pdf_of(browser: Browser, html: str) -> bytes:
    """*html*, which holds all that it needs, as a tagged PDF in A4 with an outline.

    Raises ValueError where it is too large, TimeoutError, NoBrowser or playwright's Error.
    """
    if len(html) > MOST_BYTES:
        raise ValueError("the page is too large to be printed")
    async with asyncio.timeout(PRINT_S), browser.own_page() as page:
        await page.set_content(html, wait_until="load")
        return await page.pdf(
            format="A4",
            print_background=True,
            prefer_css_page_size=True,
            tagged=True,
            outline=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOT,
        )


async def print_once(html: str, program: Path | None = None) -> bytes:
    """The same by a Chromium that is started for it and ended after it."""
    async with Browser(find_chromium(program)) as browser:
        return await pdf_of(browser, html)
