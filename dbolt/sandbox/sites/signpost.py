"""A directory behind an image captcha that the server really checks."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import State
from dbolt.domain.reasons import Reason
from dbolt.sandbox.checks import is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Expected, Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>Signpost | {{ title }}</title><style>body{font-family:Arial;font-size:14px;margin:0;background:#c8d4a8}#outer{width:820px;margin:0 auto;background:#fff}#t{background:#55672a;color:#fff;padding:18px;font-size:26px}
#n{background:#8ca14f;padding:7px 18px}#n a{color:#fff;margin-right:18px}#c{padding:14px 18px 40px}table.frm td{padding:4px 8px}.e{color:red}.b{padding:6px 20px}</style></head><body><div id="outer"><div id="t">Signpost</div><div id="n"><a href="/">Home</a><a href="/submit.php">Submit link</a><a href="/search?q=">Latest links</a></div><div id="c">{{ body }}</div></div></body></html>"""

FORM = """<h3>Submit link</h3><form method="post" action="/submit.php"><table class="frm">{% macro row(name, label) %}<tr><td align="right"><label>{{ label }}:</label></td><td><input type="text" name="{{ name }}" size="40" maxlength="255" class="text" value="{{ v[name] }}">{% if e[name] %} <span class="e">{{ e[name] }}</span>{% endif %}</td></tr>{% endmacro %}
{{ row("TITLE", "Title") }}{{ row("URL", "URL") }}<tr><td align="right" valign="top"><label>Description:</label></td><td><textarea name="DESCRIPTION" rows="4" cols="38" class="text">{{ v.DESCRIPTION }}</textarea></td></tr>{{ row("PHONE", "Phone") }}{{ row("OWNER_NAME", "Your Name") }}{{ row("OWNER_EMAIL", "Your Email") }}
<tr><td align="right"><label>Category:</label></td><td><select name="CATEGORY_ID"><option value="0">[Top]</option>{% for c in cats %}<option value="{{ loop.index }}" {{ "selected" if v.CATEGORY_ID == loop.index|string }}>|___{{ c }}</option>{% endfor %}</select>{% if e.CATEGORY_ID %} <span class="e">{{ e.CATEGORY_ID }}</span>{% endif %}</td></tr>
<tr><td align="right"><label>Enter the code shown:</label></td><td><img src="/captcha.php?imagehash={{ hash }}" width="160" height="60" alt="captcha"><br><input type="text" name="CAPTCHA" size="12" autocomplete="off">{% if e.CAPTCHA %} <span class="e">{{ e.CAPTCHA }}</span>{% endif %}<br><small>This helps prevent automated registrations.</small></td></tr>
<tr><td></td><td><input type="submit" name="submit" value="Continue" class="b"></td></tr></table></form>"""

CATEGORIES = listed(
    "Arts|Business|Food & Bakeries|Games|Health|Home|News|Recreation|Shopping|Travel"
)
LETTERS = "ABCDEFHKLMNPRTUVXY34789"

site = Site(
    slug="signpost",
    name="Signpost",
    hard="An image captcha, made anew for each page and checked on the server.",
    submit="/submit.php",
    table="PLD_LINK",
    columns={
        "TITLE": Field.BUSINESS_NAME,
        "URL": Field.WEBSITE,
        "DESCRIPTION": Field.DESCRIPTION,
        "PHONE": Field.PHONE,
        "OWNER_NAME": Field.CONTACT_NAME,
        "OWNER_EMAIL": Field.EMAIL,
        "CATEGORY_ID": None,
    },
    derived={Field.CATEGORY: lambda row: CATEGORIES[int(row["CATEGORY_ID"]) - 1]},
    layout=LAYOUT,
    right_categories=frozenset({"Food & Bakeries"}),
    expected=Expected(State.NEEDS_PERSON, Reason.CAPTCHA),
    cookie="PHPSESSID",
)
show_listings(site, Habit.TABLE, listing="/detail/link-{id}.html")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<form action='/search'><input name='q'> <input type='submit' value='Search'></form><ul>{% for c in cats %}<li>{{ c }}{% endfor %}</ul>",
        "Home",
        cats=CATEGORIES,
    )


def show(visit: Visit, errors: dict[str, str]) -> str:
    visit.session["code"] = "".join(secrets.choice(LETTERS) for _ in range(5))
    return visit.page(FORM, "Submit Link", cats=CATEGORIES, hash=secrets.token_hex(8), e=errors)


@site.get("/captcha.php")
def picture(visit: Visit) -> Answer:
    # Drawing costs a font and half of Pillow, which no other site needs.
    from captcha.image import ImageCaptcha  # noqa: PLC0415 - see above

    made = ImageCaptcha(160, 60).generate(visit.session.get("code", "-----"))
    return Response(made.getvalue(), media_type="image/png", headers={"Cache-Control": "no-store"})


@site.get("/submit.php")
def form(visit: Visit) -> str:
    return show(visit, {})


@site.post("/submit.php")
def submit(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(v, dict.fromkeys(("TITLE", "URL", "OWNER_NAME"), "Required field."))
    if not is_email(v["OWNER_EMAIL"]):
        errors["OWNER_EMAIL"] = "Invalid email address."
    if v["PHONE"] and not is_phone(v["PHONE"]):
        errors["PHONE"] = "Invalid phone."
    if v["CATEGORY_ID"] not in {str(1 + i) for i in range(len(CATEGORIES))}:
        errors["CATEGORY_ID"] = "Please choose a category."
    if not v["CAPTCHA"] or v["CAPTCHA"].upper() != visit.session.get("code"):
        errors["CAPTCHA"] = "Invalid code."
    if errors:
        return show(visit, errors)
    visit.store.add(v)
    return visit.page(
        "<h3>Link submitted</h3><p>{{ v.TITLE }} has been added to the directory.</p>"
    )
