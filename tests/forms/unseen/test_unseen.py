"""How much is understood of forms that the engine was not made with?"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from lxml import html

from dbolt.browser import frames
from dbolt.browser.observe import observe
from dbolt.browser.session import Browser
from dbolt.domain.directory import Directory, Policy
from dbolt.domain.fields import Field
from dbolt.forms.classify import classify
from dbolt.forms.page import Page
from dbolt.forms.reading import FormKind

HERE = Path(__file__).parent
PAGES = sorted((HERE / "pages").glob("*.html"))
LEAST = 0.95
"""What the whole set must reach; a single page may fall below it."""
OTHERS = {"none", "trap", "_submit", "_next", "_other"}
_FIDS = """() => [...window[Symbol.for("dbolt.refs")].elements].flatMap(([number, held]) => {
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


def blinded(page: Page) -> Page:
    """The page without its address and the labels' numbers."""
    controls = tuple(
        replace(c, attributes=tuple(a for a in c.attributes if not a[0].startswith("data-fid")))
        for c in page.controls
    )
    return replace(page, url="https://directory.example/", controls=controls)


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_each_control_is_labelled_once(path: Path) -> None:
    fids = html.document_fromstring(path.read_text("utf-8")).xpath("//@data-fid")
    assert sorted(fids, key=int) == sorted(labels()[path.name], key=int)
    assert set(labels()[path.name].values()) <= OTHERS | {f.value for f in Field}


async def test_forms_of_software_in_use_are_understood(browser: Browser) -> None:
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    trapped: list[str] = []
    async with browser.new_context(_anywhere()) as visit:
        for path in PAGES:
            await visit.page.goto(path.as_uri())
            page = await observe(visit.page)
            number = frames.number(visit.page, visit.page.main_frame)
            fids = {f"{number}:{n}": fid for n, fid in await visit.page.evaluate(_FIDS)}
            best = classify(blinded(page), use_fingerprints=False)[0]
            assert best.kind is FormKind.LISTING, path.name
            assert best.submit, f"{path.name} has a button"
            said = {fids.get(g.ref): g.field for g in best.guesses if g.field}
            for fid, label in labels()[path.name].items():
                field = said.get(fid)
                if label == "trap":
                    trapped += [f"{path.name} {fid}"] if field else []
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


def _anywhere() -> Directory:
    return Directory(
        slug="held-out",
        name="Held out",
        home_url="https://directory.example/",
        submit_url="https://directory.example/",
        policy=Policy.AUTO,
        policy_source="a test",
    )
