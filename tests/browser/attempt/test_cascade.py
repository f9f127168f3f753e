"""A category may lie at the end of lists that fill one after another, over the network."""

from __future__ import annotations

import json
from pathlib import Path

from dbolt.browser.session import Browser
from dbolt.domain.submission import VerdictKind
from tests.browser.attempt.support import FIELDS, THANKS, as_pressed, form_page, posts, try_at
from tests.support.site import Answering, Asked, Said, Site

TREE: dict[str, list[str]] = {
    "": ["Agriculture", "Food & Drink", "Services"],
    "Food & Drink": ["Retail", "Production", "Hospitality"],
    "Retail": ["Butchers", "Greengrocers"],
    "Production": ["Breweries", "Bakeries"],
    "Hospitality": ["Hotels"],
}
LISTS = """<p>Branch <select name=one><option value="">Choose</option>{}</select>
<select name=two disabled><option value="">...</option></select>
<select name=three disabled><option value="">...</option></select></p>"""
SCRIPT = """<script>
const [one, two, three] = ["one", "two", "three"].map(n => document.getElementsByName(n)[0]);
const load = async (of, list) => {
  list.disabled = true;
  list.innerHTML = "<option value=''>Loading...</option>";
  const names = await (await fetch("/below?of=" + encodeURIComponent(of))).json();
  setTimeout(() => {
    list.innerHTML = "<option value=''>Choose</option>";
    names.forEach(n => list.add(new Option(n, n)));
    list.disabled = !names.length;
  }, 400);
};
one.onchange = () => { three.innerHTML = "<option value=''>...</option>"; load(one.value, two); };
two.onchange = () => load(two.value, three);
</script>"""


async def test_the_way_down_a_tree_of_lists_is_found(browser: Browser, tmp_path: Path) -> None:
    def below(asked: Asked) -> Said:
        names = TREE.get(asked.query.get("of", "-"), [])
        return Said(json.dumps(names), headers={"Content-Type": "application/json"})

    top = "".join(f"<option>{name}</option>" for name in TREE[""])
    pages: dict[str, str | Said | Answering] = {
        "GET /add": form_page(FIELDS + LISTS.format(top), more=SCRIPT),
        "GET /below": below,
        "POST /add": THANKS,
    }
    async with Site(pages) as site:
        result, _ = await try_at(browser, site, tmp_path)
        sent = [asked.form for asked in posts(site)]
    told = as_pressed(result)
    assert told.verdict is VerdictKind.ACCEPTED
    assert [(f["one"], f["two"], f["three"]) for f in sent] == [
        ("Food & Drink", "Production", "Bakeries")
    ]
    chosen = [value.typed for value in told.typed if value.field == "category"]
    assert sorted(chosen) == ["Bakeries", "Food & Drink", "Production"]


async def test_a_list_that_never_fills_does_not_hold_the_form_up(
    browser: Browser, tmp_path: Path
) -> None:
    top = "".join(f"<option>{name}</option>" for name in TREE[""])
    pages = {"GET /add": form_page(FIELDS + LISTS.format(top)), "POST /add": THANKS}
    async with Site(pages) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert result.duration_s < 20
