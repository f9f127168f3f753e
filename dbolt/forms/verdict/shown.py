"""Does the page after the press show the business, and where does its listing live?"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from dbolt.domain.profile import Profile
from dbolt.forms.page import Page
from dbolt.forms.values.text import digits, fold
from dbolt.forms.verdict.phrases import words_of


def facts_shown(new_text: str, profile: Profile) -> frozenset[str]:
    """Names of the profile's facts among the page's new words (not in boxes)."""
    text, numbers = f" {fold(new_text)} ", digits(new_text)
    address = profile.address
    wanted = {
        "name": profile.business_name,
        "street": address.street,
        "city": address.city,
        "postal_code": address.postal_code,
        "email": profile.email,
        "website": urlsplit(profile.website or "").netloc.removeprefix("www."),
        "description": profile.descriptions[-1][:60].rsplit(" ", 1)[0],
        "category": profile.category,
    }
    shown = {name for name, value in wanted.items() if fold(value) and f" {fold(value)} " in text}
    if digits(profile.phone)[-9:] in numbers:
        shown.add("phone")
    return frozenset(shown)


def listing_shown(before: Page, after: Page, new_text: str, profile: Profile) -> bool:
    """Whether the business's name is a heading or a link there, with three more of its facts."""
    name = fold(profile.business_name)
    old = {fold(h) for h in (before.title, *before.headings)} | {fold(x.text) for x in before.links}
    heads = [fold(x) for x in (after.title, *after.headings, *(link.text for link in after.links))]
    titled = any(name in head and head not in old for head in heads)
    return titled and len(facts_shown(new_text, profile) - {"name", "category"}) >= 3


def listing_url(before: Page, after: Page, profile: Profile) -> str:
    """The address of the listing, if the page gives one; empty otherwise."""
    known = {(fold(x.text), x.href) for x in before.links}
    name = fold(profile.business_name)
    own = urlsplit(profile.website or "").netloc
    fresh = [
        x
        for x in after.links
        if (fold(x.text), x.href) not in known
        and x.href
        and not x.href.startswith(("#", "javascript:", "mailto:", "tel:"))
        and (not own or urlsplit(x.href).netloc != own)
    ]
    for link in fresh:
        if fold(link.text) in words_of().view:
            return urljoin(after.url, link.href)
    for link in fresh:
        if name and name in fold(link.text):
            return urljoin(after.url, link.href)
    return ""
