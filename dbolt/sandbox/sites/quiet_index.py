"""An index that wants no robots: its robots.txt forbids the form, and the page says so too."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import State
from dbolt.domain.reasons import Reason
from dbolt.sandbox.checks import is_email, is_phone, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Expected, Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title><style>body{max-width:560px;margin:80px auto;font:18px/1.7 Georgia,serif;color:#444;background:#fafafa}a{color:#888}input,textarea{width:100%;border:0;border-bottom:1px solid #bbb;background:transparent;font:inherit;margin-bottom:14px}button{border:1px solid #888;background:none;padding:8px 26px;font:inherit}.q{color:#a55}</style></head>
<body><p><i>the quiet index</i> — <a href="/">read</a> — <a href="/write">write</a></p>{{ body }}</body></html>"""

FORM = """<h2>Write an entry</h2><p>By hand, please. No automated submissions.</p>{% for m in e.values() %}<p class="q">{{ m }}</p>{% endfor %}<form method="post" action="/write">{% for n, t in lines %}<label>{{ t }}<input name="{{ n }}" value="{{ v[n] }}"></label>{% endfor %}<label>A few words<textarea name="words" rows="3">{{ v.words }}</textarea></label><button>Leave it here</button></form>"""

LINES = (
    ("who", "Name of the business"),
    ("where", "Address"),
    ("tel", "Telephone"),
    ("mail", "E-mail"),
    ("web", "Website"),
)

site = Site(
    slug="quiet-index",
    name="The Quiet Index",
    hard="robots.txt forbids automated visits to the form.",
    submit="/write",
    table="entries",
    columns={
        "who": Field.BUSINESS_NAME,
        "where": Field.ADDRESS,
        "tel": Field.PHONE,
        "mail": Field.EMAIL,
        "web": Field.WEBSITE,
        "words": Field.DESCRIPTION,
    },
    layout=LAYOUT,
    expected=Expected(State.SKIPPED, Reason.ROBOTS_TXT),
    robots="User-agent: *\nDisallow: /write\nDisallow: /search\n",
)
show_listings(site, Habit.PLAIN)


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "{% for r in rows %}<p>{{ r.who }}. {{ r.words }}</p>{% else %}<p>Silence.</p>{% endfor %}",
        rows=visit.store.rows(),
    )


@site.get("/write")
def form(visit: Visit) -> str:
    return visit.page(FORM, "write", lines=LINES)


@site.post("/write")
def write(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(v, {"who": "Who is it?", "where": "Where is it?"})
    if v["tel"] and not is_phone(v["tel"]):
        errors["tel"] = "That telephone will not ring."
    if not is_email(v["mail"]):
        errors["mail"] = "That letter will not arrive."
    if errors:
        return visit.page(FORM, "write", lines=LINES, e=errors)
    visit.store.add(v)
    return visit.page("<p>Thank you. It is written.</p>")
