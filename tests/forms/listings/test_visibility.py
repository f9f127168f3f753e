"""Does a person see every control of the corpus but its traps, and never a trap?"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from dbolt.browser.chromium import find_chromium, launch_args

HERE = Path(__file__).parent
PAGES = sorted((HERE / "pages").glob("*.html"))

# An independent reading of visibility, on purpose not the engine's own: no box, no opacity,
# clipped away by an ancestor, beyond the top or left edge, or smaller than a person could hit.
UNSEEN = """() => [...document.querySelectorAll("[data-fid]")].filter(control => {
  if (control.getClientRects().length === 0) return true;
  const style = getComputedStyle(control), box = control.getBoundingClientRect();
  let opacity = 1, clipped = false;
  for (let at = control; at; at = at.parentElement) {
    const own = getComputedStyle(at), around = at.getBoundingClientRect();
    opacity *= +own.opacity * +(own.filter.match(/opacity\\(([\\d.]+)\\)/) || [0, 1])[1];
    if (at !== control && own.overflowX !== "visible" && (around.width < 3 || around.height < 3))
      clipped = true;
  }
  return clipped || opacity < 0.1 || style.visibility !== "visible"
    || box.right + scrollX <= 0 || box.bottom + scrollY <= 0 || box.width < 2 || box.height < 2;
}).map(control => +control.dataset.fid)"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tab() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=find_chromium(), args=launch_args()
        )
        yield await chromium.new_page(viewport={"width": 1280, "height": 900})
        await chromium.close()


def concealed() -> dict[str, dict[int, str]]:
    """By page, the controls that a person does not see at first, and what they are."""
    found: dict[str, dict[int, str]] = {path.name: {} for path in PAGES}
    for line in (HERE / "labels.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["label"] == "trap" or "hidden" in row:
            found[row["page"]][row["fid"]] = row.get("hidden", "trap")
    return found


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
async def test_only_traps_later_steps_and_skinned_controls_are_unseen(
    tab: Page, path: Path
) -> None:
    await tab.goto(path.as_uri())
    assert set(await tab.evaluate(UNSEEN)) == set(concealed()[path.name])
