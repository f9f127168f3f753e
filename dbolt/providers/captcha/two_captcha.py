"""Tokens from 2Captcha, whose people and machines answer widgets on screens of their own.

*Source:* 2captcha.com/api-docs: createTask, getTaskResult, getBalance, reportCorrect,
reportIncorrect, error-codes, recaptcha-v2, recaptcha-v3, cloudflare-turnstile. hCaptcha is not
among the tasks that it documents, so none is asked for.
"""

from __future__ import annotations

import asyncio
import logging
import time
from decimal import ROUND_UP, Decimal
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from dbolt.domain.captcha import Challenge, WidgetKind
from dbolt.providers.captcha import Failure, Fault, Solution

log = logging.getLogger(__name__)

API = "https://api.2captcha.com"
POLL_S = 5.0
"""The service asks for at least so long between two questions about one task."""
CALL_S = 15.0
REPORT_S = 15.0
MOST_BYTES = 65_536
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_SCORES = (0.3, 0.7, 0.9)

# A cent is put aside for each. The documentation's example costs $0.00299, and bids of one's own
# may raise that; what was really taken comes with each token.
_MOST_MICROS = {
    WidgetKind.RECAPTCHA_V2: 10_000,
    WidgetKind.RECAPTCHA_V3: 10_000,
    WidgetKind.TURNSTILE: 10_000,
}

_FAULTS = {
    "ERROR_KEY_DOES_NOT_EXIST": (Fault.BAD_KEY, "2Captcha does not know the key; copy it anew."),
    "ERROR_IP_NOT_ALLOWED": (Fault.BAD_KEY, "2Captcha does not take the key from this address."),
    "ERROR_IP_BLOCKED": (Fault.BAD_KEY, "2Captcha has barred this address for a while."),
    "ERROR_ZERO_BALANCE": (Fault.NO_MONEY, "The account with 2Captcha is empty; top it up."),
    "ERROR_NO_SLOT_AVAILABLE": (Fault.BUSY, "2Captcha takes no more captchas at the moment."),
    "ERROR_CAPTCHA_UNSOLVABLE": (Fault.UNSOLVABLE, "Nobody at 2Captcha could solve it."),
    "ERROR_TASK_NOT_SUPPORTED": (Fault.UNSUPPORTED, "2Captcha does not solve this kind."),
}


