"""What stands in the town? A page that lists every site, for people."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Sandbox town</title>
<style>
:root{color-scheme:light dark;--line:light-dark(#dfe3ea,#333a46);--soft:light-dark(#5b6675,#9aa6b5)}
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:2rem 1.25rem;
background:light-dark(#f7f8fa,#14171c);color:light-dark(#1b2330,#e6eaf0)}
h1{margin:0;font-size:1.7rem}header p{color:var(--soft);max-width:46rem}
ul{list-style:none;padding:0;display:grid;gap:.9rem;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr))}
li{background:light-dark(#fff,#1c2128);border:1px solid var(--line);border-radius:10px;padding:.9rem 1rem}
li h2{font-size:1.02rem;margin:0}li p{margin:.3rem 0 .6rem;color:var(--soft);font-size:.9rem}
a{color:light-dark(#1558c0,#7fb2ff);text-decoration:none}a:hover{text-decoration:underline}
small{display:flex;flex-wrap:wrap;gap:.35rem .8rem;color:var(--soft)}b{font-weight:600}
.tag{border:1px solid var(--line);border-radius:99px;padding:0 .5rem}
</style></head><body><header><h1>Sandbox town</h1>
<p>{{ sites|length }} made-up directories on this machine, each hard to fill in for another reason.
What they hold is what visitors gave them. As JSON:
<a href="/_town/sites">all sites</a>.</p></header><ul>
{% for s in sites %}<li><h2><a href="{{ s.url }}">{{ s.name }}</a></h2><p>{{ s.hard }}</p>
<small><span class="tag">{{ s.expected.state|replace("_", " ") }}</span>
<a href="{{ s.submit_url }}">form</a>
<a href="/_town/{{ s.slug }}/listings">{{ s.counts.published }} published,
{{ s.counts.pending + s.counts.unconfirmed }} waiting</a>
<a href="/_town/{{ s.slug }}/mails">mails</a><span>{{ s.language }}</span></small></li>
{% endfor %}</ul></body></html>"""

_TEMPLATE = Environment(autoescape=True).from_string(_PAGE)


def index_page(sites: Sequence[object]) -> str:
    """The HTML for the sites' summaries."""
    return _TEMPLATE.render(sites=sites)
