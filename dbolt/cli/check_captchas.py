"""`dbolt doctor` on captchas: does the service know the key, and is there money on the account?"""

from __future__ import annotations

import asyncio

from pydantic import SecretStr

from dbolt.cli.findings import Finding, Health
from dbolt.providers.captcha import MICROS_IN_CENT, Failure, Fault
from dbolt.providers.captcha.sources import captcha_service
from dbolt.settings import SecretVariables, Settings

LOW_CENTS = 100
_WHAT = "captchas"


def captcha_finding(settings: Settings) -> Finding:
    """What is known of the account; asks the service where there is a key."""
    key = SecretVariables().twocaptcha_api_key
    if key is None:
        return Finding(_WHAT, Health.OK, "left to people (TWOCAPTCHA_API_KEY is not set)")
    try:
        balance = asyncio.run(_balance(key, settings.captcha_api_base))
    except ValueError as error:
        return Finding(_WHAT, Health.MISSING, "the key would go elsewhere", str(error))
    return _judged(balance, settings)


async def _balance(key: SecretStr, api_base: str) -> int | Failure:
    service = captcha_service(key, api_base)
    assert service is not None
    try:
        return await service.balance()
    finally:
        await service.close()


def _judged(balance: int | Failure, settings: Settings) -> Finding:
    if isinstance(balance, Failure):
        wrong = balance.fault is Fault.BAD_KEY
        health = Health.MISSING if wrong else Health.NOTE
        return Finding(
            _WHAT, health, "the key is not taken" if wrong else "no answer", balance.problem
        )
    cents = balance // MICROS_IN_CENT
    seen = f"2Captcha, ${cents / 100:.2f} on the account"
    if min(settings.captcha_job_cents, settings.captcha_day_cents) == 0:
        remedy = "The budget is 0: set DBOLT_CAPTCHA_JOB_CENTS and DBOLT_CAPTCHA_DAY_CENTS."
        return Finding(_WHAT, Health.NOTE, seen, remedy)
    if cents < LOW_CENTS:
        return Finding(_WHAT, Health.NOTE, seen, "Top it up; without money people take over.")
    return Finding(_WHAT, Health.OK, seen)
