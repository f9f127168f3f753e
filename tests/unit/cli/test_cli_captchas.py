"""Does `dbolt doctor` say what is the matter with the captcha service, and never show its key?"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dbolt.cli.check_captchas import captcha_finding
from dbolt.cli.findings import Health
from dbolt.cli.output import Trouble
from dbolt.cli.stack import _captcha_key
from dbolt.domain.captcha import Captcha, CaptchaKind, CaptchaOutcome
from dbolt.domain.plan import PlanName
from dbolt.settings import Settings
from serve_app.web.words import captcha_words
from tests.support.captcha_service import KEY, Service

WRONG_KEY = "ffff1111ffff1111ffff1111ffff1111"


@pytest.mark.parametrize(
    ("key", "balance", "env", "health", "words"),
    [
        (KEY, 5.0, {}, Health.OK, "$5.00 on the account"),
        (KEY, 0.4, {}, Health.NOTE, "Top it up"),
        (KEY, 5.0, {"DBOLT_CAPTCHA_DAY_CENTS": "0"}, Health.NOTE, "The budget is 0"),
        (WRONG_KEY, 5.0, {}, Health.MISSING, "2Captcha does not know the key"),
        ("", 5.0, {}, Health.OK, "left to people"),
    ],
)
async def test_the_doctor_asks_for_the_balance(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    balance: float,
    env: dict[str, str],
    health: Health,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    async with Service(balance=balance) as service:
        given = {"TWOCAPTCHA_API_KEY": key, "DBOLT_CAPTCHA_API_BASE": service.site.url, **env}
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        found = await asyncio.to_thread(captcha_finding, Settings())
    assert (found.health, words in f"{found.seen} {found.remedy}") == (health, True), found
    assert not key or key not in repr(found)


def test_a_service_that_is_away_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWOCAPTCHA_API_KEY", KEY)
    monkeypatch.setenv("DBOLT_CAPTCHA_API_BASE", "http://127.0.0.1:9")
    found = captcha_finding(Settings())
    assert (found.health, found.seen) == (Health.NOTE, "no answer")


def test_a_key_is_not_sent_in_the_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWOCAPTCHA_API_KEY", KEY)
    monkeypatch.setenv("DBOLT_CAPTCHA_API_BASE", "http://captcha.example")
    assert captcha_finding(Settings()).health is Health.MISSING
    with pytest.raises(Trouble, match="https"):
        _captcha_key(Settings(), None)


def test_the_plans_are_words_with_commas_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings().captcha_plans == (PlanName.ENTERPRISE,)
    monkeypatch.setenv("DBOLT_CAPTCHA_PLANS", "growth, enterprise")
    assert Settings().captcha_plans == (PlanName.GROWTH, PlanName.ENTERPRISE)
    monkeypatch.setenv("DBOLT_CAPTCHA_PLANS", "gold")
    with pytest.raises(ValueError, match="captcha_plans"):
        Settings()


@pytest.mark.parametrize("outcome", list(CaptchaOutcome))
def test_staff_read_what_came_of_each(outcome: CaptchaOutcome) -> None:
    words = captcha_words(Captcha(kind=CaptchaKind.CHALLENGE, outcome=outcome, cost_cents=2))
    told = {
        CaptchaOutcome.SOLVED: "solved in 0.0 s, $0.02",
        CaptchaOutcome.FAILED: "tried for 0.0 s without an answer, $0.02",
        CaptchaOutcome.HANDED_OVER: "left to a person, $0.02",
        CaptchaOutcome.LEFT: "left alone, as the directory's file says",
    }
    assert words == told[outcome]
