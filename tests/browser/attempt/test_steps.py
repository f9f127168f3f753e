"""A button called "Next" is taken for a mere step only where a page says that a step follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbolt.browser.session import Browser
from dbolt.browser.steps import counts_steps
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Pressed, VerdictKind
from tests.browser.attempt.support import FIELDS, THANKS, form_page, posts, try_at
from tests.support.site import Asked, Said, Site


@pytest.mark.parametrize(
    ("text", "follows"),
    [
        ("Step 1 of 3", True),
        ("Schritt 2 von 3", True),
        ("Étape 1/2", True),
        ("Step 1 Business Step 2 Location", True),
        ("Step 3 of 3", False),
        ("Step 1", False),
        ("Page 1 of 4000", False),
        ("Next", False),
    ],
)
def test_what_says_that_a_step_follows(text: str, *, follows: bool) -> None:
    assert counts_steps(text) is follows


async def test_next_without_a_sign_of_a_step_needs_the_permit(
    browser: Browser, tmp_path: Path
) -> None:
    button = "<button type=submit>Next</button>"
    async with Site({"GET /add": form_page(button=button), "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert isinstance(result, Pressed)
    assert result.verdict is VerdictKind.ACCEPTED
    assert (permit.asked, permit.posts_before) == (1, [0])


async def test_a_step_that_shows_up_after_the_permit_is_done_under_it(
    browser: Browser, tmp_path: Path
) -> None:
    first, last = FIELDS.split("<p><label for=s>")
    stored: list[dict[str, str]] = []

    def finish(asked: Asked) -> Said:
        stored.append(asked.form)
        return Said(THANKS)

    pages = {
        "GET /add": form_page(first, button="<button>Continue</button>"),
        "POST /add": form_page("<p><label for=s>" + last, action="/two"),
        "POST /two": finish,
    }
    async with Site(pages) as site:
        result, permit = await try_at(browser, site, tmp_path)
    assert isinstance(result, Pressed)
    assert result.verdict is VerdictKind.ACCEPTED
    assert (permit.asked, permit.posts_before) == (1, [0])
    assert [form["street"] for form in stored] == ["12 Harbor Lane"]


async def test_a_captcha_on_a_later_step_is_for_a_person(browser: Browser, tmp_path: Path) -> None:
    first, last = FIELDS.split("<p><label for=s>")
    captcha = "<p><label for=k>Type the characters you see *</label>"
    captcha += "<img src=/captcha.png alt=captcha><input id=k name=captcha required></p>"
    pages = {
        "GET /add": form_page(first, button="<button>Continue</button>"),
        "POST /add": form_page("<p><label for=s>" + last + captcha, action="/two"),
        "POST /two": THANKS,
    }
    async with Site(pages) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert not site.to("/two")
    assert isinstance(result, Pressed)
    assert (result.verdict, result.reason) == (VerdictKind.BLOCKED, Reason.CAPTCHA)
