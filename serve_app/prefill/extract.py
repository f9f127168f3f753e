"""What does a page say about the business, in the fields of our form, and where does it say so?

Pure: a page's text in, proposals out. JSON-LD goes
before microdata, that before Open Graph, that before links and visible text.

*Source:* schema.org (LocalBusiness, PostalAddress, OpeningHoursSpecification), the Open Graph
protocol, RFC 3966 (tel), RFC 6068 (mailto).
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from serve_app.prefill.business import facts_of, pick
from serve_app.prefill.markup import Markup, read

JSON_LD = "in its business data (JSON-LD)"
MICRODATA = "in its business data (microdata)"
META = "in its description for search engines"
LINKS = "in a link"
ADDRESS = "in its address"
TITLE = "in its title"
_MOST = 500
_MOST_NODES = 3000
_LONGEST = {"description": 10_000, "tagline": 200}
_SOCIAL = {
    "facebook.com": "facebook",
    "instagram.com": "instagram",
    "x.com": "x",
    "twitter.com": "x",
    "linkedin.com": "linkedin",
    "youtube.com": "youtube",
    "tiktok.com": "tiktok",
    "pinterest.com": "pinterest",
}
_NO_PAGE = re.compile(r"/(?:sharer?|share|intent|dialog|plugins|hashtag|search|login)\b|^/?$")
_META_FIELDS = {
    "business:contact_data:street_address": "address.street",
    "business:contact_data:locality": "address.city",
    "business:contact_data:postal_code": "address.postal_code",
    "business:contact_data:region": "address.state",
    "business:contact_data:phone_number": "phone",
    "business:contact_data:email": "email",
    "business:contact_data:website": "website",
    "og:phone_number": "phone",
    "og:email": "email",
    "og:site_name": "business_name",
    "og:description": "description",
    "description": "description",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value for one field of the form, and where it stood."""

    field: str
    value: str
    where: str


def extract(page: str, url: str, *, within_s: float = 2.0) -> list[Proposal]:
    """What the page at *url* says, the surest first; a field may have several.

    within_s: how long a page may take to read; what comes after that is left out.
    """
    markup = read(page, within_s=within_s)
    found: dict[tuple[str, str], Proposal] = {}
    for where, facts in _sources(markup, url):
        for name, value in facts:
            text = clean(value, _LONGEST.get(name, 500))
            if text and len(found) < _MOST:
                found.setdefault((name, text), Proposal(name, text, where))
    return list(found.values())


def _sources(markup: Markup, url: str) -> Iterator[tuple[str, Iterator[tuple[str, str]]]]:
    nodes = [node for text in markup.json_ld for node in _nodes(text)]
    by_id = {str(node["@id"]): node for node in nodes if "@id" in node and len(node) > 1}
    best = pick(nodes, by_id)
    if best is not None:
        yield JSON_LD, facts_of(best, by_id)
        yield JSON_LD, _social(_texts(best.get("sameAs")))
    items = list(_walked(markup.items))
    best = pick(items, {})
    if best is not None:
        yield MICRODATA, facts_of(best, {})
        yield MICRODATA, _social(_texts(best.get("sameAs")))
    yield META, _metas(markup.metas)
    yield LINKS, _links(markup.links)
    yield LINKS, _social(markup.links)
    yield ADDRESS, _address(markup.addresses)
    yield TITLE, _title(markup.title)
    # Where the page was is told by nobody else more surely than by the visit.
    home = urlsplit(url)
    yield "at its own address", iter([("website", f"{home.scheme}://{home.netloc}/")])


def _nodes(text: str) -> Iterator[dict[str, Any]]:
    """Every object in a JSON-LD text that can be read, however it is nested."""
    for attempt in (text, _mended(text)):
        try:
            loaded = json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _walked(loaded)
        return


