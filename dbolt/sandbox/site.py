"""What makes a site of the town? A file in `sites/` that defines one `site = Site(...)`.

The handlers of a site are plain functions of a `Visit`, put on it with `@site.get(path)` and
`@site.post(path)`; a path may hold `{names}`. They return a whole answer or a page's HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from dbolt.domain.directory import CaptchaPolicy, Directory, ListingSearch, Pace, Policy, Recipe
from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import State
from dbolt.domain.reasons import Reason
from dbolt.sandbox.store import Row, Store
from dbolt.sandbox.visit import Answer, Visit

Handler = Callable[[Visit], Answer]
Derived = Callable[[Row], object]


@dataclass(frozen=True, slots=True)
class Expected:
    """How an honest submission ends here. `also`: states it may hold at another moment."""

    state: State
    reason: Reason
    also: tuple[State, ...] = ()


ACCEPTED = Expected(State.SUBMITTED, Reason.ACCEPTED, (State.LIVE,))
IN_REVIEW = Expected(State.IN_REVIEW, Reason.MODERATION)


@dataclass(frozen=True, slots=True)
class Site:
    """One directory of the town.

    `hard`: one sentence, what makes it hard. `submit`: path of the page with the form.
    `columns`: the listing table's own columns and the field that each holds (None: no field).
    `derived`: fields that are spread over columns, or kept in a form of the site's own.
    `right_categories`: which of the site's own categories are right for the demo business; as
    stored. `search`: path of a search that shows each listing at once, `{name}` in it.
    `layout`: Jinja source around each page's `body`. `hosts`: further host names of the site.
    `listens`: False for a site whose server is down. `seed`: fills a fresh store.
    """

    slug: str
    name: str
    hard: str
    submit: str
    columns: Mapping[str, Field | None]
    layout: str = "<!doctype html><title>{{ title }}</title>{{ body }}"
    table: str = "listings"
    derived: Mapping[Field, Derived] = field(default_factory=dict)
    right_categories: frozenset[str] = frozenset()
    expected: Expected = ACCEPTED
    language: str = "en"
    market: str = "global"
    policy: Policy = Policy.AUTO
    account_needed: bool = False
    search: str = ""
    delay_s: float = 0.0
    hosts: tuple[str, ...] = ()
    robots: str = "User-agent: *\nDisallow: /admin/\n"
    cookie: str = "sid"
    listens: bool = True
    seed: Callable[[Store], None] | None = None
    _routes: list[tuple[str, re.Pattern[str], Handler]] = field(default_factory=list)

    def get(self, path: str) -> Callable[[Handler], Handler]:
        """Puts a handler on GET of *path*."""
        return self._route("GET", path)

    def post(self, path: str) -> Callable[[Handler], Handler]:
        """Puts a handler on POST of *path*."""
        return self._route("POST", path)

    def decoy(self, path: str, answer: str) -> None:
        """A form that is no listing form: what is posted to *path* is noted and answered."""

        def swallow(visit: Visit) -> str:
            visit.store.decoy(path, visit.form)
            return visit.page("<p>{{ answer }}</p>", title=self.name, answer=answer)

        self.post(path)(swallow)

    def asset(self, path: str, text: str, media_type: str) -> None:
        """A style sheet or script at *path*."""
        self.get(path)(lambda _visit: Response(text, media_type=media_type))

    def handler(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        """Who answers *method* on *path*, with the names found in the path; None if nobody.

        A path without names goes before one with: `/listings/new` before `/listings/{id}`.
        """
        found = [
            (handler, match.groupdict())
            for known, pattern, handler in self._routes
            if known == method and (match := pattern.fullmatch(path))
        ]
        return min(found, key=lambda pair: len(pair[1]), default=None)

    def fields(self, row: Row) -> dict[str, object]:
        """A stored listing under the canonical field names; what is empty is left out."""
        plain = {str(f): row[column] for column, f in self.columns.items() if f is not None}
        made = {str(f): derive(row) for f, derive in self.derived.items()}
        return {name: value for name, value in {**plain, **made}.items() if value}

    def directory(self, port: int) -> Directory:
        """The entry that a catalogue would hold for this site, without any hint on its form."""
        home = f"http://{self.slug}.localhost:{port}"
        search = ListingSearch(url=home + self.search, complete=True) if self.search else None
        return Directory(
            slug=self.slug,
            name=self.name,
            home_url=home + "/",
            submit_url=home + self.submit,
            market=self.market,
            language=self.language,
            account_needed=self.account_needed,
            policy=self.policy,
            captcha=CaptchaPolicy.HUMAN,
            pace=Pace(concurrency=2, spacing_s=0.1, per_day=100_000),
            recipe=Recipe(search=search),
            notes=self.hard,
        )

    def _route(self, method: str, path: str) -> Callable[[Handler], Handler]:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

        def put(handler: Handler) -> Handler:
            self._routes.append((method, pattern, handler))
            return handler

        return put


def picked(row: Mapping[str, Any], *names: str, between: str = " ") -> str:
    """The non-empty values of some columns, joined."""
    return between.join(str(row[name]) for name in names if row[name])
