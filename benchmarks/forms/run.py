"""The form engine against labelled forms and Chromium's autofill, in one run.

Writes benchmarks/results/forms.json. Fingerprints of known software are switched off throughout.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Error
from rich.console import Console
from rich.table import Table

from benchmarks.forms import engine, listings, peer
from benchmarks.forms.corpora import DEFAULT, OWN, ROOT, SCRIPTED, Labelled, NoCorpora, load
from benchmarks.forms.observed import Seen, look_all, observe_times
from benchmarks.forms.score import SCORED, Tally, tally
from benchmarks.forms.town import read_town
from dbolt.forms.classify import Layers
from dbolt.forms.model import shipped

RESULTS = ROOT / "benchmarks" / "results" / "forms.json"
_MAIN = "cross-validated"
CORPORA = ("formasaurus", "duckduckgo")
TRIES = 5
"""How often each page is timed; the quickest counts, for the machine is shared."""

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
    results |= _own(console)
    results["town"] = _town(console)
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
            "Install one (apt-get install chromium) or name one in DBOLT_FULL_CHROMIUM."
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
    """Milliseconds for pages of about 40 controls, each taken at its quickest of several."""
    layers = Layers(fingerprints=False, model=shipped())
    near_forty = [p for p in pages if 30 <= len(seen[p.path].page.controls) <= 50]
    classify = [
        min(engine.say(seen[p.path], layers).classify_ms for _ in range(TRIES)) for p in near_forty
    ]
    observe = observe_times(near_forty, TRIES)
    found = {
        "classify_ms_median": statistics.median(classify),
        "classify_ms_slowest": max(classify),
        "observe_ms_median": statistics.median(observe),
        "observe_ms_slowest": max(observe),
    }
    console.print(f"Time for {len(near_forty)} pages of 30 to 50 controls, best of {TRIES}:")
    for name, value in found.items():
        console.print(f"  {name}: {value:.1f}")
    return {name: round(value, 2) for name, value in found.items()}


def _own(console: Console) -> dict[str, Any]:
    layers = Layers(fingerprints=False, model=shipped())
    found: dict[str, Any] = {}
    for name, folder in OWN.items():
        if not (folder / "labels.jsonl").is_file():
            console.print(f"No labelled listing forms in {folder}; they are left out.")
            continue
        pages = load(folder, name)
        seen = look_all(pages, scripts=name in SCRIPTED)
        read = listings.read(pages, seen, layers)
        listings.show(console, f"Our own listing forms, {name}", read)
        found[name] = listings.figures(read)
        if name == "listings":
            found["time"] = _times(console, pages, seen)
    return found


def _town(console: Console) -> dict[str, Any]:
    sites = asyncio.run(read_town())
    right, seen = sum(s.right for s in sites), sum(s.seen for s in sites)
    console.print(
        f"Sandbox town: {right} of {seen} fields right on the first page of {len(sites)} sites, "
        "without recipes."
    )
    for site in sites:
        if site.wrong:
            console.print(f"  {site.slug}: not read or read otherwise: {', '.join(site.wrong)}")
    return {"sites": len(sites), "fields": seen, "right": right}


if __name__ == "__main__":
    main()
