"""The form engine against labelled forms and Chromium's autofill, in one run.

Writes benchmarks/results/forms.json. Fingerprints of known software are switched off throughout.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Error
from rich.console import Console
from rich.table import Table

from benchmarks.forms import engine, peer
from benchmarks.forms.corpora import DEFAULT, LISTINGS, ROOT, Labelled, NoCorpora, load
from benchmarks.forms.observed import Seen, look_all
from benchmarks.forms.score import SCORED, Tally, tally
from dbolt.domain.fields import Field
from dbolt.forms.classify import Layers, classify_with
from dbolt.forms.model import shipped

RESULTS = ROOT / "benchmarks" / "results" / "forms.json"
_MAIN = "cross-validated"
CORPORA = ("formasaurus", "duckduckgo")
_OURS = {f.value for f in Field}

Seens = dict[Path, Seen]


def main() -> None:
    """Measure, print the tables, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("DBOLT_CORPORA", str(DEFAULT))
    parser.add_argument("--corpora", type=Path, default=Path(default))
    folder: Path = parser.parse_args().corpora
    console = Console(width=140)
    results: dict[str, Any] = {}
    try:
        pages = {name: load(folder / name, name) for name in CORPORA}
    except NoCorpora as reason:
        console.print(f"{reason} The corpora are left out.")
        pages = {}
    if pages:
        results["corpora"] = _corpora(console, pages)
    if (LISTINGS / "labels.jsonl").is_file():
        results["listings"] = _listings(console)
    else:
        console.print(f"No labelled listing forms in {LISTINGS}; they are left out.")
    if not results:
        sys.exit("Nothing was measured.")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1), "utf-8")
    console.print(f"Figures in {RESULTS.relative_to(ROOT)}.")


def _corpora(console: Console, pages: dict[str, list[Labelled]]) -> dict[str, Any]:
    every = [p for group in pages.values() for p in group]
    seen = look_all(every)
    model_for = engine.cross_validated(every, seen)

    def with_model(page: Labelled) -> Layers:
        return Layers(fingerprints=False, model=model_for(page))

    def rules_only(page: Labelled) -> Layers:  # noqa: ARG001 - the same for all pages
        return Layers(fingerprints=False)

    runs: list[tuple[str, Callable[[Labelled], Layers], engine.Change]] = [
        (_MAIN, with_model, engine.all_visible),
        ("rules only", rules_only, engine.all_visible),
        ("names and ids meaningless", with_model, engine.without_names),
        ("unseen controls left alone", with_model, engine.unchanged),
    ]
    chromium = _chromium(console, every)
    found: dict[str, Any] = {}
    for corpus, group in pages.items():
        rows: dict[str, Tally] = {}
        login: dict[Path, set[str]] = {}
        for name, layers, change in runs:
            known = [p for p in group if p.path in seen]
            said = [engine.say(seen[p.path], layers(p), change) for p in known]
            rows[name] = tally(corpus, [p.labels for p in known], [s.labels for s in said])
            if corpus == "duckduckgo" and name == _MAIN:
                login = {p.path: s.login for p, s in zip(known, said, strict=True)}
                told = {p.path: s.labels for p, s in zip(known, said, strict=True)}
                rows[f"{_MAIN}*"] = _by_convention(corpus, known, told, login)
        if chromium:
            known = [p for p in group if p.path in chromium]
            rows["Chromium"] = tally(
                corpus, [p.labels for p in known], [chromium[p.path] for p in known]
            )
            if login:
                rows["Chromium*"] = _by_convention(corpus, known, chromium, login)
        _print_corpus(console, corpus, rows)
        found[corpus] = _figures(rows)
    found["time"] = _times(console, every, seen)
    return found


def _by_convention(
    corpus: str,
    pages: list[Labelled],
    said: dict[Path, dict[str, str]],
    login: dict[Path, set[str]],
) -> Tally:
    adapted = [engine.by_convention(said[p.path], login.get(p.path, set())) for p in pages]
    return tally(corpus, [p.labels for p in pages], adapted)


def _chromium(console: Console, pages: list[Labelled]) -> dict[Path, dict[str, str]]:
    binary = peer.full_chromium()
    if binary is None:
        console.print(
            "No full Chromium (the headless shell has no autofill): its predictions are left out. "
            "Install one or set DBOLT_FULL_CHROMIUM."
        )
        return {}
    try:
        told = asyncio.run(peer.predictions(binary, pages))
    except (Error, OSError, TimeoutError) as error:
        console.print(f"{binary} does not start ({str(error)[:80]}); it is left out.")
        return {}
    if not any(any(t.values()) for t in told.values()):
        console.print(f"{binary} predicted nothing at all; it is left out.")
        return {}
    return told


