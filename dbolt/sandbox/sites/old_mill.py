"""A directory on a very old machine: each page takes three seconds."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<html><head><title>{{ title }}</title><style>body{background:#f5e9d0;font:16px Garamond,serif;color:#4b2e12;margin:0 auto;width:700px}h1{text-align:center;font-variant:small-caps}hr{border:1px solid #a0784a}
fieldset{border:1px solid #a0784a;background:#fbf4e4}label{display:inline-block;width:170px}input,select,textarea{margin:4px 0;font:inherit}.bad{color:#a00}</style></head><body><h1>Old Mill Directory</h1><center><a href="/">Entrance</a> | <a href="/enter.asp">Enter your shop</a> | <a href="/seek.asp?t=">All shops</a></center><hr>{{ body }}</body></html>"""

FORM = """<h3>Enter your shop</h3>{% for m in e.values() %}<div class="bad">{{ m }}</div>{% endfor %}<form method="post" action="/enter.asp"><fieldset><legend>Your shop</legend>{% for n, t in lines %}<label for="{{ n }}">{{ t }}</label><input id="{{ n }}" name="{{ n }}" size="36" value="{{ v[n] }}"><br>{% endfor %}
<label for="txtState">State</label><select id="txtState" name="txtState"><option value="">Select</option>{% for n in states %}<option {{ "selected" if v.txtState == n }}>{{ n }}</option>{% endfor %}</select><br>
<label>Sort of shop</label>{% for s in sorts %}<input type="radio" name="optSort" value="{{ s }}" id="s{{ loop.index }}" {{ "checked" if v.optSort == s }}><label for="s{{ loop.index }}" style="width:auto">{{ s }}</label> {% endfor %}<br>
<label for="txtText">Some words</label><textarea id="txtText" name="txtText" cols="40" rows="4">{{ v.txtText }}</textarea></fieldset><p><input type="submit" value="Enter shop"></p></form>"""

LINES = (
    ("txtShop", "Shop name"),
    ("txtOwner", "Shopkeeper"),
    ("txtStreet", "Street"),
    ("txtCity", "City"),
    ("txtZip", "Zip"),
    ("txtPhone", "Phone"),
    ("txtEmail", "E-mail"),
    ("txtWeb", "Web site"),
)
SORTS = listed("Baker|Butcher|Grocer|Ironmonger|Tailor|Other")

site = Site(
    slug="old-mill",
    name="Old Mill Directory",
    hard="Every page takes three seconds.",
    submit="/enter.asp",
    table="tblShops",
    columns={
        "txtShop": Field.BUSINESS_NAME,
        "txtOwner": Field.CONTACT_NAME,
        "txtStreet": Field.STREET,
        "txtCity": Field.CITY,
        "txtZip": Field.POSTAL_CODE,
        "txtPhone": Field.PHONE,
        "txtEmail": Field.EMAIL,
        "txtWeb": Field.WEBSITE,
        "txtState": Field.STATE,
        "optSort": Field.CATEGORY,
        "txtText": Field.DESCRIPTION,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Baker"}),
    search="/seek.asp?t={name}",
    delay_s=3.0,
    market="us",
)
show_listings(site, Habit.TABLE, search="/seek.asp", asked="t", listing="/shop{id}.asp")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page("<p>Please be patient, the wheel turns slowly.</p>")


def show(visit: Visit, errors: dict[str, str]) -> str:
    return visit.page(
        FORM, "Enter your shop", lines=LINES, states=STATES.values(), sorts=SORTS, e=errors
    )


@site.get("/enter.asp")
def form(visit: Visit) -> str:
    return show(visit, {})


@site.post("/enter.asp")
def enter(visit: Visit) -> Answer:
    v = visit.form
    names = listed("txtShop|txtStreet|txtCity|txtState")
    errors = missing(v, {name: f"{name[3:]} is empty." for name in names})
    if v["optSort"] not in SORTS:
        errors["optSort"] = "Which sort of shop is it?"
    if not is_phone(v["txtPhone"]):
        errors["txtPhone"] = "Phone is wrong."
    if not is_email(v["txtEmail"]):
        errors["txtEmail"] = "E-mail is wrong."
    if errors:
        return show(visit, errors)
    number = visit.store.add(v)
    return visit.page(
        "<h3>Shop entered</h3><p>Your shop has been entered. <a href='/shop{{ n }}.asp'>Visit it</a></p>",
        n=number,
    )
