"""A wizard of three pages kept on the server: who, where, what; then it goes online."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} - StepRight Business Finder</title><style>
body{margin:0;font:15px/1.55 "Trebuchet MS",sans-serif;background:#f3f0fa;color:#2e2545}.bar{background:#5b3fa8;padding:14px 8%;color:#fff}.bar a{color:#ddd0ff;margin-left:20px}
.box{background:#fff;margin:28px auto;max-width:680px;padding:26px 36px;border:1px solid #d9cff2}ol.steps{display:flex;gap:30px;padding:0;list-style:none}ol.steps li{color:#aaa}ol.steps li.on{color:#5b3fa8;font-weight:bold;border-bottom:3px solid}
.field{margin:14px 0}.field>label{display:block;font-weight:bold}.field input,.field select,.field textarea{width:95%;padding:7px;border:1px solid #b9aede}.field em{color:#b3261e;font-style:normal;font-size:13px}
.nav{display:flex;justify-content:space-between;margin-top:20px}.nav button{padding:9px 26px}.primary{background:#5b3fa8;color:#fff;border:0}</style></head><body>
<div class="bar"><b>StepRight</b> Business Finder<a href="/">Find</a><a href="/join/1">Join</a></div><div class="box">{{ body }}</div></body></html>"""

STEP = """<ol class="steps">{% for t in ("1. Business", "2. Location", "3. Details") %}<li class="{{ 'on' if loop.index == step }}">{{ t }}</li>{% endfor %}</ol>
{% macro field(name, label, type="text") %}<div class="field"><label for="f_{{ name }}">{{ label }}</label>{% if type == "area" %}
<textarea id="f_{{ name }}" name="{{ name }}" rows="5">{{ draft[name] }}</textarea>{% elif type is string %}<input type="{{ type }}" id="f_{{ name }}" name="{{ name }}" value="{{ draft[name] }}">
{% else %}<select id="f_{{ name }}" name="{{ name }}"><option value="">Please select</option>{% for o in type %}<option {{ "selected" if draft[name] == o }}>{{ o }}</option>{% endfor %}</select>{% endif %}
{% if e[name] %}<em>{{ e[name] }}</em>{% endif %}</div>{% endmacro %}<form method="post" action="/join/{{ step }}">
{% if step == 1 %}{{ field("org", "Name of your business") }}{{ field("sector", "Sector", sectors) }}{{ field("first", "Your first name") }}{{ field("last", "Your last name") }}{{ field("mailbox", "Email address", "email") }}
{% elif step == 2 %}{{ field("road", "Street address") }}{{ field("place", "City") }}{{ field("usstate", "State", states) }}{{ field("code", "ZIP code") }}{{ field("ring", "Telephone", "tel") }}
{% else %}{{ field("home", "Website", "url") }}{{ field("words", "Describe your business", "area") }}{{ field("since", "Year established", "number") }}<div class="field"><label>
<input type="checkbox" name="agree" value="1" style="width:auto"> I agree to the terms of use</label>{% if e.agree %}<em>{{ e.agree }}</em>{% endif %}</div>{% endif %}
<div class="nav">{% if step > 1 %}<a href="/join/{{ step - 1 }}">Back</a>{% else %}<span></span>{% endif %}<button class="primary">{{ "Continue" if step < 3 else "Finish and publish" }}</button></div></form>"""

SECTORS = listed(
    "Agriculture|Bakery and confectionery|Beauty|Construction|Finance|Hospitality|IT|Retail|Transport"
)
STEPS = {
    1: listed("org|sector|first|last|mailbox"),
    2: listed("road|place|usstate|code|ring"),
    3: listed("home|words|since"),
}
OPTIONAL = {"home", "since"}

site = Site(
    slug="step-right",
    name="StepRight Business Finder",
    hard="A wizard of three pages whose draft is kept on the server.",
    submit="/join/1",
    table="members",
    columns={
        "org": Field.BUSINESS_NAME,
        "sector": Field.CATEGORY,
        "first": Field.CONTACT_FIRST_NAME,
        "last": Field.CONTACT_LAST_NAME,
        "mailbox": Field.EMAIL,
        "road": Field.STREET,
        "place": Field.CITY,
        "usstate": Field.STATE,
        "code": Field.POSTAL_CODE,
        "ring": Field.PHONE,
        "home": Field.WEBSITE,
        "words": Field.DESCRIPTION,
        "since": Field.YEAR_FOUNDED,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakery and confectionery"}),
    search="/find?what={name}",
    market="us",
    cookie="JSESSIONID",
)
show_listings(site, Habit.PLAIN, search="/find", asked="what", listing="/member/{id}")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>Find it fast</h1><form action='/find'><input name='what'> <button>Find</button></form>"
        "<p>Own a business? <a href='/join/1'>Join in three steps</a>.</p>"
    )


def show(visit: Visit, step: int, errors: dict[str, str]) -> str:
    draft = {name: "" for names in STEPS.values() for name in names}
    draft |= visit.session.get("draft", {})
    return visit.page(
        STEP,
        f"Join, step {step}",
        step=step,
        draft=draft,
        e=errors,
        sectors=SECTORS,
        states=STATES.values(),
    )


@site.get("/join/{step}")
def form(visit: Visit) -> Answer:
    step = visit.args["step"]
    known = visit.session.get("draft", {})
    if (
        step not in ("1", "2", "3")
        or (step == "2" and "org" not in known)
        or (step == "3" and "road" not in known)
    ):
        return visit.go("/join/1")
    return show(visit, int(step), {})


@site.post("/join/{step}")
def take(visit: Visit) -> Answer:
    if visit.args["step"] not in ("1", "2", "3"):
        return visit.go("/join/1")
    step = int(visit.args["step"])
    told = visit.form.only(*STEPS[step])
    visit.session["draft"] = {**visit.session.get("draft", {}), **told}
    errors = missing(told, {n: "This field is required." for n in STEPS[step] if n not in OPTIONAL})
    if step == 1 and not is_email(told["mailbox"]):
        errors["mailbox"] = "Enter a valid email address."
    if step == 2 and not is_phone(told["ring"]):
        errors["ring"] = "Enter a valid telephone number."
    if step == 3 and visit.form["agree"] != "1":
        errors["agree"] = "You have to agree to the terms."
    if errors:
        return show(visit, step, errors)
    if step < 3:
        return visit.go(f"/join/{step + 1}")
    if "org" not in visit.session["draft"] or "road" not in visit.session["draft"]:
        return visit.go("/join/1")
    number = visit.store.add(visit.session["draft"])
    return visit.go(f"/welcome/{number}")


@site.get("/welcome/{id}")
def welcome(visit: Visit) -> str:
    return visit.page(
        "<h1>Welcome aboard!</h1><p>Your business is online: <a href='/member/{{ visit.args.id }}'>see your page</a>.</p>"
    )
