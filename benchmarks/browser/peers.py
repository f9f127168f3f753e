"""Three others, each a process: it warms up, says so, waits for a word, hands in, says so again.

`usual`: a launch for each submission and `page.fill` field by field, as most scripts do it.
`crawlee`: PlaywrightCrawler with one browser, a fresh context each and blocking, `page.fill` field
by field as its guide has it; `crawlee_batched`: the same with the tightest loop's fill.
`tight`: the least that Playwright can do: one browser, a fresh context each, one batched fill.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from benchmarks.browser import meter
from benchmarks.browser.page import LISTING
from dbolt.browser.chromium import MEDIA, TRACKERS, launch_args

WARM = 4
THANKS = "Thank you"

FILL = """values => {
  for (const [name, value] of Object.entries(values)) {
    const field = document.querySelector(`[name=${name}]`);
    if (field.type === 'checkbox') field.checked = true;
    else field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }
}"""


def say(word: str) -> None:
    """Tells the harness."""
    print(word, flush=True)


async def word() -> None:
    """Waits for the harness."""
    await asyncio.to_thread(sys.stdin.readline)


def address(url: str, number: int) -> str:
    """A directory's page."""
    return f"{url}/d{number:04}/add"


async def usual(given: dict[str, Any]) -> None:
    """One at a time, a fresh browser for each."""
    async with async_playwright() as driver:

        async def submit(number: int) -> None:
            browser = await driver.chromium.launch(executable_path=given["full"])
            page = await browser.new_page()
            await page.goto(address(given["url"], number))
            await _fill_one_by_one(page)
            await page.click("button[type=submit]")
            await page.wait_for_selector(f"h1:has-text('{THANKS}')")
            await browser.close()

        await _measured(submit, given, slots=1)


async def _fill_one_by_one(page: Page) -> None:
    for name, value in LISTING.items():
        if name in ("category", "state"):
            await page.select_option(f"[name={name}]", label=value)
        elif name == "terms":
            await page.check("[name=terms]")
        else:
            await page.fill(f"[name={name}]", value)


async def tight(given: dict[str, Any]) -> None:
    """As many at a time as there are slots, in one browser."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=given["chromium"], args=launch_args()
        )

        async def submit(number: int) -> None:
            await _in_context(browser, address(given["url"], number))

        await _measured(submit, given, slots=given["slots"])
        await browser.close()


async def _in_context(browser: Browser, url: str) -> None:
    context = await browser.new_context(service_workers="block")
    page = await context.new_page()
    await _block(page)
    await page.goto(url, wait_until="domcontentloaded")
    await page.evaluate(FILL, LISTING)
    await _hand_in(page)
    await context.close()


async def _block(page: Page) -> None:
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.setBlockedURLs", {"urls": [*MEDIA, *TRACKERS]})


async def _hand_in(page: Page) -> None:
    async with page.expect_navigation(wait_until="domcontentloaded"):
        await page.click("button[type=submit]")
    if THANKS not in await page.inner_text("h1"):
        raise RuntimeError("the listing was not taken")


async def crawlee(given: dict[str, Any], *, batched: bool = False) -> None:
    """Kept alive between warming up and the work, as a service would run it."""
    from crawlee import ConcurrencySettings  # noqa: PLC0415 - an extra
    from crawlee.crawlers import (  # noqa: PLC0415
        PlaywrightCrawler,
        PlaywrightCrawlingContext,
        PlaywrightPreNavCrawlingContext,
    )
    from crawlee.statistics import Statistics  # noqa: PLC0415
    from crawlee.storage_clients import MemoryStorageClient  # noqa: PLC0415

    done = 0
    reached = asyncio.Condition()
    slots = given["slots"]
    crawler = PlaywrightCrawler(
        browser_launch_options={"executable_path": given["chromium"], "args": launch_args()},
        browser_new_context_options={"service_workers": "block"},
        use_incognito_pages=True,
        fingerprint_generator=None,
        headless=True,
        goto_options={"wait_until": "domcontentloaded"},
        concurrency_settings=ConcurrencySettings(
            min_concurrency=slots, desired_concurrency=slots, max_concurrency=slots
        ),
        max_request_retries=0,
        use_session_pool=False,
        keep_alive=True,
        storage_client=MemoryStorageClient(),
        configure_logging=False,
        statistics=Statistics.with_default_state(log_interval=timedelta(hours=1)),
    )

    @crawler.pre_navigation_hook
    async def block(context: PlaywrightPreNavCrawlingContext) -> None:
        await context.block_requests(url_patterns=[*MEDIA, *TRACKERS])

    @crawler.router.default_handler
    async def handle(context: PlaywrightCrawlingContext) -> None:
        nonlocal done
        if batched:
            await context.page.evaluate(FILL, LISTING)
        else:
            await _fill_one_by_one(context.page)
        await _hand_in(context.page)
        async with reached:
            done += 1
            reached.notify_all()

    async def until(count: int) -> None:
        async with reached:
            await reached.wait_for(lambda: done >= count)

    running = asyncio.create_task(crawler.run())
    await crawler.add_requests([address(given["url"], 9000 + n) for n in range(WARM)])
    await until(WARM)
    say("ready")
    await word()
    await crawler.add_requests([address(given["url"], n) for n in range(given["count"])])
    await until(WARM + given["count"])
    say("done")
    await word()
    crawler.stop()
    await running


async def _measured(
    submit: Callable[[int], Awaitable[None]], given: dict[str, Any], *, slots: int
) -> None:
    await _all(submit, list(range(9000, 9000 + WARM)), slots)
    say("ready")
    await word()
    await _all(submit, list(range(given["count"])), slots)
    say("done")
    await word()


async def _all(submit: Callable[[int], Awaitable[None]], numbers: list[int], slots: int) -> None:
    async def slot() -> None:
        while numbers:
            await submit(numbers.pop())

    await asyncio.gather(*(slot() for _ in range(slots)))


if __name__ == "__main__":
    meter.end_with_harness()
    contenders = {
        "usual": usual,
        "crawlee": crawlee,
        "crawlee_batched": partial(crawlee, batched=True),
        "tight": tight,
    }
    asyncio.run(contenders[sys.argv[1]](json.loads(sys.argv[2])))
