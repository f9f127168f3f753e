"""A visitor with a real Chromium on the served site, and ways to make work for it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from playwright.async_api import Browser, ConsoleMessage, Page, Request, expect

from dbolt.domain.plan import PlanName
from dbolt.domain.protocol import Exchange, Fulfilled, Recorded, Settlement
from dbolt.domain.submission import Result
from serve_app.accounts import place_order
from serve_app.parts import Parts
from tests.support.queue import PROFILE, paid
from tests.support.serving import STAFF_TOKEN, Line, Shelf, as_role
from tests.support.signing import letters_to


@dataclass
class Site:
    """The running site, and ways to make customers and work for it."""

    parts: Parts
    chromium: Browser
    database: str
    complaints: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is."""
        return self.parts.base_url

    @property
    def line(self) -> Line:
        """The way to the orchestrator."""
        assert isinstance(self.parts.queue, Line)
        return self.parts.queue

    @property
    def shelf(self) -> Shelf:
        """The evidence store."""
        assert isinstance(self.parts.evidence, Shelf)
        return self.parts.evidence

    async def paid_job(self, email: str = "ada@example.com") -> tuple[UUID, str]:
        """A paid job without a profile, and its customer's key."""
        placed = await place_order(self.parts, email, PlanName.STARTER, None)
        done = await self.line.fulfil(paid(placed.order.order_id))
        assert isinstance(done, Fulfilled)
        assert placed.session is not None
        return done.job_id, placed.session.get_secret_value()

    async def paid_twice(self, job_id: UUID) -> None:
        """Another payment of the same order."""
        order_id = await self.parts.pool.fetchval("select order_id from jobs where id = $1", job_id)
        assert isinstance(await self.line.fulfil(paid(order_id, payment_ref="pi_2")), Recorded)

    async def job(self, email: str = "ada@example.com", **profile: Any) -> tuple[UUID, str]:
        """A job that may start, and its customer's key."""
        job_id, key = await self.paid_job(email)
        async with as_role(self.database, "dbolt_web") as connection:
            profile_id = await connection.fetchval(
                "insert into profiles (customer_id, version, doc)"
                " select customer_id, 1, $2 from jobs where id = $1 returning id",
                job_id,
                json.dumps({**PROFILE, **profile}),
            )
        assert await self.line.profile_completed(job_id, profile_id) is None
        return job_id, key

    async def attempt(self, *results: Result) -> list[str]:
        """Carries out as many submissions as there are results; their directories."""
        orchestrator, worker = self.line.orchestrator, f"w-{secrets.token_hex(3)}"
        done = []
        for result in results:
            reply = await orchestrator.exchange(Exchange(worker=worker, want=1, wait_s=5))
            (assignment,) = reply.assignments
            done.append(assignment.directory.slug)
            if result.kind == "pressed":
                await orchestrator.exchange(Exchange(worker=worker, press=[assignment.token]))
            said = Settlement(token=assignment.token, result=result)
            await orchestrator.exchange(Exchange(worker=worker, settled=[said]))
        return done

    def keep(self, content: bytes) -> str:
        """Puts *content* on the shelf; its address."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.shelf.files[sha256] = content
        return sha256

    async def link(self, email: str) -> str:
        """The address of the link in the latest letter to *email*."""
        found = re.search(r"http\S+/link/\S+", (await letters_to(self.database, email))[-1]["text"])
        assert found is not None
        return found[0]

    async def prove(self, page: Page, email: str) -> None:
        """Signs *page* in by a mailed link."""
        await page.goto("/sign-in")
        await page.fill("#email", email)
        await page.click("text=Mail me a sign-in link")
        await expect(page.locator("h1")).to_have_text("Look into your mailbox")
        await page.goto(await self.link(email))
        await page.click("main button")
        await page.wait_for_url("**/account")

    @contextlib.asynccontextmanager
    async def visitor(
        self, *, key: str = "", staff: bool = False, **how: Any
    ) -> AsyncIterator[Page]:
        """A page of a fresh visitor, signed in if so wished."""
        context = await self.chromium.new_context(base_url=self.url, **how)
        context.on("console", self._listen)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self._watch)
        try:
            page = await context.new_page()
            if key or staff:
                await page.goto("/staff/sign-in/token" if staff else "/sign-in/key")
                await page.fill("#key", STAFF_TOKEN if staff else key)
                await page.click("main button")
                await page.wait_for_url(lambda url: "sign-in" not in url)
            yield page
        finally:
            await context.close()

    def _listen(self, said: ConsoleMessage) -> None:
        # That a page itself was refused is what a test asks for.
        wanted = ("the server responded with a status of 4", "reconnect failed with status 4")
        if said.type in {"error", "warning"} and not any(one in said.text for one in wanted):
            self.complaints.append(said.text)

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"asked another site: {request.url}")
