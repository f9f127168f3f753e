"""A directory that takes listings from people only: its terms say so, the catalogue knows."""

from __future__ import annotations

from dbolt.domain.directory import Policy
from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import State
from dbolt.domain.reasons import Reason
from dbolt.sandbox.checks import is_email, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Expected, Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title><style>body{margin:0;background:#e7dcc3 repeating-linear-gradient(#0000 0 30px,#b9a98544 30px 31px);font:20px/31px "Bradley Hand","Segoe Print",cursive;color:#243a5e}.p{max-width:600px;margin:31px auto}input,select,textarea{font:inherit;border:0;border-bottom:2px solid #243a5e;background:transparent;width:70%}button{font:inherit;background:#243a5e;color:#fff;border:0;padding:4px 26px}</style></head>
<body><div class="p"><p>Handwritten — <a href="/">cover</a>, <a href="/sign">sign the book</a>, <a href="/terms">house rules</a></p>{{ body }}</div></body></html>"""

FORM = """<h2>Sign the book</h2>{% for m in e.values() %}<p>✗ {{ m }}</p>{% endfor %}<form method="post" action="/sign">I keep a shop called <input name="shop" value="{{ v.shop }}"><br>which is a <select name="sort"><option></option>{% for s in sorts %}<option {{ "selected" if v.sort == s }}>{{ s }}</option>{% endfor %}</select><br>in <input name="town" value="{{ v.town }}"><br>Ring me at <input name="ring" value="{{ v.ring }}"><br>or write to <input name="write" value="{{ v.write }}"><br><button>Sign</button></form>"""

SORTS = listed("bakery|bookshop|farm|forge|inn|mill")

site = Site(
    slug="handwritten",
    name="Handwritten",
    hard="Its terms take listings from people only, so the catalogue's policy is manual.",
    submit="/sign",
    table="book",
    columns={
        "shop": Field.BUSINESS_NAME,
        "sort": Field.CATEGORY,
        "town": Field.CITY,
        "ring": Field.PHONE,
        "write": Field.EMAIL,
    },
    layout=LAYOUT,
    right_categories=frozenset({"bakery"}),
    expected=Expected(State.NEEDS_PERSON, Reason.POLICY_MANUAL),
    policy=Policy.MANUAL,
)
show_listings(site, Habit.PLAIN)


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "{% for r in rows %}<p>{{ r.shop }}, {{ r.town }}</p>{% else %}<p>An empty page.</p>{% endfor %}",
        rows=visit.store.rows(),
    )


@site.get("/terms")
def terms(visit: Visit) -> str:
    return visit.page(
        "<h2>House rules</h2><p>Sign with your own hand. Entries made by software are crossed out.</p>"
    )


@site.get("/sign")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Sign the book", sorts=SORTS)


@site.post("/sign")
def sign(visit: Visit) -> Answer:
    errors = missing(
        visit.form, {"shop": "What is it called?", "sort": "What is it?", "town": "Where is it?"}
    )
    if not is_email(visit.form["write"]):
        errors["write"] = "Where may one write?"
    if errors:
        return visit.page(FORM, "Sign the book", sorts=SORTS, e=errors)
    visit.store.add(visit.form)
    return visit.page("<h2>Signed, with thanks.</h2>")
