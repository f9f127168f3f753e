"""A link directory of the classic kind: fixed field names, a tree in one select, editors who look."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import is_email, is_url, missing
from dbolt.sandbox.site import IN_REVIEW, Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"><html><head><title>{{ title }} - Link Garden</title><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><meta name="description" content="A hand-tended garden of links"><style>
body{font:12px Verdana;margin:0;background:#fff}.headerImg{background:#3c7a3c;color:#fff;font-size:24px;padding:20px}.navSubmit{background:#e4f2e0;padding:6px 20px}.navSubmit a{color:#264}.formPage{padding:6px 20px}.label{text-align:right;vertical-align:top;font-weight:bold;width:160px}.req{color:red}.errForm{color:#f00;display:block}.price{border:1px solid #9c9;width:420px;margin-bottom:14px}.btn{padding:4px 18px}</style></head>
<body><div class="headerImg">Link Garden</div><div class="navSubmit"><a href="/">Directory Home</a> | <a href="/submit?c=0">Submit Link</a> | <form action="/index" style="display:inline"><input type="text" name="search" size="20"> <input type="submit" value="Search" class="btn"></form></div><div class="formPage">{{ body }}</div></body></html>"""

FORM = """<h3>Submit Link</h3><form method="post" action="/submit?c=0"><table class="price"><tr><th colspan="2">Pricing</th></tr><tr><td><input type="radio" name="LINK_TYPE" value="featured"> Featured links</td><td>$39.95</td></tr><tr><td><input type="radio" name="LINK_TYPE" value="normal" checked="checked"> Regular links</td><td>free</td></tr></table><table class="formPage">
{% macro row(name, label, req=True) %}<tr><td class="label">{% if req %}<span class="req">*</span>{% endif %}{{ label }}:</td><td class="field"><input type="text" name="{{ name }}" value="{{ v[name] }}" size="40" class="text" />{% if e[name] %}<span class="errForm">{{ e[name] }}</span>{% endif %}</td></tr>{% endmacro %}
{{ row("TITLE", "Title") }}{{ row("URL", "URL") }}<tr><td class="label">Description:</td><td class="field"><textarea name="DESCRIPTION" rows="3" cols="37" class="text">{{ v.DESCRIPTION }}</textarea><br /><small>Limit: 300 characters</small>{% if e.DESCRIPTION %}<span class="errForm">{{ e.DESCRIPTION }}</span>{% endif %}</td></tr>
{{ row("META_KEYWORDS", "META Keywords", False) }}{{ row("OWNER_NAME", "Your Name") }}{{ row("OWNER_EMAIL", "Your Email") }}<tr><td class="label"><span class="req">*</span>Category:</td><td class="field"><select name="CATEGORY_ID"><option value="0">[Top]</option>{% for n, t in cats.items() %}<option value="{{ n }}" {{ "selected" if v.CATEGORY_ID == n }}>{{ t }}</option>{% endfor %}</select>{% if e.CATEGORY_ID %}<span class="errForm">{{ e.CATEGORY_ID }}</span>{% endif %}</td></tr>
<tr><td class="label"><span class="req">*</span></td><td class="field"><input type="checkbox" name="AGREERULES" id="AGREERULES" /> I AGREE with the <a href="/rules">submission rules</a>{% if e.AGREERULES %}<span class="errForm">{{ e.AGREERULES }}</span>{% endif %}</td></tr><tr><td></td><td><input type="submit" name="continue" value="Continue" class="btn" /></td></tr></table></form>"""

CATEGORIES = {
    "11": "|___Arts",
    "12": "|\xa0\xa0\xa0|___Music",
    "20": "|___Business",
    "21": "|\xa0\xa0\xa0|___Accounting",
    "24": "|\xa0\xa0\xa0|___Food and Related Products",
    "25": "|\xa0\xa0\xa0|\xa0\xa0\xa0|___Bakeries",
    "26": "|\xa0\xa0\xa0|\xa0\xa0\xa0|___Seafood",
    "30": "|___Health",
    "31": "|\xa0\xa0\xa0|___Dentistry",
    "40": "|___Regional",
    "41": "|\xa0\xa0\xa0|___North America",
}

site = Site(
    slug="link-garden",
    name="Link Garden",
    hard="A classic link directory: title, URL, an indented tree in a select; editors review.",
    submit="/submit?c=0",
    table="PLD_LINK",
    columns={
        "TITLE": Field.BUSINESS_NAME,
        "URL": Field.WEBSITE,
        "DESCRIPTION": Field.DESCRIPTION,
        "META_KEYWORDS": Field.KEYWORDS,
        "OWNER_NAME": Field.CONTACT_NAME,
        "OWNER_EMAIL": Field.EMAIL,
        "CATEGORY_ID": None,
        "LINK_TYPE": None,
    },
    derived={Field.CATEGORY: lambda row: CATEGORIES[row["CATEGORY_ID"]].lstrip("|_\xa0")},
    layout=LAYOUT,
    right_categories=frozenset({"Bakeries", "Food and Related Products"}),
    expected=IN_REVIEW,
)


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h3>Categories</h3>{% for t in cats.values() %}<div>{{ t }}</div>{% endfor %}",
        cats=CATEGORIES,
    )


@site.get("/rules")
def rules(visit: Visit) -> str:
    return visit.page(
        "<h3>Submission rules</h3><p>One link per site. The name of the business is the title. No shouting.</p>"
    )


@site.get("/index")
def search(visit: Visit) -> str:
    word = visit.query["search"].casefold()
    rows = [r for r in visit.store.rows("published") if word in r["TITLE"].casefold()]
    return visit.page(
        "<h3>Search Results</h3>{% for r in rows %}<p><a href='{{ r.URL }}'>{{ r.TITLE }}</a></p>{% else %}<p>Sorry, no records found.</p>{% endfor %}",
        rows=rows,
    )


@site.get("/submit")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Submit Link", cats=CATEGORIES)


@site.post("/submit")
def submit(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(v, dict.fromkeys(("TITLE", "OWNER_NAME"), "This field is required."))
    if not is_url(v["URL"]):
        errors["URL"] = "Invalid URL."
    if len(v["DESCRIPTION"]) > 300:
        errors["DESCRIPTION"] = "At most 300 characters."
    if not is_email(v["OWNER_EMAIL"]):
        errors["OWNER_EMAIL"] = "Invalid e-mail address."
    if v["CATEGORY_ID"] not in CATEGORIES:
        errors["CATEGORY_ID"] = "You cannot submit to the top category."
    if not v["AGREERULES"]:
        errors["AGREERULES"] = "You must agree with the submission rules."
    if errors:
        return visit.page(FORM, "Submit Link", cats=CATEGORIES, e=errors)
    if v["LINK_TYPE"] == "featured":
        return visit.page("<h3>Payment</h3><p>Please pay $39.95 to continue.</p>")
    visit.store.add(v, "pending")
    return visit.page(
        "<h3>Submit Link</h3><p>Link submitted and awaiting approval. Submit another link.</p>"
    )
