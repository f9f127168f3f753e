"""A square on which the demo business has stood for years: it is not listed twice."""

from __future__ import annotations

import re

from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import State
from dbolt.domain.reasons import Reason
from dbolt.sandbox.checks import is_email, is_phone, listed, missing
from dbolt.sandbox.demo import load_demo_profile
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Expected, Site
from dbolt.sandbox.store import Store
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} on Town Square</title><style>body{margin:0;font:15px/1.5 Optima,Candara,sans-serif;background:#efe9dd;color:#33302a}.arch{background:#8a4b2f;color:#fff;padding:16px 40px;border-radius:0 0 50% 50%/0 0 24px 24px;text-align:center;font-size:28px}
.sq{max-width:660px;margin:24px auto;background:#fffdf9;padding:20px 40px}.sq label{display:block;margin:10px 0 2px;font-weight:bold}.sq input,.sq select,.sq textarea{width:100%;box-sizing:border-box;padding:7px;border:1px solid #cbb}.box{border:1px solid #d6a77a;background:#fff4e2;padding:12px}.sq button{background:#8a4b2f;color:#fff;border:0;padding:10px 30px;margin-top:14px}</style></head>
<body><div class="arch">Town Square</div><div class="sq"><a href="/">Square</a> · <a href="/claim-a-spot">Claim a spot</a>{{ body }}</div></body></html>"""

FORM = """<h1>Claim a spot</h1>{% if e %}<div class="box" role="alert">{% for m in e.values() %}{{ m }}<br>{% endfor %}</div>{% endif %}<form method="post" action="/claim-a-spot">{% for n, t in lines %}<label for="{{ n }}">{{ t }}</label><input id="{{ n }}" name="{{ n }}" value="{{ v[n] }}">{% endfor %}
<label for="stall">Stall</label><select id="stall" name="stall"><option value="">Pick a stall</option>{% for s in stalls %}<option {{ "selected" if v.stall == s }}>{{ s }}</option>{% endfor %}</select><button>Claim it</button></form>"""

LINES = (
    ("trader", "Trader"),
    ("street", "Street"),
    ("city", "City"),
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("website", "Website"),
)
STALLS = listed("Bread & pastry|Cheese|Fish|Flowers|Fruit|Meat|Repairs|Services")


def standing(store: Store) -> None:
    """The demo business is here from the start."""
    profile = load_demo_profile()
    store.add(
        {
            "trader": profile.business_name,
            "street": profile.address.street,
            "city": profile.address.city,
            "phone": profile.phone,
            "email": profile.email,
            "website": profile.website or "",
            "stall": "Bread & pastry",
        }
    )


site = Site(
    slug="town-square",
    name="Town Square",
    hard="The business is here already; the second one is refused with a link to the first.",
    submit="/claim-a-spot",
    table="traders",
    columns={
        "trader": Field.BUSINESS_NAME,
        "street": Field.STREET,
        "city": Field.CITY,
        "phone": Field.PHONE,
        "email": Field.EMAIL,
        "website": Field.WEBSITE,
        "stall": Field.CATEGORY,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bread & pastry"}),
    expected=Expected(State.DUPLICATE, Reason.ALREADY_LISTED),
    search="/search?q={name}",
    seed=standing,
)
show_listings(site, Habit.CARDS, listing="/trader/{id}")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>On the square</h1><form action='/search'><input name='q' placeholder='Who trades here?'></form>"
    )


@site.get("/claim-a-spot")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Claim a spot", lines=LINES, stalls=STALLS)


def ending(phone: str) -> str:
    return re.sub(r"\D", "", phone)[-10:]


@site.post("/claim-a-spot")
def claim(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(
        v, {"trader": "Trader is empty.", "city": "City is empty.", "stall": "Pick a stall."}
    )
    if not is_phone(v["phone"]):
        errors["phone"] = "Phone is not right."
    if not is_email(v["email"]):
        errors["email"] = "E-mail is not right."
    if errors:
        return visit.page(FORM, "Claim a spot", lines=LINES, stalls=STALLS, e=errors)
    same = [r for r in visit.store.rows() if ending(r["phone"]) == ending(v["phone"])]
    if same:
        return visit.page(
            "<h1>You are here already</h1><div class='box'>A business with this phone number is already listed: "
            "<a href='/trader/{{ r.id }}'>{{ r.trader }}</a>. Is it yours? <a href='/login'>Sign in to update it.</a></div>",
            r=same[0],
        )
    number = visit.store.add(v)
    return visit.page(
        "<h1>It is yours</h1><p><a href='/trader/{{ n }}'>{{ v.trader }}</a> has a spot now.</p>",
        n=number,
    )
