"""How much is understood of forms that build themselves, stand in frames or in web components?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dbolt.browser.session import Browser
from dbolt.forms.classify import classify
from dbolt.forms.reading import FormKind
from tests.support.labelled import LABELS, Score, labels, seen
from tests.support.listing import a_directory
from tests.support.site import Site

HERE = Path(__file__).parent
PAGES = sorted((HERE / "pages").glob("*.html"))
TOLD = labels(HERE / "labels.jsonl")
LEAST = 0.95
"""What the whole set must reach; a single page may fall below it."""


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_each_control_is_labelled_once(path: Path) -> None:
    # Scripts write some of the numbers, so that the text is searched and not the document.
    said = re.findall(r'(?:data-fid|\bfid)="(\d+)"', path.read_text("utf-8"))
    said += re.findall(r"'(\d+)',[01]\]", path.read_text("utf-8"))
    assert sorted(said, key=int) == sorted(TOLD[path.name], key=int)
    assert set(TOLD[path.name].values()) <= LABELS


async def test_forms_never_seen_are_understood(browser: Browser) -> None:
    score = Score()
    pages = {f"/{path.name}": path.read_text("utf-8") for path in PAGES}
    async with Site(pages) as site, browser.new_context(a_directory()) as visit:
        for path in PAGES:
            page, fids = await seen(visit, f"{site.url}/{path.name}")
            best = classify(page, use_fingerprints=False)[0]
            assert best.kind is FormKind.LISTING, path.name
            # A trap in a step that is not on show yet is looked at when the step is.
            hidden = {fids.get(c.ref) for c in page.controls if c.hidden}
            told = {
                fid: label
                for fid, label in TOLD[path.name].items()
                if label != "trap" or fid not in hidden
            }
            score.count(path.name, told, fids, best)
    assert score.trapped == []
    assert score.f1 >= LEAST, score
