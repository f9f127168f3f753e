"""A members' hall: nothing can be listed without an account."""

from __future__ import annotations

import hashlib

from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import State
from dbolt.domain.reasons import Reason
from dbolt.sandbox.checks import is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Expected, Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} - Guildhall</title><style>
body{margin:0;font:15px/1.5 Cambria,serif;background:#2d1f14 repeating-linear-gradient(90deg,#0002 0 2px,#0000 2px 90px);color:#f3e6cf}.hall{max-width:600px;margin:40px auto;background:#4a3421;padding:20px 40px 40px;border:2px solid #a67c3d}
a{color:#ffd98a}label{display:block;margin-top:12px}input,textarea,select{width:100%;box-sizing:border-box;padding:7px;background:#f3e6cf;border:1px solid #a67c3d;font:inherit}.bad{color:#ffb3a1}button{margin-top:18px;background:#a67c3d;border:0;padding:10px 30px;font:inherit;color:#fff}</style></head>
<body><div class="hall"><p>⚒ <b>Guildhall</b> — <a href="/">Hall</a> · <a href="/my/listings/new">List your business</a> · {% if visit.session.member %}{{ visit.session.member }}{% else %}<a href="/login">Sign in</a>{% endif %}</p>{{ body }}</div></body></html>"""

LOGIN = """<h1>Members only</h1><p>Please sign in to list your business.</p>{% if e.login %}<p class="bad">{{ e.login }}</p>{% endif %}<form method="post" action="/login"><label for="u">E-mail</label><input id="u" type="email" name="user">
<label for="p">Password</label><input id="p" type="password" name="password"><button>Sign in</button></form><p>No account yet? <a href="/register">Create an account</a>. <a href="/forgot">Forgot password?</a></p>"""

REGISTER = """<h1>Create an account</h1>{% for m in e.values() %}<p class="bad">{{ m }}</p>{% endfor %}<form method="post" action="/register"><label for="fn">Your name</label><input id="fn" name="member_name" value="{{ v.member_name }}"><label for="em">E-mail</label><input id="em" type="email" name="user" value="{{ v.user }}">
<label for="p1">Password (8 characters or more)</label><input id="p1" type="password" name="password"><label for="p2">Password again</label><input id="p2" type="password" name="password2"><button>Create account</button></form>"""

FORM = """<h1>List your business</h1>{% for m in e.values() %}<p class="bad">{{ m }}</p>{% endfor %}<form method="post" action="/my/listings/new"><label for="t">Title</label><input id="t" name="title" value="{{ v.title }}"><label for="c">Craft</label><select id="c" name="craft"><option></option>{% for c in crafts %}<option {{ "selected" if v.craft == c }}>{{ c }}</option>{% endfor %}</select>
<label for="a">Address</label><input id="a" name="addr" value="{{ v.addr }}"><label for="ci">City</label><input id="ci" name="city" value="{{ v.city }}"><label for="ph">Phone</label><input id="ph" name="phone" value="{{ v.phone }}"><label for="ww">Web</label><input id="ww" name="web" value="{{ v.web }}"><label for="d">Description</label><textarea id="d" name="descr">{{ v.descr }}</textarea><button>List it</button></form>"""

CRAFTS = listed("Baker|Blacksmith|Brewer|Carpenter|Cobbler|Glazier|Mason|Weaver")

site = Site(
    slug="guildhall",
    name="Guildhall",
    hard="A login wall with a registration link in front of the form.",
    submit="/my/listings/new",
    columns={
        "member": None,
        "title": Field.BUSINESS_NAME,
        "craft": Field.CATEGORY,
        "addr": Field.STREET,
        "city": Field.CITY,
        "phone": Field.PHONE,
        "web": Field.WEBSITE,
        "descr": Field.DESCRIPTION,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Baker"}),
    expected=Expected(State.NEEDS_PERSON, Reason.LOGIN_REQUIRED),
    account_needed=True,
    cookie="hall",
)
show_listings(site, Habit.PLAIN)


def digest(password: str) -> str:
    return hashlib.sha256(b"hall" + password.encode()).hexdigest()


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>The hall of crafts</h1><form action='/search'><input name='q' placeholder='Find a craft'></form>"
    )


@site.get("/login")
def login_page(visit: Visit) -> str:
    return visit.page(LOGIN, "Sign in")


@site.post("/login")
def login(visit: Visit) -> Answer:
    v = visit.form
    known = visit.store.recall(f"member:{v['user'].lower()}")
    if known != digest(v["password"]):
        return visit.refuse(LOGIN, "Sign in", e={"login": "Wrong e-mail or password."}, status=401)
    visit.session["member"] = v["user"].lower()
    return visit.go("/my/listings/new")


@site.get("/register")
def register_page(visit: Visit) -> str:
    return visit.page(REGISTER, "Create an account")


@site.post("/register")
def register(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(v, {"member_name": "Tell us your name."})
    if not is_email(v["user"]):
        errors["user"] = "Give an e-mail address."
    elif visit.store.recall(f"member:{v['user'].lower()}"):
        errors["user"] = "There is an account for this e-mail address already."
    if len(v["password"]) < 8 or v["password"] != v["password2"]:
        errors["p1"] = "The passwords differ or are too short."
    if errors:
        return visit.page(REGISTER, "Create an account", e=errors)
    visit.store.remember(f"member:{v['user'].lower()}", digest(v["password"]))
    visit.session["member"] = v["user"].lower()
    return visit.go("/my/listings/new")


@site.get("/my/listings/new")
def form(visit: Visit) -> Answer:
    if "member" not in visit.session:
        return visit.go("/login")
    return visit.page(FORM, "List your business", crafts=CRAFTS)


@site.post("/my/listings/new")
def add(visit: Visit) -> Answer:
    if "member" not in visit.session:
        return visit.go("/login")
    v = visit.form
    errors = missing(
        v, {"title": "Give a title.", "craft": "Choose a craft.", "city": "Give a city."}
    )
    if not is_phone(v["phone"]):
        errors["phone"] = "Give a phone number."
    if errors:
        return visit.page(FORM, "List your business", crafts=CRAFTS, e=errors)
    return visit.go(f"/listing/{visit.store.add({**v, 'member': visit.session['member']})}")
