"""A telephone book that takes numbers in one spelling only and says so beside the field."""

from __future__ import annotations

import re

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Dialtone: {{ title }}</title><style>
body{font:14px Courier,monospace;background:#d7e7f3;margin:0;color:#102}#page{width:780px;margin:24px auto;background:#fff;border:2px solid #102}
#page h1{background:#102;color:#fff;margin:0;padding:10px 16px;font-size:20px}#page .in{padding:12px 20px}dl.form dt{margin-top:10px;font-weight:bold}dl.form dd{margin:2px 0 0 0}
dl.form input{font:inherit;width:360px;padding:4px}.fielderror{color:#b00020;display:block;font-weight:bold}.req:after{content:" (required)";color:#777;font-weight:normal}</style></head>
<body><div id="page"><h1>Dialtone</h1><div class="in"><a href="/">Start</a> | <a href="/number/new">Add a number</a> | <form action="/lookup" style="display:inline"><input name="who" size="12" style="width:auto"><button>Look up</button></form><hr>{{ body }}</div></div></body></html>"""

FORM = """<h2>Add a number</h2>{% macro row(name, label, req=True) %}<dt {% if req %}class="req"{% endif %}><label for="{{ name }}">{{ label }}</label></dt>
<dd><input id="{{ name }}" name="{{ name }}" value="{{ v[name] }}" {% if e[name] %}aria-invalid="true" aria-describedby="{{ name }}-error"{% endif %}>
{% if e[name] %}<span class="fielderror" id="{{ name }}-error">{{ e[name] }}</span>{% endif %}</dd>{% endmacro %}<form method="post" action="/number/new" novalidate><dl class="form">
{{ row("subscriber", "Subscriber (company)") }}{{ row("number", "Telephone number") }}{{ row("faxno", "Fax number", False) }}{{ row("address1", "Address") }}{{ row("city", "City") }}
<dt class="req"><label for="state">State</label></dt><dd><select id="state" name="state">{% for k in states %}<option {{ "selected" if v.state == k }}>{{ k }}</option>{% endfor %}</select></dd>
{{ row("zipcode", "ZIP") }}{{ row("heading", "Heading, e.g. Florists") }}{{ row("email", "E-mail") }}{{ row("website", "Web site", False) }}</dl><p><button>Add this number</button></p></form>"""

site = Site(
    slug="dialtone",
    name="Dialtone",
    hard="The server takes phones as (212) 555-0142 only; the first try is refused beside the field.",
    submit="/number/new",
    table="numbers",
    columns={
        "subscriber": Field.BUSINESS_NAME,
        "number": Field.PHONE,
        "faxno": Field.FAX,
        "address1": Field.STREET,
        "city": Field.CITY,
        "state": Field.STATE,
        "zipcode": Field.POSTAL_CODE,
        "heading": Field.CATEGORY,
        "email": Field.EMAIL,
        "website": Field.WEBSITE,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakery", "Bakeries"}),
    search="/lookup?who={name}",
    market="us",
)
show_listings(site, Habit.TABLE, search="/lookup", asked="who", listing="/number/{id}")
SPELLING = re.compile(r"\(\d{3}\) \d{3}-\d{4}")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page("<p>{{ n }} numbers on file.</p>", "Start", n=len(visit.store.rows()))


@site.get("/number/new")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Add a number", states=STATES)


@site.post("/number/new")
def add(visit: Visit) -> Answer:
    v = visit.form
    wanted = listed("subscriber|address1|city|zipcode|heading")
    errors = missing(v, dict.fromkeys(wanted, "This field must be filled in."))
    for name in ("number", "faxno"):
        if not SPELLING.fullmatch(v[name]) and (v[name] or name == "number"):
            errors[name] = "Please use the format (212) 555-0142."
    if not is_email(v["email"]):
        errors["email"] = "This is not an e-mail address."
    if errors:
        return visit.page(FORM, "Please check", states=STATES, e=errors)
    return visit.go(f"/added?n={visit.store.add(v)}")


@site.get("/added")
def added(visit: Visit) -> str:
    return visit.page(
        "<h2>Number added</h2><p>It is <a href='/number/{{ visit.query.n }}'>on file</a> now.</p>"
    )
