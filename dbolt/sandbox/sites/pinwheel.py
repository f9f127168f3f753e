"""A map company that calls back: the entry waits for a PIN that only the business can hear."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import State
from dbolt.domain.reasons import Reason
from dbolt.sandbox.checks import is_email, is_phone, listed, missing
from dbolt.sandbox.site import Expected, Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} | Pinwheel Maps</title><style>body{margin:0;font:15px Roboto,Arial,sans-serif;color:#202124}.tb{display:flex;align-items:center;gap:20px;padding:12px 24px;box-shadow:0 1px 3px #0004}.tb b{color:#188038;font-size:20px}.sheet{max-width:480px;margin:36px auto;border:1px solid #dadce0;border-radius:8px;padding:30px 36px}
.tf{position:relative;margin:18px 0}.tf input,.tf select{width:100%;box-sizing:border-box;height:54px;border:1px solid #80868b;border-radius:4px;padding:0 14px;font:inherit;background:#fff}.tf span{position:absolute;top:-8px;left:10px;background:#fff;padding:0 4px;font-size:12px;color:#5f6368}.tf p{margin:4px 14px;color:#d93025;font-size:12px}.mdc{background:#188038;color:#fff;border:0;border-radius:4px;padding:11px 26px;float:right}.sheet:after{content:"";display:block;clear:both}</style></head>
<body><div class="tb"><b>✺ Pinwheel</b><a href="/">Maps</a><a href="/business/create">Add a missing business</a></div><div class="sheet">{{ body }}</div></body></html>"""

FORM = """<h2>Add a missing business</h2><form method="post" action="/business/create">{% for n, t in lines %}<div class="tf"><input name="{{ n }}" aria-labelledby="{{ n }}-l" value="{{ v[n] }}"><span id="{{ n }}-l">{{ t }}</span>{% if e[n] %}<p>{{ e[n] }}</p>{% endif %}</div>{% endfor %}
<div class="tf"><select name="primaryCategory" aria-labelledby="pc-l"><option value=""></option>{% for c in cats %}<option {{ "selected" if v.primaryCategory == c }}>{{ c }}</option>{% endfor %}</select><span id="pc-l">Business category</span>{% if e.primaryCategory %}<p>{{ e.primaryCategory }}</p>{% endif %}</div><button class="mdc">Next</button></form>"""

LINES = (
    ("title", "Business name"),
    ("addressLine", "Street address"),
    ("locality", "City"),
    ("administrativeArea", "State"),
    ("postalCode", "ZIP code"),
    ("phone", "Contact phone number"),
    ("ownerEmail", "Your email"),
    ("websiteUri", "Website"),
)
CATEGORIES = listed("Auto repair shop|Bakery|Bank|Coffee shop|Gas station|Hospital|Hotel|Pharmacy")

site = Site(
    slug="pinwheel",
    name="Pinwheel Maps",
    hard="A button called Next that hands in; afterwards the business is phoned with a PIN.",
    submit="/business/create",
    table="places",
    columns={
        "title": Field.BUSINESS_NAME,
        "addressLine": Field.STREET,
        "locality": Field.CITY,
        "administrativeArea": Field.STATE,
        "postalCode": Field.POSTAL_CODE,
        "phone": Field.PHONE,
        "ownerEmail": Field.EMAIL,
        "websiteUri": Field.WEBSITE,
        "primaryCategory": Field.CATEGORY,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakery"}),
    expected=Expected(State.AWAITING_CUSTOMER, Reason.CONFIRM_BY_CUSTOMER),
    market="us",
)


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h2>Where to?</h2><form action='/'><div class='tf'><input name='q'><span>Search the map</span></div></form>"
    )


@site.get("/business/create")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Add a missing business", lines=LINES, cats=CATEGORIES)


@site.post("/business/create")
def create(visit: Visit) -> Answer:
    v = visit.form
    names = listed("title|addressLine|locality|administrativeArea|postalCode|primaryCategory")
    errors = missing(v, dict.fromkeys(names, "This field is required"))
    if not is_phone(v["phone"]):
        errors["phone"] = "Enter a valid phone number"
    if not is_email(v["ownerEmail"]):
        errors["ownerEmail"] = "Enter a valid email"
    if errors:
        return visit.page(FORM, "Add a missing business", lines=LINES, cats=CATEGORIES, e=errors)
    visit.store.add(v, "unconfirmed")
    return visit.page(
        "<h2>Verify your business</h2><p>We have saved {{ v.title }}. Within two days we will call {{ v.phone }} with a verification code. Your business shows on the map after you have entered the code.</p>"
    )
