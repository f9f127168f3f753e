"""What is done to a form before the permit sends nothing; where it does, that was the press."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbolt.browser.session import Browser
from dbolt.domain.submission import VerdictKind
from tests.browser.attempt.support import FIELDS, THANKS, as_pressed, form_page, posts, try_at
from tests.support.site import Asked, Said, Site

# Its heading opens a section, and does what the script says beside that.
SECTION = """
<h3 id=more>More about you</h3>
<div id=rest style="display:none"><p><label for=f>Fax</label> <input id=f name=fax></p></div>
<script>
more.addEventListener("click", () => {{ rest.style.display = "block"; {script} }});
</script>
"""
SENDS = (
    "fetch('/add', {method: 'POST', body: new URLSearchParams(new FormData(document.forms[0]))})"
)


def page(script: str) -> str:
    """A listing form with a closed section."""
    return form_page(FIELDS + SECTION.format(script=script))


async def test_a_closed_section_is_opened_and_the_form_pressed_once(
    browser: Browser, tmp_path: Path
) -> None:
    async with Site({"GET /add": page(""), "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert permit.posts_before == [0]


@pytest.mark.parametrize(
    "script",
    ["document.forms[0].requestSubmit();", "more.closest('form').querySelector('button').click();"],
)
async def test_a_heading_that_would_send_the_form_cannot(
    browser: Browser, tmp_path: Path, script: str
) -> None:
    async with Site({"GET /add": page(script), "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert permit.posts_before == [0]


@pytest.mark.parametrize("script", [SENDS, "document.forms[0].submit();"])
async def test_a_heading_that_sent_something_was_a_press(
    browser: Browser, tmp_path: Path, script: str
) -> None:
    async with Site({"GET /add": page(script), "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1, "nothing is sent a second time"
    assert as_pressed(result).verdict is VerdictKind.UNCLEAR
    assert permit.asked == 1


# A cover that comes up under the pointer lets the click fail after the page has heard of it.
COVERS_ITSELF = """
more.addEventListener("mousemove", () => {{
  const cover = document.createElement("div");
  cover.style = "position:fixed;inset:0";
  document.body.append(cover);
  {send};
}}, {{once: true}});
"""


async def test_a_heading_that_sent_something_although_its_click_failed_was_a_press(
    browser: Browser, tmp_path: Path
) -> None:
    script = "}); " + COVERS_ITSELF.format(send=SENDS) + "void (() => {"
    async with Site({"GET /add": page(script), "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1, "nothing is sent a second time"
    assert as_pressed(result).verdict is VerdictKind.UNCLEAR
    assert permit.asked == 1


CHOICE = """
<p><label for=k>Category *</label> <select id=k name=category required {events}>
<option value=''>Choose<option value=1>Restaurants<option value=2>Bakeries</select></p>
"""
SENDS_ITSELF = FIELDS + CHOICE.format(events='onchange="this.form.submit()"')


async def test_a_form_that_sends_itself_at_a_choice_was_pressed(
    browser: Browser, tmp_path: Path
) -> None:
    async with Site({"GET /add": form_page(SENDS_ITSELF), "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert as_pressed(result).verdict is VerdictKind.UNCLEAR
    assert permit.asked == 1


async def test_a_form_that_thanks_and_stands_there_again_is_not_filled_in_twice(
    browser: Browser, tmp_path: Path
) -> None:
    again = form_page(SENDS_ITSELF).replace(
        "<form", "<p class=success>Thank you! Your listing has been submitted.</p><form"
    )
    async with Site({"GET /add": form_page(SENDS_ITSELF), "POST /add": again}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert as_pressed(result).verdict is VerdictKind.UNCLEAR
    assert permit.asked == 1


async def test_a_form_drawn_anew_by_the_server_at_a_choice_is_filled_in_again(
    browser: Browser, tmp_path: Path
) -> None:
    final = "<button type=submit name=final value=1>Submit your listing</button>"
    first = form_page(SENDS_ITSELF, button=final)
    drawn = form_page(FIELDS + CHOICE.format(events=""), button=final)

    def handle(asked: Asked) -> Said:
        return Said(THANKS if "final" in asked.form else drawn)

    async with Site({"GET /add": first, "POST /add": handle}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert [("final" in asked.form) for asked in posts(site)] == [False, True]
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert permit.posts_before == [1]


# None of the upper list's choices tells where bakeries are: each has to be tried.
LEVELS = (
    FIELDS
    + """
<p><label for=k>Category *</label> <select id=k name=category required {events}>
<option value=''>Choose<option value=1>Production<option value=2>Supply<option value=3>Retail
</select></p>
<p><label for=s>Subcategory *</label> <select id=s name=subcategory required disabled>
<option value=''>Choose a category first</select></p>
"""
)
LEVELS_SEND = LEVELS.format(events='onchange="this.form.submit()"')


STANDS_AGAIN = form_page(LEVELS_SEND).replace(
    "<form", "<p class=success>Thank you! Your listing has been submitted.</p><form"
)


@pytest.mark.parametrize("answer", [THANKS, STANDS_AGAIN])
async def test_a_list_that_sends_the_form_is_not_looked_behind_further(
    browser: Browser, tmp_path: Path, answer: str
) -> None:
    async with Site({"GET /add": form_page(LEVELS_SEND), "POST /add": answer}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert as_pressed(result).verdict is VerdictKind.UNCLEAR
    assert permit.asked == 1
