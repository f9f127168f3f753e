"""A list that believes nobody without a mail: the entry shows after its link was opened."""

from __future__ import annotations

import secrets

from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import State
from dbolt.domain.reasons import Reason
from dbolt.sandbox.checks import is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Expected, Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} ~ Verifile</title><style>
body{margin:0;font:15px/1.6 "Gill Sans",Calibri,sans-serif;background:#eaf0fb;color:#1d2b4f}.sheet{width:600px;margin:50px auto;background:#fff;padding:10px 40px 40px;border-top:10px solid #3557b7}.sheet nav{float:right}.sheet h1{color:#3557b7}
.line{display:flex;align-items:baseline;margin:9px 0}.line label{width:170px}.line input,.line select,.line textarea{flex:1;padding:6px;border:1px solid #aebde3}.line i{color:#c0392b;font-size:12px;margin-left:8px}.ok{background:#3557b7;color:#fff;padding:10px 34px;border:0;margin-left:170px}</style></head>
<body><div class="sheet"><nav><a href="/">Verifile</a> <a href="/file">File a business</a></nav>{{ body }}</div></body></html>"""

FORM = """<h1>File a business</h1><form method="post" action="/file">{% macro line(name, label, type="text") %}<div class="line"><label for="{{ name }}">{{ label }}</label><input id="{{ name }}" type="{{ type }}" name="{{ name }}" value="{{ v[name] }}">{% if e[name] %}<i>{{ e[name] }}</i>{% endif %}</div>{% endmacro %}
{{ line("company_name", "Company name *") }}<div class="line"><label for="line_of">Line of business *</label><select id="line_of" name="line_of"><option value="">(choose)</option>{% for c in cats %}<option {{ "selected" if v.line_of == c }}>{{ c }}</option>{% endfor %}</select>{% if e.line_of %}<i>{{ e.line_of }}</i>{% endif %}</div>
{{ line("addr", "Address *") }}{{ line("city", "City *") }}{{ line("state", "State *") }}{{ line("zip", "ZIP *") }}{{ line("phone", "Phone *", "tel") }}{{ line("email", "E-mail *", "email") }}{{ line("email_again", "Repeat e-mail *", "email") }}{{ line("web", "Website", "url") }}<button class="ok">File it</button></form>"""

CATEGORIES = listed(
    "Accountants|Architects|Bakers|Caterers|Chiropractors|Jewelers|Movers|Opticians"
)

site = Site(
    slug="verifile",
    name="Verifile",
    hard="The listing stays unconfirmed until the link in a mail is opened; the e-mail is asked twice.",
    submit="/file",
    table="files",
    columns={
        "company_name": Field.BUSINESS_NAME,
        "line_of": Field.CATEGORY,
        "addr": Field.STREET,
        "city": Field.CITY,
        "state": Field.STATE,
        "zip": Field.POSTAL_CODE,
        "phone": Field.PHONE,
        "email": Field.EMAIL,
        "web": Field.WEBSITE,
        "secret": None,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakers"}),
    expected=Expected(State.AWAITING_EMAIL, Reason.CONFIRM_EMAIL),
    market="us",
)
show_listings(site, Habit.TABLE, listing="/filed/{id}")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>Every entry confirmed</h1><form action='/search'><input name='q'> <button>Search</button></form>"
    )


@site.get("/file")
def form(visit: Visit) -> str:
    return visit.page(FORM, "File a business", cats=CATEGORIES)


@site.post("/file")
def file(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(
        v, dict.fromkeys(listed("company_name|line_of|addr|city|state|zip"), "missing")
    )
    if not is_phone(v["phone"]):
        errors["phone"] = "wrong"
    if not is_email(v["email"]):
        errors["email"] = "wrong"
    if v["email"] != v["email_again"]:
        errors["email_again"] = "differs"
    if errors:
        return visit.page(FORM, "File a business", cats=CATEGORIES, e=errors)
    secret = secrets.token_urlsafe(16)
    visit.store.add({**v, "secret": secret}, "unconfirmed")
    link = visit.url(f"/confirm?key={secret}")
    visit.store.mail(
        v["email"],
        "Confirm your entry in Verifile",
        f"Open this link to confirm {v['company_name']}:\n{link}\n",
    )
    return visit.go("/check-your-mail")


@site.get("/check-your-mail")
def check(visit: Visit) -> str:
    return visit.page(
        "<h1>One step left</h1><p>We have sent you an e-mail. Please open the link in it to confirm your entry; it is not shown before.</p>"
    )


@site.get("/confirm")
def confirm(visit: Visit) -> Answer:
    key = visit.query["key"]
    found = next((r for r in visit.store.rows() if key and r["secret"] == key), None)
    if found is None:
        return visit.refuse("<h1>Unknown link</h1>", status=404)
    visit.store.set_state(found["id"], "published")
    return visit.page(
        "<h1>Confirmed</h1><p><a href='/filed/{{ r.id }}'>{{ r.company_name }}</a> is filed.</p>",
        r=found,
    )