class _Said(BaseModel):
    """What every answer may hold; of the rest, what this client reads."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    errorId: int  # noqa: N815 - the service's spelling
    errorCode: str | None = None  # noqa: N815 - likewise
    taskId: int | None = None  # noqa: N815 - likewise
    status: str = ""
    solution: dict[str, Any] | None = None
    cost: Decimal | None = Field(default=None, ge=0, le=1000, allow_inf_nan=False)
    balance: Decimal | None = Field(default=None, allow_inf_nan=False)


def base_of(api_base: str) -> str:
    """The address that is asked. Raises ValueError where a key would go there unencrypted."""
    base = (api_base or API).rstrip("/")
    parts = urlsplit(base)
    plain = parts.scheme == "http" and parts.hostname in _HERE
    if not parts.hostname or not (parts.scheme == "https" or plain):
        raise ValueError("The captcha key goes over https alone: mend DBOLT_CAPTCHA_API_BASE.")
    return base


class TwoCaptcha:
    """A client of the API v2; holds connections until it is closed."""

    name = "2Captcha"

    def __init__(self, key: SecretStr, *, api_base: str = "", poll_s: float = POLL_S) -> None:
        """api_base: another address than the service's own, for tests.

        Raises ValueError where the key would leave this machine unencrypted.
        """
        self._key = key
        self._base = base_of(api_base)
        self._poll_s = poll_s
        self._http = httpx.AsyncClient(timeout=CALL_S, follow_redirects=False)

    def __repr__(self) -> str:
        """Without the key."""
        return f"TwoCaptcha({self._base})"

    def most_micros(self, kind: WidgetKind) -> int | None:
        """What a token for such a widget costs at most; None where the service makes none."""
        return _MOST_MICROS.get(kind)

    async def solve(self, challenge: Challenge, within_s: float) -> Solution | Failure:
        """A token; a task that is not done in time is given up, and may be charged for."""
        most = self.most_micros(challenge.kind)
        if most is None:
            problem = f"2Captcha does not solve {challenge.kind}."
            return Failure(Fault.UNSUPPORTED, problem)
        until = time.monotonic() + within_s
        made = await self._call("createTask", {"task": _task(challenge)}, until)
        if isinstance(made, Failure):
            # Where its answer was lost, there may be a task all the same.
            lost = made.fault in {Fault.UNREACHABLE, Fault.TOO_SLOW}
            return _charged(made, most if lost else 0, "")
        if made.taskId is None:
            return _charged(_nonsense("createTask"), most, "")
        return await self._awaited(made.taskId, until, most)

    async def _awaited(self, task_id: int, until: float, most: int) -> Solution | Failure:
        ref = str(task_id)
        failed = Failure(Fault.TOO_SLOW, "2Captcha was not done in the time that was left.")
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(self._poll_s, left))
            said = await self._call("getTaskResult", {"taskId": task_id}, until)
            if isinstance(said, Failure):
                if said.fault in {Fault.UNREACHABLE, Fault.TOO_SLOW}:
                    continue
                # The price of what nobody could solve goes back to the account.
                return _charged(said, 0 if said.fault is Fault.UNSOLVABLE else most, ref)
            if said.status == "ready":
                token = _token(said)
                if token is None:
                    return _charged(_nonsense("getTaskResult"), most, ref)
                cost = most if said.cost is None else _micros(said.cost)
                return Solution(token, ref, cost)
        return _charged(failed, most, ref)

    async def report(self, ref: str, *, accepted: bool) -> None:
        """Tells the service whether the site took the token."""
        method = "reportCorrect" if accepted else "reportIncorrect"
        said = await self._call(method, {"taskId": int(ref)}, time.monotonic() + REPORT_S)
        if isinstance(said, Failure):
            log.warning("2Captcha did not take a report: %s", said.problem)

    async def balance(self) -> int | Failure:
        """The money on the account, in millionths of a US dollar."""
        said = await self._call("getBalance", {}, time.monotonic() + CALL_S)
        if isinstance(said, Failure):
            return said
        return _nonsense("getBalance") if said.balance is None else _micros(said.balance)

    async def close(self) -> None:
        """Ends the connections."""
        await self._http.aclose()

    async def _call(self, method: str, body: dict[str, Any], until: float) -> _Said | Failure:
        """What *method* answers before *until*; never more than `MOST_BYTES` of it are read."""
        try:
            async with asyncio.timeout(max(until - time.monotonic(), 0)):
                said = _Said.model_validate_json(await self._posted(method, body))
        except TimeoutError:
            return Failure(Fault.TOO_SLOW, "2Captcha did not answer in the time that was left.")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            problem = f"2Captcha cannot be reached ({type(error).__name__})."
            return Failure(Fault.UNREACHABLE, problem)
        except ValidationError:
            return _nonsense(method)
        if said.errorId == 0:
            return said
        code = said.errorCode or ""
        told = code[:60] if code.replace("_", "").isalnum() else "without a code"
        other = (Fault.REFUSED, f"2Captcha refused {method}: {told}.")
        return Failure(*_FAULTS.get(code, other))

    async def _posted(self, method: str, body: dict[str, Any]) -> bytes:
        content = {"clientKey": self._key.get_secret_value(), **body}
        async with self._http.stream("POST", f"{self._base}/{method}", json=content) as answer:
            read = bytearray()
            async for piece in answer.aiter_bytes():
                read += piece
                if len(read) > MOST_BYTES:
                    break
            return bytes(read)


def _task(asked: Challenge) -> dict[str, Any]:
    common = {"websiteURL": asked.page_url, "websiteKey": asked.site_key}
    match asked.kind:
        case WidgetKind.RECAPTCHA_V3:
            score = next((s for s in _SCORES if s >= asked.min_score), _SCORES[-1])
            named = {"pageAction": asked.action} if asked.action else {}
            common |= {"type": "RecaptchaV3TaskProxyless", **named}
            return {**common, "minScore": score, "isEnterprise": asked.enterprise}
        case WidgetKind.TURNSTILE:
            told = {"action": asked.action, "data": asked.data}
            kept = {name: value for name, value in told.items() if value}
            return {"type": "TurnstileTaskProxyless", **common, **kept}
        case _:
            kind = "RecaptchaV2EnterpriseTaskProxyless" if asked.enterprise else ""
            more: dict[str, Any] = {"isInvisible": asked.invisible}
            if asked.data:
                payload = {"enterprisePayload": {"s": asked.data}}
                more |= payload if kind else {"recaptchaDataSValue": asked.data}
            return {"type": kind or "RecaptchaV2TaskProxyless", **common, **more}


def _token(said: _Said) -> SecretStr | None:
    solution = said.solution or {}
    given = solution.get("gRecaptchaResponse") or solution.get("token")
    return SecretStr(given) if isinstance(given, str) and given else None


def _micros(dollars: Decimal) -> int:
    return int((dollars * 1_000_000).to_integral_value(ROUND_UP))


def _nonsense(method: str) -> Failure:
    return Failure(Fault.UNREACHABLE, f"2Captcha's answer to {method} was none.")


def _charged(failed: Failure, micros: int, ref: str) -> Failure:
    return Failure(failed.fault, failed.problem, micros, ref)
