"""A site with skinned selects: the originals are hidden, the lists open at the end of the body."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import STATES, is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

SKIN = """(function(){function el(t,c,p){var n=document.createElement(t);n.className=c;p&&p.appendChild(n);return n}
var drop=null;function shut(){if(drop){drop.remove();drop=null}}
document.querySelectorAll("select.pw-select").forEach(function(sel){sel.classList.add("pw-hidden");sel.tabIndex=-1;sel.setAttribute("aria-hidden","true");
var box=document.createElement("span");box.className="pw-container";box.innerHTML='<span class="pw-selection" role="combobox" aria-haspopup="true" aria-expanded="false" tabindex="0"><span class="pw-rendered"></span><span class="pw-arrow"></span></span>';
sel.after(box);var face=box.firstChild,shown=box.querySelector(".pw-rendered");
function paint(){var o=sel.options[sel.selectedIndex];shown.textContent=o&&o.value?o.text:(sel.dataset.placeholder||"");shown.classList.toggle("pw-empty",!o||!o.value)}
function open(){if(drop)return shut();drop=el("span","pw-dropdown",document.body);var r=face.getBoundingClientRect();drop.style.cssText="left:"+(r.left+scrollX)+"px;top:"+(r.bottom+scrollY)+"px;width:"+r.width+"px";
var s=el("input","pw-search",drop);s.type="search";s.setAttribute("role","searchbox");var ul=el("ul","pw-results",drop);ul.setAttribute("role","listbox");face.setAttribute("aria-expanded","true");
function fill(){ul.innerHTML="";[].forEach.call(sel.options,function(o){if(!o.value||o.text.toLowerCase().indexOf(s.value.toLowerCase())<0)return;var li=el("li","pw-option",ul);li.setAttribute("role","option");li.textContent=o.text;
li.addEventListener("mouseup",function(){sel.value=o.value;paint();face.setAttribute("aria-expanded","false");shut();sel.dispatchEvent(new Event("change",{bubbles:true}))})});
if(!ul.children.length){var n=el("li","pw-none",ul);n.textContent="No results found"}}
s.addEventListener("input",fill);fill();s.focus();s.addEventListener("keydown",function(ev){if(ev.key==="Enter"){ev.preventDefault();var f=ul.querySelector(".pw-option");f&&f.dispatchEvent(new Event("mouseup"))}if(ev.key==="Escape")shut()})}
face.addEventListener("mousedown",function(ev){ev.preventDefault();open()});face.addEventListener("keydown",function(ev){if(ev.key==="Enter"||ev.key===" "||ev.key==="ArrowDown"){ev.preventDefault();open()}});
sel.addEventListener("change",paint);paint()});
document.addEventListener("mousedown",function(ev){if(drop&&!drop.contains(ev.target)&&!ev.target.closest(".pw-container"))shut()})})();"""

LAYOUT = """<!DOCTYPE html><html lang="en-US"><head><meta charset="UTF-8"><title>{{ title }} &#8211; Pickwell</title><style>
body{margin:0;background:#1f1d2b;color:#eceaf6;font:16px/1.6 Georgia,serif}header{padding:22px 5vw;border-bottom:1px solid #3b3754;display:flex;gap:30px}header a{color:#ffcf70}
main{max-width:640px;margin:30px auto;padding:0 20px}label{display:block;margin:16px 0 4px;color:#b8b3d9}input,textarea,.pw-selection{width:100%;box-sizing:border-box;background:#2b2840;color:#fff;border:1px solid #4b4670;padding:10px;font:inherit;border-radius:3px}
.pw-hidden{border:0!important;clip:rect(0 0 0 0)!important;height:1px!important;overflow:hidden!important;padding:0!important;position:absolute!important;width:1px!important}
.pw-selection{display:flex;justify-content:space-between;cursor:pointer}.pw-arrow:after{content:"▾"}.pw-empty{color:#8e88b5}.pw-dropdown{position:absolute;background:#fff;color:#222;z-index:99;box-shadow:0 6px 18px #0008}
.pw-search{background:#f4f4f4;color:#222;border:0}.pw-results{list-style:none;margin:0;padding:0;max-height:210px;overflow:auto}.pw-option{padding:6px 12px;cursor:pointer}.pw-option:hover{background:#ffcf70}
button{background:#ffcf70;border:0;padding:12px 34px;font:inherit;margin-top:20px}.error{color:#ff9b8f;font-size:14px}.card{background:#2b2840;padding:12px 20px;margin:12px 0}.card a{color:#ffcf70}</style></head><body>
<header><b>Pickwell</b><a href="/">Picks</a><a href="/submit-business/">Submit business</a></header><main>{{ body }}</main></body></html>"""

FORM = """<h1>Submit business</h1><form method="post" action="/submit-business/" id="listing-form">
<label for="pw_title">Business title *</label><input id="pw_title" name="post_title" value="{{ v.post_title }}">{% if e.post_title %}<span class="error">{{ e.post_title }}</span>{% endif %}
<label for="pw_cat">Category *</label><select id="pw_cat" class="pw-select" name="post_category" data-placeholder="Select a category"><option value=""></option>
{% for c in cats %}<option value="{{ 100 + loop.index }}" {{ "selected" if v.post_category == (100 + loop.index)|string }}>{{ c }}</option>{% endfor %}</select>{% if e.post_category %}<span class="error">{{ e.post_category }}</span>{% endif %}
<label for="pw_desc">Content</label><textarea id="pw_desc" name="post_content" rows="6">{{ v.post_content }}</textarea>
<label for="pw_street">Street</label><input id="pw_street" name="pw_street" value="{{ v.pw_street }}"><label for="pw_city">City *</label><input id="pw_city" name="pw_city" value="{{ v.pw_city }}">
<label for="pw_region">Region *</label><select id="pw_region" class="pw-select" name="pw_region" data-placeholder="Select a region"><option value=""></option>
{% for k, n in states.items() %}<option value="{{ k|lower }}" {{ "selected" if v.pw_region == k|lower }}>{{ n }}</option>{% endfor %}</select>{% if e.pw_region %}<span class="error">{{ e.pw_region }}</span>{% endif %}
<label for="pw_zip">Zip/Post Code</label><input id="pw_zip" name="pw_zip" value="{{ v.pw_zip }}"><label for="pw_phone">Phone *</label><input id="pw_phone" type="tel" name="pw_phone" value="{{ v.pw_phone }}">
{% if e.pw_phone %}<span class="error">{{ e.pw_phone }}</span>{% endif %}<label for="pw_email">Email *</label><input id="pw_email" type="email" name="pw_email" value="{{ v.pw_email }}">{% if e.pw_email %}<span class="error">{{ e.pw_email }}</span>{% endif %}
<label for="pw_site">Website</label><input id="pw_site" name="pw_site" value="{{ v.pw_site }}"><button type="submit">Submit listing</button></form><script src="/pw-skin.js"></script>"""

CATEGORIES = listed(
    "Arts|Automotive|Bakeries & Desserts|Bars|Beauty|Education|Health|Home services|Legal|Pets|Shopping"
)

site = Site(
    slug="pickwell",
    name="Pickwell",
    hard="Skinned comboboxes over hidden selects, their lists opening at the end of the body.",
    submit="/submit-business/",
    table="posts",
    columns={
        "post_title": Field.BUSINESS_NAME,
        "post_category": None,
        "post_content": Field.DESCRIPTION,
        "pw_street": Field.STREET,
        "pw_city": Field.CITY,
        "pw_region": Field.STATE,
        "pw_zip": Field.POSTAL_CODE,
        "pw_phone": Field.PHONE,
        "pw_email": Field.EMAIL,
        "pw_site": Field.WEBSITE,
    },
    derived={Field.CATEGORY: lambda row: CATEGORIES[int(row["post_category"]) - 101]},
    layout=LAYOUT,
    right_categories=frozenset({"Bakeries & Desserts"}),
    search="/?s={name}",
    market="us",
)
show_listings(site, Habit.CARDS, search="/", asked="s", listing="/business/{id}/", heading="Picks")
site.asset("/pw-skin.js", SKIN, "text/javascript")


@site.get("/submit-business/")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Submit business", cats=CATEGORIES, states=STATES)


@site.post("/submit-business/")
def submit(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(v, {"post_title": "A title is required.", "pw_city": "A city is required."})
    if v["post_category"] not in {str(101 + i) for i in range(len(CATEGORIES))}:
        errors["post_category"] = "Select a category."
    if v["pw_region"].upper() not in STATES:
        errors["pw_region"] = "Select a region."
    if not is_phone(v["pw_phone"]):
        errors["pw_phone"] = "Enter a phone number."
    if not is_email(v["pw_email"]):
        errors["pw_email"] = "Enter an email address."
    if errors:
        return visit.page(FORM, "Submit business", cats=CATEGORIES, states=STATES, e=errors)
    return visit.go(f"/submit-business/done/?id={visit.store.add(v)}")


@site.get("/submit-business/done/")
def done(visit: Visit) -> str:
    return visit.page(
        "<h1>Listing submitted</h1><p>Your listing has been published. <a href='/business/{{ visit.query.id }}/'>View listing</a></p>"
    )
