"""Which directories would a business get, before it pays? The orchestrator's own rule."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import asyncpg
import pycountry
from pydantic import TypeAdapter, ValidationError

from dbolt.domain.directory import Directory, Evidence
from dbolt.domain.eligibility import Business, Fit, Handling, fit, handling, ranked
from dbolt.domain.plan import PLANS, Plan
from dbolt.domain.profile import Url
from dbolt.forms.values.crosswalk import type_called, type_within
from dbolt.forms.values.trades import trades_of
from dbolt.store.queries import statements

FRESH_S = 60.0
_URL: TypeAdapter[str] = TypeAdapter(Url)


class Catalogue:
    """The directories on offer as the database has them, read anew after a minute."""

    def __init__(self, *, fresh_s: float = FRESH_S) -> None:
        self._fresh_s = fresh_s
        self._kept: tuple[float, tuple[Directory, ...]] | None = None
        self._reading = asyncio.Lock()

    async def entries(self, pool: asyncpg.Pool[asyncpg.Record]) -> tuple[Directory, ...]:
        """Every directory that takes new work."""
        async with self._reading:
            if self._kept is None or time.monotonic() - self._kept[0] > self._fresh_s:
                rows = await pool.fetch(statements("qualification", "serve_app")["on_offer"])
                docs = [row["doc"] for row in rows]
                entries = await asyncio.to_thread(lambda: tuple(map(_directory, docs)))
                self._kept = (time.monotonic(), entries)
            return self._kept[1]


def _directory(doc: Mapping[str, object]) -> Directory:
    return Directory.model_validate(doc)


@dataclass(frozen=True, slots=True)
class Told:
    """What a visitor says of the business, in the fields of the form. `country`: ISO 3166-1."""

    website: str = ""
    town: str = ""
    country: str = ""
    category: str = ""

    @property
    def business(self) -> Business:
        """As the rule looks at it."""
        return Business(self.country, trades_of([self.category]) if self.category else frozenset())

    @property
    def known(self) -> bool:
        """Whether we know the kind of business, in whatever words it is told."""
        named = type_called(self.category) or type_within(self.category)
        return bool(named or trades_of([self.category]))

    @property
    def query(self) -> str:
        """The same as part of an address; empty fields are left out."""
        return urlencode({name: value for name, value in self.values.items() if value})

    @property
    def values(self) -> dict[str, str]:
        """By the names of the form's fields."""
        return {
            "website": self.website,
            "town": self.town,
            "country": self.country,
            "category": self.category,
        }


def told_of(given: Mapping[str, object]) -> tuple[Told, dict[str, str]]:
    """What *given* fields say, cut to what a form takes, and what is wrong with them by field."""
    values = {
        name: " ".join(str(given.get(name, "")).split())[:longest]
        for name, longest in (("website", 500), ("town", 120), ("country", 2), ("category", 120))
    }
    values["country"] = values["country"].upper()
    problems: dict[str, str] = {}
    if pycountry.countries.get(alpha_2=values["country"]) is None:
        values["country"] = ""
        problems["country"] = "Choose the country where the business is."
    if values["website"]:
        try:
            values["website"] = _URL.validate_python(values["website"])
        except ValidationError:
            problems["website"] = "This is not a web address; write it like your-business.com."
    return Told(**values), problems


@dataclass(frozen=True, slots=True)
class Offer:
    """What one plan would come to. `same_as`: the smaller plan that comes to just as much."""

    plan: Plan
    count: int
    automatic: int
    same_as: str

    @property
    def by_person(self) -> int:
        """How many are handed in by one of our people, or with one."""
        return self.count - self.automatic


@dataclass(frozen=True, slots=True)
class Entry:
    """One directory in the list."""

    directory: Directory
    fit: Fit
    handling: Handling


@dataclass(frozen=True, slots=True)
class Qualification:
    """The answer. `fits` and `others` are in the order of a plan's choice and of names."""

    told: Told
    total: int
    fits: tuple[Entry, ...]
    others: tuple[Entry, ...]
    offers: tuple[Offer, ...]

    @property
    def automatic(self) -> int:
        """How many of those that fit are for the robot."""
        return sum(entry.handling is Handling.AUTOMATIC for entry in self.fits)

    @property
    def proven(self) -> int:
        """Of how many that fit we have seen ourselves that their form works."""
        return sum(entry.directory.evidence is Evidence.PROVEN for entry in self.fits)

    @property
    def reasons(self) -> dict[Fit, int]:
        """How many do not fit, by reason, the commonest first."""
        return dict(Counter(entry.fit for entry in self.others).most_common())


def qualify(entries: Sequence[Directory], told: Told) -> Qualification:
    """What the business that *told* describes would get of *entries*."""
    business = told.business
    order = ranked(entries, business)
    fits = tuple(_entry(directory, business) for directory in order)
    others = sorted(
        (entry for one in entries if (entry := _entry(one, business)).fit is not Fit.FITS),
        key=lambda entry: entry.directory.name.casefold(),
    )
    offers: list[Offer] = []
    for plan in PLANS.values():
        got = order[: plan.directories]
        automatic = sum(handling(one, business) is Handling.AUTOMATIC for one in got)
        same = next((offer.plan.title for offer in offers if offer.count == len(got)), "")
        offers.append(Offer(plan, len(got), automatic, same))
    return Qualification(told, len(entries), fits, tuple(others), tuple(offers))


def _entry(directory: Directory, business: Business) -> Entry:
    return Entry(directory, fit(directory, business), handling(directory, business))
