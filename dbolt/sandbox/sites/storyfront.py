"""A magazine of shops: the description is a rich-text editor over a hidden text area."""

from __future__ import annotations

import html
import re

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.store import Row
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }} | Storyfront</title><style>
body{margin:0;background:#f6efe4;font:18px/1.65 "Iowan Old Style",Palatino,serif;color:#3a2c1e}.mast{text-align:center;padding:36px 0 12px;border-bottom:1px double #a58;font-size:38px;font-variant:small-caps}.mast div{font-size:15px}.mast a{color:#7b2d43;margin:0 12px}
article{max-width:680px;margin:30px auto;padding:0 20px}.q{margin:22px 0}.q b{display:block}.q input,.q select{width:100%;box-sizing:border-box;border:0;border-bottom:1px solid #8a7;background:transparent;font:inherit;padding:5px}
.ed{border:1px solid #b9a48a;background:#fffdf8}.ed .tools{border-bottom:1px solid #e2d6c2;padding:5px}.ed .tools button{font:14px serif;margin-right:4px}.ed .area{min-height:140px;padding:10px 14px;outline:none}.ed textarea{display:none}.err{color:#a3123a;font-style:italic}
.publish{background:#7b2d43;color:#fff;border:0;padding:12px 40px;font:inherit}.card{border-bottom:1px dotted #a58}</style></head><body><div class="mast">Storyfront<div><a href="/">This week</a><a href="/tell">Tell your story</a><a href="/archive?q=">Archive</a></div></div><article>{{ body }}</article></body></html>"""

FORM = """<h1>Tell your story</h1><form method="post" action="/tell" id="tell"><div class="q"><b>The shop is called</b><input name="shop" value="{{ v.shop }}">{% if e.shop %}<span class="err">{{ e.shop }}</span>{% endif %}</div>
<div class="q"><b>It belongs to the</b><select name="guild"><option value="">…</option>{% for g in guilds %}<option {{ "selected" if v.guild == g }}>{{ g }}</option>{% endfor %}</select>{% if e.guild %}<span class="err">{{ e.guild }}</span>{% endif %}</div>
<div class="q"><b>Its story</b><div class="ed"><div class="tools" role="toolbar"><button type="button" data-c="bold"><b style="display:inline">B</b></button><button type="button" data-c="italic"><i>I</i></button><button type="button" data-c="insertUnorderedList">• List</button></div>
<div class="area" contenteditable="true" role="textbox" aria-multiline="true" aria-label="Story"></div><textarea name="story_html">{{ v.story_html }}</textarea></div>{% if e.story_html %}<span class="err">{{ e.story_html }}</span>{% endif %}</div>
<div class="q"><b>It stands at (street)</b><input name="street" value="{{ v.street }}">{% if e.street %}<span class="err">{{ e.street }}</span>{% endif %}</div><div class="q"><b>in (city)</b><input name="city" value="{{ v.city }}">{% if e.city %}<span class="err">{{ e.city }}</span>{% endif %}</div>
<div class="q"><b>State or province</b><input name="province" value="{{ v.province }}"></div><div class="q"><b>Postal code</b><input name="postal" value="{{ v.postal }}"></div><div class="q"><b>Readers may ring</b><input name="ring" type="tel" value="{{ v.ring }}">{% if e.ring %}<span class="err">{{ e.ring }}</span>{% endif %}</div>
<div class="q"><b>The editor may write to</b><input name="letters" type="email" value="{{ v.letters }}">{% if e.letters %}<span class="err">{{ e.letters }}</span>{% endif %}</div><div class="q"><b>On the web</b><input name="web" value="{{ v.web }}"></div><button class="publish">Publish my story</button></form><script>
(function(){var area=document.querySelector(".area"),twin=document.querySelector("[name=story_html]");area.innerHTML=twin.value;
area.addEventListener("input",function(){twin.value=area.innerHTML});document.querySelectorAll("[data-c]").forEach(function(b){b.onclick=function(){area.focus();document.execCommand(b.dataset.c);twin.value=area.innerHTML}})})();</script>"""

GUILDS = listed("Bakers|Bookbinders|Brewers|Butchers|Clockmakers|Florists|Potters|Tailors")


def words(row: Row) -> str:
    """The story without its markup, blocks as lines."""
    text = re.sub(r"<(br|/p|/div|/li)[^>]*>", "\n", str(row["story_html"]))
    text = html.unescape(re.sub(r"<[^>]+>", "", text)).replace("\xa0", " ")
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


site = Site(
    slug="storyfront",
    name="Storyfront",
    hard="The description is a rich-text editor whose hidden text area follows input events only.",
    submit="/tell",
    table="stories",
    columns={
        "shop": Field.BUSINESS_NAME,
        "guild": Field.CATEGORY,
        "story_html": None,
        "street": Field.STREET,
        "city": Field.CITY,
        "province": Field.STATE,
        "postal": Field.POSTAL_CODE,
        "ring": Field.PHONE,
        "letters": Field.EMAIL,
        "web": Field.WEBSITE,
    },
    derived={Field.DESCRIPTION: words},
    layout=LAYOUT,
    right_categories=frozenset({"Bakers"}),
    search="/archive?q={name}",
)
show_listings(site, Habit.CARDS, search="/archive", listing="/story/{id}", heading="Archive")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>This week</h1>{% for r in rows %}<p><a href='/story/{{ r.id }}'>{{ r.shop }}</a></p>{% else %}<p>All quiet.</p>{% endfor %}",
        rows=visit.store.rows(),
    )


@site.get("/tell")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Tell your story", guilds=GUILDS)


@site.post("/tell")
def tell(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(
        v,
        {
            "shop": "What is it called?",
            "guild": "Which guild?",
            "street": "Where?",
            "city": "In which city?",
        },
    )
    if len(words({"story_html": v["story_html"]})) < 40:
        errors["story_html"] = "A story has forty letters at least."
    if v["ring"] and not is_phone(v["ring"]):
        errors["ring"] = "Nobody can ring that."
    if not is_email(v["letters"]):
        errors["letters"] = "Letters would not arrive there."
    if errors:
        return visit.page(FORM, "Tell your story", guilds=GUILDS, e=errors)
    return visit.go(f"/story/{visit.store.add(v)}?published=yes")
