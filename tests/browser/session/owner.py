"""A process that owns a browser and says so; started by the tests, which then kill it."""

from __future__ import annotations

import asyncio
import sys

from dbolt.browser.chromium import find_chromium
from dbolt.browser.session import Browser
from dbolt.domain.directory import Directory


async def main() -> None:
    directory = Directory(slug="a", name="A", home_url="http://a/", submit_url="http://a/")
    async with Browser(find_chromium()) as browser, browser.new_context(directory) as visit:
        await visit.page.goto("data:text/html,<title>open</title>")
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


asyncio.run(main())
