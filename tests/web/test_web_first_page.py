"""Is the first page light and quick, as a browser gets it from Ray Serve?"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.async_api import Browser, Response

from tests.support.clustered import Running, clustered
from tests.support.visiting import Site

MOST_BYTES, MOST_MS, ASKED = 100_000, 150.0, 200


@dataclass
class Weight:
    """What a browser fetched for one page."""

    files: int = 0
    transferred: int = 0
    whole: int = 0


async def weigh(chromium: Browser, url: str) -> Weight:
    """Everything that a fresh browser asks for, with headers, and as large as it is unpacked."""
    context = await chromium.new_context()
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    context.on("response", note)
    try:
        page = await context.new_page()
        await page.goto(url, wait_until="networkidle")
        weight = Weight()
        for answer in answers:
            sizes = await answer.request.sizes()
            weight.files += 1
            weight.transferred += sizes["responseHeadersSize"] + sizes["responseBodySize"]
            weight.whole += sizes["responseHeadersSize"] + len(await answer.body())
    finally:
        await context.close()
    return weight


async def test_the_first_page_is_light(site: Site, chromium: Browser) -> None:
    weight = await weigh(chromium, site.url)
    assert weight.files >= 3
    assert weight.transferred <= weight.whole <= MOST_BYTES


@pytest.fixture
def running(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The site as `dbolt up` serves it."""
    with clustered(template_url, tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.mark.ray
@pytest.mark.long
@pytest.mark.timeout(300)
async def test_the_first_page_is_quick_through_serve(running: Running, chromium: Browser) -> None:
    times = []
    async with running.visitor() as client:
        await _one(client)
        for _ in range(ASKED):
            started = time.perf_counter()
            await _one(client)
            times.append((time.perf_counter() - started) * 1000)
    weight = await weigh(chromium, running.url)
    middle, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    sys.stdout.write(
        f"\nthe first page through Serve, {ASKED} times: median {middle:.0f} ms, 95 in 100 within "
        f"{late:.0f} ms; {weight.files} files, {weight.transferred / 1000:.1f} kB transferred, "
        f"{weight.whole / 1000:.1f} kB unpacked\n"
    )
    assert late <= MOST_MS
    assert weight.whole <= MOST_BYTES


async def _one(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", headers={"Accept": "text/html"})
    assert answer.status_code == 200
