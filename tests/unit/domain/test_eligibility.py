"""Is a business promised those directories that take it, and no others?"""

from __future__ import annotations

import pytest

from dbolt.domain.directory import Cost, Directory, Evidence, Policy
from dbolt.domain.eligibility import Business, Fit, Handling, chosen, fit, handling, ranked
from dbolt.domain.profile import Profile
from dbolt.forms.values.trades import business_of, trades_of
from tests.support.queue import PROFILE

DENTIST = Business("US", frozenset({"dental", "medical"}))


def entry(slug: str = "a", **more: object) -> Directory:
    told = {"policy": Policy.AUTO, **more}
    return Directory(
        slug=slug,
        name=slug,
        home_url="https://a.example",
        submit_url="https://a.example/add",
        **told,
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, Fit.FITS),
        ({"market": "us|ca"}, Fit.FITS),
        ({"market": "de"}, Fit.MARKET),
        ({"categories": ["roofing"]}, Fit.TRADE),
        ({"categories": ["roofing", "dental"]}, Fit.FITS),
        ({"categories": ["companies"]}, Fit.FITS),
        ({"cost": Cost.PAID}, Fit.FEE),
        ({"cost": Cost.FREEMIUM}, Fit.FITS),
        ({"policy": Policy.SKIP}, Fit.CLOSED),
        ({"evidence": Evidence.FORBIDDEN}, Fit.CLOSED),
        ({"evidence": Evidence.GONE}, Fit.GONE),
        # The most lasting reason is told.
        ({"evidence": Evidence.GONE, "market": "de"}, Fit.GONE),
        ({"market": "de", "cost": Cost.PAID}, Fit.MARKET),
    ],
)
def test_a_directory_takes_a_business_by_market_trade_price_and_state(
    told: dict[str, object], expected: Fit
) -> None:
    assert fit(entry(**told), DENTIST) is expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, Handling.AUTOMATIC),
        ({"policy": Policy.ASSISTED}, Handling.PERSON),
        ({"policy": Policy.MANUAL}, Handling.PERSON),
        ({"market": "de"}, Handling.NOBODY),
    ],
)
def test_only_what_permits_robots_is_called_automatic(
    told: dict[str, object], expected: Handling
) -> None:
    assert handling(entry(**told), DENTIST) is expected


def test_the_best_known_come_first_and_no_plan_gets_more_than_there_are() -> None:
    known = [
        entry("paid", cost=Cost.PAID),
        entry("anywhere"),
        entry("by-hand", policy=Policy.MANUAL, market="us"),
        entry("own-trade", market="us", categories=["dental"]),
        entry("own-country", market="us"),
        entry("proven-by-hand", policy=Policy.MANUAL, evidence=Evidence.PROVEN),
    ]
    order = ["proven-by-hand", "own-trade", "own-country", "anywhere", "by-hand"]
    assert [one.slug for one in ranked(known, DENTIST)] == order
    assert [one.slug for one in chosen(known, DENTIST, 2)] == order[:2]
    assert len(chosen(known, DENTIST, 500)) == 5


@pytest.mark.parametrize(
    ("category", "among", "not_among"),
    [
        ("Zahnarzt", "dental", "restaurants"),
        ("Plumbers", "home_services", "medical"),
        ("Italian restaurant with a bar", "restaurants", "home_services"),
        ("AI software", "ai", "plumbing"),
        ("Boulangerie", "", "startups"),
        ("<b>qwertz</b>", "", "ai"),
    ],
)
def test_trades_are_known_by_their_names(category: str, among: str, not_among: str) -> None:
    found = trades_of([category])
    assert not among or among in found
    assert not_among not in found


def test_a_profile_is_looked_at_with_all_its_categories() -> None:
    profile = Profile.model_validate({**PROFILE, "categories": ["Hair salon", "Nail salon"]})
    assert {"hair", "beauty"} <= business_of(profile).trades
    assert business_of(profile).country == profile.address.country
