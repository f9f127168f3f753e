"""What is read out of business pages of all shapes, and of pages that mean no good?"""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from serve_app.prefill.extract import JSON_LD, LINKS, META, MICRODATA, clean, extract

BAKERY: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "Bakery",
    "name": "Harbor Lane Bakery",
    "telephone": "(212) 555-0142",
    "email": "hello@harborlane.example.com",
    "address": {
        "@type": "PostalAddress",
        "streetAddress": "12 Harbor Lane",
        "addressLocality": "Portland",
        "addressRegion": "ME",
        "postalCode": "04101",
        "addressCountry": {"@type": "Country", "name": "United States"},
    },
}
TOLD = {
    "business_name": "Harbor Lane Bakery",
    "phone": "(212) 555-0142",
    "email": "hello@harborlane.example.com",
    "address.street": "12 Harbor Lane",
    "address.city": "Portland",
    "address.state": "ME",
    "address.postal_code": "04101",
    "address.country": "US",
    "category": "Bakery",
}
SITE = {"@type": "WebSite", "name": "Another name", "url": "https://elsewhere.example"}
PERSON = {"@type": "Person", "name": "Ada Moreno", "telephone": "1", "email": "ada@a.example"}


def ld(*values: object) -> str:
    return "".join(
        f'<script type="application/ld+json">{json.dumps(value)}</script>' for value in values
    )


def found(page: str, url: str = "https://harborlane.example/about?x=1") -> dict[str, str]:
    """The surest value of each field."""
    return {one.field: one.value for one in reversed(extract(page, url))}


@pytest.mark.parametrize(
    "page",
    [
        ld(BAKERY),
        ld({"@context": "https://schema.org", "@graph": [SITE, PERSON, BAKERY]}),
        ld([SITE, [PERSON, [BAKERY]]]),
        ld(PERSON, SITE, BAKERY),
        ld({"@type": "WebPage", "mainEntity": {"@type": "AboutPage", "about": BAKERY}}),
        ld({**BAKERY, "@type": ["Bakery", "LocalBusiness"], "name": ["Harbor Lane Bakery", "HLB"]}),
        ld({**BAKERY, "@type": "https://schema.org/Bakery"}),
        ld(
            {
                "@graph": [
                    {**BAKERY, "address": {"@id": "#place"}},
                    {**BAKERY["address"], "@id": "#place"},
                ]
            }
        ),
        # An organisation behind the shop tells less than the shop.
        ld({"@type": "Organization", "name": "Harbor Holding", "url": "https://h.example"}, BAKERY),
        # Broken in the ways of plug-ins and of people.
        ld(BAKERY)
        .replace("}}<", "},}<")
        .replace('ld+json">', 'ld+json">\n//<![CDATA[\n')
        .replace("</script>", "\n//]]></script>"),
        '<script type="application/ld+json">{"@type": "Bakery", "name": </script>' + ld(BAKERY),
        f"<script type='Application/LD+JSON; charset=utf-8'><!--{json.dumps(BAKERY)}--></script>",
    ],
)
def test_json_ld_is_read_however_it_is_wrapped(page: str) -> None:
    got = found(f"<html><head>{page}</head></html>")
    assert {name: got.get(name) for name in TOLD} == TOLD


MICRO = """<div itemscope itemtype="https://schema.org/Bakery"><h1 itemprop="name">Harbor
 <b>Lane</b> Bakery</h1><p>Call <span itemprop="telephone" content="+12125550142">212</span></p>
<div itemprop="address" itemscope itemtype="https://schema.org/PostalAddress">
<span itemprop="streetAddress">12 Harbor Lane</span><br><p><span itemprop="addressLocality">Portland
</span>, <span itemprop="addressRegion">ME</span> <span itemprop="postalCode">04101</span>
<meta itemprop="addressCountry" content="US"></div>
<a itemprop="url" href="https://harborlane.example/">us</a>
<link itemprop="sameAs" href="https://www.facebook.com/harborlane">
<time itemprop="openingHours" datetime="Mo-We,Fr 07:00-12:00">mornings</time>
<div itemprop="review" itemscope itemtype="https://schema.org/Review"><span itemprop="name">Nice!
</span></div></div>"""


def test_nested_microdata_is_read_as_items_in_items() -> None:
    got = found(MICRO)
    assert got["business_name"] == "Harbor Lane Bakery"
    assert got["phone"] == "+12125550142"
    assert got["address.city"] == "Portland"
    assert got["address.postal_code"] == "04101"
    assert got["social.facebook"] == "https://www.facebook.com/harborlane"
    assert got["hours.wed.opens"] == "07:00"
    assert got["hours.fri.closes"] == "12:00"
    assert "hours.thu.opens" not in got
    assert {one.where for one in extract(MICRO, "https://a.example") if one.field == "phone"} == {
        MICRODATA
    }


