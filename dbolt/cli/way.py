"""Which way do visits from the command line take? As in the queue, with a book of their own."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import Protocol
from uuid import uuid4

from dbolt.cli.output import Trouble
from dbolt.cli.proxies import source_here
from dbolt.domain.directory import ProxyPolicy
from dbolt.domain.proxy import went
from dbolt.domain.proxy_book import Book, Wish, countries_for
from dbolt.domain.reasons import WORDS, Reason
from dbolt.domain.route import Route
from dbolt.domain.submission import Assignment, NotSent, Result
from dbolt.providers.proxies.routes import Routes
from dbolt.providers.proxies.sources import said
from dbolt.settings import Settings


class Tried(Protocol):
    """An attempt that only lacks its way."""

    def __call__(self, *, route: Route | None) -> Awaitable[Result]: ...


class Ways:
    """The proxies of this machine's settings, or the direct way."""

    def __init__(self, settings: Settings) -> None:
        """Raises Trouble where the settings name proxies that cannot be had."""
        self._source = source_here(settings)
        self._policy = settings.proxy_policy
        self._routes = Routes(self._source)
        self._book = Book(read=self._source is None)
        self._customer = uuid4()

    async def open(self) -> None:
        """Reads the list. Raises Trouble."""
        if self._source is None:
            return
        try:
            known = await self._source.proxies()
        except Exception as error:
            raise Trouble(f"The proxies cannot be used: {said(error)}") from error
        self._book.update(proxy.facts for proxy in known)

    async def take(self, assignment: Assignment, tried: Tried) -> Result:
        """How *tried* ended on the way chosen for the assignment."""

        def through(route: Route | None) -> Awaitable[Result]:
            return tried(route=route)

        directory, token = assignment.directory, assignment.token
        countries = countries_for(directory, assignment.profile.address.country)
        wish = Wish(directory.slug, self._customer, countries)
        policy: ProxyPolicy = directory.proxy or self._policy
        id_ = self._book.take(token, wish, policy, time.monotonic())
        if id_ is None:
            return NotSent(reason=Reason.NO_PROXY, detail=WORDS[Reason.NO_PROXY].customer)
        chosen = assignment.model_copy(update={"proxy_id": id_})
        result = await self._routes.take(chosen, directory.submit_url, through)
        if (how := went(result)) is not None:
            self._book.report(token, how, time.monotonic())
        self._book.give_back(token)
        return result
