"""A page that never leaves: the form is sent in the background and a sentence says how it went."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import is_email, is_phone, listed
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit, Words

LAYOUT = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title><style>
body{margin:0;font:15px/1.6 "Lucida Grande",sans-serif;background:#fff;color:#333}#shell{display:flex;min-height:100vh}#side{width:210px;background:#f4511e;color:#fff;padding:26px 20px}#side a{color:#fff;display:block;margin:10px 0}
#content{flex:1;padding:30px 50px;max-width:620px}.ig{display:flex;border:1px solid #ddd;margin:-1px 0 0}.ig label{width:170px;background:#fafafa;padding:11px 14px;border-right:1px solid #ddd}.ig input,.ig select,.ig textarea{flex:1;border:0;padding:11px;font:inherit}
.ig.bad{background:#ffece6}#said{min-height:24px;margin:14px 0;font-weight:bold}#said.good{color:#2e7d32}#said.bad{color:#c62828}#send{background:#f4511e;border:0;color:#fff;padding:12px 30px;font:inherit;cursor:pointer}</style></head><body>
<div id="shell"><div id="side"><h2>instalist</h2><a href="/">Latest</a><a href="/new">Post a business</a><a href="/list?q=">All</a><form id="nl">Updates<input id="nl-mail" size="14" placeholder="e-mail"><button type="button">ok</button></form></div><div id="content">{{ body }}</div></div></body></html>"""

FORM = """<h1>Post a business</h1><form id="post-form" onsubmit="return false">
<div class="ig"><label for="il-n">Name</label><input id="il-n" data-k="title"></div><div class="ig"><label for="il-c">Category</label><select id="il-c" data-k="cat"><option value="">–</option>{% for c in cats %}<option>{{ c }}</option>{% endfor %}</select></div>
<div class="ig"><label for="il-d">Description</label><textarea id="il-d" data-k="desc" rows="4" maxlength="400"></textarea></div><div class="ig"><label for="il-a">Street</label><input id="il-a" data-k="street"></div>
<div class="ig"><label for="il-ci">City</label><input id="il-ci" data-k="city"></div><div class="ig"><label for="il-s">State</label><input id="il-s" data-k="state"></div><div class="ig"><label for="il-z">ZIP</label><input id="il-z" data-k="zip"></div>
<div class="ig"><label for="il-p">Phone</label><input id="il-p" data-k="phone"></div><div class="ig"><label for="il-e">Email</label><input id="il-e" data-k="email"></div><div class="ig"><label for="il-w">Website</label><input id="il-w" data-k="web"></div>
<p id="said" aria-live="polite"></p><button id="send">Post it</button></form><script>
var f=document.getElementById("post-form"),said=document.getElementById("said"),b=document.getElementById("send");
b.addEventListener("click",function(){var o={};f.querySelectorAll("[data-k]").forEach(function(c){o[c.dataset.k]=c.value});b.textContent="Posting…";
fetch("/api/posts",{method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify(o)}).then(function(r){return r.json()}).then(function(a){b.textContent="Post it";
f.querySelectorAll(".ig").forEach(function(g){g.classList.toggle("bad",!!(a.errors&&a.errors[g.querySelector("[data-k]").dataset.k]))});
if(a.errors){said.className="bad";said.textContent=Object.values(a.errors).join(" ")}else{said.className="good";said.innerHTML="Your business has been posted. ";var l=document.createElement("a");l.href=a.link;l.textContent="See it here";said.append(l);f.reset()}})});</script>"""

CATEGORIES = listed("Bakeries|Books|Cafés|Cars|Computers|Flowers|Furniture|Music|Shoes|Sports")

site = Site(
    slug="instalist",
    name="instalist",
    hard="Sent in the background without names or navigation; the form stays below the success sentence.",
    submit="/new",
    table="posts",
    columns={
        "title": Field.BUSINESS_NAME,
        "cat": Field.CATEGORY,
        "desc": Field.DESCRIPTION,
        "street": Field.STREET,
        "city": Field.CITY,
        "state": Field.STATE,
        "zip": Field.POSTAL_CODE,
        "phone": Field.PHONE,
        "email": Field.EMAIL,
        "web": Field.WEBSITE,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakeries"}),
    search="/list?q={name}",
    market="us",
)
show_listings(site, Habit.PLAIN, search="/list", listing="/p/{id}", heading="Posts")


@site.get("/")
def home(visit: Visit) -> str:
    rows = visit.store.rows()[-8:]
    return visit.page(
        "<h1>Latest</h1>{% for r in rows %}<p><a href='/p/{{ r.id }}'>{{ r.title }}</a>, {{ r.city }}</p>{% else %}<p>Be the first.</p>{% endfor %}",
        rows=rows,
    )


@site.get("/new")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Post a business", cats=CATEGORIES)


@site.post("/api/posts")
def post(visit: Visit) -> Answer:
    told = visit.body if isinstance(visit.body, dict) else {}
    v = Words({str(k): str(x).strip() for k, x in told.items()})
    errors = {name: f"Please give a {name}." for name in ("title", "street", "city") if not v[name]}
    if v["cat"] not in CATEGORIES:
        errors["cat"] = "Please choose a category."
    if not is_phone(v["phone"]):
        errors["phone"] = "The phone number is not valid."
    if not is_email(v["email"]):
        errors["email"] = "The email is not valid."
    if errors:
        return visit.json({"errors": errors}, 422)
    return visit.json({"ok": True, "link": f"/p/{visit.store.add(v)}"}, 201)
