"""A site on a machine that sleeps: after each entry the next call for the form finds it dozing."""

from __future__ import annotations

from starlette.responses import HTMLResponse

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title><style>body{margin:0;font:16px/1.5 Futura,"Century Gothic",sans-serif;background:#fff7fb;color:#402}
.strip{background:#ff3d7f;color:#fff;padding:20px 12%;font-size:26px}.strip a{color:#fff;font-size:15px;margin-left:24px}.cols{margin:30px 12%;max-width:620px}.cols p{margin:10px 0}.cols label{font-size:13px;color:#ff3d7f;display:block}input,select,textarea{width:100%;box-sizing:border-box;border:1px solid #ffb3cf;border-radius:20px;padding:9px 16px;font:inherit}
.x{color:#b00;font-size:13px}button{background:#ff3d7f;color:#fff;border:0;border-radius:20px;padding:12px 40px;font:inherit}</style></head><body><div class="strip">Flicker Finds<a href="/">Home</a><a href="/places/new">New place</a></div><div class="cols">{{ body }}</div></body></html>"""

FORM = """<h1>New place</h1><form method="post" action="/places/new">{% for n, t in lines %}<p><label for="{{ n }}">{{ t }}</label><input id="{{ n }}" name="{{ n }}" value="{{ v[n] }}">{% if e[n] %}<span class="x">{{ e[n] }}</span>{% endif %}</p>{% endfor %}
<p><label for="tag">Category</label><input id="tag" name="tag" list="tags" value="{{ v.tag }}"><datalist id="tags">{% for t in tags %}<option value="{{ t }}">{% endfor %}</datalist>{% if e.tag %}<span class="x">{{ e.tag }}</span>{% endif %}</p><p><label for="note">Description</label><textarea id="note" name="note" rows="4" maxlength="200">{{ v.note }}</textarea></p><button>Save place</button></form>"""

LINES = (
    ("place", "Place name"),
    ("street", "Street"),
    ("city", "City"),
    ("state", "State"),
    ("zip", "ZIP"),
    ("tel", "Phone"),
    ("email", "Email"),
    ("web", "Website"),
)
TAGS = listed("Bakery|Barber|Bistro|Cinema|Gallery|Market|Theatre")

site = Site(
    slug="flicker",
    name="Flicker Finds",
    hard="The first call for the form, at the start and after each entry, is answered with 503.",
    submit="/places/new",
    table="finds",
    columns={
        "place": Field.BUSINESS_NAME,
        "street": Field.STREET,
        "city": Field.CITY,
        "state": Field.STATE,
        "zip": Field.POSTAL_CODE,
        "tel": Field.PHONE,
        "email": Field.EMAIL,
        "web": Field.WEBSITE,
        "tag": Field.CATEGORY,
        "note": Field.DESCRIPTION,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakery"}),
    search="/places?q={name}",
    market="us",
)
show_listings(site, Habit.CARDS, search="/places", listing="/places/{id}")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>Finds of the night</h1><form action='/places'><input name='q' placeholder='Search'></form>"
    )


@site.get("/places/new")
def form(visit: Visit) -> Answer:
    if not visit.store.recall("awake", default=False):
        visit.store.remember("awake", content=True)
        return HTMLResponse(
            "<html><head><title>503</title></head><body><h1>503 Service Unavailable</h1>No server is available to handle this request.</body></html>",
            503,
            {"Retry-After": "1"},
        )
    return visit.page(FORM, "New place", lines=LINES, tags=TAGS)


@site.post("/places/new")
def save(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(v, dict.fromkeys(("place", "street", "city", "state"), "Needed."))
    if v["tag"] not in TAGS:
        errors["tag"] = "Choose one from the list."
    if not is_phone(v["tel"]):
        errors["tel"] = "Not a phone number."
    if not is_email(v["email"]):
        errors["email"] = "Not an email."
    if errors:
        return visit.page(FORM, "New place", lines=LINES, tags=TAGS, e=errors)
    visit.store.remember("awake", content=False)
    return visit.go(f"/places/{visit.store.add(v)}?saved=1")
