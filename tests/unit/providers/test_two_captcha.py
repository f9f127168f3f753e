"""Does the client speak the published API, tell its faults apart, and keep its key to itself?"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from dbolt.domain.captcha import Challenge, WidgetKind
from dbolt.providers.captcha import Failure, Fault, Solution
from dbolt.providers.captcha.two_captcha import TwoCaptcha
from tests.support.captcha_service import KEY, Service
from tests.support.site import Said, Site

PAGE = "https://some.example/add"
SITE_KEY = "6Le-wvkSAAAAAPBMRTvw0Q4Muexq9bi0DJwx_mJ-"


def asked(kind: WidgetKind = WidgetKind.RECAPTCHA_V2, **more: Any) -> Challenge:
    """A widget on a page."""
    return Challenge(kind=kind, site_key=SITE_KEY, page_url=PAGE, **more)


@pytest_asyncio.fixture
async def service() -> AsyncIterator[Service]:
    """The stand-in, open."""
    async with Service() as one:
        yield one


async def solved(service: Service, challenge: Challenge, **how: Any) -> Solution | Failure:
    """What the real client gets of it."""
    client = service.client(how.get("key", KEY))
    try:
        return await client.solve(challenge, how.get("within_s", 5.0))
    finally:
        await client.close()


@pytest.mark.parametrize(
    ("challenge", "task"),
    [
        (asked(), {"type": "RecaptchaV2TaskProxyless", "isInvisible": False}),
        (
            asked(invisible=True, data="s-value"),
            {
                "type": "RecaptchaV2TaskProxyless",
                "isInvisible": True,
                "recaptchaDataSValue": "s-value",
            },
        ),
        (
            asked(enterprise=True, data="s-value"),
            {
                "type": "RecaptchaV2EnterpriseTaskProxyless",
                "isInvisible": False,
                "enterprisePayload": {"s": "s-value"},
            },
        ),
        (
            asked(WidgetKind.RECAPTCHA_V3, action="submit", min_score=0.5),
            {
                "type": "RecaptchaV3TaskProxyless",
                "minScore": 0.7,
                "pageAction": "submit",
                "isEnterprise": False,
            },
        ),
        (
            asked(WidgetKind.TURNSTILE, action="add", data="c"),
            {"type": "TurnstileTaskProxyless", "action": "add", "data": "c"},
        ),
    ],
)
async def test_each_widget_is_asked_for_as_documented(
    service: Service, challenge: Challenge, task: dict[str, Any]
) -> None:
    got = await solved(service, challenge)
    assert isinstance(got, Solution), got
    assert service.good == {got.token.get_secret_value(): SITE_KEY}
    assert got.cost_micros == 2990
    assert [*service.tasks.values()] == [{"websiteURL": PAGE, "websiteKey": SITE_KEY, **task}]


async def test_it_waits_until_the_task_is_done(service: Service) -> None:
    service.rounds = 4
    assert isinstance(await solved(service, asked()), Solution)
    assert len(service.site.to("/getTaskResult")) == 5


async def test_a_slow_service_is_given_up_and_may_be_charged_for(service: Service) -> None:
    service.rounds = 1000
    got = await solved(service, asked(), within_s=0.4)
    assert isinstance(got, Failure)
    assert (got.fault, got.cost_micros) == (Fault.TOO_SLOW, 10_000)
    assert got.ref


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("ERROR_ZERO_BALANCE", Fault.NO_MONEY),
        ("ERROR_NO_SLOT_AVAILABLE", Fault.BUSY),
        ("ERROR_TASK_NOT_SUPPORTED", Fault.UNSUPPORTED),
    ],
)
async def test_a_refusal_says_what_to_do_and_costs_nothing(
    service: Service, code: str, fault: Fault
) -> None:
    service.refuses = code
    got = await solved(service, asked())
    assert isinstance(got, Failure)
    assert (got.fault, got.cost_micros) == (fault, 0)
    assert got.problem.startswith(("2Captcha", "The account"))


async def test_what_nobody_can_solve_costs_nothing(service: Service) -> None:
    service.unsolvable = True
    got = await solved(service, asked())
    assert isinstance(got, Failure)
    assert (got.fault, got.cost_micros) == (Fault.UNSOLVABLE, 0)


async def test_hcaptcha_is_no_task_of_the_service_and_is_not_asked_for(service: Service) -> None:
    got = await solved(service, asked(WidgetKind.HCAPTCHA))
    assert isinstance(got, Failure)
    assert got.fault is Fault.UNSUPPORTED
    assert service.site.asked == []


async def test_a_wrong_key_is_told_and_the_key_is_shown_nowhere(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "ffff1111ffff1111ffff1111ffff1111"
    client = service.client(wrong)
    got = await client.solve(asked(), 5.0)
    balance = await client.balance()
    assert isinstance(got, Failure)
    assert isinstance(balance, Failure)
    assert (got.fault, balance.fault) == (Fault.BAD_KEY, Fault.BAD_KEY)
    await client.report("1", accepted=False)
    await client.close()
    for shown in (repr(client), str(vars(client)), repr(got), caplog.text):
        assert wrong not in shown
    assert "did not take a report" in caplog.text


async def test_the_balance_and_reports(service: Service) -> None:
    client = service.client()
    got = await client.solve(asked(), 5.0)
    assert isinstance(got, Solution)
    assert await client.balance() == 4_997_010
    await client.report(got.ref, accepted=True)
    await client.report(got.ref, accepted=False)
    await client.close()
    number = int(got.ref)
    assert service.reported == [("reportCorrect", number), ("reportIncorrect", number)]
    assert got.token.get_secret_value() not in repr(got)


@pytest.mark.parametrize("answer", ["", "<h1>502</h1>", "[]", '{"errorId": 0}', "x" * 100_000])
async def test_nonsense_is_no_token(answer: str) -> None:
    async with Site({"POST /createTask": Said(answer, 502)}) as site:
        client = TwoCaptcha(SecretStr(KEY), api_base=site.url, poll_s=0.05)
        got = await client.solve(asked(), 5.0)
        await client.close()
    assert isinstance(got, Failure)
    assert got.fault is Fault.UNREACHABLE
    assert got.cost_micros == 10_000


async def test_a_service_that_is_away_is_no_token() -> None:
    async with Site({}) as site:
        pass
    client = TwoCaptcha(SecretStr(KEY), api_base=site.url)
    got = await client.solve(asked(), 5.0)
    await client.close()
    assert isinstance(got, Failure)
    assert got.fault is Fault.UNREACHABLE


def test_the_key_does_not_leave_the_machine_unencrypted() -> None:
    with pytest.raises(ValueError, match="https"):
        TwoCaptcha(SecretStr(KEY), api_base="http://captcha.example")
