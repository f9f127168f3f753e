"""A single-page app: no form element, and inputs that fall back unless the app heard of the change."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import is_email, is_phone, listed
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit, Words

APP = """(function(){var root=document.getElementById("app"),state={},errors={},timer=0;
var fields=[["businessName","Business name"],["category","Category","select"],["streetAddress","Street address"],["locality","City"],["region","State"],["zip","ZIP"],["telephone","Phone number"],["emailAddress","Email"],["websiteUrl","Website"],["summary","Description","textarea"]];
var cats=JSON.parse(document.getElementById("cats").textContent);var proto={INPUT:HTMLInputElement.prototype,TEXTAREA:HTMLTextAreaElement.prototype,SELECT:HTMLSelectElement.prototype};
function make(tag,cls,parent,text){var n=document.createElement(tag);if(cls)n.className=cls;if(text)n.textContent=text;parent&&parent.appendChild(n);return n}
var parts={};function build(){root.innerHTML="";make("h1","",root,"Add your business");fields.forEach(function(f){var w=make("div","field_x7Qa",root);make("div","label_k2",w,f[1]);var c=make(f[2]||"input","control_p9",w);c.id=":r"+f[0].length.toString(36)+f[0].charCodeAt(0)+":";c.setAttribute("aria-label",f[1]);
if(f[2]==="select"){c.add(new Option("Select…",""));cats.forEach(function(t){c.add(new Option(t,t))})}parts[f[0]]={c:c,w:w,err:make("div","error_z1",w)};
var heard=function(){state[f[0]]=c.value;paint()};c.addEventListener("input",heard);c.addEventListener("change",heard);c.addEventListener("blur",paint)});
var b=make("div","cta_m3",root,"Add listing");b.setAttribute("role","button");b.tabIndex=0;b.addEventListener("click",send);make("div","toast_b4",root).setAttribute("role","status")}
function paint(){fields.forEach(function(f){var p=parts[f[0]],want=state[f[0]]||"";if(p.c.value!==want)p.c.value=want;p.err.textContent=errors[f[0]]||""});}

function send(){fetch("/graphql",{method:"POST",headers:{"content-type":"application/json"},body:JSON.stringify({operationName:"AddListing",variables:{input:state}})}).then(function(r){return r.json()}).then(function(a){
if(a.errors){errors=a.errors;paint();return}clearInterval(timer);root.innerHTML="";make("h1","",root,"Listing added");var p=make("p","",root,"Your business is now on Reactory. ");var l=make("a","",p,"View listing");l.href="/l/"+a.data.addListing.id;history.pushState({},"","/added")})}
build();timer=setInterval(paint,120)})();"""

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{ title }}</title><style>*{box-sizing:border-box}body{margin:0;font:15px/1.5 Inter,system-ui,sans-serif;background:#0a0a0f;color:#ededf2}.top_a1{display:flex;gap:28px;padding:18px 32px;border-bottom:1px solid #23232e}.top_a1 a{color:#a6a6ff;text-decoration:none}
#app,.pg{max-width:520px;margin:34px auto;padding:0 16px}.field_x7Qa{margin-bottom:16px}.label_k2{font-size:13px;color:#9d9dad;margin-bottom:4px}.control_p9{width:100%;background:#15151d;border:1px solid #2c2c3a;border-radius:8px;color:#fff;padding:10px 12px;font:inherit}.error_z1{color:#ff7b7b;font-size:13px}.cta_m3{display:inline-block;background:#6c63ff;border-radius:8px;padding:11px 26px;cursor:pointer;font-weight:600}.card{background:#15151d;border-radius:10px;padding:12px 18px;margin:12px 0}a{color:#a6a6ff}</style></head>
<body><div class="top_a1"><b>Reactory</b><a href="/">Discover</a><a href="/new">Add business</a></div>{{ body }}</body></html>"""

CATEGORIES = listed("Agency|Bakery|Bar|Coworking|Developer tools|Fashion|Gym|Restaurant|School")

site = Site(
    slug="reactory",
    name="Reactory",
    hard="No form element, no names; controlled inputs lose what was not announced by events.",
    submit="/new",
    table="nodes",
    columns={
        "businessName": Field.BUSINESS_NAME,
        "category": Field.CATEGORY,
        "streetAddress": Field.STREET,
        "locality": Field.CITY,
        "region": Field.STATE,
        "zip": Field.POSTAL_CODE,
        "telephone": Field.PHONE,
        "emailAddress": Field.EMAIL,
        "websiteUrl": Field.WEBSITE,
        "summary": Field.DESCRIPTION,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakery"}),
    search="/discover?q={name}",
    market="us",
)
show_listings(site, Habit.CARDS, search="/discover", listing="/l/{id}", heading="Discover")
site.asset("/static/app.4f1c.js", APP, "text/javascript")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<div class='pg'><h1>Discover</h1><form action='/discover'><input class='control_p9' name='q' placeholder='Search businesses'></form></div>"
    )


@site.get("/new")
def app(visit: Visit) -> str:
    return visit.page(
        '<div id="app">Loading…</div><script type="application/json" id="cats">{{ cats|tojson }}</script><script src="/static/app.4f1c.js"></script>',
        "Add business",
        cats=CATEGORIES,
    )


@site.get("/added")
def added(visit: Visit) -> Answer:
    return visit.go("/")


@site.post("/graphql")
def graphql(visit: Visit) -> Answer:
    try:
        sent = dict(visit.body["variables"]["input"])
    except (TypeError, KeyError, ValueError):
        return visit.json({"errors": {"request": "Bad request"}}, 400)
    v = Words({str(k): str(x).strip() for k, x in sent.items()})
    errors = {n: "Required" for n in ("businessName", "streetAddress", "locality") if not v[n]}
    if v["category"] not in CATEGORIES:
        errors["category"] = "Select a category"
    if not is_phone(v["telephone"]):
        errors["telephone"] = "Enter a valid phone number"
    if not is_email(v["emailAddress"]):
        errors["emailAddress"] = "Enter a valid email"
    if errors:
        return visit.json({"errors": errors})
    return visit.json({"data": {"addListing": {"id": visit.store.add(v)}}})
