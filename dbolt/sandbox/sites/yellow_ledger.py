"""A directory from 1999: a table with words in the left cells and no label anywhere."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Visit

LAYOUT = """<html><head><title>{{ title }}</title><style>
body{background:#fffbe0;font-family:"Times New Roman",serif;margin:0}
#top{background:#ffd800;border-bottom:3px solid #000;padding:4px 10px}
#top h1{display:inline;font-size:26px;margin:0 20px 0 0}
#mid td.menu{background:#fff2a0;width:130px;vertical-align:top;padding:8px;font-size:14px}
#mid td.main{padding:10px 18px;vertical-align:top}.red{color:#c00}
</style></head><body bgcolor="#fffbe0"><div id="top"><h1>The Yellow Ledger</h1>
<form action="/find.cgi" style="display:inline">Find: <input name="terms" size="18">
<input type="submit" value="Go"></form></div>
<table id="mid" width="100%" cellspacing="0"><tr><td class="menu"><a href="/">Front page</a><br>
<a href="/addlisting.cgi">Add Your Company</a><br><a href="/find.cgi?terms=">All entries</a><br><br>
<form action="/news.cgi" method="post">Ledger by mail:<br><input name="addr" size="12">
<input type="submit" value="OK"></form></td><td class="main">{{ body }}</td></tr></table>
<hr><center><font size="2">Best viewed with any browser. No refunds.</font></center></body></html>"""

FORM = """<h2>Add Your Company</h2>{% for m in e.values() %}<font class="red">* {{ m }}</font><br>{% endfor %}
<form action="/addlisting.cgi" method="POST"><table border="0" cellpadding="3">
<tr><td>Company</td><td><input name="co" size="40" value="{{ v.co }}"> <font color="red">*</font></td></tr>
<tr><td>Line of business</td><td><select name="lob"><option value="">- pick one -
{% for c in cats %}<option {{ "selected" if v.lob == c }}>{{ c }}{% endfor %}</select> <font color="red">*</font></td></tr>
<tr><td>Street</td><td><input name="st1" size="40" value="{{ v.st1 }}"> <font color="red">*</font></td></tr>
<tr><td>City</td><td><input name="cty" value="{{ v.cty }}"> <font color="red">*</font> State
<select name="st"><option value="">--{% for s in states %}<option {{ "selected" if v.st == s }}>{{ s }}{% endfor %}</select>
ZIP <input name="zp" size="6" maxlength="10" value="{{ v.zp }}"></td></tr>
<tr><td>Telephone</td><td><input name="tel" value="{{ v.tel }}"> <font color="red">*</font></td></tr>
<tr><td>Fax</td><td><input name="fx" value="{{ v.fx }}"></td></tr>
<tr><td>Electronic mail</td><td><input name="em" size="30" value="{{ v.em }}"> <font color="red">*</font></td></tr>
<tr><td>Web page</td><td><input name="www" size="40" value="{{ v.www or 'http://' }}"></td></tr>
<tr><td valign="top">What you do</td><td><textarea name="txt" rows="6" cols="50">{{ v.txt }}</textarea></td></tr>
<tr><td></td><td><input type="submit" value="Send in"> <input type="reset" value="Start over"></td></tr>
</table></form>"""

CATEGORIES = listed(
    "Attorneys|Automobiles|Bakeries|Banks|Building Contractors|Dentists|Florists|Hotels & Motels|"
    "Plumbers|Restaurants|Veterinarians"
)

site = Site(
    slug="yellow-ledger",
    name="The Yellow Ledger",
    hard="Plain table layout: words in cells, no labels, states by code.",
    submit="/addlisting.cgi",
    table="ledger",
    columns={
        "co": Field.BUSINESS_NAME,
        "lob": Field.CATEGORY,
        "st1": Field.STREET,
        "cty": Field.CITY,
        "st": Field.STATE,
        "zp": Field.POSTAL_CODE,
        "tel": Field.PHONE,
        "fx": Field.FAX,
        "em": Field.EMAIL,
        "www": Field.WEBSITE,
        "txt": Field.DESCRIPTION,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakeries"}),
    search="/find.cgi?terms={name}",
    market="us",
)
show_listings(site, Habit.TABLE, search="/find.cgi", asked="terms", listing="/entry{id}.html")
site.decoy("/news.cgi", "You are on the list.")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h2>Welcome</h2><p>The Ledger lists {{ n }} companies in every trade. <b>Free since 1997!</b></p>"
        "<ul>{% for c in cats %}<li><a href='/find.cgi?terms={{ c }}'>{{ c }}</a>{% endfor %}</ul>",
        n=len(visit.store.rows()),
        cats=CATEGORIES,
    )


@site.get("/addlisting.cgi")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Add Your Company", cats=CATEGORIES, states=STATES)


@site.post("/addlisting.cgi")
def add(visit: Visit) -> str:
    v = visit.form
    wanted = {
        "co": "Company",
        "lob": "Line of business",
        "st1": "Street",
        "cty": "City",
        "st": "State",
    }
    errors = missing(v, {name: f"{word} is missing." for name, word in wanted.items()})
    if not is_phone(v["tel"]):
        errors["tel"] = "Telephone is missing or wrong."
    if not is_email(v["em"]):
        errors["em"] = "Electronic mail is missing or wrong."
    if errors:
        return visit.page(FORM, "Add Your Company", cats=CATEGORIES, states=STATES, e=errors)
    values = {**v, "www": "" if v["www"] == "http://" else v["www"]}
    number = visit.store.add(values)
    return visit.page(
        "<h2>Thank you!</h2><p>{{ v.co }} is now in the Ledger as "
        "<a href='/entry{{ n }}.html'>entry no. {{ n }}</a>.</p>",
        "Entry added",
        n=number,
    )
