"""An opening-times site: a row per day with two selects and a box for closed days."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.store import Row
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} | OpenLate</title><style>
body{margin:0;background:#10141f;color:#dfe6f5;font:15px Arial,sans-serif}a{color:#f6c945}.hd{padding:20px 30px;font-size:24px}.hd small{font-size:13px;margin-left:20px}.col{max-width:760px;margin:auto;padding:0 20px 60px}
.block{background:#1a2132;border-radius:8px;padding:18px 24px;margin:16px 0}.block h3{margin-top:0;color:#f6c945}.l{display:inline-block;width:150px;vertical-align:top}.block input[type=text],.block textarea{width:430px;background:#0c1019;border:1px solid #35405e;color:#fff;padding:7px;margin:4px 0}
select{background:#0c1019;color:#fff;border:1px solid #35405e;padding:5px}table.hours td{padding:4px 12px 4px 0}ul.errs{background:#4d1f24;padding:12px 34px}.send{background:#f6c945;border:0;padding:12px 40px;font-weight:bold}</style></head>
<body><div class="hd">☾ OpenLate <small><a href="/">home</a> · <a href="/venue/add">add a venue</a></small></div><div class="col">{{ body }}</div></body></html>"""

FORM = """<h1>Add a venue</h1>{% if e %}<ul class="errs">{% for m in e.values() %}<li>{{ m }}</li>{% endfor %}</ul>{% endif %}<form method="post" action="/venue/add"><div class="block"><h3>Venue</h3>
{% for name, label in basics %}<div><label class="l" for="v-{{ name }}">{{ label }}</label><input type="text" id="v-{{ name }}" name="{{ name }}" value="{{ v[name] }}"></div>{% endfor %}
<div><label class="l" for="v-st">State</label><select id="v-st" name="v_state"><option value="">--</option>{% for k, n in states.items() %}<option value="{{ k }}" {{ "selected" if v.v_state == k }}>{{ n }}</option>{% endfor %}</select></div>
<div><label class="l" for="v-kind">Kind of venue</label><select id="v-kind" name="v_kind"><option value="">--</option>{% for k in kinds %}<option {{ "selected" if v.v_kind == k }}>{{ k }}</option>{% endfor %}</select></div></div><div class="block"><h3>Opening hours</h3><table class="hours"><tr><th>Day</th><th>Opens</th><th>Closes</th><th>Closed</th></tr>
{% for d in days %}{% set o = "hours_" ~ loop.index0 ~ "_open" %}{% set c = "hours_" ~ loop.index0 ~ "_close" %}{% set x = "hours_" ~ loop.index0 ~ "_closed" %}<tr><td>{{ d }}</td>{% for n in (o, c) %}<td><select name="{{ n }}"><option value="">--:--</option>{% for t in times %}<option value="{{ t[0] }}" {{ "selected" if v[n] == t[0] }}>{{ t[1] }}</option>{% endfor %}</select></td>{% endfor %}
<td><input type="checkbox" name="{{ x }}" value="1" {{ "checked" if v[x] }}></td></tr>{% endfor %}</table></div><input class="send" type="submit" value="Add venue"></form>"""

BASICS = (
    ("v_name", "Venue name"),
    ("v_addr", "Street address"),
    ("v_city", "City"),
    ("v_zip", "ZIP code"),
    ("v_phone", "Phone"),
    ("v_email", "E-mail"),
    ("v_web", "Website"),
)
KINDS = listed("Bakery|Bar|Bowling alley|Cinema|Club|Diner|Pharmacy|Restaurant|Supermarket")
DAYS = listed("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday")
KEYS = listed("mon|tue|wed|thu|fri|sat|sun")
CLOCK = [
    (f"{h:02}{m:02}", f"{(h - 1) % 12 + 1}:{m:02} {'am' if h < 12 else 'pm'}")
    for h in range(24)
    for m in (0, 30)
]


def hours(row: Row) -> dict[str, list[list[str]]]:
    told = dict(part.split("=") for part in str(row["v_hours"]).split(";") if part)
    return {
        day: [] if span == "closed" else [[f"{span[:2]}:{span[2:4]}", f"{span[5:7]}:{span[7:]}"]]
        for day, span in told.items()
    }


site = Site(
    slug="open-late",
    name="OpenLate",
    hard="A grid of opening hours: two selects and a closed box per day, in half-hour steps.",
    submit="/venue/add",
    table="venues",
    columns={
        "v_name": Field.BUSINESS_NAME,
        "v_addr": Field.STREET,
        "v_city": Field.CITY,
        "v_zip": Field.POSTAL_CODE,
        "v_state": Field.STATE,
        "v_phone": Field.PHONE,
        "v_email": Field.EMAIL,
        "v_web": Field.WEBSITE,
        "v_kind": Field.CATEGORY,
        "v_hours": None,
    },
    derived={Field.HOURS: hours},
    layout=LAYOUT,
    right_categories=frozenset({"Bakery"}),
    search="/venues?q={name}",
    market="us",
)
show_listings(site, Habit.PLAIN, search="/venues", listing="/venue/{id}", heading="Venues")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<form class='block' action='/venues'>What is open? <input type='text' name='q'> <button>Search</button></form>",
        "What is open",
    )


def page(visit: Visit, errors: dict[str, str]) -> str:
    return visit.page(
        FORM,
        "Add a venue",
        e=errors,
        basics=BASICS,
        kinds=KINDS,
        days=DAYS,
        times=CLOCK,
        states=STATES,
    )


@site.get("/venue/add")
def form(visit: Visit) -> str:
    return page(visit, {})


@site.post("/venue/add")
def add(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(
        v,
        {
            "v_name": "Name the venue.",
            "v_addr": "Give a street.",
            "v_city": "Give a city.",
            "v_state": "Choose a state.",
            "v_kind": "Choose a kind.",
        },
    )
    if not is_phone(v["v_phone"]):
        errors["v_phone"] = "The phone number is wrong."
    if not is_email(v["v_email"]):
        errors["v_email"] = "The e-mail address is wrong."
    told = []
    for i, day in enumerate(KEYS):
        opens, closes = v[f"hours_{i}_open"], v[f"hours_{i}_close"]
        if v[f"hours_{i}_closed"]:
            told.append(f"{day}=closed")
        elif opens and closes:
            told.append(f"{day}={opens}-{closes}")
        else:
            errors[day] = f"{DAYS[i]}: give both times, or tick closed."
    if errors:
        return page(visit, errors)
    return visit.go(f"/venue/{visit.store.add({**v, 'v_hours': ';'.join(told)})}")
