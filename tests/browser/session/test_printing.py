"""Is a page of ours printed whole, and does nothing in it run or reach out?"""

from __future__ import annotations

import re

import pytest

from dbolt.browser.printing import MOST_BYTES, pdf_of
from dbolt.browser.session import Browser
from tests.support.site import Site


def pages_of(pdf: bytes) -> int:
    """How many pages the file says that it has."""
    counts = [int(n) for n in re.findall(rb"/Type /Pages\s*/Count (\d+)", pdf)]
    return max(counts, default=len(re.findall(rb"/Type /Page\b", pdf)))


async def test_a_long_table_takes_several_pages_and_is_tagged(browser: Browser) -> None:
    rows = "".join(f"<tr><th>Directory {n}</th><td>live</td></tr>" for n in range(500))
    pdf = await pdf_of(browser, f"<html lang=en><h1>Report</h1><table>{rows}</table>")
    assert pdf.startswith(b"%PDF-")
    assert pages_of(pdf) > 5
    assert b"/StructTreeRoot" in pdf


async def test_nothing_in_it_runs_or_reaches_out(browser: Browser) -> None:
    async with Site({"/a.png": "x", "/b.js": "x"}) as site:
        html = f"<img src='{site.url}/a.png'><script src='{site.url}/b.js'></script>"
        html += f"<script>fetch('{site.url}/a.png')</script><h1>Report</h1>"
        assert (await pdf_of(browser, html)).startswith(b"%PDF-")
        assert site.asked == []


async def test_what_is_too_large_is_refused(browser: Browser) -> None:
    with pytest.raises(ValueError, match="too large"):
        await pdf_of(browser, "x" * (MOST_BYTES + 1))
