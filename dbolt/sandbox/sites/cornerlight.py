"""A trendy city guide: placeholders are the only words, the state is free text, nothing has an id."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import is_email, is_phone, is_url, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} · Cornerlight</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>
*{box-sizing:border-box}body{margin:0;font-family:"Helvetica Neue",Arial,sans-serif;background:#faf7f5;color:#2b2024}
nav{display:flex;gap:24px;align-items:center;padding:18px 6vw;background:#fff;box-shadow:0 1px 12px #0001}
nav b{font-size:22px;color:#e2504c}nav a{color:#555;text-decoration:none}nav form{margin-left:auto}
nav input{border:0;background:#f1ecea;border-radius:20px;padding:9px 16px}
main{max-width:720px;margin:40px auto;padding:0 20px}.sheet{background:#fff;border-radius:18px;padding:34px;box-shadow:0 8px 30px #0000000f}
.sheet input,.sheet textarea,.sheet select{width:100%;padding:14px 16px;margin:7px 0;border:1px solid #e7dedb;border-radius:12px;font:inherit}
.pair{display:flex;gap:12px}.go{background:#e2504c;color:#fff;border:0;border-radius:28px;padding:15px 40px;font-weight:700;margin-top:16px}
.oops{background:#fff0ef;border-left:4px solid #e2504c;padding:10px 16px;border-radius:6px}.card{background:#fff;padding:18px 24px;border-radius:14px;margin:14px 0}
footer{padding:40px 6vw;color:#998}footer input{padding:8px;border:1px solid #ddd}</style></head><body>
<nav><b>◐ Cornerlight</b><a href="/">Explore</a><a href="/share-a-place">Share a place</a>
<form action="/explore"><input type="search" name="q" placeholder="Coffee, books, bread…"></form></nav>
<main>{{ body }}</main><footer><form action="/letters" method="post">Sunday letter
<input type="email" name="email" placeholder="you@example.com"><button>Subscribe</button></form></footer></body></html>"""

FORM = """<div class="sheet"><h1>Share a place</h1><p>Tell neighbours about the spot you run.</p>
{% if e %}<div class="oops" role="alert">{% for m in e.values() %}<div>{{ m }}</div>{% endfor %}</div>{% endif %}
<form method="post" action="/share-a-place" novalidate>
<input name="placeName" placeholder="What is your place called? *" value="{{ v.placeName }}">
<input name="oneLiner" placeholder="Tagline (60 characters)" maxlength="60" value="{{ v.oneLiner }}">
<select name="kind"><option value="" disabled selected>What kind of place? *</option>
{% for k in kinds %}<option value="{{ k }}" {{ "selected" if v.kind == k }}>{{ k }}</option>{% endfor %}</select>
<textarea name="story" rows="5" placeholder="Tell its story *">{{ v.story }}</textarea>
<input name="line1" placeholder="Street and number *" value="{{ v.line1 }}">
<div class="pair"><input name="town" placeholder="Town *" value="{{ v.town }}">
<input name="region" placeholder="State" value="{{ v.region }}"><input name="post" placeholder="ZIP" value="{{ v.post }}"></div>
<div class="pair"><input type="tel" name="call" placeholder="Phone" value="{{ v.call }}">
<input type="email" name="mail" placeholder="Email *" value="{{ v.mail }}"></div>
<input type="url" name="site" placeholder="https://" value="{{ v.site }}">
<input name="insta" placeholder="Instagram link" value="{{ v.insta }}">
<button class="go">Share it</button></form></div>"""

KINDS = listed("Bar|Bakery & pastry|Bookshop|Café|Gallery|Hair & beauty|Park|Restaurant|Workshop")

site = Site(
    slug="cornerlight",
    name="Cornerlight",
    hard="Placeholders are the only words; the state is free text.",
    submit="/share-a-place",
    table="places",
    columns={
        "placeName": Field.BUSINESS_NAME,
        "oneLiner": Field.TAGLINE,
        "kind": Field.CATEGORY,
        "story": Field.DESCRIPTION,
        "line1": Field.STREET,
        "town": Field.CITY,
        "region": Field.STATE,
        "post": Field.POSTAL_CODE,
        "call": Field.PHONE,
        "mail": Field.EMAIL,
        "site": Field.WEBSITE,
        "insta": Field.INSTAGRAM,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakery & pastry"}),
    search="/explore?q={name}",
    cookie="_cl",
)
show_listings(site, Habit.CARDS, search="/explore", listing="/place/{id}", heading="Places")
site.decoy("/letters", "See you on Sunday.")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>Good places, close by.</h1>{% for r in rows %}<div class='card'><a href='/place/{{ r.id }}'>"
        "{{ r.placeName }}</a> {{ r.oneLiner }}</div>{% endfor %}",
        rows=visit.store.rows()[-6:],
    )


@site.get("/share-a-place")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Share a place", kinds=KINDS)


@site.post("/share-a-place")
def add(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(
        v,
        {
            "placeName": "Your place needs a name.",
            "kind": "Choose a kind.",
            "story": "A line or two of story, please.",
            "line1": "Where is it?",
            "town": "Which town?",
        },
    )
    if not is_email(v["mail"]):
        errors["mail"] = "That email does not look right."
    if v["call"] and not is_phone(v["call"]):
        errors["call"] = "That phone number does not look right."
    if v["site"] and not is_url(v["site"]):
        errors["site"] = "Links start with http:// or https://."
    if errors:
        return visit.refuse(FORM, "Share a place", kinds=KINDS, e=errors)
    return visit.go(f"/place/{visit.store.add(v)}?new=1")
