"""A business is handed in once, with proof; or nothing is sent, with the reason."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from dbolt.browser import proof_of_work
from dbolt.browser.attempt import attempt
from dbolt.browser.session import Browser
from dbolt.domain.captcha import Captcha, CaptchaKind, CaptchaOutcome
from dbolt.domain.fields import Field
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import (
    Account,
    EvidenceKind,
    HandOver,
    Left,
    NotSent,
    VerdictKind,
)
from dbolt.providers.evidence.folder import FolderEvidence
from tests.browser.attempt.support import (
    FIELDS,
    THANKS,
    Permits,
    as_pressed,
    form_page,
    posts,
    store_and_thank,
    try_at,
)
from tests.support.listing import a_directory, a_profile, an_assignment
from tests.support.site import Asked, Said, Site

NAME = "Harbor Lane Bakery"


def _holds_the_business(form: dict[str, str]) -> None:
    assert form["company"] == NAME
    assert form["email"] == "maya@harborlanebakery.com"
    assert form["phone"].replace(" ", "").replace("-", "")[-7:] == "5550142"
    assert form["street"] == "12 Harbor Lane"
    assert form["city"] == "Portland"
    assert form["zip"] == "04101"
    assert "sourdough" in form["about"]


async def test_a_plain_form_is_handed_in_once_with_proof(browser: Browser, tmp_path: Path) -> None:
    stored: list[dict[str, str]] = []
    pages = {"GET /add": form_page(), "POST /add": store_and_thank(stored)}
    async with Site(pages) as site:
        result, permit = await try_at(browser, site, tmp_path)
    pressed = as_pressed(result)
    assert pressed.verdict is VerdictKind.ACCEPTED
    assert len(stored) == 1
    _holds_the_business(stored[0])
    assert (permit.asked, permit.posts_before) == (1, [0])
    assert all(value.kept for value in pressed.typed)
    typed = {value.field: value.read_back for value in pressed.typed}
    assert typed[Field.BUSINESS_NAME] == stored[0]["company"]
    assert typed[Field.DESCRIPTION] == stored[0]["about"]
    kinds = [ref.kind for ref in pressed.evidence]
    assert kinds == [EvidenceKind.BEFORE, EvidenceKind.AFTER, EvidenceKind.PAGE_TEXT]
    text = await FolderEvidence(tmp_path).get(pressed.evidence[2].sha256)
    assert text is not None
    assert b"Thank you" in text
    assert pressed.duration_s > 0


@pytest.mark.parametrize("raising", [False, True])
async def test_without_a_permit_nothing_is_sent(
    browser: Browser, tmp_path: Path, *, raising: bool
) -> None:
    async def broken(*, seen_absent: bool) -> bool:
        del seen_absent
        raise ConnectionError("the orchestrator is away")

    async with Site({"GET /add": form_page(), "POST /add": THANKS}) as site:
        permit = broken if raising else Permits(site, answer=False)
        directory = a_directory(submit_url=site.url + "/add")
        result = await attempt(
            browser,
            an_assignment(directory),
            permit=permit,
            evidence=FolderEvidence(tmp_path),
        )
        assert posts(site) == []
    assert isinstance(result, NotSent)
    assert result.reason is Reason.PERMIT_REFUSED
    assert any(v.field is Field.BUSINESS_NAME and v.kept for v in result.typed)
    assert [ref.kind for ref in result.evidence] == [EvidenceKind.BEFORE]


async def test_a_form_that_sends_itself_before_the_permit_is_refused_was_sent(
    browser: Browser, tmp_path: Path
) -> None:
    late = """<script>
      document.getElementById("n").addEventListener("change", () => {
        setTimeout(() => document.querySelector("form").submit(), 8000);
      }, {once: true});
    </script>"""
    async with Site({"GET /add": form_page(more=late), "POST /add": THANKS}) as site:

        async def slow(*, seen_absent: bool) -> bool:
            del seen_absent
            async with asyncio.timeout(20):
                while not posts(site):
                    await asyncio.sleep(0.02)
            return False

        directory = a_directory(submit_url=site.url + "/add")
        result = await attempt(
            browser, an_assignment(directory), permit=slow, evidence=FolderEvidence(tmp_path)
        )
        assert len(posts(site)) == 1
    assert as_pressed(result).reason is Reason.PRESS_UNCONFIRMED


@pytest.mark.parametrize(
    ("policy", "kind", "reason"),
    [("skip", Left, Reason.POLICY_SKIP), ("manual", HandOver, Reason.POLICY_MANUAL)],
)
async def test_where_policy_forbids_the_site_is_not_even_visited(
    browser: Browser, tmp_path: Path, policy: str, kind: type, reason: Reason
) -> None:
    async with Site({"/add": form_page()}) as site:
        result, permit = await try_at(browser, site, tmp_path, policy=policy)
        assert site.asked == []
    assert isinstance(result, kind)
    assert result.reason is reason
    assert permit.asked == 0


async def test_an_assisted_form_is_filled_in_and_left_to_a_person(
    browser: Browser, tmp_path: Path
) -> None:
    async with Site({"GET /add": form_page(), "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path, policy="assisted")
        assert posts(site) == []
    assert isinstance(result, HandOver)
    assert result.reason is Reason.POLICY_MANUAL
    assert {v.field for v in result.typed} >= {Field.BUSINESS_NAME, Field.PHONE}
    assert [ref.kind for ref in result.evidence] == [EvidenceKind.BEFORE]
    assert permit.asked == 0


async def test_the_form_is_found_behind_the_add_your_business_link(
    browser: Browser, tmp_path: Path
) -> None:
    stored: list[dict[str, str]] = []
    home = (
        "<title>Directory</title><h1>Find local businesses</h1>"
        "<form action=/search><input name=q placeholder=Search><button>Search</button></form>"
        "<a href=/about>About us</a> <a href=/new>Add your business</a>"
    )
    pages = {
        "/add": home,
        "GET /new": form_page(action="/new"),
        "POST /new": store_and_thank(stored),
    }
    async with Site(pages) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert not site.to("/about")
        assert not site.to("/search")
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    _holds_the_business(stored[0])


async def test_a_link_to_another_site_is_not_followed(browser: Browser, tmp_path: Path) -> None:
    async with Site({"/": form_page()}) as other:
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        page = f"<title>x</title><a href='{elsewhere}/'>Add your business</a>"
        async with Site({"/add": page}) as site:
            result, _ = await try_at(browser, site, tmp_path)
        assert other.asked == []
    assert isinstance(result, NotSent)
    assert result.reason is Reason.NO_FORM
    assert [ref.kind for ref in result.evidence] == [EvidenceKind.BEFORE]


async def test_what_a_page_wipes_while_it_is_filled_in_is_typed_again(
    browser: Browser, tmp_path: Path
) -> None:
    stored: list[dict[str, str]] = []
    # The answer to a look-up draws the address part of the form anew, and clears the name.
    script = """<script>
      document.querySelector('[name=zip]').addEventListener('change', async () => {
        await fetch('/lookup');
        document.querySelector('[name=company]').value = '';
        const street = document.querySelector('[name=street]');
        street.replaceWith(Object.assign(document.createElement('input'),
          {id: 's', name: 'street', required: true}));
      }, {once: true});
    </script>"""
    pages = {
        "GET /add": form_page(more=script),
        "/lookup": "{}",
        "POST /add": store_and_thank(stored),
    }
    async with Site(pages) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert len(site.to("/lookup")) == 1
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert len(stored) == 1
    _holds_the_business(stored[0])


async def test_a_form_that_keeps_nothing_is_not_sent(browser: Browser, tmp_path: Path) -> None:
    script = """<script>
      document.querySelector('[name=company]').addEventListener('input',
        event => setTimeout(() => { event.target.value = ''; }));
    </script>"""
    async with Site({"GET /add": form_page(more=script), "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert posts(site) == []
    assert isinstance(result, NotSent)
    assert result.reason is Reason.FILL_FAILED
    assert permit.asked == 0


async def test_controls_that_appear_after_a_choice_are_filled_in_too(
    browser: Browser, tmp_path: Path
) -> None:
    stored: list[dict[str, str]] = []
    more = """<script>
      document.querySelector('[name=city]').addEventListener('input', () => {
        if (document.querySelector('[name=state]')) return;
        const p = document.createElement('p');
        p.innerHTML = '<label for=st>State *</label><input id=st name=state required>';
        document.querySelector('[name=zip]').parentElement.after(p);
      });
    </script>"""
    pages = {"GET /add": form_page(more=more), "POST /add": store_and_thank(stored)}
    async with Site(pages) as site:
        await try_at(browser, site, tmp_path)
    assert [form["state"] for form in stored] in (["ME"], ["Maine"])


async def test_a_form_that_is_built_late_is_waited_for(browser: Browser, tmp_path: Path) -> None:
    stored: list[dict[str, str]] = []
    late = (
        "<title>Add your business</title><div id=root>Loading…</div><script>"
        "setTimeout(async () => { root.innerHTML = await (await fetch('/part')).text(); }, 800)"
        "</script>"
    )
    pages = {"GET /add": late, "/part": form_page(), "POST /add": store_and_thank(stored)}
    async with Site(pages) as site:
        result, _ = await try_at(browser, site, tmp_path)
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert len(stored) == 1


REDRAWN = """<div id=top>{top}</div>
<p><label for=k>Category *</label> <select id=k name=category required>
<option value=''>Choose<option>Restaurants<option>Bakeries</select></p>{rest}"""
REDRAWS = """<script>
  const top_ = document.getElementById("top"), empty = top_.innerHTML;
  document.getElementById("k").addEventListener("change", async () => {{
    {wait}
    setTimeout(() => {{ top_.innerHTML = empty }}, {ms});
  }}, {{once: true}});
