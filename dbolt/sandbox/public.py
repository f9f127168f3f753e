"""How do sites show what they hold? A search and a page per listing, in three habits of markup."""

from __future__ import annotations

from enum import StrEnum

from dbolt.domain.fields import Field
from dbolt.sandbox.site import Site
from dbolt.sandbox.store import Row
from dbolt.sandbox.visit import Visit


class Habit(StrEnum):
    """How a site lays out results and facts."""

    TABLE = "table"
    CARDS = "cards"
    PLAIN = "plain"


_RESULTS = {
    Habit.TABLE: (
        "<h2>{{ heading }}</h2>{% if found %}<table class='results'>{% for x in found %}<tr>"
        "<td><a href='{{ x.href }}'>{{ x.name }}</a></td><td>{{ x.about }}</td></tr>{% endfor %}"
        "</table>{% else %}<p>{{ none }}</p>{% endif %}"
    ),
    Habit.CARDS: (
        "<h1>{{ heading }}</h1>{% for x in found %}<article class='card'><h3><a href='{{ x.href }}'>"
        "{{ x.name }}</a></h3><p>{{ x.about }}</p></article>{% else %}<p class='empty'>{{ none }}</p>"
        "{% endfor %}"
    ),
    Habit.PLAIN: (
        "<h1>{{ heading }}</h1><ul class='hits'>{% for x in found %}<li><a href='{{ x.href }}'>"
        "{{ x.name }}</a> - {{ x.about }}</li>{% endfor %}</ul>{% if not found %}<p>{{ none }}</p>"
        "{% endif %}"
    ),
}
_FACTS = {
    Habit.TABLE: (
        "<h2>{{ name }}</h2><table class='facts'>{% for k, x in facts %}<tr><th>{{ k }}</th>"
        "<td>{{ x }}</td></tr>{% endfor %}</table>"
    ),
    Habit.CARDS: (
        "<article class='card profile'><h1>{{ name }}</h1><dl>{% for k, x in facts %}<dt>{{ k }}</dt>"
        "<dd>{{ x }}</dd>{% endfor %}</dl></article>"
    ),
    Habit.PLAIN: "<h1>{{ name }}</h1>{% for k, x in facts %}<p><b>{{ k }}:</b> {{ x }}</p>{% endfor %}",
}
_TOLD = (Field.DESCRIPTION, Field.SHORT_DESCRIPTION, Field.TAGLINE, Field.CITY, Field.CATEGORY)
_PRIVATE = {str(f) for f in (Field.LOGO, Field.HOURS, Field.CONTACT_NAME, Field.EMAIL)}


def show_listings(
    site: Site,
    habit: Habit,
    *,
    search: str = "/search",
    asked: str = "q",
    listing: str = "/listing/{id}",
    heading: str = "Search results",
    none: str = "Nothing found.",
) -> None:
    """Gives *site* a search at *search* and a public page per published listing at *listing*."""

    def results(visit: Visit) -> str:
        words = visit.query[asked].casefold().split()
        found = [
            {"name": _name(site, row), "about": _about(site, row), "href": _at(listing, row)}
            for row in visit.store.rows("published")
            if all(word in _text(site, row) for word in words)
        ]
        return visit.page(_RESULTS[habit], heading, heading=heading, none=none, found=found)

    def facts(visit: Visit) -> str:
        row = visit.store.row(visit.args["id"])
        if row is None or row["_state"] != "published":
            return visit.page("<h1>404</h1><p>{{ none }}</p>", "404", none=none)
        name = _name(site, row)
        shown = [
            (key.replace("_", " ").capitalize(), value)
            for key, value in site.fields(row).items()
            if key not in _PRIVATE and key != Field.BUSINESS_NAME
        ]
        return visit.page(_FACTS[habit], name, name=name, facts=shown)

    site.get(search)(results)
    site.get(listing)(facts)


def _at(listing: str, row: Row) -> str:
    return listing.replace("{id}", str(row["id"]))


def _name(site: Site, row: Row) -> str:
    return str(site.fields(row).get(Field.BUSINESS_NAME, ""))


def _about(site: Site, row: Row) -> str:
    fields = site.fields(row)
    return next((str(fields[f])[:160] for f in _TOLD if f in fields), "")


def _text(site: Site, row: Row) -> str:
    shown = {k: v for k, v in site.fields(row).items() if k not in _PRIVATE}
    return " ".join(str(value) for value in shown.values()).casefold()
