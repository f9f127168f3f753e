"""What does our engine say of the labelled pages, as shipped and with parts taken away?"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.forms.corpora import Labelled
from benchmarks.forms.observed import Seen
from benchmarks.forms.score import AS_LABEL
from benchmarks.forms.train import folds, rows_of, train
from dbolt.forms.classify import Layers, classify_with
from dbolt.forms.model import Model
from dbolt.forms.page import Page, Rect
from dbolt.forms.reading import FormKind, Reading

FOLDS = 5
Change = Callable[[Page], Page]


@dataclass
class Said:
    """The labels and fields said of one page's controls, by number, and the time it took."""

    labels: dict[str, str] = field(default_factory=dict)
    login: set[str] = field(default_factory=set)
    fields: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    classify_ms: float = 0.0
    controls: int = 0


def cross_validated(
    pages: list[Labelled], seen: Mapping[Path, Seen]
) -> Callable[[Labelled], Model]:
    """For each page the model that was trained without its domain."""
    rows = {p.path: rows_of(p, seen[p.path]) for p in pages if p.path in seen}
    fold = folds([p.domain for p in pages], FOLDS)
    models = [
        train([r for p in pages if p.path in rows and fold(p.domain) != n for r in rows[p.path]])
        for n in range(FOLDS)
    ]
    return lambda page: models[fold(page.domain)]


def unchanged(page: Page) -> Page:
    """The page as it was observed."""
    return page


def all_visible(page: Page) -> Page:
    """The page as if nothing were hidden.

    The corpora's pages came without their styles and scripts: what is hidden in them today tells
    nothing of what a person saw.
    """
    return replace(
        page,
        controls=tuple(
            c if c.type == "hidden" else replace(c, hidden="", attributes=(), rect=Rect(0, 0, 0, 0))
            for c in page.controls
        ),
        forms=tuple(replace(f, hidden="") for f in page.forms),
    )


def without_names(page: Page) -> Page:
    """The page with every name and id replaced by a meaningless one; groups stay groups."""
    return replace(
        all_visible(page),
        controls=tuple(
            replace(c, name=_nonsense(c.name), id=_nonsense(c.id), css_class="")
            for c in all_visible(page).controls
        ),
    )


def _nonsense(text: str) -> str:
    return "k" + hashlib.sha256(text.encode()).hexdigest()[:7] if text else ""


def say(seen: Seen, layers: Layers, change: Change = unchanged) -> Said:
    """Read one page."""
    page = change(seen.page)
    started = time.perf_counter()
    readings = classify_with(page, layers)
    said = Said(classify_ms=(time.perf_counter() - started) * 1000, controls=len(page.controls))
    for reading in readings:
        _add(said, reading, seen.fids)
    return said


def say_listing(seen: Seen, layers: Layers, change: Change = unchanged) -> Said:
    """Read one page, and tell only what the engine would fill in: its first reading."""
    page = change(seen.page)
    said = Said(controls=len(page.controls))
    for reading in classify_with(page, layers)[:1]:
        _add(said, reading, seen.fids)
    return said


def _add(said: Said, reading: Reading, fids: Mapping[str, str]) -> None:
    for guess in reading.guesses:
        fid = fids.get(guess.ref)
        if fid is None:
            continue
        if reading.kind is FormKind.LOGIN:
            said.login.add(fid)
        if guess.field is None:
            continue
        said.fields[fid] = guess.field.value
        said.parts[fid] = guess.part
        if guess.part not in {"country_code", "extension"}:
            # A piece of a number is "other" to the corpora.
            said.labels[fid] = AS_LABEL.get(guess.field, "")


def by_convention(said: Mapping[str, str], login: set[str]) -> dict[str, str]:
    """*said* as duckduckgo labels it: the e-mail address that one logs in with is a user name.

    login: the controls of forms that our engine takes for log-in forms.
    """
    return {f: "" if f in login and label == "email" else label for f, label in said.items()}