def test_the_surer_source_goes_first_and_each_says_where_it_stood() -> None:
    page = (
        '<meta property="og:site_name" content="HLB Online">'
        '<meta name="description" content="Bread.">'
        '<a href="tel:+1-207-555-0100">call</a><a href="mailto:info@b.example?subject=x">mail</a>'
        '<a href="https://facebook.com/sharer.php?u=x">share</a>'
        '<a href="https://de-de.facebook.com/harborlane">f</a>'
        '<a href="https://twitter.com/harborlane">t</a>'
        "<address>Harbor Lane Bakery<br>12 Harbor Lane<br>Portland, ME 04101</address>"
    )
    told = {
        one.field: (one.value, one.where) for one in reversed(extract(page, "https://b.example/x"))
    }
    assert told["business_name"] == ("HLB Online", META)
    assert told["description"] == ("Bread.", META)
    assert told["phone"] == ("+1-207-555-0100", LINKS)
    assert told["email"] == ("info@b.example", LINKS)
    assert told["social.facebook"][0] == "https://de-de.facebook.com/harborlane"
    assert told["social.x"][0] == "https://twitter.com/harborlane"
    assert told["address.street"][0] == "12 Harbor Lane"
    assert told["address.state"][0] == "ME"
    assert told["website"][0] == "https://b.example/"
    both = {one.field: one for one in reversed(extract(ld(BAKERY) + page, "https://b.example"))}
    assert both["phone"].where == JSON_LD
    assert both["description"].where == META


@pytest.mark.parametrize(
    ("page", "field", "value"),
    [
        (ld({**BAKERY, "@type": "Dentist", "name": "Zahnärzte am Süd"}), "category", "Dentist"),
        (ld({**BAKERY, "name": "株式会社ベーカリー"}), "business_name", "株式会社ベーカリー"),
        (ld({**BAKERY, "name": "مخبز الميناء"}), "business_name", "مخبز الميناء"),
        ("<address>Hauptstr. 5<br>10115 Berlin</address>", "address.postal_code", "10115"),
        ("<address><p>5 High Street</p><p>Leeds LS1 4AP</p></address>", "address.city", "Leeds"),
        ("<title>Startseite | Bäckerei Süd</title>", "business_name", "Bäckerei Süd"),
        (ld({**BAKERY, "priceRange": "$$"}), "price_range", "2"),
        (ld({**BAKERY, "foundingDate": "1998-05-01"}), "year_founded", "1998"),
        (
            ld({**BAKERY, "description": "<p>Rye &amp; <b>more</b></p>"}),
            "description",
            "Rye & more",
        ),
        (ld({**BAKERY, "numberOfEmployees": {"value": 12}}), "employees", "12"),
    ],
)
def test_single_facts(page: str, field: str, value: str) -> None:
    assert found(page).get(field) == value


def test_hours_of_the_usual_week_alone() -> None:
    rows = [
        {
            "dayOfWeek": ["Monday", "https://schema.org/Tuesday"],
            "opens": "09:00",
            "closes": "12:30",
        },
        {"dayOfWeek": "Monday", "opens": "14:00:00", "closes": "18:00"},
        {"dayOfWeek": "Sunday", "opens": "00:00", "closes": "00:00"},
        {"dayOfWeek": "Friday", "opens": "10:00", "closes": "11:00", "validFrom": "2026-12-24"},
        {"dayOfWeek": "Someday", "opens": "25:00", "closes": "x"},
    ]
    got = found(
        ld({**BAKERY, "openingHoursSpecification": rows, "openingHours": ["Sa 8:00-12:00"]})
    )
    hours = {name[6:]: value for name, value in got.items() if name.startswith("hours.")}
    assert hours == {
        "mon.opens": "09:00",
        "mon.closes": "12:30",
        "mon.opens2": "14:00",
        "mon.closes2": "18:00",
        "tue.opens": "09:00",
        "tue.closes": "12:30",
        "sat.opens": "08:00",
        "sat.closes": "12:00",
        "sun.closed": "yes",
    }


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<",
        "<html><body><p>Nothing here",
        ld(PERSON),
        ld([1, None, "x", {"@type": None, "address": [[]], "name": {"@value": {}}}]),
        ld({"@type": "Bakery", "name": {"a": 1}, "address": "12 Harbor Lane", "email": True}),
        '<script type="application/ld+json">' + "[" * 200_000 + "</script>",
        '<script type="application/ld+json">{"@type":"Bakery","name":NaN}</script>',
    ],
)
def test_a_page_without_facts_or_sense_proposes_next_to_nothing(page: str) -> None:
    assert set(found(page)) <= {"website", "category"}


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<!--",
        "<![CDATA[",
        "<a ",
        '<a href="',
        "<div itemscope itemprop=x>",
        "<script>",
        "<?",
        "</",
        "&#",
        '<meta name="a" content="b">',
        '<p itemprop="name">x',
        "<address><br>",
        "{" * 50,
        '<script type="application/ld+json">[',
    ],
)
def test_five_hostile_megabytes_are_over_within_their_time(piece: str) -> None:
    page = "<div itemscope itemtype='https://schema.org/Bakery'>" + piece * (
        5_000_000 // len(piece)
    )
    started = time.monotonic()
    extract(page, "https://a.example", within_s=1.0)
    # A piece that was begun is read to its end; the rest of the work is bounded by counts.
    assert time.monotonic() - started < 8


def test_what_is_proposed_is_plain_text_of_bounded_length() -> None:
    nasty = "A\x00\u202eB<img src=x onerror=alert(1)>" + "c" * 5000
    got = found(ld({**BAKERY, "name": nasty, "slogan": "x\ny", "description": nasty * 10}))
    assert got["business_name"].startswith("A BC".replace("C", " c")[:3])
    assert "<" not in got["business_name"]
    assert len(got["business_name"]) <= 500
    assert len(got["description"]) <= 10_000
    assert got["tagline"] == "x y"
    assert clean("a\n\n b &lt;b&gt;", 10_000) == "a\n\nb <b>"
