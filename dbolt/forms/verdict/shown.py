"""Does the page after the press show the business, and where does its listing live?"""

from __future__ import annotations

import re
from urllib.parse import unquote, urljoin, urlsplit

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
    """Whether the business's name is a heading or a link there, with three more of its facts.

    A page of its own needs none: "/organization/harbor-lane-bakery", headed by the name alone.
    """
    name = fold(profile.business_name)
    old = {fold(h) for h in (before.title, *before.headings)} | {fold(x.text) for x in before.links}
    heads = [fold(x) for x in (after.title, *after.headings, *(link.text for link in after.links))]
    titled = any(name in head and head not in old for head in heads)
    if _own_page(before, after, name):
        return True
    return titled and len(facts_shown(new_text, profile) - {"name", "category"}) >= 3


def _own_page(before: Page, after: Page, name: str) -> bool:
    """Whether *after* is a new page whose address ends with the *name*, and whose heading is it."""
    was, now = (fold(unquote(urlsplit(u).path.rstrip("/"))) for u in (before.url, after.url))
    headed = name in {fold(h) for h in after.headings} - {fold(h) for h in before.headings}
    return headed and bool(re.search(rf"\b{re.escape(name)}(?: \d+)?$", now)) and name not in was


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
