"""A wall of brands: a logo is asked for, and the server is strict about its type and size."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import (
    is_email,
    is_phone,
    is_url,
    listed,
    missing,
    picture_facts,
    stored_picture,
    to_text,
)
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} — Brandboard</title><style>
:root{--ink:#111}body{margin:0;font:17px/1.5 "Avenir Next",Avenir,sans-serif;color:var(--ink);background:#fff}header{display:flex;justify-content:space-between;padding:30px 60px;border-bottom:6px solid var(--ink)}header a{color:inherit;margin-left:26px}
main{padding:40px 60px;max-width:900px}.grid{display:grid;grid-template-columns:repeat(2,1fr);gap:22px}.grid .wide{grid-column:1/-1}.grid label{display:block;font-weight:600}.grid input,.grid textarea,.grid select{width:100%;box-sizing:border-box;border:2px solid var(--ink);padding:10px;font:inherit}
.drop{border:2px dashed #999;padding:26px;text-align:center;color:#666}.why{color:#d0021b;font-size:15px}.big{background:var(--ink);color:#fff;border:0;font:inherit;padding:16px 50px}.card{border:2px solid;padding:10px 20px;margin:10px 0}</style></head>
<body><header><b>BRANDBOARD</b><nav><a href="/">Board</a><a href="/brands/add">Add a brand</a></nav></header><main>{{ body }}</main></body></html>"""

FORM = """<h1>Add a brand</h1><form class="grid" method="post" action="/brands/add" enctype="multipart/form-data">
<p><label for="bn">Brand name *</label><input id="bn" name="brand" required value="{{ v.brand }}">{% if e.brand %}<span class="why">{{ e.brand }}</span>{% endif %}</p>
<p><label for="sl">Slogan</label><input id="sl" name="slogan" maxlength="80" value="{{ v.slogan }}"></p><div class="wide"><label for="lg">Logo *</label><div class="drop">Drop a PNG or JPEG here (200 kB at most) or choose a file
<input id="lg" type="file" name="logo_file" accept="image/png,image/jpeg"></div>{% if e.logo_file %}<span class="why">{{ e.logo_file }}</span>{% endif %}</div>
<p><label for="ind">Industry *</label><select id="ind" name="industry"><option value="">Select…</option>{% for i in industries %}<option {{ "selected" if v.industry == i }}>{{ i }}</option>{% endfor %}</select>{% if e.industry %}<span class="why">{{ e.industry }}</span>{% endif %}</p>
<p><label for="yr">Founded (year)</label><input id="yr" type="number" name="founded" min="1500" max="2100" value="{{ v.founded }}"></p><p class="wide"><label for="ab">About the brand *</label><textarea id="ab" name="about" rows="5" minlength="100" required>{{ v.about }}</textarea>{% if e.about %}<span class="why">{{ e.about }}</span>{% endif %}</p>
<p><label for="ct">City *</label><input id="ct" name="city" required value="{{ v.city }}"></p><p><label for="st">State (two letters)</label><input id="st" name="state" maxlength="2" value="{{ v.state }}"></p><p><label for="ph">Phone</label><input id="ph" type="tel" name="phone" value="{{ v.phone }}">{% if e.phone %}<span class="why">{{ e.phone }}</span>{% endif %}</p>
<p><label for="em">Press e-mail *</label><input id="em" type="email" name="press_mail" required value="{{ v.press_mail }}">{% if e.press_mail %}<span class="why">{{ e.press_mail }}</span>{% endif %}</p><p><label for="ws">Website *</label><input id="ws" type="url" name="website" required value="{{ v.website }}">{% if e.website %}<span class="why">{{ e.website }}</span>{% endif %}</p>
<p><label for="fb">Facebook</label><input id="fb" name="facebook" value="{{ v.facebook }}"></p><p><label for="ln">LinkedIn</label><input id="ln" name="linkedin" value="{{ v.linkedin }}"></p><p><button class="big">Put it up</button></p></form>"""

INDUSTRIES = listed(
    "Apparel|Automotive|Baked goods|Electronics|Energy|Finance|Furniture|Media|Toys"
)
LIMIT_BYTES = 200_000

site = Site(
    slug="brandboard",
    name="Brandboard",
    hard="A logo upload that refuses what is over 200 kB or neither PNG nor JPEG.",
    submit="/brands/add",
    table="brands",
    columns={
        "brand": Field.BUSINESS_NAME,
        "slogan": Field.TAGLINE,
        "logo_data": None,
        "industry": Field.CATEGORY,
        "founded": Field.YEAR_FOUNDED,
        "about": Field.DESCRIPTION,
        "city": Field.CITY,
        "state": Field.STATE,
        "phone": Field.PHONE,
        "press_mail": Field.EMAIL,
        "website": Field.WEBSITE,
        "facebook": Field.FACEBOOK,
        "linkedin": Field.LINKEDIN,
    },
    derived={Field.LOGO: lambda row: stored_picture(row["logo_data"])},
    layout=LAYOUT,
    right_categories=frozenset({"Baked goods"}),
    search="/brands?find={name}",
    market="us",
)
show_listings(
    site, Habit.CARDS, search="/brands", asked="find", listing="/brands/{id}", heading="Brands"
)


@site.get("/")
def home(visit: Visit) -> str:
    rows = visit.store.rows()
    return visit.page(
        "<h1>Brands with character</h1>{% for r in rows %}<a class='card' href='/brands/{{ r.id }}'>{{ r.brand }}</a> {% endfor %}",
        rows=rows,
    )


@site.get("/brands/add")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Add a brand", industries=INDUSTRIES)


def logo_problem(visit: Visit) -> str:
    upload = visit.files.get("logo_file")
    if upload is None:
        return "Please add a logo."
    if len(upload.data) > LIMIT_BYTES:
        return f"The file is {len(upload.data) // 1000} kB; 200 kB is the limit."
    facts = picture_facts(upload.data)
    if facts is None or facts["format"] not in ("PNG", "JPEG"):
        return "Only PNG and JPEG pictures are allowed."
    return ""


@site.post("/brands/add")
def add(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(
        v, dict.fromkeys(("brand", "industry", "about", "city"), "Please fill this in.")
    )
    if problem := logo_problem(visit):
        errors["logo_file"] = problem
    if v["about"] and len(v["about"]) < 100:
        errors["about"] = "At least 100 characters, please."
    if v["phone"] and not is_phone(v["phone"]):
        errors["phone"] = "Not a phone number."
    if not is_email(v["press_mail"]):
        errors["press_mail"] = "Not an e-mail address."
    if not is_url(v["website"]):
        errors["website"] = "A full address, please: https://…"
    if errors:
        return visit.refuse(FORM, "Add a brand", industries=INDUSTRIES, e=errors)
    number = visit.store.add({**v, "logo_data": to_text(visit.files["logo_file"].data)})
    return visit.page(
        "<h1>It’s up.</h1><p>{{ v.brand }} is on the board: <a href='/brands/{{ n }}'>have a look</a>.</p>",
        n=number,
    )
