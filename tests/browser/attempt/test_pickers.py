"""A trade that is clicked, a search that comes first, a plan alone: none of them is the press."""

from __future__ import annotations

from pathlib import Path

from dbolt.browser.session import Browser
from dbolt.domain.submission import NotSent, VerdictKind
from tests.browser.attempt.support import FIELDS, THANKS, as_pressed, form_page, posts, try_at
from tests.support.site import Site

_TREE = """
<div>Category * <b id=said>none yet</b></div>
<button type=button id=choose>Choose a category</button>
<input type=hidden name=trade id=trade>
<div id=box style="display:none;position:fixed;inset:40px;background:#fff"><p>Trades</p>
<ul><li><a href="#" class=leaf data-v=3>Lawyers</a></li>
<li><a href="#" class=leaf data-v=4>Bakeries</a></li></ul>
<button type=button id=take>Add</button></div>
<script>
let leaf;
choose.onclick = () => { box.style.display = "block"; };
document.querySelectorAll(".leaf").forEach(a => {
  a.onclick = e => { e.preventDefault(); leaf = a; };
});
take.onclick = () => {
  if (leaf) { trade.value = leaf.dataset.v; said.textContent = leaf.text; }
  box.style.display = "none";
};
document.forms[0].onsubmit = e => {
  if (!trade.value) { e.preventDefault(); alert("Please select a category"); }
};
</script>
"""
# Its button stands outside, and would hand the form in.
_OUTSIDE = "<button type=button onclick=\"fetch('/add', {method: 'POST', body: 'x'})\">Add</button>"


async def test_a_trade_is_chosen_in_a_dialogue_and_nothing_else_is_clicked(
    browser: Browser, tmp_path: Path
) -> None:
    page = form_page(FIELDS + _TREE, more=_OUTSIDE)
    async with Site({"GET /add": page, "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        (sent,) = posts(site)
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert sent.form["trade"] == "4"
    assert permit.posts_before == [0]


async def test_a_dialog_that_asks_for_more_tells_that_nothing_was_sent(
    browser: Browser, tmp_path: Path
) -> None:
    page = form_page(
        FIELDS,
        more="""<script>document.forms[0].onsubmit = e => {
        e.preventDefault(); alert("Please select a member number"); };</script>""",
    )
    async with Site({"GET /add": page}) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert posts(site) == []
    assert as_pressed(result).verdict is VerdictKind.REJECTED


async def test_the_directory_is_searched_where_it_asks_first(
    browser: Browser, tmp_path: Path
) -> None:
    look = """<title>Add your business</title><h1>Is it here already?</h1><form action=/found>
    <label>Business name <input name=name></label> <label>City <input name=town></label>
    <button>Search</button></form>"""
    found = "<p>Nothing was found.</p><a href=/new>Add a new business</a>"
    async with Site(
        {"GET /add": look, "GET /found": found, "GET /new": form_page(), "POST /add": THANKS}
    ) as site:
        result, permit = await try_at(browser, site, tmp_path)
        (asked,) = site.to("/found")
        assert len(posts(site)) == 1
    assert asked.query == {"name": "Harbor Lane Bakery", "town": "Portland"}
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert permit.asked == 1


async def test_a_search_alone_is_never_taken_for_the_form(browser: Browser, tmp_path: Path) -> None:
    look = """<title>Add your business</title><h1>Add your business</h1><form action=/found>
    <label>Business name <input name=name></label><button>Search</button></form>"""
    async with Site({"GET /add": look, "GET /found": "<p>Nothing was found.</p>"}) as site:
        result, permit = await try_at(browser, site, tmp_path)
    assert isinstance(result, NotSent)
    assert permit.asked == 0


async def test_a_form_with_plans_alone_is_a_step(browser: Browser, tmp_path: Path) -> None:
    plans = """<title>Add your business</title><h1>Add your business: choose a package</h1>
    <form method=post action=/plan><p><label><input type=radio name=plan value=2> Premium listing
    $49</label><p><label><input type=radio name=plan value=1> Basic listing, free</label>
    <p><input type=submit value="Listing details"></form>"""
    pages = {"GET /add": plans, "POST /plan": form_page(action="/new"), "POST /new": THANKS}
    async with Site(pages) as site:
        result, permit = await try_at(browser, site, tmp_path)
        first, _ = posts(site)
    assert first.form == {"plan": "1"}
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert permit.posts_before == [1]


async def test_an_entry_is_said_to_be_a_business_and_given_its_address(
    browser: Browser, tmp_path: Path
) -> None:
    fields = """<p>Entry type <label><input type=radio name=kind value=i checked>Individual</label>
    <label><input type=radio name=kind value=o>Organization</label></p>
    <p id=person><label>First name <input name=first></label></p>
    <p id=firm style="display:none"><label>Organization <input name=org></label></p>
    <p><label>E-mail <input name=mail type=email></label></p>
    <p><label>Description <textarea name=about></textarea></label></p>
    <div id=places></div><a href="#" id=more>Add an address</a>
    <script>
    document.querySelectorAll("[name=kind]").forEach(r => { r.onchange = () => {
      person.style.display = "none"; firm.style.display = "block"; }; });
    more.onclick = e => { e.preventDefault();
      places.innerHTML = "<label>Street <input name=street></label>"; };
    </script>"""
    async with Site({"GET /add": form_page(fields), "POST /add": THANKS}) as site:
        await try_at(browser, site, tmp_path)
        (sent,) = posts(site)
    assert (sent.form["kind"], sent.form["org"]) == ("o", "Harbor Lane Bakery")
    assert sent.form["first"] == ""
    assert sent.form["street"].startswith("12 Harbor Lane")
