"""A map site: the whole address goes into one box, from which the server works out the place."""

from __future__ import annotations

import re

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang=en><meta charset=utf-8><title>{{ title }}</title><style>
body{margin:0;font:15px Verdana,sans-serif;display:grid;grid-template-columns:420px 1fr;min-height:100vh}
aside{padding:20px 26px;background:#fff;box-shadow:2px 0 9px #0003}#map{background:repeating-linear-gradient(45deg,#dfe9d8 0 60px,#cfdfe8 60px 66px,#e8e2d0 66px 120px)}
h1{font-size:20px;color:#2d5f8b}p.f{margin:12px 0 2px;font-weight:bold;font-size:13px}aside input:not([type=submit]),aside textarea,aside select{width:100%;box-sizing:border-box;padding:7px}
.hint{color:#777;font-size:12px}.bad{background:#fdd;padding:8px;border:1px solid #c66}input[type=submit]{margin-top:14px;padding:9px 22px}</style>
<aside><a href="/">Pindrop</a> &middot; <a href="/pins/add">Drop a pin</a>{{ body }}</aside><div id="map" role="img" aria-label="Map"></div></html>"""

FORM = """<h1>Drop a pin</h1>{% if problem %}<div class="bad">{{ problem }}</div>{% endif %}
<form method="post" action="/pins/add"><p class="f">Name on the map*</p><input name="pin_title" value="{{ v.pin_title }}">
<p class="f">Where is it?*</p><textarea name="full_address" rows="2" placeholder="Street, City, State ZIP">{{ v.full_address }}</textarea>
<span class="hint">Everything in one go, as on an envelope. We find the point ourselves.</span>
<p class="f">Symbol*</p><select name="symbol">{% for s in symbols %}<option {{ "selected" if v.symbol == s }}>{{ s }}</option>{% endfor %}</select>
<p class="f">Call</p><input name="pin_tel" value="{{ v.pin_tel }}"><p class="f">Write (not shown)*</p><input name="pin_mail" value="{{ v.pin_mail }}">
<p class="f">Link</p><input name="pin_link" value="{{ v.pin_link }}"><p class="f">Note</p>
<textarea name="note" rows="4" maxlength="250">{{ v.note }}</textarea><input type="hidden" name="lat" value=""><input type="hidden" name="lng" value="">
<input type="submit" value="Drop it"></form>"""

SYMBOLS = listed(
    "? Choose|Bank|Bread & cakes|Coffee|Doctor|Fuel|Museum|Parking|Restaurant|School|Shop"
)

site = Site(
    slug="pindrop",
    name="Pindrop",
    hard="The address goes into one box; the server wants a ZIP in it.",
    submit="/pins/add",
    table="pins",
    columns={
        "pin_title": Field.BUSINESS_NAME,
        "full_address": Field.ADDRESS,
        "symbol": Field.CATEGORY,
        "pin_tel": Field.PHONE,
        "pin_mail": Field.EMAIL,
        "pin_link": Field.WEBSITE,
        "note": Field.DESCRIPTION,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bread & cakes"}),
    search="/pins?near={name}",
    market="us",
)
show_listings(site, Habit.PLAIN, search="/pins", asked="near", listing="/pins/{id}", heading="Pins")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>Pins near you</h1><form action='/pins'><input name='near' placeholder='Search the map'></form>"
        "{% for r in rows %}<p><a href='/pins/{{ r.id }}'>{{ r.pin_title }}</a></p>{% endfor %}",
        rows=visit.store.rows(),
    )


@site.get("/pins/add")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Drop a pin", symbols=SYMBOLS)


@site.post("/pins/add")
def add(visit: Visit) -> Answer:
    v = visit.form
    problem = next(iter(missing(v, {"pin_title": "A pin needs a name."}).values()), "")
    if not problem and v["symbol"] in ("", SYMBOLS[0]):
        problem = "Choose a symbol for the pin."
    if not problem and not re.search(r"\d+ .+,.+\b\d{5}\b", v["full_address"].replace("\n", ", ")):
        problem = "We could not find that address. Write street, city, state and ZIP."
    if not problem and not is_email(v["pin_mail"]):
        problem = "We need an address to write to."
    if not problem and v["pin_tel"] and not is_phone(v["pin_tel"]):
        problem = "The number to call has letters in it or is too short."
    if problem:
        return visit.page(FORM, "Drop a pin", symbols=SYMBOLS, problem=problem)
    number = visit.store.add(v)
    return visit.page(
        "<h1>Pin dropped</h1><p>{{ v.pin_title }} is on the map. <a href='/pins/{{ n }}'>See it</a></p>",
        n=number,
    )