def _print_corpus(console: Console, corpus: str, rows: dict[str, Tally]) -> None:
    table = Table(title=f"{corpus}: F1 per label")
    table.add_column("label")
    for name in rows:
        table.add_column(name, justify="right")
    for label in SCORED:
        table.add_row(label, *(f"{t.figures(label)[2]:.3f}" for t in rows.values()))
    for position, measure in enumerate(("precision", "recall", "F1")):
        cells = (f"{t.figures()[position]:.3f}" for t in rows.values())
        table.add_row(f"all: {measure}", *cells, style="bold" if measure == "F1" else "")
    console.print(table)
    if any(name.endswith("*") for name in rows):
        console.print("* duckduckgo labels the e-mail of a log-in form a user name; so adapted.")


def _figures(rows: dict[str, Tally]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, row in rows.items():
        precision, recall, f1 = row.figures()
        labels = {label: round(row.figures(label)[2], 4) for label in SCORED}
        found[name] = {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(f1, 4),
            "labels": labels,
        }
    if "Chromium" in found:
        found["ratio_to_chromium"] = round(
            found[_MAIN]["f1"] / max(1e-9, found["Chromium"]["f1"]), 3
        )
    return found


def _times(console: Console, pages: list[Labelled], seen: Seens) -> dict[str, float]:
    layers = Layers(fingerprints=False, model=shipped())
    told = [engine.say(seen[p.path], layers) for p in pages if p.path in seen]
    near_forty = [s.classify_ms for s in told if 30 <= s.controls <= 50]
    found = {
        "classify_ms_median": statistics.median(s.classify_ms for s in told),
        "classify_ms_median_30_to_50_controls": statistics.median(near_forty),
        "classify_ms_p95_30_to_50_controls": statistics.quantiles(near_forty, n=20)[-1],
        "observe_ms_median": statistics.median(s.observe_ms for s in seen.values()),
    }
    for name, value in found.items():
        console.print(f"{name}: {value:.1f}")
    return {name: round(value, 2) for name, value in found.items()}


def _listings(console: Console) -> dict[str, Any]:
    pages = load(LISTINGS, "listings")
    seen = look_all(pages)
    layers = Layers(fingerprints=False, model=shipped())
    plain = _listing_tally(pages, seen, layers, engine.unchanged)
    nameless = _listing_tally(pages, seen, layers, _renamed)
    table = Table(title=f"{len(pages)} listing forms: F1 per field")
    for title in ("field", "F1", "right", "wrong", "missed", "F1, names and ids meaningless"):
        table.add_column(title, justify="left" if title == "field" else "right")
    fields = sorted({*plain.right, *plain.wrong, *plain.missed})
    for name in fields:
        counts = (str(c[name]) for c in (plain.right, plain.wrong, plain.missed))
        scores = f"{plain.figures(name)[2]:.3f}", f"{nameless.figures(name)[2]:.3f}"
        table.add_row(name, scores[0], *counts, scores[1])
    totals = f"{plain.figures()[2]:.3f}", f"{nameless.figures()[2]:.3f}"
    counts = (str(sum(c.values())) for c in (plain.right, plain.wrong, plain.missed))
    table.add_row("all", totals[0], *counts, totals[1], style="bold")
    console.print(table)
    traps = _traps_filled(pages, seen, layers)
    first = _form_chosen(pages, seen, layers)
    console.print(f"Traps filled: {traps}. Right form chosen: {first} of {len(pages)}.")
    return {
        "f1": round(plain.figures()[2], 4),
        "f1_without_names": round(nameless.figures()[2], 4),
        "fields": {name: round(plain.figures(name)[2], 4) for name in fields},
        "traps_filled": traps,
        "form_chosen": first,
        "pages": len(pages),
    }


def _renamed(page: Any) -> Any:
    """Names made meaningless, visibility kept: traps stay traps."""
    nameless = engine.without_names(page)
    names = {c.ref: (c.name, c.id) for c in nameless.controls}
    changed = (
        type(c)(**{**_as_dict(c), "name": names[c.ref][0], "id": names[c.ref][1]})
        for c in page.controls
    )
    return type(page)(**{**_as_dict(page), "controls": tuple(changed)})


def _as_dict(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in thing.__dataclass_fields__}


def _listing_tally(
    pages: list[Labelled], seen: Seens, layers: Layers, change: engine.Change
) -> Tally:
    found = Tally()
    for page in pages:
        said = engine.say_listing(seen[page.path], layers, change).fields
        for fid, label in page.labels.items():
            if label.startswith("_") or label in {"trap", "button"}:
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


if __name__ == "__main__":
    main()
