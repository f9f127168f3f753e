"""Are widgets met as the directory's file says, and answered by tokens that the site checks?"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dbolt.browser import captcha
from dbolt.browser.attempt import attempt
from dbolt.browser.session import Browser
from dbolt.domain.captcha import (
    Answered,
    Captcha,
    CaptchaKind,
    CaptchaOutcome,
    Challenge,
    Unanswered,
)
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver, Left, NotSent, Pressed, Result, VerdictKind
from dbolt.providers.captcha import MICROS_IN_CENT, Solution
from dbolt.providers.evidence.folder import FolderEvidence
from tests.browser.attempt.support import FIELDS, THANKS, Permits, as_pressed, form_page, posts
from tests.support.captcha_service import Service
from tests.support.listing import a_directory, a_profile, an_assignment
from tests.support.site import Answering, Asked, Said, Site

KEY = "6Le-wvkSAAAAAPBMRTvw0Q4Muexq9bi0DJwx_mJ-"
TURNSTILE_KEY = "0x4AAAAAAADnPIDROrmt1Wwj"
# What the makers' scripts put there: a field that is not seen, and a box that wants a click.
BOX = "<div style='width:300px;height:74px;border:1px solid'>I am not a robot</div>"
AREA = "<textarea name=g-recaptcha-response style='display:none'></textarea>"
CHECKBOX = f"<div class=g-recaptcha data-sitekey={KEY}>{BOX}{AREA}</div>"
TURNSTILE = (
    f"<div class=cf-turnstile data-sitekey={TURNSTILE_KEY} data-action=add data-cdata=c1>{BOX}"
    "<input type=hidden name=cf-turnstile-response></div>"
)
HCAPTCHA = (
    f"<div class=h-captcha data-sitekey=10000000-ffff-ffff-ffff-000000000001>{BOX}"
    f"<textarea name=h-captcha-response style='display:none'></textarea>{AREA}</div>"
)
WRONG = "<p role=alert>The captcha was not correct. Please try again.</p>"


@dataclass
class Asking:
    """A `Solver` over the real client. Policy and budget are the orchestrator's, tried there."""

    service: Service
    challenges: list[Challenge] = field(default_factory=list)
    judgements: list[bool] = field(default_factory=list)

    async def solve(self, challenge: Challenge, within_s: float) -> Answered | Unanswered:
        self.challenges.append(challenge)
        client = self.service.client()
        try:
            got = await client.solve(challenge, within_s)
        finally:
            await client.close()
        cents = -(-got.cost_micros // MICROS_IN_CENT)
        if isinstance(got, Solution):
            return Answered(token=got.token, ref=got.ref, cost_cents=cents)
        return Unanswered(problem=got.problem, asked=True, cost_cents=cents)

    async def judged(self, ref: str, *, accepted: bool) -> None:
        self.judgements.append(accepted)


@dataclass
class Directory:
    """A directory whose server has the service's tokens vouched for, and keeps what it took."""

    service: Service
    page: str
    name: str = "g-recaptcha-response"
    key: str = KEY
    stored: list[dict[str, str]] = field(default_factory=list)
    complains: bool = False
    """Of telephone numbers that are not mere digits."""

    def pages(self) -> dict[str, str | Said | Answering]:
        return {"GET /add": self.page, "POST /add": self._take}

    def _take(self, asked: Asked) -> Said:
        if not self.service.takes(asked.form.get(self.name, ""), self.key):
            return Said(WRONG + self.page, 422)
        if self.complains and not asked.form["phone"].isdigit():
            kept = "".join(
                f"<script>document.querySelector('[name={k}]').value = {v!r}</script>"
                for k, v in asked.form.items()
            )
            error = "<p class=error role=alert id=pe>Phone: only digits, please (10 digits).</p>"
            named = "name=phone aria-invalid=true aria-describedby=pe"
            page = self.page.replace("name=phone", named)
            return Said(page.replace("<p><label for=n>", f"{error}<p><label for=n>") + kept, 422)
        self.stored.append(asked.form)
        return Said(THANKS)


async def tried(
    browser: Browser,
    directory: Directory,
    folder: Path,
    solver: Asking | None,
    *,
    covered: bool = True,
    **facts: Any,
) -> tuple[Result, Permits, Site]:
    """One attempt at the directory."""
    async with Site(directory.pages()) as site:
        known = {
            "home_url": site.url + "/",
            "submit_url": site.url + "/add",
            "captcha": "service",
            **facts,
        }
        permit = Permits(site)
        assignment = an_assignment(a_directory(**known), a_profile(), captcha_service=covered)
        result = await attempt(
            browser, assignment, permit=permit, evidence=FolderEvidence(folder), solver=solver
        )
    return result, permit, site


def outcomes(result: Result) -> list[tuple[CaptchaKind, CaptchaOutcome, int]]:
    """What came of the captchas that were met, and their cost."""
    return [(one.kind, one.outcome, one.cost_cents) for one in result.captchas]


BOUGHT = (CaptchaKind.CHALLENGE, CaptchaOutcome.SOLVED, 1)
LOST = (CaptchaKind.CHALLENGE, CaptchaOutcome.FAILED, 1)


@pytest.mark.parametrize(
    ("widget", "field_name", "key", "kind"),
    [
        (CHECKBOX, "g-recaptcha-response", KEY, "RecaptchaV2TaskProxyless"),
        (TURNSTILE, "cf-turnstile-response", TURNSTILE_KEY, "TurnstileTaskProxyless"),
    ],
)
async def test_a_bought_token_is_put_where_the_site_looks_for_it(
    browser: Browser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    widget: str,
    field_name: str,
    key: str,
    kind: str,
) -> None:
    monkeypatch.setattr(captcha, "OWN_S", 0.5)
    async with Service() as service:
        directory = Directory(service, form_page(FIELDS + widget), field_name, key)
        solver = Asking(service)
        result, permit, site = await tried(browser, directory, tmp_path, solver)
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED, result.detail
    assert [form["company"] for form in directory.stored] == ["Harbor Lane Bakery"]
    assert (len(posts(site)), permit.asked) == (1, 1)
    (task,) = service.tasks.values()
    assert (task["type"], task["websiteURL"]) == (kind, site.url + "/add")
    assert outcomes(result) == [BOUGHT]
    assert result.captchas[0].seconds > 0
    assert solver.judgements == [True]


async def test_a_button_that_the_widgets_own_callback_unlocks_is_pressed(
    browser: Browser, tmp_path: Path
) -> None:
    widget = CHECKBOX.replace("data-sitekey", "data-callback=solved data-sitekey")
    script = "<script>function solved(t){document.querySelector('#go').disabled = !t}</script>"
    page = form_page(FIELDS + widget, button="<button id=go disabled>Submit your listing</button>")
    async with Service() as service:
        directory = Directory(service, page + script)
        result, _, site = await tried(browser, directory, tmp_path, Asking(service))
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED, result.detail
    assert len(posts(site)) == 1


@pytest.mark.parametrize("invisible", [True, False])
async def test_a_callback_that_sends_the_form_is_the_press(
    browser: Browser, tmp_path: Path, *, invisible: bool
) -> None:
    how = "data-callback=send " + ("data-size=invisible " if invisible else "")
    widget = CHECKBOX.replace("data-sitekey", f"{how}data-sitekey")
    script = "<script>function send(){document.forms[0].submit()}</script>"
    async with Service() as service:
        directory = Directory(service, form_page(FIELDS + widget) + script)
        result, permit, site = await tried(browser, directory, tmp_path, Asking(service))
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED, result.detail
    assert (len(posts(site)), permit.asked, permit.posts_before) == (1, 1, [0])
    (task,) = service.tasks.values()
    assert task["isInvisible"] is invisible


async def test_a_callback_that_was_handed_over_to_the_maker_is_found(
    browser: Browser, tmp_path: Path
) -> None:
    frame = f"<iframe src='/recaptcha/api2/anchor?ar=1&k={KEY}&size=normal' width=304 height=78>"
    widget = f"<div>{frame}</iframe>{AREA}</div>"
    script = f"""<script>window.___grecaptcha_cfg = {{clients: {{0: {{a: {{b: {{
      sitekey: '{KEY}', callback: () => {{ document.querySelector('#go').disabled = false }}
    }} }} }} }} }}</script>"""
    page = form_page(FIELDS + widget, button="<button id=go disabled>Submit your listing</button>")
    async with Service() as service:
        directory = Directory(service, page + script)
        result, _, _ = await tried(browser, directory, tmp_path, Asking(service))
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED, result.detail


async def test_a_score_is_bought_where_the_form_waits_for_one(
    browser: Browser, tmp_path: Path
) -> None:
    more = f"<script src='/recaptcha/api.js?render={KEY}'></script><script>function later() {{"
    more += f"grecaptcha.execute('{KEY}', {{action: 'add_listing'}})}}</script>"
    page = form_page(FIELDS + "<input type=hidden name=recaptcha_token>", more=more)
    async with Service() as service:
        directory = Directory(service, page, "recaptcha_token")
        result, _, _ = await tried(browser, directory, tmp_path, Asking(service))
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED, result.detail
    (task,) = service.tasks.values()
    assert (task["type"], task["pageAction"]) == ("RecaptchaV3TaskProxyless", "add_listing")


async def test_no_score_is_bought_that_no_field_of_the_form_would_carry(
    browser: Browser, tmp_path: Path
) -> None:
    badge = f"<div class=grecaptcha-badge>{AREA}</div>"
    script = f"<script src='/recaptcha/api.js?render={KEY}'></script>"
    async with Service() as service:
        directory = Directory(service, form_page(more=badge + script), "company", "")
        service.good["Harbor Lane Bakery"] = ""
        result, _, _ = await tried(browser, directory, tmp_path, Asking(service))
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED, result.detail
    assert (service.tasks, result.captchas) == ({}, [])


async def test_a_token_that_the_site_refuses_is_complained_of_and_not_sent_again(
    browser: Browser, tmp_path: Path
) -> None:
    async with Service(wrong=True) as service:
        directory = Directory(service, form_page(FIELDS + CHECKBOX))
        solver = Asking(service)
        result, permit, site = await tried(browser, directory, tmp_path, solver)
    pressed = as_pressed(result)
    assert (pressed.verdict, pressed.reason) == (VerdictKind.BLOCKED, Reason.CAPTCHA)
    assert (len(posts(site)), permit.asked, len(service.tasks)) == (1, 1, 1)
    assert solver.judgements == [False]
    assert outcomes(result) == [LOST]


async def test_a_form_with_a_complaint_gets_a_fresh_token(browser: Browser, tmp_path: Path) -> None:
    async with Service() as service:
        directory = Directory(service, form_page(FIELDS + CHECKBOX), complains=True)
        result, permit, site = await tried(browser, directory, tmp_path, Asking(service))
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED, result.detail
    # The used token came back in the page, and was not taken for an answer.
    assert len(posts(site)) == len(service.tasks) > 1
    assert permit.asked == 1
    assert set(outcomes(result)) == {BOUGHT}


@pytest.mark.parametrize(
    ("widget", "policy"),
    [(CHECKBOX, "never"), (CHECKBOX, "human"), (TURNSTILE, "human"), (HCAPTCHA, "never")],
)
async def test_without_leave_nothing_is_typed_bought_or_sent(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, widget: str, policy: str
) -> None:
    monkeypatch.setattr(captcha, "OWN_S", 0.5)
    async with Service() as service:
        directory = Directory(service, form_page(FIELDS + widget))
        solver = Asking(service)
        result, permit, site = await tried(browser, directory, tmp_path, solver, captcha=policy)
    left = policy == "never"
    assert isinstance(result, Left if left else HandOver)
    assert (result.reason, result.typed) == (Reason.CAPTCHA, [])
    outcome = CaptchaOutcome.LEFT if left else CaptchaOutcome.HANDED_OVER
    assert result.captchas == [Captcha(kind=CaptchaKind.CHALLENGE, outcome=outcome)]
    assert (posts(site), permit.asked, solver.challenges) == ([], 0, [])
    assert "file says" in result.detail if left else result.detail


async def test_a_picture_to_read_means_leaving_under_never(
    browser: Browser, tmp_path: Path
) -> None:
    picture = "<p><img src=/c.png alt=captcha><label for=k>Enter the code shown *</label>"
    picture += "<input id=k name=captcha_code required></p>"
    async with Service() as service:
        directory = Directory(service, form_page(FIELDS + picture))
        result, _, site = await tried(browser, directory, tmp_path, None, captcha="never")
    assert isinstance(result, Left)
    assert (result.reason, posts(site)) == (Reason.CAPTCHA, [])


async def test_turnstile_that_answers_by_itself_is_nobodys_business(
    browser: Browser, tmp_path: Path
) -> None:
    script = """<script>setTimeout(() => {
      document.querySelector('[name=cf-turnstile-response]').value = 'its own';
    }, 800)</script>"""
    async with Service() as service:
        service.good["its own"] = TURNSTILE_KEY
        page = form_page(FIELDS + TURNSTILE) + script
        directory = Directory(service, page, "cf-turnstile-response", TURNSTILE_KEY)
        solver = Asking(service)
        result, _, _ = await tried(browser, directory, tmp_path, solver, captcha="human")
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED, result.detail
    assert (solver.challenges, result.captchas) == ([], [])


async def test_a_widget_of_another_form_is_nobodys_business(
    browser: Browser, tmp_path: Path
) -> None:
    news = f"<form action=/news method=post><input type=email name=news>{CHECKBOX}"
    page = form_page(more=f"{news}<button>Subscribe</button></form>")
    stored: list[Asked] = []

    def keep(asked: Asked) -> Said:
        stored.append(asked)
        return Said(THANKS)

    async with Site({"GET /add": page, "POST /add": keep}) as site:
        known = {"home_url": site.url + "/", "submit_url": site.url + "/add"}
        result = await attempt(
            browser,
            an_assignment(a_directory(**known)),
            permit=Permits(site),
            evidence=FolderEvidence(tmp_path),
        )
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED, result.detail
    assert len(stored) == 1


@pytest.mark.parametrize(
    ("trouble", "words", "expected"),
    [
        ({"unsolvable": True}, "Nobody at 2Captcha could solve it", 0),
        ({"rounds": 10_000}, "not done in the time", 1),
    ],
)
async def test_without_a_token_a_person_gets_the_filled_form_and_the_reason(
    browser: Browser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: dict[str, Any],
    words: str,
    expected: int,
) -> None:
    monkeypatch.setattr(captcha, "LONGEST_S", 2.0)
    monkeypatch.setattr(captcha, "LEAST_S", 1.0)
    async with Service(**trouble) as service:
        directory = Directory(service, form_page(FIELDS + CHECKBOX))
        result, permit, site = await tried(browser, directory, tmp_path, Asking(service))
    assert isinstance(result, HandOver), result
    assert result.reason is Reason.CAPTCHA
    assert words in result.detail
    assert (posts(site), permit.asked) == ([], 0)
    assert outcomes(result) == [(CaptchaKind.CHALLENGE, CaptchaOutcome.FAILED, expected)]
    assert any(value.kept for value in result.typed)


async def test_a_plan_or_a_widget_that_is_not_covered_is_told(
    browser: Browser, tmp_path: Path
) -> None:
    async with Service() as service:
        plain = Directory(service, form_page(FIELDS + CHECKBOX))
        result, _, _ = await tried(browser, plain, tmp_path, Asking(service), covered=False)
        assert isinstance(result, HandOver)
        assert result.detail == "A captcha: the plan does not cover a service that solves it."
        other = Directory(service, form_page(FIELDS + HCAPTCHA))
        result, _, _ = await tried(browser, other, tmp_path, Asking(service))
        assert isinstance(result, HandOver)
        assert result.detail == "A captcha: 2Captcha does not solve hcaptcha."
    assert service.tasks == {}


async def test_no_token_is_asked_for_that_the_lease_has_no_time_for(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captcha, "PRESS_MARGIN_S", 110.0)
    async with Service() as service:
        directory = Directory(service, form_page(FIELDS + CHECKBOX))
        solver = Asking(service)
        result, permit, _ = await tried(browser, directory, tmp_path, solver)
    assert isinstance(result, NotSent)
    assert (result.reason, permit.asked, solver.challenges) == (Reason.TIMEOUT, 0, [])


async def test_a_token_that_ran_out_while_the_permit_was_waited_for_sends_nothing(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captcha, "GOOD_S", 0.0)
    async with Service() as service:
        directory = Directory(service, form_page(FIELDS + CHECKBOX))
        result, permit, site = await tried(browser, directory, tmp_path, Asking(service))
    pressed = as_pressed(result)
    assert (pressed.verdict, pressed.reason) == (VerdictKind.BLOCKED, Reason.CAPTCHA)
    assert pressed.detail.startswith("Nothing was sent.")
    assert (posts(site), permit.asked) == ([], 1)


async def test_the_token_is_in_no_result_and_no_evidence(browser: Browser, tmp_path: Path) -> None:
    async with Service() as service:
        directory = Directory(service, form_page(FIELDS + CHECKBOX))
        result, _, site = await tried(browser, directory, tmp_path, Asking(service))
    (post,) = posts(site)
    token = post.form["g-recaptcha-response"]
    assert isinstance(result, Pressed)
    assert token not in result.model_dump_json()
    assert all(token.encode() not in f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())