</script>"""


@pytest.mark.parametrize(
    ("wait", "ms", "button"),
    [
        # Data come, and the page takes its time to draw what they are about.
        ("await fetch('/fields');", 750, ""),
        # Nothing tells that a redraw is to come, but the button is locked for longer.
        (
            "setTimeout(() => { document.querySelector('button').disabled = false }, 2500);",
            1500,
            "<button disabled>Submit your listing</button>",
        ),
    ],
)
async def test_values_wiped_after_they_were_seen_are_typed_again_before_the_press(
    browser: Browser, tmp_path: Path, wait: str, ms: int, button: str
) -> None:
    stored: list[dict[str, str]] = []
    first, _, last = FIELDS.partition("<p><label for=e>")
    fields = REDRAWN.format(top=first, rest="<p><label for=e>" + last)
    pages = {
        "GET /add": form_page(fields, button=button, more=REDRAWS.format(wait=wait, ms=ms)),
        "/fields": "{}",
        "POST /add": store_and_thank(stored),
    }
    async with Site(pages) as site:
        result, permit = await try_at(browser, site, tmp_path)
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert [form["company"] for form in stored] == [a_profile().business_name]
    assert permit.posts_before == [0]


async def test_a_form_that_takes_back_what_is_typed_again_and_again_is_not_sent(
    browser: Browser, tmp_path: Path
) -> None:
    wipes = """<script>
      const name_ = document.getElementById("n");
      const lock = () => {
        document.querySelector("button").disabled = true;
        setTimeout(() => { name_.value = ""; }, 1200);
        setTimeout(() => { document.querySelector("button").disabled = false }, 2000);
      };
      name_.addEventListener("change", lock);
    </script>"""
    async with Site({"GET /add": form_page(more=wipes), "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert posts(site) == []
    assert isinstance(result, NotSent)
    assert result.reason is Reason.FILL_FAILED
    assert permit.asked == 0


@pytest.mark.parametrize("ms", [600, 2000])
async def test_a_form_that_sends_itself_while_its_button_is_waited_for_was_sent(
    browser: Browser, tmp_path: Path, ms: int
) -> None:
    stored: list[dict[str, str]] = []
    late = f"""<script>
      setTimeout(() => {{ document.querySelector("button").disabled = false }}, 4000);
      document.getElementById("n").addEventListener("change", () => {{
        setTimeout(() => document.querySelector("form").submit(), {ms});
      }}, {{once: true}});
    </script>"""
    button = "<button disabled>Submit your listing</button>"
    pages = {"GET /add": form_page(button=button, more=late), "POST /add": store_and_thank(stored)}
    async with Site(pages) as site:
        result, permit = await try_at(browser, site, tmp_path)
    assert len(stored) == 1
    # Told as a press, so that nobody begins anew; what came of it is for an independent look.
    assert as_pressed(result).verdict is not VerdictKind.REJECTED
    assert permit.asked == 1


async def test_a_form_that_only_saves_a_draft_while_its_button_is_waited_for_was_not_sent(
    browser: Browser, tmp_path: Path
) -> None:
    draft = """<script>
      document.getElementById("n").addEventListener("change", () => {
        setTimeout(() => fetch("/draft", {
          method: "POST", body: new FormData(document.querySelector("form"))
        }), 1500);
      }, {once: true});
    </script>"""
    button = "<button disabled>Submit your listing</button>"
    pages = {"GET /add": form_page(button=button, more=draft), "POST /draft": "{}"}
    async with Site(pages) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert len(site.to("/draft")) == 1
    assert isinstance(result, NotSent)
    assert permit.asked == 0


async def test_steps_are_gone_through_and_only_the_last_button_needs_the_permit(
    browser: Browser, tmp_path: Path
) -> None:
    stored: list[dict[str, str]] = []
    first, last = FIELDS.split("<p><label for=s>")
    fields = (
        f"<p>Step 1 of 2</p><div id=one>{first}"
        "<button type=button onclick=\"fetch('/draft', {method: 'PUT'});"
        "one.style.display='none'; two.style.display='block'\">Next</button></div>"
        f"<div id=two style='display:none'><p>Step 2 of 2</p><p><label for=s>{last}"
        "<button type=submit>Submit listing</button></div>"
    )
    pages = {
        "GET /add": form_page(fields, button=" "),
        "/draft": "{}",
        "POST /add": store_and_thank(stored),
    }
    async with Site(pages) as site:
        permits = Permits(site)
        seen_draft: list[bool] = []

        class Noting(Permits):
            async def __call__(self, *, seen_absent: bool) -> bool:
                seen_draft.append(bool(site.to("/draft")))
                return await super().__call__(seen_absent=seen_absent)

        permits = Noting(site)
        result, _ = await try_at(browser, site, tmp_path, permit=permits)
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert (permits.asked, permits.posts_before, seen_draft) == (1, [0], [True])
    assert len(stored) == 1
    _holds_the_business(stored[0])


async def test_a_refused_phone_is_written_another_way_within_the_attempt(
    browser: Browser, tmp_path: Path
) -> None:
    stored: list[dict[str, str]] = []
    refused: list[str] = []

    def check(asked: Asked) -> Said:
        form = asked.form
        if not form["phone"].isdigit():
            refused.append(form["phone"])
            kept = "".join(
                f"<script>document.querySelector('[name={k}]').value = {v!r}</script>"
                for k, v in form.items()
                if k != "about"
            )
            error = "<p class=error role=alert id=pe>Phone: only digits, please (10 digits).</p>"
            fields = FIELDS.replace(
                "name=phone", "name=phone aria-invalid=true aria-describedby=pe"
            )
            return Said(form_page(error + fields, more=kept), 422)
        stored.append(form)
        return Said(THANKS)

    async with Site({"GET /add": form_page(), "POST /add": check}) as site:
        result, permit = await try_at(browser, site, tmp_path)
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED, (result.detail, refused)
    assert len(refused) <= 2
    assert len(stored) == 1
    assert stored[0]["phone"] == "2075550142"
    _holds_the_business(stored[0])
    assert permit.asked == 1


async def test_an_unclear_answer_is_never_followed_by_a_second_press(
    browser: Browser, tmp_path: Path
) -> None:
    async with Site({"GET /add": form_page(), "POST /add": "<title>.</title><p>42</p>"}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    pressed = as_pressed(result)
    assert (pressed.verdict, pressed.reason) == (
        VerdictKind.UNCLEAR,
        Reason.PRESS_UNCONFIRMED,
    )
    assert permit.asked == 1


async def test_a_connection_that_breaks_after_the_press_is_reported_as_a_press(
    browser: Browser, tmp_path: Path
) -> None:
    async def hang_up(_asked: Asked) -> Said:
        raise ConnectionResetError

    async with Site({"GET /add": form_page(), "POST /add": hang_up}) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert 1 <= len(posts(site)) <= 2  # Chromium itself may repeat a broken request
    assert as_pressed(result).verdict is VerdictKind.UNCLEAR


async def test_a_slow_answer_is_waited_for(browser: Browser, tmp_path: Path) -> None:
    async def slow(_asked: Asked) -> Said:
        await asyncio.sleep(4)
        return Said(THANKS)

    async with Site({"GET /add": form_page(), "POST /add": slow}) as site:
        result, _ = await try_at(browser, site, tmp_path)
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED


async def test_an_answer_in_a_window_of_its_own_is_read(browser: Browser, tmp_path: Path) -> None:
    page = form_page().replace("<form ", "<form target=_blank ")
    async with Site({"GET /add": page, "POST /add": THANKS}) as site:
        result, _ = await try_at(browser, site, tmp_path)
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED


async def test_a_question_whether_to_send_is_answered_with_yes(
    browser: Browser, tmp_path: Path
) -> None:
    page = form_page().replace("<form ", "<form onsubmit=\"return confirm('Send it?')\" ")
    async with Site({"GET /add": page, "POST /add": THANKS}) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED


async def test_a_preview_is_confirmed(browser: Browser, tmp_path: Path) -> None:
    stored: list[dict[str, str]] = []
    preview = (
        "<title>Preview your listing</title><h1>Preview your listing</h1>"
        f"<p>{NAME}, 12 Harbor Lane, Portland</p><p>Your listing is not published yet. Please "
        "check the details and confirm.</p><form method=post action=/publish>"
        "<input type=hidden name=draft value=7><button>Confirm and publish</button></form>"
    )
    pages = {
        "GET /add": form_page(button="<button>Preview listing</button>"),
        "POST /add": preview,
        "POST /publish": store_and_thank(stored),
    }
    async with Site(pages) as site:
        result, permit = await try_at(browser, site, tmp_path)
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert stored == [{"draft": "7"}]
    assert permit.asked == 1


async def test_with_too_little_time_left_nothing_is_sent(browser: Browser, tmp_path: Path) -> None:
    async with Site({"GET /add": form_page(), "POST /add": THANKS}) as site:
        permit = Permits(site)
        assignment = an_assignment(
            a_directory(submit_url=site.url + "/add"),
            deadline_at=datetime.now(UTC) + timedelta(seconds=15),
        )
        result = await attempt(
            browser, assignment, permit=permit, evidence=FolderEvidence(tmp_path)
        )
        assert posts(site) == []
    assert isinstance(result, NotSent)
    assert result.reason is Reason.TIMEOUT
    assert permit.asked == 0


async def test_a_captcha_is_left_to_a_person_and_nothing_is_typed(
    browser: Browser, tmp_path: Path
) -> None:
    captcha = "<p><img src=/c.png alt=captcha><label for=k>Enter the code shown *</label>"
    captcha += "<input id=k name=captcha_code required></p>"
    async with Site({"GET /add": form_page(FIELDS + captcha), "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert posts(site) == []
    assert isinstance(result, HandOver)
    assert result.reason is Reason.CAPTCHA
    handed_over = Captcha(kind=CaptchaKind.CHALLENGE, outcome=CaptchaOutcome.HANDED_OVER)
    assert result.captchas == [handed_over]
    assert result.typed == []
    assert permit.asked == 0


async def test_a_required_detail_that_the_profile_lacks_is_named(
    browser: Browser, tmp_path: Path
) -> None:
    fax = "<p><label for=f>Fax number *</label><input id=f name=fax required></p>"
    async with Site({"GET /add": form_page(FIELDS + fax), "POST /add": THANKS}) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert posts(site) == []
    assert isinstance(result, HandOver)
    assert (result.reason, result.missing) == (Reason.MISSING_VALUE, [Field.FAX])
    assert any(v.field is Field.BUSINESS_NAME and v.kept for v in result.typed)


async def test_a_proof_of_work_is_waited_for(browser: Browser, tmp_path: Path) -> None:
    stored: list[dict[str, str]] = []
    widget = """<altcha-widget><input type=hidden name=altcha></altcha-widget><script>
      setTimeout(() => {
        document.querySelector('[name=altcha]').value = 'proof';
        document.querySelector('button').disabled = false;
      }, 2500);
    </script>"""
    button = "<button type=submit disabled>Submit your listing</button>"
    pages = {
        "GET /add": form_page(FIELDS + widget, button=button),
        "POST /add": store_and_thank(stored),
    }
    async with Site(pages) as site:
        result, _ = await try_at(browser, site, tmp_path)
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert [form["altcha"] for form in stored] == ["proof"]
    (captcha,) = result.captchas
    assert (captcha.kind, captcha.outcome) == (CaptchaKind.PROOF_OF_WORK, CaptchaOutcome.SOLVED)
    assert captcha.cost_cents == 0
    # It began to compute before the form was filled in, and was waited for only after that.
    assert 0 < captcha.seconds < 2.5


async def test_a_proof_of_work_that_was_done_in_time_is_told_once(
    browser: Browser, tmp_path: Path
) -> None:
    widget = "<altcha-widget><input type=hidden name=altcha value=proof></altcha-widget>"
    wrong = "<p role=alert>Phone: only digits, please.</p>"
    answers = iter([Said(wrong + form_page(FIELDS + widget), 422), Said(THANKS)])

    def check(_asked: Asked) -> Said:
        return next(answers)

    async with Site({"GET /add": form_page(FIELDS + widget), "POST /add": check}) as site:
        result, _ = await try_at(browser, site, tmp_path)
    told = [(one.outcome, one.seconds) for one in result.captchas]
    assert told == [(CaptchaOutcome.SOLVED, 0.0)]


async def test_a_proof_of_work_without_an_end_is_told_as_failed(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof_of_work, "LIMIT_S", 1.0)
    widget = "<div class=frc-captcha><input type=hidden name=frc value=.UNFINISHED></div>"
    async with Site({"GET /add": form_page(FIELDS + widget), "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert posts(site) == []
    assert isinstance(result, HandOver)
    assert (result.reason, permit.asked) == (Reason.CAPTCHA, 0)
    (captcha,) = result.captchas
    assert (captcha.kind, captcha.outcome) == (CaptchaKind.PROOF_OF_WORK, CaptchaOutcome.FAILED)
    assert 1.0 <= captcha.seconds < 3.0


async def test_a_password_is_in_no_result_and_no_evidence(browser: Browser, tmp_path: Path) -> None:
    secret = "correct-horse-91"
    stored: list[dict[str, str]] = []
    more = "<p><label for=u>User name *</label><input id=u name=user required></p>"
    more += "<p><label for=pw>Password *</label><input id=pw type=password name=pass required></p>"

    def echo(asked: Asked) -> Said:
        stored.append(asked.form)
        return Said(THANKS + f"<p>Your password is {asked.form['pass']}</p>")

    async with Site({"GET /add": form_page(FIELDS + more), "POST /add": echo}) as site:
        account = Account(username="harborlane", password=SecretStr(secret))
        result, _ = await try_at(browser, site, tmp_path, account=account)
    assert stored[0]["pass"] == secret
    pressed = as_pressed(result)
    typed = {v.field: v for v in pressed.typed}
    assert typed[Field.ACCOUNT_PASSWORD].typed == "••••"
    assert typed[Field.ACCOUNT_PASSWORD].kept
    assert secret not in pressed.model_dump_json()
    assert pressed.account == account
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or secret.encode() not in path.read_bytes()


async def test_robots_rules_keep_us_out(browser: Browser, tmp_path: Path) -> None:
    rules = Said("User-agent: DirectoryBolt\nDisallow: /\n")
    async with Site({"/robots.txt": rules, "/add": form_page()}) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert not site.to("/add")
    assert isinstance(result, Left)
    assert result.reason is Reason.ROBOTS_TXT


async def test_many_attempts_at_a_time_do_not_disturb_each_other(
    browser: Browser, tmp_path: Path
) -> None:
    stored: list[dict[str, str]] = []
    pages = {"GET /add": form_page(), "POST /add": store_and_thank(stored)}
    names = [f"Harbor Lane Bakery {i}" for i in range(4)]
    async with Site(pages) as site:
        await asyncio.gather(
            *(try_at(browser, site, tmp_path, profile=a_profile(business_name=n)) for n in names)
        )
    assert sorted(form["company"] for form in stored) == names
