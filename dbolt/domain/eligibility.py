"""Which directories take a business, and which of them does a plan go to?

The one rule: what is promised before the payment and what a job is made of both come from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from dbolt.domain.directory import Cost, Directory, Evidence, Policy

EVERYBODY = frozenset({"any", "companies"})
"""Words in a directory's `categories` that leave no business out."""


class Fit(StrEnum):
    """Whether a directory takes a business, and if not, why."""

    FITS = "fits"
    MARKET = "market"
    TRADE = "trade"
    FEE = "fee"
    CLOSED = "closed"
    GONE = "gone"


class Handling(StrEnum):
    """Who hands the listing in."""

    AUTOMATIC = "automatic"
    PERSON = "person"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Business:
    """What the rule looks at.

    `country`: ISO 3166-1 alpha-2. `trades`: the words of the catalogue's `categories` under which
    the business falls.
    """

    country: str
    trades: frozenset[str] = frozenset()


def fit(directory: Directory, business: Business) -> Fit:
    """Whether *directory* takes *business*; of several reasons against it, the most lasting."""
    if directory.evidence is Evidence.GONE:
        return Fit.GONE
    if directory.policy is Policy.SKIP or directory.evidence is Evidence.FORBIDDEN:
        return Fit.CLOSED
    if not directory.serves(business.country):
        return Fit.MARKET
    if EVERYBODY.isdisjoint(directory.categories) and business.trades.isdisjoint(
        directory.categories
    ):
        return Fit.TRADE
    # A plan's price holds no fees of others, and nobody agrees to any in a customer's name.
    return Fit.FEE if directory.cost is Cost.PAID else Fit.FITS


def handling(directory: Directory, business: Business) -> Handling:
    """Who would hand *business* in to *directory*."""
    if fit(directory, business) is not Fit.FITS:
        return Handling.NOBODY
    return Handling.AUTOMATIC if directory.policy is Policy.AUTO else Handling.PERSON


def ranked(directories: Iterable[Directory], business: Business) -> list[Directory]:
    """Those that take *business*, the best first.

    Proven entries before candidates, then those that we hand in by ourselves, those of the
    business's own country and trade, and those that say that a listing is free.
    """
    fitting = (entry for entry in directories if fit(entry, business) is Fit.FITS)
    return sorted(
        fitting,
        key=lambda entry: (
            entry.evidence is not Evidence.PROVEN,
            entry.policy is not Policy.AUTO,
            entry.market == "global",
            EVERYBODY.issuperset(entry.categories),
            _COSTS[entry.cost],
            entry.slug,
        ),
    )


def chosen(directories: Iterable[Directory], business: Business, most: int) -> list[Directory]:
    """The directories that a plan of *most* goes to for *business*; fewer where fewer take it."""
    return ranked(directories, business)[:most]


_COSTS = {Cost.FREE: 0, Cost.FREEMIUM: 1, Cost.UNKNOWN: 2, Cost.PAID: 3}
