"""A list kept clean by traps: fields named `website` and `url` that no person can see."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, is_phone, is_url, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title><style>
body{font:16px/1.5 Inter,Helvetica,sans-serif;margin:0;color:#23303a}.w{max-width:44rem;margin:3rem auto;padding:0 1rem}.brand{color:#16a085;font-size:1.6rem;font-weight:700}label{display:block;margin:.9rem 0 .2rem}
input,select,textarea{width:100%;padding:.5rem;border:1px solid #cfd8dc;border-radius:4px;box-sizing:border-box;font:inherit}.f-extra{position:absolute;left:-5000px;top:0}.more{height:0;overflow:hidden;opacity:0}
.notice{background:#e8f6f3;border:1px solid #16a085;padding:1rem}.problem{background:#fdecea;padding:.8rem}button{background:#16a085;color:#fff;border:0;padding:.8rem 2.4rem;margin-top:1.2rem}li{margin:.4rem 0}</style></head>
<body><div class="w"><p><span class="brand">✓ cleanlist</span> &nbsp; <a href="/">Home</a> &nbsp; <a href="/add-your-listing">Add your listing</a> &nbsp; <a href="/contact">Contact</a></p>{{ body }}</div></body></html>"""

FORM = """<h1>Add your listing</h1>{% if e %}<div class="problem" role="alert"><ul>{% for m in e.values() %}<li>{{ m }}</li>{% endfor %}</ul></div>{% endif %}
<form method="post" action="/add-your-listing"><label for="name">Business name</label><input id="name" name="name" value="{{ v.name }}"><div class="f-extra"><label for="website">Website</label><input id="website" name="website" tabindex="-1" autocomplete="off"></div>
<label for="what">Category</label><select id="what" name="what"><option value="">Choose one</option>{% for c in cats %}<option {{ "selected" if v.what == c }}>{{ c }}</option>{% endfor %}</select>
<label for="street">Street address</label><input id="street" name="street" value="{{ v.street }}"><label for="city">City</label><input id="city" name="city" value="{{ v.city }}"><label for="state">State</label><select id="state" name="state"><option value="">State</option>{% for k, n in states.items() %}<option value="{{ k }}" {{ "selected" if v.state == k }}>{{ n }}</option>{% endfor %}</select>
<label for="zip">ZIP</label><input id="zip" name="zip" value="{{ v.zip }}"><label for="phone">Phone</label><input id="phone" name="phone" value="{{ v.phone }}"><div class="more"><input type="text" name="url" placeholder="http://" autocomplete="off" tabindex="-1"></div>
<label for="email">Email</label><input id="email" name="email" type="email" value="{{ v.email }}"><label for="link">Your homepage</label><input id="link" name="homepage_link" value="{{ v.homepage_link }}"><label for="about">About (30 to 300 characters)</label><textarea id="about" name="about" rows="4" maxlength="300">{{ v.about }}</textarea>
<p style="display:none"><label>Leave this blank <input name="second-name"></label></p><button type="submit">Submit listing</button></form>"""

CONTACT = """<h1>Contact</h1><form method="post" action="/contact"><label for="cn">Your name</label><input id="cn" name="name"><label for="ce">Email</label><input id="ce" name="email" type="email">
<label for="cm">Message</label><textarea id="cm" name="message"></textarea><button>Send message</button></form>"""

CATEGORIES = listed(
    "Bakery|Carpenter|Dentist|Dry cleaner|Electrician|Florist|Lawyer|Mechanic|Restaurant|Vet"
)

site = Site(
    slug="cleanlist",
    name="cleanlist",
    hard="Honeypots named website, url and second-name; whoever fills one is thanked and thrown away.",
    submit="/add-your-listing",
    table="clean",
    columns={
        "name": Field.BUSINESS_NAME,
        "what": Field.CATEGORY,
        "street": Field.STREET,
        "city": Field.CITY,
        "state": Field.STATE,
        "zip": Field.POSTAL_CODE,
        "phone": Field.PHONE,
        "email": Field.EMAIL,
        "homepage_link": Field.WEBSITE,
        "about": Field.DESCRIPTION,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakery"}),
    search="/search?q={name}",
    market="us",
)
show_listings(site, Habit.PLAIN)
site.decoy("/contact", "Thanks, we will write back.")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>No spam. Just places.</h1><form action='/search'><input name='q' placeholder='Search the list'></form>"
    )


@site.get("/contact")
def contact(visit: Visit) -> str:
    return visit.page(CONTACT, "Contact")


@site.get("/add-your-listing")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Add your listing", cats=CATEGORIES, states=STATES)


@site.post("/add-your-listing")
def add(visit: Visit) -> Answer:
    v = visit.form
    wanted = {
        "name": "The name is missing.",
        "what": "Choose a category.",
        "street": "The street is missing.",
        "city": "The city is missing.",
        "state": "Choose a state.",
    }
    errors = missing(v, wanted)
    if not is_phone(v["phone"]):
        errors["phone"] = "The phone is missing or wrong."
    if not is_email(v["email"]):
        errors["email"] = "The email is missing or wrong."
    if v["homepage_link"] and not is_url(v["homepage_link"]):
        errors["homepage_link"] = "The homepage must start with http:// or https://."
    if not 30 <= len(v["about"]) <= 300:
        errors["about"] = "Write 30 to 300 characters about it."
    if errors:
        return visit.page(FORM, "Add your listing", cats=CATEGORIES, states=STATES, e=errors)
    if not (v["website"] or v["url"] or v["second-name"]):
        visit.store.add(v)
    return visit.page(
        "<div class='notice'>Thank you! {{ v.name }} is on the list.</div>", "Thank you"
    )
