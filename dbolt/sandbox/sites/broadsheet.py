"""Classifieds with a proof: the entry is kept as a draft until its preview is confirmed."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} | Broadsheet Classifieds</title><style>body{margin:0 auto;max-width:900px;font:15px/1.4 "Times New Roman",serif;background:#fcfcf7;color:#000}h1.nm{font:900 44px "Playfair Display",Didot,serif;text-align:center;border-bottom:4px double;margin:10px 0}
.c2{columns:2;column-gap:40px}.c2 p{break-inside:avoid;margin:0 0 12px}.c2 strong{display:block}.c2 input,.c2 select,.c2 textarea{width:96%;border:1px solid #000;padding:4px;font:inherit}.proof{border:2px solid;padding:14px 26px;width:420px;margin:auto}.stop{background:#000;color:#fff;padding:6px 12px}button{font:inherit;border:2px solid;background:#fff;padding:6px 22px}button.main{background:#000;color:#fff}</style></head>
<body><h1 class="nm">The Broadsheet</h1><center><a href="/">Today</a> — <a href="/place-a-notice">Place a notice</a> — <a href="/notices?q=">All notices</a></center>{{ body }}</body></html>"""

FORM = """<h2>Place a business notice</h2>{% if e %}<p class="stop">{{ e.values()|join(" ") }}</p>{% endif %}<form method="post" action="/place-a-notice"><div class="c2">
{% for n, t in lines %}<p><strong>{{ t }}</strong><input name="{{ n }}" value="{{ d[n] }}"></p>{% endfor %}<p><strong>State</strong><select name="n_state"><option value="">—</option>{% for k, n in states.items() %}<option value="{{ k }}" {{ "selected" if d.n_state == k }}>{{ n }} ({{ k }})</option>{% endfor %}</select></p>
<p><strong>Column</strong><select name="n_column"><option value="">—</option>{% for c in cols %}<option {{ "selected" if d.n_column == c }}>{{ c }}</option>{% endfor %}</select></p><p><strong>Text of the notice</strong><textarea name="n_text" rows="7">{{ d.n_text }}</textarea></p></div><center><button class="main">Preview</button></center></form>"""

PROOF = """<h2>Preview</h2><p>This is how your notice will look. It is not published yet.</p><div class="proof"><h3>{{ d.n_name }}</h3><p>{{ d.n_text }}</p><p>{{ d.n_street }}, {{ d.n_city }} {{ d.n_state }} {{ d.n_zip }}<br>Tel. {{ d.n_phone }} {{ d.n_web }}</p></div>
<center><form method="post" action="/place-a-notice/publish" style="display:inline"><input type="hidden" name="draft" value="{{ number }}"><button class="main">Confirm and publish</button></form> <form action="/place-a-notice" style="display:inline"><input type="hidden" name="draft" value="{{ number }}"><button>Edit</button></form></center>"""

LINES = (
    ("n_name", "Name of the business"),
    ("n_street", "Street"),
    ("n_city", "City"),
    ("n_zip", "Zip"),
    ("n_phone", "Telephone"),
    ("n_mail", "E-mail (not printed)"),
    ("n_web", "Web address"),
)
COLUMNS = listed(
    "Automobiles|Bakers & Confectioners|Education|Entertainment|Real Estate|Situations|Trades"
)

site = Site(
    slug="broadsheet",
    name="Broadsheet Classifieds",
    hard="A preview page: nothing is published until Confirm and publish is pressed there.",
    submit="/place-a-notice",
    table="notices",
    columns={
        "n_name": Field.BUSINESS_NAME,
        "n_street": Field.STREET,
        "n_city": Field.CITY,
        "n_zip": Field.POSTAL_CODE,
        "n_phone": Field.PHONE,
        "n_mail": Field.EMAIL,
        "n_web": Field.WEBSITE,
        "n_state": Field.STATE,
        "n_column": Field.CATEGORY,
        "n_text": Field.DESCRIPTION,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakers & Confectioners"}),
    search="/notices?q={name}",
    market="us",
)
show_listings(site, Habit.PLAIN, search="/notices", listing="/notice/{id}", heading="Notices")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page("<h2>Today</h2><p>{{ n }} notices in print.</p>", n=len(visit.store.rows()))


def show(visit: Visit, draft: object, errors: dict[str, str]) -> str:
    return visit.page(
        FORM, "Place a notice", d=draft, lines=LINES, states=STATES, cols=COLUMNS, e=errors
    )


@site.get("/place-a-notice")
def form(visit: Visit) -> str:
    kept = visit.session.get("drafts", {}).get(visit.query["draft"])
    return show(visit, kept or visit.form, {})


@site.post("/place-a-notice")
def preview(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(
        v,
        {
            "n_name": "The name is missing.",
            "n_city": "The city is missing.",
            "n_state": "Choose a state.",
            "n_column": "Choose a column.",
            "n_text": "The text is missing.",
        },
    )
    if not is_phone(v["n_phone"]):
        errors["n_phone"] = "The telephone number is not right."
    if not is_email(v["n_mail"]):
        errors["n_mail"] = "The e-mail address is not right."
    if errors:
        return show(visit, v, errors)
    drafts = visit.session.setdefault("drafts", {})
    number = str(len(drafts) + 1)
    drafts[number] = dict(v)
    return visit.page(PROOF, "Preview", d=v, number=number)


@site.post("/place-a-notice/publish")
def publish(visit: Visit) -> Answer:
    draft = visit.session.get("drafts", {}).get(visit.form["draft"])
    if draft is None:
        return visit.refuse(
            "<h2>Draft not found</h2><p>Please write the notice again.</p>", status=404
        )
    return visit.go(f"/notice/{visit.store.add(draft)}?new")
