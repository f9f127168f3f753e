"""A browser worker with a page open, which a test can make break."""

from __future__ import annotations

import asyncio

from actors.ray_actors import BrowserActor
from dbolt.domain.directory import Directory

ANY = Directory(slug="a", name="A", home_url="http://a/", submit_url="http://a/")


class VisitingActor(BrowserActor):
    """Its browser is at work on a page, as in the middle of a submission."""

    async def visit(self) -> None:
        """Returns once the page is open; it stays so."""
        opened = asyncio.Event()
        self._visiting = asyncio.create_task(self._visit(opened))
        await opened.wait()

    async def _visit(self, opened: asyncio.Event) -> None:
        while not self._browser.is_alive():
            await asyncio.sleep(0.05)
        async with self._browser.new_context(ANY) as visit:
            await visit.page.goto("data:text/html,<title>open</title>")
            opened.set()
            await asyncio.Event().wait()

    async def break_(self) -> None:
        """The work ends with an exception, as it would by a defect."""
        self._worker._everything = None  # type: ignore[assignment]  # any defect will do
        self._worker._say.set()
