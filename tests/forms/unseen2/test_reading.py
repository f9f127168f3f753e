"""How much is understood of forms that build themselves, stand in frames or in web components?"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from dbolt.browser import frames
from dbolt.browser.observe import observe
from dbolt.browser.session import Browser
from dbolt.browser.visit import Visit
from dbolt.domain.fields import Field
from dbolt.forms.classify import classify
from dbolt.forms.page import Page
from dbolt.forms.reading import FormKind
from tests.support.listing import a_directory
from tests.support.site import Site

HERE = Path(__file__).parent
PAGES = sorted((HERE / "pages").glob("*.html"))
LEAST = 0.95
"""What the whole set must reach; a single page may fall below it."""
OTHERS = {"none", "trap", "_submit", "_next", "_other"}
_FIDS = """() => [...(window[Symbol.for("dbolt.refs")]?.elements ?? [])].flatMap((
  [number, held]
) => {
  const el = held.deref();
  const fid = el && el.getAttribute && el.getAttribute("data-fid");
  return fid ? [[number, fid]] : [];
})"""


@cache
def labels() -> dict[str, dict[str, str]]:
    """Page → number of a control → its label."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for line in (HERE / "labels.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        found[row["page"]][str(row["fid"])] = row["label"]
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_each_control_is_labelled_once(path: Path) -> None:
    # Scripts write some of the numbers, so that the text is searched and not the document.
    said = re.findall(r'(?:data-fid|\bfid)="(\d+)"', path.read_text("utf-8"))
    said += re.findall(r"'(\d+)',[01]\]", path.read_text("utf-8"))
    assert sorted(said, key=int) == sorted(labels()[path.name], key=int)
    assert set(labels()[path.name].values()) <= OTHERS | {f.value for f in Field}


async def _seen(visit: Visit, address: str) -> tuple[Page, dict[str, str]]:
    """The page as a directory's would be seen, and the labels' numbers by ref."""
    await visit.page.goto(address)
    page = await observe(visit.page)
    fids: dict[str, str] = {}
    for frame in visit.page.frames:
        number = frames.number(visit.page, frame)
        fids |= {f"{number}:{n}": fid for n, fid in await frame.evaluate(_FIDS)}
    controls = tuple(
        replace(c, attributes=tuple(a for a in c.attributes if not a[0].startswith("data-fid")))
        for c in page.controls
    )
    return replace(page, url="https://directory.example/", controls=controls), fids


async def test_forms_never_seen_are_understood(browser: Browser) -> None:
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    trapped: list[str] = []
    pages = {f"/{path.name}": path.read_text("utf-8") for path in PAGES}
    async with Site(pages) as site, browser.new_context(a_directory()) as visit:
        for path in PAGES:
            page, fids = await _seen(visit, f"{site.url}/{path.name}")
            best = classify(page, use_fingerprints=False)[0]
            assert best.kind is FormKind.LISTING, path.name
            said = {fids.get(g.ref): g.field for g in best.guesses if g.field}
            shown = {fids.get(c.ref) for c in page.controls if not c.hidden}
            for fid, label in labels()[path.name].items():
                field = said.get(fid)
                if label == "trap":
                    trapped += [f"{path.name} {fid}"] if field and fid in shown else []
                elif label in OTHERS:
                    wrong[label] += field is not None and not label.startswith("_")
                elif field == label:
                    right[label] += 1
                else:
                    missed[label] += 1
                    wrong[label] += field is not None
    f1 = 2 * right.total() / (2 * right.total() + wrong.total() + missed.total())
    assert trapped == []
    assert f1 >= LEAST, (f1, missed, wrong)
