"""A finder whose known address is its home page: the form is behind an "Add your business" link."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, is_phone, is_url, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit, Words

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} | Main Street Finder</title><style>body{margin:0;font:16px/1.5 Rockwell,"Courier Bold",serif;background:#fff}.hero{background:#20639b;color:#fff;padding:50px 8%}.hero a{color:#ffe;margin-right:22px}.cta{background:#f6d55c;color:#222!important;padding:10px 20px;text-decoration:none}
.mid{padding:30px 8%}.form2 td{padding:6px;vertical-align:top}.form2 input,.form2 select,.form2 textarea{width:330px;padding:6px}.oops{color:#ed553b}</style></head><body><div class="hero"><b>Main Street Finder</b><p><a href="/">Home</a><a href="/advertise">Advertise with us</a><a href="/signin">Business log-in</a><a class="cta" href="/biz/start">+ Add your business</a></p>
<form action="/find"><input name="find_desc" placeholder="Find: tacos, plumbers"> <input name="find_loc" placeholder="Near"> <button>Search</button></form></div><div class="mid">{{ body }}</div></body></html>"""

FORM = """<h1>Add your business</h1>{% for m in e.values() %}<p class="oops">{{ m }}</p>{% endfor %}<form method="post" action="/biz/start"><table class="form2"><tr><th>Business Name</th><td><input name="biz[name]" value="{{ v["biz[name]"] }}"></td></tr><tr><th>Address 1</th><td><input name="biz[address1]" value="{{ v["biz[address1]"] }}"></td></tr><tr><th>Address 2</th><td><input name="biz[address2]" value="{{ v["biz[address2]"] }}"></td></tr>
<tr><th>City</th><td><input name="biz[city]" value="{{ v["biz[city]"] }}"></td></tr><tr><th>State</th><td><select name="biz[state]"><option></option>{% for k in states %}<option {{ "selected" if v["biz[state]"] == k }}>{{ k }}</option>{% endfor %}</select></td></tr><tr><th>Zip</th><td><input name="biz[zip]" value="{{ v["biz[zip]"] }}"></td></tr><tr><th>Phone</th><td><input name="biz[phone]" value="{{ v["biz[phone]"] }}"></td></tr><tr><th>Web Address</th><td><input name="biz[url]" value="{{ v["biz[url]"] }}"></td></tr>
<tr><th>Categories</th><td>{% for c in cats %}<label><input type="checkbox" name="biz[categories][]" value="{{ c }}" style="width:auto" {{ "checked" if c in visit.lists.get("biz[categories][]", []) }}> {{ c }}</label><br>{% endfor %}<small>Choose up to 3</small></td></tr><tr><th>Price range</th><td>{% for n in range(1, 5) %}<label><input type="radio" name="biz[price]" value="{{ n }}" style="width:auto"> {{ "$" * n }}</label> {% endfor %}</td></tr>
<tr><th>Your Email</th><td><input name="biz[email]" value="{{ v["biz[email]"] }}"></td></tr><tr><td></td><td><button>Add Business</button></td></tr></table></form>"""

CATEGORIES = listed(
    "Active Life|Automotive|Bakeries|Coffee & Tea|Home Services|Nightlife|Pets|Shopping"
)
PLAIN = listed("name|address1|address2|city|state|zip|phone|url|price|email")

site = Site(
    slug="main-street",
    name="Main Street Finder",
    hard="The known page has no listing form, only a search and a link to add a business.",
    submit="/",
    table="biz",
    columns={
        "name": Field.BUSINESS_NAME,
        "address1": Field.STREET,
        "address2": Field.UNIT,
        "city": Field.CITY,
        "state": Field.STATE,
        "zip": Field.POSTAL_CODE,
        "phone": Field.PHONE,
        "url": Field.WEBSITE,
        "categories": Field.CATEGORY,
        "price": Field.PRICE_RANGE,
        "email": Field.EMAIL,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakeries", "Bakeries, Coffee & Tea"}),
    search="/find?find_desc={name}",
    market="us",
)
show_listings(site, Habit.TABLE, search="/find", asked="find_desc", listing="/biz/{id}")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>What is on your street?</h1><p>{{ n }} businesses and counting.</p>",
        n=len(visit.store.rows()),
    )


@site.get("/advertise")
def advertise(visit: Visit) -> str:
    return visit.page(
        "<h1>Advertise with us</h1><p>Banners from $200 a month. Write to the office.</p>"
    )


@site.get("/biz/start")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Add your business", cats=CATEGORIES, states=STATES)


@site.post("/biz/start")
def add(visit: Visit) -> Answer:
    v = Words({name: visit.form[f"biz[{name}]"] for name in PLAIN})
    chosen = [c for c in visit.lists.get("biz[categories][]", ()) if c in CATEGORIES]
    errors = missing(
        v, {n: f"The {n} is required." for n in ("name", "address1", "city", "state", "zip")}
    )
    if not is_phone(v["phone"]):
        errors["phone"] = "The phone number is not valid."
    if not is_email(v["email"]):
        errors["email"] = "The email is not valid."
    if v["url"] and not is_url(v["url"]):
        errors["url"] = "The web address is not valid."
    if not 1 <= len(chosen) <= 3:
        errors["categories"] = "Choose one to three categories."
    if errors:
        return visit.page(FORM, "Add your business", cats=CATEGORIES, states=STATES, e=errors)
    number = visit.store.add({**v, "categories": ", ".join(chosen)})
    return visit.page(
        "<h1>You're on Main Street!</h1><p>{{ name }} was added. <a href='/biz/{{ n }}'>View your page</a></p>",
        name=v["name"],
        n=number,
    )
