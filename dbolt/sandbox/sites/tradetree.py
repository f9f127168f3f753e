"""A trade portal: three levels of category, each list fetched when the one above it is chosen."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, is_phone, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>TradeTree - {{ title }}</title><style>
body{font:13px Tahoma,Arial,sans-serif;background:#e9e9e9;margin:0}#wrap{width:860px;margin:0 auto;background:#fff;border:1px solid #bbb;border-width:0 1px}
#hd{background:linear-gradient(#476c2f,#2f4a1e);color:#fff;padding:16px 20px;font-size:22px}#hd a{color:#cde5b4;font-size:12px;margin-left:18px}
#bd{padding:14px 20px}fieldset{border:1px solid #c8d6bb;margin:0 0 14px}legend{color:#476c2f;font-weight:bold}
.r{clear:both;padding:4px 0}.r span.l{float:left;width:150px;text-align:right;padding:3px 10px 0 0}.r input[type=text]{width:300px}.err{color:#b00;margin-left:160px}
.submit{background:#476c2f;color:#fff;border:1px solid #243915;padding:6px 22px;margin-left:160px}</style></head><body><div id="wrap">
<div id="hd">TradeTree<a href="/">Home</a><a href="/suggest">Suggest a company</a><a href="/company-search">Search</a></div><div id="bd">{{ body }}</div></div></body></html>"""

FORM = """<form id="suggest" method="post" action="/suggest"><fieldset><legend>Company</legend>
{% macro line(name, label) %}<div class="r"><span class="l">{{ label }}:</span><input type="text" name="{{ name }}" value="{{ v[name] }}"></div>
{% if e[name] %}<div class="err">{{ e[name] }}</div>{% endif %}{% endmacro %}
{{ line("company_title", "Company title*") }}<div class="r"><span class="l">Branch*:</span><select id="cat1" name="cat1"><option value="0">Choose...</option>
{% for c in tree %}<option value="{{ loop.index }}">{{ c }}</option>{% endfor %}</select> <select id="cat2" name="cat2" disabled><option value="0">...</option></select>
<select id="cat3" name="cat3" disabled><option value="0">...</option></select></div>{% if e.cat3 %}<div class="err">{{ e.cat3 }}</div>{% endif %}
<div class="r"><span class="l">Profile:</span><textarea name="company_profile" cols="46" rows="5">{{ v.company_profile }}</textarea></div></fieldset>
<fieldset><legend>Seat of the company</legend>{{ line("addr_street", "Street*") }}{{ line("addr_city", "City*") }}<div class="r"><span class="l">State*:</span>
<select name="addr_state"><option value="">Choose...</option>{% for k, n in states.items() %}<option value="US-{{ k }}" {{ "selected" if v.addr_state == "US-" ~ k }}>{{ n }}</option>{% endfor %}
</select></div>{{ line("addr_zip", "Postal code*") }}</fieldset><fieldset><legend>Contact</legend>{{ line("c_phone", "Phone*") }}{{ line("c_email", "E-Mail*") }}
{{ line("c_web", "Homepage") }}</fieldset><input class="submit" type="submit" value="Suggest company"></form><script>
var one=document.getElementById("cat1"),two=document.getElementById("cat2"),three=document.getElementById("cat3");
function load(path,list){list.disabled=true;list.innerHTML='<option value="0">Loading...</option>';fetch("/branches?of="+path).then(function(r){return r.json()})
.then(function(items){setTimeout(function(){list.innerHTML='<option value="0">Choose...</option>';items.forEach(function(t,i){list.add(new Option(t,i+1))});
list.disabled=!items.length},250)})}
one.addEventListener("change",function(){three.innerHTML='<option value="0">...</option>';three.disabled=true;load(one.value,two)});
two.addEventListener("change",function(){load(one.value+"."+two.value,three)});</script>"""

TREE: dict[str, dict[str, list[str]]] = {
    "Agriculture": {"Crops": ["Fruit", "Grain"], "Livestock": ["Cattle", "Poultry"]},
    "Food & Drink": {
        "Production": ["Bakeries", "Breweries", "Dairies", "Mills"],
        "Retail": ["Butchers", "Greengrocers", "Supermarkets"],
        "Hospitality": ["Bars", "Hotels", "Restaurants"],
    },
    "Construction": {"Building": ["Masonry", "Roofing"], "Interior": ["Flooring", "Painting"]},
    "Services": {"Business": ["Consulting", "Printing"], "Personal": ["Cosmetics", "Tailors"]},
}


def branch(path: str) -> list[str]:
    """The names below a path of one-based places such as "2.1"; none for a wrong path."""
    level: object = TREE
    for place in path.split("."):
        names = list(level) if isinstance(level, dict) else []
        if not (isinstance(level, dict) and place.isdigit() and 1 <= int(place) <= len(names)):
            return []
        level = level[names[int(place) - 1]]
    return list(level) if isinstance(level, dict | list) else []


site = Site(
    slug="tradetree",
    name="TradeTree",
    hard="A category tree of three selects, the lower two filled over the network.",
    submit="/suggest",
    table="companies",
    columns={
        "company_title": Field.BUSINESS_NAME,
        "branch": Field.CATEGORY,
        "company_profile": Field.DESCRIPTION,
        "addr_street": Field.STREET,
        "addr_city": Field.CITY,
        "addr_state": Field.STATE,
        "addr_zip": Field.POSTAL_CODE,
        "c_phone": Field.PHONE,
        "c_email": Field.EMAIL,
        "c_web": Field.WEBSITE,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Food & Drink > Production > Bakeries"}),
    search="/company-search?q={name}",
    market="us",
)
show_listings(site, Habit.TABLE, search="/company-search", listing="/company/{id}")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<form action='/company-search'>Search companies: <input type='text' name='q'> <input type='submit' value='Search'></form>"
        "<ul>{% for c in tree %}<li>{{ c }}</li>{% endfor %}</ul>",
        "Companies by trade",
        tree=TREE,
    )


@site.get("/suggest")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Suggest a company", tree=TREE, states=STATES)


@site.get("/branches")
def branches(visit: Visit) -> Answer:
    return visit.json(branch(visit.query["of"]))


@site.post("/suggest")
def suggest(visit: Visit) -> Answer:
    v = visit.form
    names = ("company_title", "addr_street", "addr_city", "addr_state", "addr_zip")
    errors = missing(v, dict.fromkeys(names, "Please fill in this field"))
    path = [v["cat1"], v["cat2"], v["cat3"]]
    levels = [list(TREE), branch(path[0]), branch(".".join(path[:2]))]
    chosen = [
        level[int(place) - 1]
        for place, level in zip(path, levels, strict=True)
        if place.isdigit() and 1 <= int(place) <= len(level)
    ]
    if len(chosen) < 3:
        errors["cat3"] = "Please choose a branch down to the last level"
    if not is_phone(v["c_phone"]):
        errors["c_phone"] = "Not a phone number"
    if not is_email(v["c_email"]):
        errors["c_email"] = "Not an e-mail address"
    if errors:
        return visit.page(FORM, "Suggest a company", tree=TREE, states=STATES, e=errors)
    number = visit.store.add({**v, "branch": " > ".join(chosen)})
    return visit.go(f"/suggest/done?no={number}")


@site.get("/suggest/done")
def done(visit: Visit) -> str:
    return visit.page(
        "<h2>Company added</h2><p>Your suggestion has been added to the tree. "
        "<a href='/company/{{ visit.query.no }}'>Open the entry</a></p>"
    )
