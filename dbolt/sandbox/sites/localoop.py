"""A framework site: floating labels after their inputs, bracketed names, a token against forgery."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, is_phone, is_url, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit, Words

LAYOUT = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} | Localoop</title>
<style>body{margin:0;background:#eef4f3;font:16px/1.5 "Segoe UI",sans-serif;color:#123}
.navbar{background:#0b6e69;color:#fff;padding:.8rem 2rem;display:flex;gap:1.5rem}.navbar a{color:#d6f5f1}
.container{max-width:56rem;margin:2rem auto;padding:0 1rem}.row{display:grid;grid-template-columns:1fr 1fr;gap:0 1rem}
.form-floating{position:relative;margin-bottom:1rem}.form-floating>*:first-child{width:100%;box-sizing:border-box;height:3.6rem;
padding:1.5rem .8rem .4rem;border:1px solid #b8cfcc;border-radius:.4rem;font:inherit;background:#fff}
.form-floating>textarea:first-child{height:9rem}.form-floating label{position:absolute;left:.8rem;top:1rem;color:#678;
pointer-events:none;transition:.15s}.form-floating>*:focus+label,.form-floating>*:not(:placeholder-shown)+label{top:.25rem;font-size:.75rem}
.is-invalid{border-color:#c33!important}.invalid-feedback{color:#c33;font-size:.85rem}.btn{background:#0b6e69;color:#fff;border:0;
padding:.8rem 2rem;border-radius:.4rem;font:inherit}.alert-success{background:#d8f3dc;padding:1rem;border-radius:.4rem}
.card{background:#fff;border-radius:.5rem;padding:1rem 1.5rem;margin:1rem 0}</style></head><body>
<div class="navbar"><strong>Localoop</strong><a href="/">Home</a><a href="/listings">Browse</a><a href="/listings/new">New listing</a>
<form action="/listings" style="margin-left:auto"><input name="query" aria-label="Search listings"></form></div>
<div class="container">{% if visit.query.notice %}<div class="alert-success" role="status">Listing was successfully created.</div>{% endif %}
{{ body }}</div></body></html>"""

FORM = """{% macro box(name, label, type="text") %}<div class="form-floating">
<input type="{{ type }}" class="form-control {{ 'is-invalid' if e[name] }}" placeholder=" " name="listing[{{ name }}]"
id="listing_{{ name }}" value="{{ v['listing[' ~ name ~ ']'] }}"><label for="listing_{{ name }}">{{ label }}</label>
{% if e[name] %}<div class="invalid-feedback">{{ label }} {{ e[name] }}</div>{% endif %}</div>{% endmacro %}
<h1>New listing</h1><form class="new_listing" id="new_listing" action="/listings" accept-charset="UTF-8" method="post">
<input type="hidden" name="authenticity_token" value="{{ visit.token() }}">
{{ box("business", "Business") }}<div class="row">{{ box("owner", "Your full name") }}{{ box("email", "E-mail", "email") }}</div>
<div class="row">{{ box("phone", "Phone number", "tel") }}{{ box("web", "Web address", "url") }}</div>
{{ box("street", "Address line 1") }}{{ box("street2", "Address line 2") }}<div class="row">{{ box("city", "City") }}<div class="form-floating">
<select name="listing[state]" id="listing_state"><option value=""></option>{% for n in states %}
<option value="{{ n }}" {{ "selected" if v["listing[state]"] == n }}>{{ n }}</option>{% endfor %}</select><label for="listing_state">State</label></div>
{{ box("zip", "ZIP code") }}<div class="form-floating"><select name="listing[trade]" id="listing_trade"><option value=""></option>
{% for t in trades %}<option value="{{ loop.index }}" {{ "selected" if v["listing[trade]"] == loop.index|string }}>{{ t }}</option>{% endfor %}
</select><label for="listing_trade">Trade</label>{% if e.trade %}<div class="invalid-feedback">Trade {{ e.trade }}</div>{% endif %}</div></div>
<div class="form-floating"><textarea placeholder=" " name="listing[blurb]" id="listing_blurb" maxlength="300">{{ v["listing[blurb]"] }}</textarea>
<label for="listing_blurb">Short description</label></div><button name="commit" class="btn">Create Listing</button></form>"""

TRADES = listed(
    "Accounting|Bakery|Car repair|Cleaning|Dental care|Electrician|Fitness|Landscaping|Law|Pet care"
)
COLUMNS = {
    "business": Field.BUSINESS_NAME,
    "owner": Field.CONTACT_NAME,
    "email": Field.EMAIL,
    "phone": Field.PHONE,
    "web": Field.WEBSITE,
    "street": Field.STREET,
    "street2": Field.UNIT,
    "city": Field.CITY,
    "state": Field.STATE,
    "zip": Field.POSTAL_CODE,
    "trade": None,
    "blurb": Field.SHORT_DESCRIPTION,
}

site = Site(
    slug="localoop",
    name="Localoop",
    hard="Floating labels after the inputs, bracketed names, a form token, states by full name.",
    submit="/listings/new",
    columns=COLUMNS,
    derived={Field.CATEGORY: lambda row: row["trade"] and TRADES[int(row["trade"]) - 1]},
    layout=LAYOUT,
    right_categories=frozenset({"Bakery"}),
    search="/listings?query={name}",
    market="us",
    cookie="_localoop_session",
)
show_listings(site, Habit.CARDS, search="/listings", asked="query", listing="/listings/{id}")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>Your neighbourhood, in a loop</h1><p><a href='/listings/new'>List a business</a></p>"
    )


@site.get("/listings/new")
def form(visit: Visit) -> str:
    return visit.page(FORM, "New listing", states=STATES.values(), trades=TRADES)


@site.post("/listings")
def create(visit: Visit) -> Answer:
    if visit.forged("authenticity_token"):
        return visit.refuse("<h1>422</h1><p>The change you wanted was rejected.</p>", "Rejected")
    told = Words({name: visit.form[f"listing[{name}]"] for name in COLUMNS})
    errors = missing(
        told, dict.fromkeys(("business", "owner", "street", "city", "trade"), "can't be blank")
    )
    for name, is_right in (("email", is_email), ("phone", is_phone)):
        if not is_right(told[name]):
            errors[name] = "is invalid"
    if told["web"] and not is_url(told["web"]):
        errors["web"] = "is invalid"
    if errors:
        return visit.refuse(FORM, "New listing", states=STATES.values(), trades=TRADES, e=errors)
    return visit.go(f"/listings/{visit.store.add(told)}?notice=1")
