"""A site that asks the server for other fields when a category is chosen, and forgets the title."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} ♣ Shuffle</title><style>body{margin:0;background:#14532d;font:15px/1.5 Bookman,Georgia,serif}.tbl{max-width:620px;margin:36px auto;background:#fff;border-radius:16px;padding:16px 36px 36px;box-shadow:0 10px 40px #0008}.red{color:#b91c1c}
.rowx{margin:10px 0}.rowx label{display:block;color:#14532d}.rowx input,.rowx select,.rowx textarea{width:100%;box-sizing:border-box;padding:8px;border:1px solid #aaa;border-radius:8px;font:inherit}button{background:#b91c1c;color:#fff;border:0;border-radius:8px;padding:11px 30px;font:inherit}#extra.wait{opacity:.4}</style></head>
<body><div class="tbl"><p>♠ <a href="/">Shuffle</a> <span class="red">♥</span> <a href="/deal-me-in">Deal me in</a> ♣ <a href="/hands?q=">All</a></p>{{ body }}</div></body></html>"""

FORM = """<h1>Deal me in</h1>{% for m in e.values() %}<p class="red" role="alert">{{ m }}</p>{% endfor %}<form method="post" action="/deal-me-in"><div id="top">{{ top }}</div>
{% for n, t in lines %}<div class="rowx"><label for="{{ n }}">{{ t }}</label><input id="{{ n }}" name="{{ n }}" value="{{ v[n] }}"></div>{% endfor %}<div class="rowx"><label for="sh_state">State</label><select id="sh_state" name="sh_state"><option value=""></option>{% for k, n in states.items() %}<option value="{{ k }}" {{ "selected" if v.sh_state == k }}>{{ n }}</option>{% endfor %}</select></div><button>Deal</button></form><script>
document.addEventListener("change",function(ev){if(ev.target.name!=="sh_suit")return;var top=document.getElementById("top");fetch("/deal-me-in/top?suit="+encodeURIComponent(ev.target.value)).then(function(r){return r.text()}).then(function(t){setTimeout(function(){top.innerHTML=t},300)})});</script>"""

TOP = """<div class="rowx"><label for="sh_title">Title of the listing</label><input id="sh_title" name="sh_title" value="{{ title_value }}"></div><div class="rowx"><label for="sh_suit">Category</label><select id="sh_suit" name="sh_suit"><option value="">…</option>{% for s in suits %}<option {{ "selected" if suit == s }}>{{ s }}</option>{% endfor %}</select></div>
{% if suit %}<div class="rowx"><label for="sh_text">Description ({{ suit }})</label><textarea id="sh_text" name="sh_text" rows="4">{{ text_value }}</textarea></div>{% endif %}"""

LINES = (
    ("sh_addr", "Address"),
    ("sh_city", "City"),
    ("sh_zip", "ZIP code"),
    ("sh_phone", "Phone"),
    ("sh_mail", "E-mail"),
    ("sh_web", "Website"),
)
SUITS = listed("Bakeries|Camping|Gardening|Insurance|Jewelry|Locksmiths|Tattoo")

site = Site(
    slug="shuffle",
    name="Shuffle",
    hard="Choosing the category draws the top of the form anew: the title is wiped, a field appears.",
    submit="/deal-me-in",
    table="hands",
    columns={
        "sh_title": Field.BUSINESS_NAME,
        "sh_suit": Field.CATEGORY,
        "sh_text": Field.DESCRIPTION,
        "sh_addr": Field.STREET,
        "sh_city": Field.CITY,
        "sh_zip": Field.POSTAL_CODE,
        "sh_state": Field.STATE,
        "sh_phone": Field.PHONE,
        "sh_mail": Field.EMAIL,
        "sh_web": Field.WEBSITE,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakeries"}),
    search="/hands?q={name}",
    market="us",
)
show_listings(site, Habit.PLAIN, search="/hands", listing="/hand/{id}", heading="Hands")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>A deck of good addresses</h1><form action='/hands'><input name='q'> <button>Draw</button></form>"
    )


def top(visit: Visit, suit: str) -> str:
    v = visit.form
    return visit.render(
        TOP, suits=SUITS, suit=suit, title_value=v["sh_title"], text_value=v["sh_text"]
    )


def show(visit: Visit, errors: dict[str, str]) -> str:
    return visit.page(
        FORM,
        "Deal me in",
        top=top(visit, visit.form["sh_suit"]),
        lines=LINES,
        states=STATES,
        e=errors,
    )


@site.get("/deal-me-in")
def form(visit: Visit) -> str:
    return show(visit, {})


@site.get("/deal-me-in/top")
def redrawn(visit: Visit) -> str:
    return top(visit, visit.query["suit"])


@site.post("/deal-me-in")
def deal(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(
        v,
        {
            "sh_title": "A title, please.",
            "sh_text": "A description, please.",
            "sh_addr": "An address, please.",
            "sh_city": "A city, please.",
            "sh_state": "A state, please.",
        },
    )
    if v["sh_suit"] not in SUITS:
        errors["sh_suit"] = "A category, please."
    if not is_phone(v["sh_phone"]):
        errors["sh_phone"] = "A phone number, please."
    if not is_email(v["sh_mail"]):
        errors["sh_mail"] = "An e-mail address, please."
    if errors:
        return show(visit, errors)
    number = visit.store.add(v)
    return visit.page(
        "<h1>You are in the game</h1><p>{{ v.sh_title }} was published: <a href='/hand/{{ n }}'>your hand</a>.</p>",
        n=number,
    )
