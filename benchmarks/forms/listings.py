"""How well are whole listing forms read: each field, traps, choice of form, names made random?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.forms import engine
from benchmarks.forms.corpora import Labelled
from benchmarks.forms.observed import Seen
from benchmarks.forms.score import Tally
from dbolt.domain.fields import SOCIAL, Field
from dbolt.forms.classify import Layers, classify_with
from dbolt.forms.page import Page

LISTING_ONLY = frozenset(
    {
        Field.BUSINESS_NAME,
        Field.WEBSITE,
        Field.CATEGORY,
        Field.KEYWORDS,
        Field.HOURS,
        Field.DESCRIPTION,
        Field.SHORT_DESCRIPTION,
        Field.TAGLINE,
        Field.LOGO,
        Field.PHOTO,
        Field.VIDEO,
        Field.YEAR_FOUNDED,
        Field.EMPLOYEES,
        Field.PRICE_RANGE,
        Field.PAYMENT_METHODS,
        Field.LANGUAGES,
        Field.SERVICE_AREA,
        Field.BOOKING_URL,
        *SOCIAL,
    }
)
"""Fields that no autofill of a browser knows."""
_OURS = {f.value for f in Field}

Seens = Mapping[Path, Seen]


@dataclass(frozen=True, slots=True)
class Read:
    """What came of one set of pages."""

    plain: Tally
    nameless: Tally
    traps: int
    traps_filled: int
    chosen: int
    pages: int


def read(pages: list[Labelled], seen: Seens, layers: Layers) -> Read:
    """Read every page of a set as it is, and with its names and ids replaced."""
    return Read(
        plain=_tally(pages, seen, layers, engine.unchanged),
        nameless=_tally(pages, seen, layers, renamed),
        traps=sum(label == "trap" for page in pages for label in page.labels.values()),
        traps_filled=_traps_filled(pages, seen, layers),
        chosen=_form_chosen(pages, seen, layers),
        pages=len(pages),
    )


def renamed(page: Page) -> Page:
    """Names and ids made meaningless, visibility kept: traps stay traps."""
    nameless = {c.ref: (c.name, c.id) for c in engine.without_names(page).controls}
    controls = (
        replace(c, name=nameless[c.ref][0], id=nameless[c.ref][1], css_class="")
        for c in page.controls
    )
    return replace(page, controls=tuple(controls))


def show(console: Console, title: str, found: Read) -> None:
    """Print the figures, field by field."""
    table = Table(title=f"{title} ({found.pages} pages): F1 per field")
    for name in ("field", "F1", "right", "wrong", "missed", "F1, names and ids random"):
        table.add_column(name, justify="left" if name == "field" else "right")
    plain, nameless = found.plain, found.nameless
    for name in _fields(plain):
        counts = (str(c[name]) for c in (plain.right, plain.wrong, plain.missed))
        scores = f"{plain.figures(name)[2]:.3f}", f"{nameless.figures(name)[2]:.3f}"
        mark = " *" if name in LISTING_ONLY else ""
        table.add_row(name + mark, scores[0], *counts, scores[1])
    totals = f"{plain.figures()[2]:.3f}", f"{nameless.figures()[2]:.3f}"
    counts = (str(sum(c.values())) for c in (plain.right, plain.wrong, plain.missed))
    table.add_row("all", totals[0], *counts, totals[1], style="bold")
    console.print(table)
    worst = min((f for f in _fields(plain) if f in LISTING_ONLY), key=lambda f: _f1(plain, f))
    console.print(
        f"Traps filled: {found.traps_filled} of {found.traps}. "
        f"Right form chosen: {found.chosen} of {found.pages}. "
        f"* Listing-only fields: the lowest is {worst} at {_f1(plain, worst):.3f}."
    )


def figures(found: Read) -> dict[str, Any]:
    """The figures for the file of results."""
    precision, recall, f1 = found.plain.figures()
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(f1, 4),
        "f1_without_names": round(found.nameless.figures()[2], 4),
        "fields": {name: round(_f1(found.plain, name), 4) for name in _fields(found.plain)},
        "listing_only_lowest": round(
            min(_f1(found.plain, f) for f in _fields(found.plain) if f in LISTING_ONLY), 4
        ),
        "traps": found.traps,
        "traps_filled": found.traps_filled,
        "form_chosen": found.chosen,
        "pages": found.pages,
    }


def _f1(tally: Tally, name: str) -> float:
    return tally.figures(name)[2]


def _fields(tally: Tally) -> list[str]:
    return sorted({*tally.right, *tally.wrong, *tally.missed})


def _tally(pages: list[Labelled], seen: Seens, layers: Layers, change: engine.Change) -> Tally:
    found = Tally()
    for page in pages:
        said = engine.say_listing(seen[page.path], layers, change).fields
        for fid, label in page.labels.items():
            if label.startswith("_") or label == "trap":
                continue
            found.count(label if label in _OURS else "", said.get(fid, ""))
    return found


def _traps_filled(pages: list[Labelled], seen: Seens, layers: Layers) -> int:
    return sum(
        label == "trap" and fid in engine.say_listing(seen[page.path], layers).fields
        for page in pages
        for fid, label in page.labels.items()
    )


def _form_chosen(pages: list[Labelled], seen: Seens, layers: Layers) -> int:
    """On how many pages the first reading holds most of the labelled fields."""
    right = 0
    for page in pages:
        readings = classify_with(seen[page.path].page, layers)
        fids = seen[page.path].fids
        held = {fids.get(g.ref) for g in readings[0].guesses} if readings else set()
        wanted = {fid for fid, label in page.labels.items() if label in _OURS}
        right += len(wanted & held) > len(wanted) / 2
    return right
