"""Which of a page's schema.org objects is the business, and what does it say in our fields?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pycountry

from dbolt.domain.profile import Day
from dbolt.forms.values.crosswalk import business_types

Node = Mapping[str, Any]

_PLAIN = {
    "name": "business_name",
    "legalName": "legal_name",
    "description": "description",
    "slogan": "tagline",
    "telephone": "phone",
    "email": "email",
    "url": "website",
    "vatID": "vat_id",
    "paymentAccepted": "payment_methods",
}
_PLACE = {
    "streetAddress": "address.street",
    "addressLocality": "address.city",
    "addressRegion": "address.state",
    "postalCode": "address.postal_code",
}
_GENERAL = frozenset(
    [
        "LocalBusiness",
        "Organization",
        "Corporation",
        "Store",
        "ProfessionalService",
        "Place",
        "Restaurant",
        "FoodEstablishment",
        "HomeAndConstructionBusiness",
        "HealthAndBeautyBusiness",
        "MedicalBusiness",
        "MedicalClinic",
        "LegalService",
        "FinancialService",
        "LodgingBusiness",
        "AutomotiveBusiness",
        "EntertainmentBusiness",
        "SportsActivityLocation",
        "RealEstateAgent",
        "TravelAgency",
        "NGO",
    ]
)
_OTHERS = frozenset(
    [
        "Person",
        "PostalAddress",
        "Event",
        "Product",
        "Offer",
        "Article",
        "NewsArticle",
        "BlogPosting",
        "WebSite",
        "WebPage",
        "ImageObject",
        "Review",
        "Rating",
        "AggregateRating",
        "BreadcrumbList",
        "ListItem",
        "ContactPoint",
        "JobPosting",
        "GeoCoordinates",
        "OpeningHoursSpecification",
        "SearchAction",
        "VideoObject",
        "Recipe",
        "Question",
    ]
)
_DAYS = {
    name: day
    for day, names in {
        Day.MON: "monday mo mon",
        Day.TUE: "tuesday tu tue",
        Day.WED: "wednesday we wed",
        Day.THU: "thursday th thu",
        Day.FRI: "friday fr fri",
        Day.SAT: "saturday sa sat",
        Day.SUN: "sunday su sun",
    }.items()
    for name in names.split()
}
_TOKEN = re.compile(
    r"(?P<opens>\d{1,2}:\d{2})\s*[-–]\s*(?P<closes>\d{1,2}:\d{2})|(?P<word>[A-Za-z]{2,9})|(?P<dash>[-–])"
)


def pick(nodes: Sequence[Node], by_id: Mapping[str, Node]) -> Node | None:
    """The object that tells most about a business; None where none is one."""
    scored = [(_score(node, by_id), -at, node) for at, node in enumerate(nodes)]
    best = max(scored, key=lambda row: row[:2], default=None)
    return best[2] if best is not None and best[0] > 0 else None


def _score(node: Node, by_id: Mapping[str, Node]) -> int:
    kinds = set(_kinds(node))
    if kinds and kinds <= _OTHERS:
        return 0
    known = bool(kinds & _GENERAL) or any(kind in business_types() for kind in kinds)
    told = sum(bool(node.get(name)) for name in (*_PLAIN, "openingHours", "sameAs"))
    address = _object(node.get("address"), by_id)
    told += 2 * sum(bool(address.get(name)) for name in _PLACE)
    if not known and not (node.get("name") and (address or node.get("telephone"))):
        return 0
    # A place on the street says more of itself than the organisation behind it.
    return told + (3 if kinds - {"Organization", "Corporation"} else 0)


def _kinds(node: Node) -> list[str]:
    told = node.get("@type")
    values = told if isinstance(told, list) else [told]
    return [str(kind).rstrip("/").rpartition("/")[2] for kind in values if kind]


def facts_of(node: Node, by_id: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    """Pairs of form field and text, unchecked."""
    for name, field in _PLAIN.items():
        yield field, _text(node.get(name))
    yield from _address(_object(node.get("address"), by_id))
    yield "year_founded", (re.findall(r"\b[12]\d{3}\b", _text(node.get("foundingDate"))) or [""])[0]
    price = _text(node.get("priceRange"))
    yield "price_range", str(len(price)) if re.fullmatch(r"([$€£¥])\1{0,3}", price) else ""
    people = _object(node.get("numberOfEmployees"), by_id).get(
        "value", node.get("numberOfEmployees")
    )
    yield "employees", str(people) if str(people).isdecimal() else ""
    yield "category", _category(node)
    for contact in _objects(node.get("contactPoint"), by_id):
        yield "phone", _text(contact.get("telephone"))
        yield "email", _text(contact.get("email"))
    yield from _hours(node, by_id)


def _address(address: Node) -> Iterator[tuple[str, str]]:
    for name, field in _PLACE.items():
        yield field, _text(address.get(name), ", ")
    country = address.get("addressCountry")
    told = country.get("name") if isinstance(country, Mapping) else _text(country)
    yield "address.country", _country(_text(told))
    if not any(address.values()):
        return


def _country(told: str) -> str:
    try:
        found = pycountry.countries.lookup(told.strip()) if told.strip() else None
    except LookupError:
        return ""
    return str(found.alpha_2) if found else ""


def _category(node: Node) -> str:
    for kind in _kinds(node):
        known = business_types().get(kind)
        if known is not None:
            return known.words["en"][0] if "en" in known.words else kind
        if kind not in _GENERAL | _OTHERS and re.fullmatch(r"(?:[A-Z][a-z]+){1,5}", kind):
            return " ".join(re.findall(r"[A-Z][a-z]+", kind)).capitalize()
    return "Restaurant" if "Restaurant" in _kinds(node) else ""


def _hours(node: Node, by_id: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    spans: dict[Day, list[tuple[str, str]]] = {}
    for row in _objects(node.get("openingHoursSpecification"), by_id):
        opens, closes = _clock(row.get("opens")), _clock(row.get("closes"))
        # What holds for some weeks only is no usual week.
        if opens and closes and not (row.get("validFrom") or row.get("validThrough")):
            days = row.get("dayOfWeek")
            for told in days if isinstance(days, list) else [days]:
                name = told.get("name") if isinstance(told, Mapping) else told
                day = _DAYS.get(str(name or "").rstrip("/").rpartition("/")[2].lower())
                if day is not None:
                    spans.setdefault(day, []).append((opens, closes))
    texts = node.get("openingHours")
    for text in texts if isinstance(texts, list) else [texts]:
        for day, span in _written(text if isinstance(text, str) else ""):
            spans.setdefault(day, []).append(span)
    for day, told in spans.items():
        for (opens, closes), nth in zip(sorted(dict.fromkeys(told)), ("", "2"), strict=False):
            if opens == closes == "00:00":
                yield f"hours.{day}.closed", "yes"
                break
            yield f"hours.{day}.opens{nth}", opens
            yield f"hours.{day}.closes{nth}", closes


def _written(text: str) -> Iterator[tuple[Day, tuple[str, str]]]:
    """The days and spans of a text like "Mo-We,Fr 09:00-17:00, Sa 10:00-12:00"."""
    days: list[Day] = []
    until = told = False
    for token in _TOKEN.finditer(text[:1000]):
        opens, closes = _clock(token["opens"]), _clock(token["closes"])
        if token["opens"]:
            told = True
            if opens and closes:
                yield from ((day, (opens, closes)) for day in days)
            continue
        day = _DAYS.get((token["word"] or "").lower())
        if day is not None and told:
            days, told = [], False
        if day is not None and until and days:
            order = list(Day)
            days += order[order.index(days[-1]) + 1 : order.index(day) + 1]
        elif day is not None:
            days.append(day)
        until = token["dash"] is not None


def _clock(value: Any) -> str:
    found = re.match(r"(\d{1,2}):(\d{2})", str(value or "").strip().lstrip("T"))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return ""
    return f"{int(found[1]):02}:{found[2]}"


def _text(value: Any, between: str = "") -> str:
    """The text of a property: itself, the first of several, or the value of an object."""
    if isinstance(value, list):
        texts = [text for each in value[:10] if (text := _text(each))]
        return between.join(texts) if between else (texts or [""])[0]
    if isinstance(value, Mapping):
        return _text(value.get("@value") or value.get("name"))
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _object(value: Any, by_id: Mapping[str, Node]) -> Node:
    return next(iter(_objects(value, by_id)), {})


def _objects(value: Any, by_id: Mapping[str, Node]) -> list[Node]:
    """The objects of a property; one that only names another is that other."""
    values = value if isinstance(value, list) else [value]
    found = [each for each in values[:50] if isinstance(each, Mapping)]
    return [by_id.get(str(each.get("@id")), each) if len(each) == 1 else each for each in found]
