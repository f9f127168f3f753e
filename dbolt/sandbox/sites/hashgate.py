"""A directory that lets browsers work for their entry: a hash puzzle, then the button opens."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import is_email, is_phone, is_url, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} [hashgate]</title><style>
body{margin:0;background:#0b0f0c;color:#9fef9f;font:14px/1.5 "DejaVu Sans Mono",monospace}main{max-width:640px;margin:30px auto;padding:0 20px}a{color:#fff}input,select,textarea{background:#111a13;border:1px solid #2f5f36;color:#dfffe0;font:inherit;width:100%;box-sizing:border-box;padding:6px;margin-bottom:10px}
.gate{border:1px solid #2f5f36;padding:12px;display:flex;gap:12px;align-items:center}.spin{width:14px;height:14px;border:2px solid #2f5f36;border-top-color:#9fef9f;border-radius:50%}.gate.done .spin{background:#9fef9f}button{background:#9fef9f;border:0;padding:10px 30px;font:inherit;margin-top:14px}button:disabled{background:#2f5f36}.err{color:#ff8f8f}</style></head>
<body><main><p>## hashgate ## <a href="/">index</a> <a href="/add">add entry</a></p>{{ body }}</main></body></html>"""

FORM = """<h2>$ add entry</h2>{% for m in e.values() %}<p class="err">! {{ m }}</p>{% endfor %}<form method="post" action="/add">{% for n, t in lines %}<label>{{ t }}<input name="{{ n }}" value="{{ v[n] }}"></label>{% endfor %}
<label>section<select name="section"><option value="">-</option>{% for s in sections %}<option {{ "selected" if v.section == s }}>{{ s }}</option>{% endfor %}</select></label><label>description<textarea name="descr" rows="4">{{ v.descr }}</textarea></label>
<div class="gate" id="gate" data-salt="{{ salt }}" data-goal="{{ goal }}" data-most="{{ most }}"><span class="spin"></span><span class="word">checking that you are not a flood of robots ...</span><input type="hidden" name="gate_answer"></div><button id="go" disabled>submit</button></form><script>
(function(){var g=document.getElementById("gate"),n=0,most=+g.dataset.most,enc=new TextEncoder();function hex(b){return[].map.call(new Uint8Array(b),function(x){return x.toString(16).padStart(2,"0")}).join("")}
async function work(){for(;n<=most;n++){var h=hex(await crypto.subtle.digest("SHA-256",enc.encode(g.dataset.salt+n)));if(h===g.dataset.goal){g.querySelector("[name=gate_answer]").value=g.dataset.salt+":"+n;g.classList.add("done");g.querySelector(".word").textContent="verified";document.getElementById("go").disabled=false;return}}}work()})();</script>"""

LINES = (
    ("entry_name", "name"),
    ("homepage", "homepage (https://...)"),
    ("street", "street"),
    ("city", "city"),
    ("state", "state"),
    ("zip", "zip"),
    ("phone", "phone"),
    ("email", "email"),
)
SECTIONS = listed("arts|bakeries|cinemas|clinics|hardware|libraries|software|transport")
MOST = 20_000

site = Site(
    slug="hashgate",
    name="hashgate",
    hard="A proof of work: the browser solves a hash puzzle by itself before the button opens.",
    submit="/add",
    table="entries",
    columns={
        "entry_name": Field.BUSINESS_NAME,
        "homepage": Field.WEBSITE,
        "street": Field.STREET,
        "city": Field.CITY,
        "state": Field.STATE,
        "zip": Field.POSTAL_CODE,
        "phone": Field.PHONE,
        "email": Field.EMAIL,
        "section": Field.CATEGORY,
        "descr": Field.DESCRIPTION,
    },
    layout=LAYOUT,
    right_categories=frozenset({"bakeries"}),
    search="/grep?pattern={name}",
    market="us",
)
show_listings(site, Habit.PLAIN, search="/grep", asked="pattern", listing="/entry/{id}")


def sealed(visit: Visit, text: str) -> str:
    """A seal that only this site can make."""
    key = visit.store.recall("key")
    if key is None:
        key = secrets.token_hex(16)
        visit.store.remember("key", key)
    return hmac.new(str(key).encode(), text.encode(), "sha256").hexdigest()


def puzzle(visit: Visit) -> dict[str, object]:
    """A salt whose secret number the browser has to find; the salt carries our seal on the goal."""
    nonce, number = secrets.token_hex(8), secrets.randbelow(MOST)
    salt = f"{nonce}.{sealed(visit, f'{nonce} {number}')}."
    goal = hashlib.sha256(f"{salt}{number}".encode()).hexdigest()
    return {"salt": salt, "goal": goal, "most": MOST}


def solved(visit: Visit) -> bool:
    salt, _, number = visit.form["gate_answer"].partition(":")
    nonce, seal, *_ = [*salt.split("."), ""]
    return hmac.compare_digest(seal.encode(), sealed(visit, f"{nonce} {number}").encode())


def show(visit: Visit, errors: dict[str, str]) -> str:
    return visit.page(FORM, "add entry", lines=LINES, sections=SECTIONS, e=errors, **puzzle(visit))


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<form action='/grep'><input name='pattern' placeholder='grep'></form><p>{{ n }} entries</p>",
        n=len(visit.store.rows()),
    )


@site.get("/add")
def form(visit: Visit) -> str:
    return show(visit, {})


@site.post("/add")
def add(visit: Visit) -> Answer:
    v = visit.form
    names = listed("entry_name|street|city|section")
    errors = missing(v, {name: f"{name}: must not be empty" for name in names})
    if not is_phone(v["phone"]):
        errors["phone"] = "phone: not a number"
    if not is_email(v["email"]):
        errors["email"] = "email: not an address"
    if v["homepage"] and not is_url(v["homepage"]):
        errors["homepage"] = "homepage: not a full address"
    if not solved(visit):
        errors["gate"] = "gate: the puzzle was not solved"
    if errors:
        return show(visit, errors)
    number = visit.store.add(v)
    return visit.page(
        "<h2>ok</h2><p>entry added: <a href='/entry/{{ n }}'>{{ v.entry_name }}</a></p>", n=number
    )
