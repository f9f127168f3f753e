"""A wizard in the page: two panels of one form, the second hidden until the first is complete."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site, picked
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} / Slidebook</title><style>
body{margin:0;font:16px system-ui,sans-serif;background:linear-gradient(160deg,#0e2a47,#1f6f8b);min-height:100vh;color:#fff}
.top{padding:24px 40px;font-weight:800;letter-spacing:.06em}.top a{color:#9ee;font-weight:400;margin-left:24px}
.panelwrap{background:#fff;color:#123;border-radius:10px;max-width:560px;margin:10px auto;padding:30px}.panel{display:none}.panel.active{display:block}
.dots span{display:inline-block;width:10px;height:10px;border-radius:50%;background:#cde;margin-right:6px}.dots .on{background:#1f6f8b}
.fg{margin:12px 0}.fg span{display:block;font-size:12px;text-transform:uppercase;color:#678}.fg input,.fg textarea,.fg select{width:100%;box-sizing:border-box;padding:9px;border:0;border-bottom:2px solid #9bc}
.fg.miss input,.fg.miss select{border-color:#d33}button{background:#1f6f8b;color:#fff;border:0;padding:11px 28px;border-radius:6px;margin-right:10px}button.ghost{background:#cde;color:#123}
.flash{background:#fde2e0;color:#800;padding:10px}.card{background:#fff;color:#123;max-width:560px;margin:12px auto;padding:14px 24px}</style></head><body>
<div class="top">SLIDEBOOK<a href="/">Home</a><a href="/add">Add business</a></div>{{ body }}</body></html>"""

FORM = """<div class="panelwrap"><div class="dots"><span class="on"></span><span></span></div>{% if e %}<div class="flash" role="alert">Please correct: {{ e.values()|join("; ") }}</div>{% endif %}
<form id="wiz" method="post" action="/add"><div class="panel active" data-step="1"><h2>The business</h2>
<div class="fg"><span>Business name</span><input name="b_name" required value="{{ v.b_name }}"></div><div class="fg"><span>Type</span><select name="b_type" required><option value="">Choose</option>
{% for t in types %}<option {{ "selected" if v.b_type == t }}>{{ t }}</option>{% endfor %}</select></div><div class="fg"><span>Contact e-mail</span><input name="b_email" type="email" required value="{{ v.b_email }}"></div>
<div class="fg"><span>Phone: area code / number</span><input name="b_area" required maxlength="3" style="width:22%" aria-label="Area code" value="{{ v.b_area }}"> <input name="b_num" required maxlength="8" style="width:70%" aria-label="Phone number" value="{{ v.b_num }}"></div>
<button type="button" class="next">Next</button></div><div class="panel" data-step="2"><h2>Where and what</h2>
<div class="fg"><span>Street address</span><input name="b_addr" required value="{{ v.b_addr }}"></div><div class="fg"><span>City</span><input name="b_city" required value="{{ v.b_city }}"></div>
<div class="fg"><span>State (2 letters)</span><input name="b_state" required maxlength="2" pattern="[A-Za-z]{2}" value="{{ v.b_state }}"></div><div class="fg"><span>Zip</span><input name="b_zip" required value="{{ v.b_zip }}"></div>
<div class="fg"><span>Website</span><input name="b_web" type="url" value="{{ v.b_web }}"></div><div class="fg"><span>About</span><textarea name="b_about" rows="4" maxlength="500">{{ v.b_about }}</textarea></div>
<button type="button" class="ghost prev">Previous</button><button type="submit">Add my business</button></div></form></div><script>
(function(){var panels=[].slice.call(document.querySelectorAll(".panel")),dots=document.querySelectorAll(".dots span");
function show(i){panels.forEach(function(p,k){p.classList.toggle("active",k===i);dots[k].classList.toggle("on",k<=i)})}
document.querySelector(".next").onclick=function(){var ok=true;panels[0].querySelectorAll("[required]").forEach(function(c){var bad=!c.checkValidity();c.closest(".fg").classList.toggle("miss",bad);if(bad)ok=false});if(ok)show(1)};
document.querySelector(".prev").onclick=function(){show(0)}})();</script>"""

TYPES = listed("Bakery / Patisserie|Bar / Pub|Clinic|Garage|Grocery|Gym|Hotel|Salon|Studio")

site = Site(
    slug="slidebook",
    name="Slidebook",
    hard="A wizard within one page: the second panel is hidden, the phone has two boxes.",
    submit="/add",
    table="slides",
    columns={
        "b_name": Field.BUSINESS_NAME,
        "b_type": Field.CATEGORY,
        "b_email": Field.EMAIL,
        "b_area": None,
        "b_num": None,
        "b_addr": Field.STREET,
        "b_city": Field.CITY,
        "b_state": Field.STATE,
        "b_zip": Field.POSTAL_CODE,
        "b_web": Field.WEBSITE,
        "b_about": Field.DESCRIPTION,
    },
    derived={Field.PHONE: lambda row: picked(row, "b_area", "b_num")},
    layout=LAYOUT,
    right_categories=frozenset({"Bakery / Patisserie"}),
    search="/browse?q={name}",
    market="us",
)
show_listings(site, Habit.CARDS, search="/browse", listing="/b/{id}", heading="Browse")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<div class='panelwrap'><h1>Slide through town</h1><form action='/browse'><input name='q' placeholder='Search'> <button>Go</button></form></div>"
    )


@site.get("/add")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Add business", types=TYPES)


@site.post("/add")
def add(visit: Visit) -> Answer:
    v = visit.form
    names = listed("b_name|b_type|b_addr|b_city|b_zip")
    errors = missing(v, {name: f"{name[2:]} is required" for name in names})
    if not (len(v["b_area"]) == 3 and is_phone(v["b_area"] + v["b_num"])):
        errors["b_num"] = "phone must be area code and number"
    if not is_email(v["b_email"]):
        errors["b_email"] = "e-mail is not valid"
    if len(v["b_state"]) != 2:
        errors["b_state"] = "state must have 2 letters"
    if errors:
        return visit.page(FORM, "Add business", types=TYPES, e=errors)
    number = visit.store.add(v)
    return visit.page(
        "<div class='panelwrap'><h2>All set!</h2><p>{{ v.b_name }} has been added. <a href='/b/{{ n }}'>Open</a></p></div>",
        n=number,
    )