def _mended(text: str) -> str:
    """What people and plug-ins get wrong: comment marks around it, commas before a bracket."""
    text = re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)", "", text)
    text = re.sub(r"(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*;?\s*$", "", text)
    return re.sub(r",(\s*[}\]])", r"\1", text.strip().rstrip(";"))


def _walked(loaded: Any) -> Iterator[dict[str, Any]]:
    """All objects within *loaded*, the outer ones first, at most 3,000."""
    line, seen = [loaded], 0
    while line and seen < _MOST_NODES:
        value = line.pop(0)
        seen += 1
        if isinstance(value, dict):
            yield value
            line.extend(inner for inner in value.values() if isinstance(inner, dict | list))
        elif isinstance(value, list):
            line.extend(value[:_MOST_NODES])


def clean(value: str, longest: int) -> str:
    """*value* as one line of plain text (a description keeps its lines), at most *longest* long."""
    text = html.unescape(re.sub(r"<[^<>]{0,2000}>", " ", value[: longest * 4]))
    text = "".join(c if unicodedata.category(c)[0] != "C" or c == "\n" else " " for c in text)
    lines = [" ".join(line.split()) for line in text.split("\n")] if longest > 500 else [text]
    return (
        " ".join("\n".join(lines).split(" ")).strip()[:longest].strip()
        if longest > 500
        else (" ".join(text.split())[:longest])
    )


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def _social(links: list[str]) -> Iterator[tuple[str, str]]:
    for link in links:
        try:
            parts = urlsplit(link)
            host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
        except ValueError:
            continue
        name = _SOCIAL.get(host) or _SOCIAL.get(".".join(host.split(".")[-2:]))
        if name and parts.scheme in {"http", "https"} and not _NO_PAGE.search(parts.path):
            yield f"social.{name}", link


def _metas(metas: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, field in _META_FIELDS.items():
        if name in metas:
            yield field, metas[name]


def _links(links: list[str]) -> Iterator[tuple[str, str]]:
    for link in links:
        scheme, _, rest = link.partition(":")
        if scheme.lower() == "tel":
            yield "phone", re.sub(r"[;?].*", "", unquote(rest)).lstrip("/")
        elif scheme.lower() == "mailto":
            yield "email", unquote(rest.partition("?")[0].partition(",")[0])


_TOWN = (
    re.compile(r"^(?P<city>[^,\d]{2,60}),\s*(?P<state>[A-Z]{2})\s+(?P<code>\d{5}(?:-\d{4})?)$"),
    re.compile(r"^(?:[A-Z]{1,2}-)?(?P<code>\d{4,5}|\d{4} ?[A-Z]{2})\s+(?P<city>\D{2,60})$"),
    re.compile(r"^(?P<city>\D{2,60}?),?\s+(?P<code>[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})$"),
)
_STREET = re.compile(r"^(?=.*\d)(?=.*[^\W\d]).{4,100}$")


def _address(addresses: list[str]) -> Iterator[tuple[str, str]]:
    """Street and town of an `address` element, where its lines are written as on a letter."""
    for text in addresses:
        lines = [" ".join(line.split()).strip(" ,") for line in text.split("\n")]
        lines = [line for line in lines if line]
        for at, line in enumerate(lines):
            found = next((match for rule in _TOWN if (match := rule.match(line[:200]))), None)
            if found is None or at == 0 or not _STREET.match(lines[at - 1][:200]):
                continue
            told = found.groupdict()
            yield "address.street", lines[at - 1]
            yield "address.city", told["city"].strip()
            yield "address.postal_code", told["code"]
            yield "address.state", told.get("state") or ""
            return


def _title(title: str) -> Iterator[tuple[str, str]]:
    parts = [part.strip() for part in re.split(r"\s[|–—·»-]\s", title[:300]) if part.strip()]
    if parts and parts[0].casefold() not in {
        "home",
        "homepage",
        "welcome",
        "startseite",
        "accueil",
    }:
        yield "business_name", parts[0]
    elif len(parts) > 1:
        yield "business_name", parts[1]
