"""Under which of the catalogue's words does a business fall that calls itself "Bakery"?

A directory of one trade takes that trade alone, so a word is given only for what says it: the
kinds of business of the crosswalk, in its languages, and words that stand in the category itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from dbolt.domain.eligibility import Business
from dbolt.domain.profile import Profile
from dbolt.forms.values.crosswalk import broader, stemmed, type_called, type_within

_OF_KINDS: dict[str, str] = {
    "Restaurant": "restaurants hospitality",
    "CafeOrCoffeeShop": "restaurants hospitality",
    "FastFood": "restaurants",
    "BarOrPub": "hospitality",
    "Catering": "weddings",
    "Hotel": "hotels hospitality tourism",
    "Travel": "tourism",
    "Museum": "attractions tourism",
    "Dentist": "dental medical",
    "Physician": "medical",
    "Physiotherapy": "medical",
    "Chiropractor": "chiropractic medical wellness",
    "Optician": "medical",
    "Pharmacy": "medical",
    "Psychologist": "mental_health medical",
    "Beauty": "beauty",
    "HairSalon": "hair beauty",
    "DaySpa": "wellness massage beauty",
    "Yoga": "wellness",
    "Home": "home_services contractors",
    "Plumber": "plumbing",
    "Electrician": "electricians",
    "RoofingContractor": "roofing construction",
    "HousePainter": "painters",
    "HVACBusiness": "hvac",
    "GeneralContractor": "construction remodeling",
    "Carpenter": "construction remodeling",
    "InteriorDesign": "design",
    "Moving": "moving",
    "Automotive": "automotive",
    "TaxiService": "taxi",
    "Professional": "professional services b2b",
    "Legal": "legal",
    "Accountant": "accounting",
    "Finance": "finance",
    "Marketing": "marketing agencies",
    "Architect": "architecture",
    "Technology": "tech b2b",
    "WebDesign": "web_design agencies design it_services",
    "Software": "software",
    "ComputerRepair": "it_services",
    "RealEstate": "real_estate",
    "Shopping": "retail",
    "OnlineStore": "ecommerce",
    "Manufacturing": "manufacturing b2b",
    "Education": "training",
    "Events": "weddings",
    "Florist": "weddings",
}
"""What each kind of the crosswalk adds to what its broader kinds have."""

_OF_WORDS: dict[str, str] = {
    "accounting": "accountant, accounting, bookkeeping, bookkeeper, tax adviser",
    "affiliate_programs": "affiliate program",
    "agencies": "agency, agencies",
    "ai": "ai, artificial intelligence, machine learning",
    "apps": "app, apps, mobile app",
    "care": "care home, home care, nursing",
    "concrete": "concrete",
    "cosmetic": "cosmetic surgery, aesthetic medicine, plastic surgeon",
    "developer_tools": "developer tool, developer tools, api",
    "dumpster_rental": "dumpster rental, dumpster, skip hire",
    "ecommerce": "online shop, online store, ecommerce, webshop",
    "hvac": "heating, air conditioning, hvac",
    "it_services": "it services, it support, managed services",
    "massage": "massage, massage therapist",
    "media": "media, publisher, radio station, newspaper",
    "medical": "clinic, doctor, medical, hospital",
    "mental_health": "therapist, psychotherapist, counselling, counseling, psychiatrist",
    "nonprofit": "nonprofit, charity, non profit organisation",
    "open_source": "open source",
    "restoration": "restoration, water damage",
    "senior_care": "senior care, assisted living",
    "software": "software, saas",
    "software ai": "ai software, ai tool, ai startup",
    "startups": "startup, start up",
    "tutors": "tutor, tutoring, private lessons",
    "vegan": "vegan, plant based",
    "web_hosting": "web hosting, hosting provider",
    "weddings": "wedding, weddings, bridal, wedding planner",
}
"""Words of a category that say more than its kind."""


@cache
def _phrases() -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple(
        (f" {stemmed(word)} ", frozenset(trades.split()))
        for trades, words in _OF_WORDS.items()
        for word in words.split(", ")
    )


def trades_of(categories: Iterable[str]) -> frozenset[str]:
    """The catalogue's words for a business of these *categories*, in any of eight languages."""
    found: set[str] = set()
    for category in categories:
        kind = type_called(category) or type_within(category)
        if kind is not None:
            for each in (kind, *broader(kind)):
                found.update(_OF_KINDS.get(each.name, "").split())
        padded = f" {stemmed(category)} "
        for phrase, trades in _phrases():
            if phrase in padded:
                found |= trades
    return frozenset(found)


def business_of(profile: Profile) -> Business:
    """*profile* as the rule on eligibility looks at it."""
    trades = trades_of((profile.category, *profile.categories))
    return Business(profile.address.country, trades)
