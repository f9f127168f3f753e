"""A portal whose form comes from somebody else: an iframe of another host."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} | Widgetworks Local</title><style>body{margin:0;font:16px "Helvetica Neue",sans-serif;background:#dfe3e8}.bar{background:#39424e;color:#fff;padding:16px 30px}.bar a{color:#b9d0ff;margin-left:20px}
.in{max-width:780px;margin:20px auto;background:#fff;padding:20px}iframe{width:100%;height:980px;border:0}footer{padding:20px 30px;color:#567}</style></head><body><div class="bar"><b>Widgetworks Local</b><a href="/">Home</a><a href="/get-listed">Get listed</a></div><div class="in">{{ body }}</div>
<footer><form method="post" action="/newsletter">Our newsletter: <input name="email" type="email" placeholder="Email"> <button>Sign up</button></form></footer></body></html>"""

INNER = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title><style>body{font:14px Arial;margin:0}.ff-q{padding:9px 0}.ff-t{font-weight:bold}.ff-t sup{color:red}input,select,textarea{padding:8px;width:70%;border:1px solid #aab;border-radius:3px}.ff-err{color:red}.ff-go{background:#2d6cdf;color:#fff;border:0;padding:12px 32px}</style></head><body>{{ body }}<p><small>Powered by FormFoundry</small></p></body></html>"""

FORM = """<form method="post" action="/f/7731" class="ff">{% for q, t in questions %}<div class="ff-q" id="{{ q }}_container"><div class="ff-t">{{ t }}{% if q in needed %}<sup>*</sup>{% endif %}</div>{% if q == "q5" %}<select name="q5"><option value="">Please select</option>{% for k, n in states.items() %}<option value="{{ n }}" {{ "selected" if v.q5 == n }}>{{ n }}</option>{% endfor %}</select>
{% elif q == "q2" %}<select name="q2"><option value="">Please select</option>{% for c in cats %}<option {{ "selected" if v.q2 == c }}>{{ c }}</option>{% endfor %}</select>{% elif q == "q10" %}<textarea name="q10" rows="5">{{ v.q10 }}</textarea>{% else %}<input name="{{ q }}" value="{{ v[q] }}">{% endif %}{% if e[q] %}<div class="ff-err">{{ e[q] }}</div>{% endif %}</div>{% endfor %}<button class="ff-go">Submit</button></form>"""

QUESTIONS = (
    ("q1", "What is your business called?"),
    ("q2", "Which category fits best?"),
    ("q3", "Street address"),
    ("q4", "City"),
    ("q5", "State"),
    ("q6", "ZIP"),
    ("q7", "Phone number"),
    ("q8", "E-mail address"),
    ("q9", "Website"),
    ("q10", "Please describe your business"),
)
CATEGORIES = listed("Bakery or dessert shop|Cleaning|Construction|Legal|Restaurant|Retail|Wellness")
NEEDED = frozenset(listed("q1|q2|q3|q4|q5|q7|q8"))

site = Site(
    slug="widgetworks",
    name="Widgetworks Local",
    hard="The form is in an iframe of another host and names its controls q1 to q10.",
    submit="/get-listed",
    table="form_7731",
    columns={
        "q1": Field.BUSINESS_NAME,
        "q2": Field.CATEGORY,
        "q3": Field.STREET,
        "q4": Field.CITY,
        "q5": Field.STATE,
        "q6": Field.POSTAL_CODE,
        "q7": Field.PHONE,
        "q8": Field.EMAIL,
        "q9": Field.WEBSITE,
        "q10": Field.DESCRIPTION,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakery or dessert shop"}),
    search="/search?q={name}",
    hosts=("formfoundry",),
    market="us",
)
show_listings(site, Habit.CARDS)
site.decoy("/newsletter", "You are signed up.")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>Local, by widgets</h1><form action='/search'><input name='q' placeholder='Search listings'> <button>Search</button></form>"
    )


@site.get("/get-listed")
def outer(visit: Visit) -> str:
    return visit.page(
        "<h1>Get listed</h1><iframe title='Listing form' src='{{ src }}'></iframe>",
        src=visit.url("/f/7731", "formfoundry"),
    )


def inner(visit: Visit, source: str, **more: object) -> str:
    body = visit.render(source, **more)
    return visit.render(INNER, body=body, title="Form")


@site.get("/f/7731")
def form(visit: Visit) -> str:
    return inner(visit, FORM, questions=QUESTIONS, cats=CATEGORIES, states=STATES, needed=NEEDED)


@site.post("/f/7731")
def take(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(v, dict.fromkeys(sorted(NEEDED), "This question is required."))
    if v["q7"] and not is_phone(v["q7"]):
        errors["q7"] = "Enter a valid phone number."
    if v["q8"] and not is_email(v["q8"]):
        errors["q8"] = "Enter a valid e-mail address."
    if errors:
        return inner(
            visit,
            FORM,
            questions=QUESTIONS,
            cats=CATEGORIES,
            states=STATES,
            needed=NEEDED,
            e=errors,
        )
    visit.store.add(v)
    return inner(
        visit,
        "<h2>Your answers have been recorded</h2><p>The business is listed on Widgetworks Local.</p>",
    )
