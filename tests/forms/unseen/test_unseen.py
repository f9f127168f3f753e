"""How much is understood of forms that the engine was not made with?"""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html

from dbolt.browser.session import Browser
from dbolt.forms.classify import classify
from dbolt.forms.reading import FormKind
from tests.support.labelled import LABELS, Score, labels, seen
from tests.support.listing import a_directory

HERE = Path(__file__).parent
PAGES = sorted((HERE / "pages").glob("*.html"))
TOLD = labels(HERE / "labels.jsonl")
LEAST = 0.95
"""What the whole set must reach; a single page may fall below it."""


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_each_control_is_labelled_once(path: Path) -> None:
    fids = html.document_fromstring(path.read_text("utf-8")).xpath("//@data-fid")
    assert sorted(fids, key=int) == sorted(TOLD[path.name], key=int)
    assert set(TOLD[path.name].values()) <= LABELS


async def test_forms_of_software_in_use_are_understood(browser: Browser) -> None:
    score = Score()
    async with browser.new_context(a_directory()) as visit:
        for path in PAGES:
            page, fids = await seen(visit, path.as_uri())
            best = classify(page, use_fingerprints=False)[0]
            assert best.kind is FormKind.LISTING, path.name
            assert best.submit, f"{path.name} has a button"
            score.count(path.name, TOLD[path.name], fids, best)
    assert score.trapped == []
    assert score.f1 >= LEAST, score
