"""A button called "Next" is taken for a mere step only where a page says that a step follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbolt.browser.session import Browser
from dbolt.browser.steps import counts_steps
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver, Pressed, VerdictKind
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


FIRST, LAST = FIELDS.split("<p><label for=s>")
STEP_ONE = form_page("<p>Step 1 of 2</p>" + FIRST, button="<button>Next</button>")


async def test_next_that_handed_in_is_never_told_as_nothing_sent(
    browser: Browser, tmp_path: Path
) -> None:
    after = "<title>42</title><h1>Number 42</h1><p>Drawn up for Harbor Lane Bakery.</p>"
    async with Site({"GET /add": STEP_ONE, "POST /add": after}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert isinstance(result, Pressed), result
    assert result.verdict is VerdictKind.UNCLEAR
    assert permit.asked == 1, "the press is on record"


async def test_next_that_handed_in_and_says_so_is_accepted_though_another_form_follows(
    browser: Browser, tmp_path: Path
) -> None:
    rate = "<form method=post action=/rate><input name=stars><button>Rate us</button></form>"
    async with Site({"GET /add": STEP_ONE, "POST /add": THANKS + rate}) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert not site.to("/rate")
    assert isinstance(result, Pressed), result
    assert result.verdict is VerdictKind.ACCEPTED


async def test_next_that_handed_in_beside_a_fresh_form_is_not_done_again(
    browser: Browser, tmp_path: Path
) -> None:
    thanks = "<p class=success>Thank you! Your listing has been submitted.</p>"
    again = form_page(thanks + "<p>Step 1 of 2</p>" + FIRST, button="<button>Next</button>")
    async with Site({"GET /add": STEP_ONE, "POST /add": again}) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert isinstance(result, Pressed), result
    assert result.verdict is VerdictKind.ACCEPTED


async def test_a_wall_behind_next_is_a_press_for_a_person(browser: Browser, tmp_path: Path) -> None:
    wall = "<title>Sign in</title><h1>Please sign in to continue</h1><form method=post action=/in>"
    wall += "<input name=user><input type=password name=pass><button>Sign in</button></form>"
    async with Site({"GET /add": STEP_ONE, "POST /add": wall}) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert not site.to("/in")
    assert isinstance(result, Pressed), result
    assert result.verdict is VerdictKind.BLOCKED
    assert result.reason is Reason.LOGIN_REQUIRED


async def test_next_that_sent_nothing_leaves_the_form_to_a_person(
    browser: Browser, tmp_path: Path
) -> None:
    stuck = form_page(
        "<p>Step 1 of 2</p>" + FIRST,
        button="<button type=button onclick=\"document.forms[0].innerHTML=''\">Next</button>",
    )
    async with Site({"GET /add": stuck}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert not posts(site)
    assert isinstance(result, HandOver), result
    assert (result.reason, permit.asked) == (Reason.UNSURE_OF_FORM, 0)


async def test_a_step_that_is_refused_is_mended_and_not_taken_for_the_next(
    browser: Browser, tmp_path: Path
) -> None:
    stored: list[dict[str, str]] = []

    def second(asked: Asked) -> Said:
        if not asked.form["phone"].isdigit():
            wrong = FIRST.replace(
                "required></p>", f"value='{asked.form['company']}' required></p>", 1
            ).replace("name=phone", f"name=phone value='{asked.form['phone']}'")
            wrong = wrong.replace(
                "type=tel required>",
                "type=tel required> <b>Digits only, please: must be numeric.</b>",
            )
            return Said(form_page("<p>Step 1 of 2</p>" + wrong, button="<button>Next</button>"))
        return Said(form_page("<p>Step 2 of 2</p><p><label for=s>" + LAST, action="/two"))

    def finish(asked: Asked) -> Said:
        stored.append(asked.form)
        return Said(THANKS)

    pages = {"GET /add": STEP_ONE, "POST /add": second, "POST /two": finish}
    async with Site(pages) as site:
        result, permit = await try_at(browser, site, tmp_path)
        tried = [asked.form["phone"] for asked in site.to("/add", "POST")]
    assert isinstance(result, Pressed), result
    assert result.verdict is VerdictKind.ACCEPTED
    assert len(tried) == 2
    assert tried[1].isdigit()
    assert (permit.asked, len(stored)) == (1, 1)


async def test_counted_steps_lead_on_though_each_button_says_submit(
    browser: Browser, tmp_path: Path
) -> None:
    name = (
        "<p>Step 1 of 2</p><p><label for=n>Business name</label> <input id=n name=n required></p>"
    )
    where = "<p>Step 2 of 2</p><p><label for=c>City</label> <input id=c name=city required></p>"
    pages = {
        "GET /add": form_page(name, action="/two"),
        "POST /two": form_page(where, action="/done"),
        "POST /done": THANKS,
    }
    async with Site(pages) as site:
        result, permit = await try_at(browser, site, tmp_path)
        sent = [asked.path for asked in posts(site)]
    assert isinstance(result, Pressed)
    assert result.verdict in (VerdictKind.ACCEPTED, VerdictKind.PENDING_REVIEW)
    assert (sent, permit.asked) == (["/two", "/done"], 1)


async def test_a_form_that_takes_nothing_of_the_business_is_never_sent(
    browser: Browser, tmp_path: Path
) -> None:
    nothing = "<input type=hidden name=token value=1>"
    async with Site({"GET /add": form_page(nothing), "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert posts(site) == []
    assert not isinstance(result, Pressed)
    assert permit.asked == 0
