"""A site that chokes on the first entry of each business, before it has written anything."""

from __future__ import annotations

from starlette.responses import HTMLResponse

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Hiccup Pages - {{ title }}</title><style>body{margin:0;font:15px "Comic Neue","Comic Sans MS",cursive;background:#fdf3a7;color:#333}.b{background:#fff;border:3px solid #333;border-radius:16px;max-width:640px;margin:30px auto;padding:20px 34px;box-shadow:8px 8px 0 #333}
.g{display:grid;grid-template-columns:140px 1fr;gap:8px}.g input,.g select,.g textarea{border:2px solid #333;border-radius:8px;padding:6px;font:inherit}button{background:#ff8c42;border:3px solid #333;border-radius:12px;padding:8px 26px;font:inherit}.w{background:#ffd9d9;border:2px solid #c00;padding:8px}</style></head>
<body><div class="b"><b>Hiccup Pages</b> · <a href="/">home</a> · <a href="/list-me">list me</a><hr>{{ body }}</div></body></html>"""

FORM = """<h2>List me</h2>{% if e %}<p class="w">{{ e.values()|join(" ") }}</p>{% endif %}<form method="post" action="/list-me"><div class="g"><span>Business</span><input name="business" value="{{ v.business }}"><span>Category</span><select name="category"><option></option>{% for c in cats %}<option {{ "selected" if v.category == c }}>{{ c }}</option>{% endfor %}</select>
<span>Address</span><input name="address" value="{{ v.address }}"><span>City</span><input name="city" value="{{ v.city }}"><span>State</span><select name="state"><option></option>{% for s in states %}<option {{ "selected" if v.state == s }}>{{ s }}</option>{% endfor %}</select><span>ZIP</span><input name="zip" value="{{ v.zip }}">
<span>Phone</span><input name="phone" value="{{ v.phone }}"><span>E-mail</span><input name="email" value="{{ v.email }}"><span>Homepage</span><input name="homepage" value="{{ v.homepage }}"><span>Blurb</span><textarea name="blurb" rows="3">{{ v.blurb }}</textarea></div><p><button>List me!</button></p></form>"""

CATEGORIES = listed("Bakery|Bicycle shop|Candy store|Comic shop|Ice cream|Pizza|Toy store")

site = Site(
    slug="hiccup",
    name="Hiccup Pages",
    hard="The first post of each business is answered with 503 and not stored; the next one works.",
    submit="/list-me",
    columns={
        "business": Field.BUSINESS_NAME,
        "category": Field.CATEGORY,
        "address": Field.STREET,
        "city": Field.CITY,
        "state": Field.STATE,
        "zip": Field.POSTAL_CODE,
        "phone": Field.PHONE,
        "email": Field.EMAIL,
        "homepage": Field.WEBSITE,
        "blurb": Field.DESCRIPTION,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakery"}),
    search="/search?q={name}",
    market="us",
)
show_listings(site, Habit.PLAIN)


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h2>Hic!</h2><form action='/search'><input name='q'> <button>Find</button></form>"
    )


@site.get("/list-me")
def form(visit: Visit) -> str:
    return visit.page(FORM, "List me", cats=CATEGORIES, states=STATES)


@site.post("/list-me")
def add(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(
        v, {n: f"The {n} is missing." for n in listed("business|category|address|city|state")}
    )
    if not is_phone(v["phone"]):
        errors["phone"] = "The phone is wrong."
    if not is_email(v["email"]):
        errors["email"] = "The e-mail is wrong."
    if errors:
        return visit.page(FORM, "List me", cats=CATEGORIES, states=STATES, e=errors)
    seen = f"seen:{v['business'].casefold()}"
    if not visit.store.recall(seen, default=False):
        visit.store.remember(seen, content=True)
        return HTMLResponse(
            "<h1>503 Service Temporarily Unavailable</h1><p>Hic. Try again.</p>", 503
        )
    number = visit.store.add(v)
    return visit.page(
        "<h2>Listed!</h2><p>{{ v.business }} has been listed: <a href='/listing/{{ n }}'>look</a>.</p>",
        n=number,
    )
