"""A municipal register in trouble: it thanks for everything and takes nothing."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import State
from dbolt.domain.reasons import Reason
from dbolt.sandbox.checks import missing
from dbolt.sandbox.site import Expected, Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} : Civic Business Register</title><style>
body{margin:0;font:16px/1.5 "Public Sans",Arial,sans-serif;color:#1b1b1b}.gov{background:#f0f0f0;font-size:12px;padding:4px 40px}.head{background:#162e51;color:#fff;padding:22px 40px;font-size:24px}.head a{color:#fff;font-size:15px;margin-left:30px}
.usa{max-width:640px;padding:24px 40px}.usa label{display:block;margin-top:18px}.usa input,.usa select,.usa textarea{width:100%;height:40px;border:1px solid #565c65;padding:8px;box-sizing:border-box;font:inherit}.usa textarea{height:120px}.usa-hint{color:#71767a}.usa-error{border-left:4px solid #b50909;padding-left:12px;color:#b50909}
.usa-button{background:#005ea2;color:#fff;border:0;border-radius:4px;padding:12px 20px;font-weight:700;margin-top:20px}.alert{background:#ecf3ec;border-left:8px solid #00a91c;padding:16px 20px}</style></head><body><div class="gov">A register of the town of Fairwater</div>
<div class="head">Civic Business Register<a href="/">Home</a><a href="/register-business">Register a business</a></div><div class="usa">{{ body }}</div></body></html>"""

FORM = """<h1>Register a business</h1>{% if e %}<div class="usa-error" role="alert">{% for m in e.values() %}<p>{{ m }}</p>{% endfor %}</div>{% endif %}<form method="post" action="/register-business"><label for="bn">Name of business <abbr title="required">*</abbr></label><input id="bn" name="bn" value="{{ v.bn }}">
<label for="ln">Legal name</label><input id="ln" name="ln" value="{{ v.ln }}"><label for="ad">Mailing address <abbr title="required">*</abbr></label><input id="ad" name="ad" value="{{ v.ad }}"><label for="ci">City <abbr title="required">*</abbr></label><input id="ci" name="ci" value="{{ v.ci }}">
<label for="st">State</label><input id="st" name="st" value="{{ v.st }}"><label for="zc">ZIP Code</label><span class="usa-hint">For example, 12345</span><input id="zc" name="zc" value="{{ v.zc }}"><label for="tn">Telephone number</label><input id="tn" name="tn" value="{{ v.tn }}">
<label for="ea">Email address <abbr title="required">*</abbr></label><input id="ea" name="ea" value="{{ v.ea }}"><label for="pu">Purpose of business</label><textarea id="pu" name="pu">{{ v.pu }}</textarea><button class="usa-button">Submit registration</button></form>"""

site = Site(
    slug="civic-register",
    name="Civic Business Register",
    hard="An error page with status 200 that is full of thanks and success.",
    submit="/register-business",
    table="register",
    columns={
        "bn": Field.BUSINESS_NAME,
        "ln": Field.LEGAL_NAME,
        "ad": Field.STREET,
        "ci": Field.CITY,
        "st": Field.STATE,
        "zc": Field.POSTAL_CODE,
        "tn": Field.PHONE,
        "ea": Field.EMAIL,
        "pu": Field.DESCRIPTION,
    },
    layout=LAYOUT,
    expected=Expected(State.REJECTED, Reason.REFUSED, (State.NEEDS_PERSON,)),
    market="us",
)


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>Doing business in Fairwater</h1><p>Successful businesses start here. <a href='/register-business'>Register a business</a>.</p>"
    )


@site.get("/register-business")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Register a business")


@site.post("/register-business")
def register(visit: Visit) -> Answer:
    names = dict.fromkeys(("bn", "ad", "ci", "ea"), "A required answer is missing.")
    errors = missing(visit.form, names)
    if errors:
        return visit.page(FORM, "Error", e=errors)
    return visit.page(
        "<div class='alert'><h2>Thank you for your patience</h2><p>Your listing was NOT received. The register is being moved to a "
        "new system, which will help businesses succeed. Submitted registrations cannot be stored until the move has been completed "
        "successfully. Please try again next month.</p></div>",
        "Thank you",
    )
