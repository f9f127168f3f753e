"""A stand-in for 2Captcha on loopback, which speaks its published API v2 and remembers everything.

The tokens that it gives are known to the directories of tests, as a maker's server vouches for
tokens: each is good once, for the site key that it was made for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Self

from pydantic import SecretStr

from dbolt.providers.captcha.two_captcha import TwoCaptcha
from tests.support.site import Asked, Said, Site

KEY = "0123456789abcdef0123456789abcdef"
TASKS = {
    "RecaptchaV2TaskProxyless": "gRecaptchaResponse",
    "RecaptchaV2EnterpriseTaskProxyless": "gRecaptchaResponse",
    "RecaptchaV3TaskProxyless": "gRecaptchaResponse",
    "TurnstileTaskProxyless": "token",
}
ERRORS = {
    "ERROR_KEY_DOES_NOT_EXIST": 1,
    "ERROR_NO_SLOT_AVAILABLE": 2,
    "ERROR_ZERO_BALANCE": 10,
    "ERROR_CAPTCHA_UNSOLVABLE": 12,
    "ERROR_NO_SUCH_CAPCHA_ID": 16,
    "ERROR_TASK_NOT_SUPPORTED": 23,
}


@dataclass
class Service:
    """What the account has, how quick the workers are, and what was asked of them."""

    balance: float = 5.0
    cost: str = "0.00299"
    rounds: int = 1
    """How often a task is still being processed before it is done."""
    refuses: str = ""
    """With which error every new task is refused."""
    unsolvable: bool = False
    wrong: bool = False
    """Its tokens are none that a site takes."""
    tasks: dict[int, dict[str, Any]] = field(default_factory=dict)
    reported: list[tuple[str, int]] = field(default_factory=list)
    good: dict[str, str] = field(default_factory=dict)
    """Tokens that were not used yet → the site key that they are for."""
    _asked: dict[int, int] = field(default_factory=dict)
    site: Site = field(init=False)

    def __post_init__(self) -> None:
        methods = {
            "createTask": self._create,
            "getTaskResult": self._result,
            "getBalance": self._balance,
            "reportCorrect": self._report,
            "reportIncorrect": self._report,
        }
        self.site = Site({f"POST /{name}": self._keyed(do) for name, do in methods.items()})

    async def __aenter__(self) -> Self:
        await self.site.__aenter__()
        return self

    async def __aexit__(self, *_ended: object) -> None:
        await self.site.__aexit__(None, None, None)

    def client(self, key: str = KEY) -> TwoCaptcha:
        """The real client, with an account here."""
        return TwoCaptcha(SecretStr(key), api_base=self.site.url, poll_s=0.05)

    def takes(self, token: str, site_key: str) -> bool:
        """Whether a site of that key should take *token*; a token is good once."""
        return self.good.pop(token, None) == site_key

    def _keyed(self, do: Any) -> Any:
        def answer(asked: Asked) -> Said:
            body = json.loads(asked.body)
            if body.get("clientKey") != KEY:
                return _error("ERROR_KEY_DOES_NOT_EXIST")
            made: Said = do(asked.path.removeprefix("/"), body)
            return made

        return answer

    def _create(self, _method: str, body: dict[str, Any]) -> Said:
        task = body["task"]
        if self.refuses:
            return _error(self.refuses)
        if task["type"] not in TASKS:
            return _error("ERROR_TASK_NOT_SUPPORTED")
        if self.balance < float(self.cost):
            return _error("ERROR_ZERO_BALANCE")
        number = 74_372_499_131 + len(self.tasks)
        self.tasks[number] = task
        return _told(taskId=number)

    def _result(self, _method: str, body: dict[str, Any]) -> Said:
        number = body["taskId"]
        if number not in self.tasks:
            return _error("ERROR_NO_SUCH_CAPCHA_ID")
        self._asked[number] = self._asked.get(number, 0) + 1
        if self._asked[number] <= self.rounds:
            return _told(status="processing")
        if self.unsolvable:
            return _error("ERROR_CAPTCHA_UNSOLVABLE")
        self.balance -= float(self.cost)
        token = f"03AGdBq-{number}"
        if not self.wrong:
            self.good[token] = self.tasks[number]["websiteKey"]
        return _told(
            status="ready",
            solution={TASKS[self.tasks[number]["type"]]: token},
            cost=self.cost,
            ip="192.0.2.1",
            createTime=1_692_863_536,
            endTime=1_692_863_556,
            solveCount=1,
        )

    def _balance(self, _method: str, _body: dict[str, Any]) -> Said:
        return _told(balance=round(self.balance, 5))

    def _report(self, method: str, body: dict[str, Any]) -> Said:
        if body["taskId"] not in self.tasks:
            return _error("ERROR_NO_SUCH_CAPCHA_ID")
        self.reported.append((method, body["taskId"]))
        return _told(status="success")


def _told(**values: Any) -> Said:
    body = json.dumps({"errorId": 0, **values})
    return Said(body, headers={"Content-Type": "application/json"})


def _error(code: str) -> Said:
    return _told(errorId=ERRORS[code], errorCode=code, errorDescription="Told in other words.")
