"""Who gets tokens for captcha widgets, and what do they take? One module per service.

Whether a service may be asked at all is not decided here: see `actors.solving`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pydantic import SecretStr

from dbolt.domain.captcha import Challenge, WidgetKind

MICROS_IN_CENT = 10_000
"""Money is counted in millionths of a US dollar: one token costs a fraction of a cent."""


class Fault(StrEnum):
    """Why there is no token."""

    BAD_KEY = "bad_key"
    NO_MONEY = "no_money"
    BUSY = "busy"
    UNSOLVABLE = "unsolvable"
    UNSUPPORTED = "unsupported"
    TOO_SLOW = "too_slow"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Solution:
    """A token. `ref`: the service's name for the task. `cost_micros`: what was taken for it."""

    token: SecretStr
    ref: str
    cost_micros: int


@dataclass(frozen=True, slots=True)
class Failure:
    """No token: one sentence that says what to do. `cost_micros`: what may be taken all the same.

    `ref`: the service's name for the task; empty where it took none.
    """

    fault: Fault
    problem: str
    cost_micros: int = 0
    ref: str = ""


class CaptchaService(Protocol):
    """What a provider module implements."""

    name: str

    def most_micros(self, kind: WidgetKind) -> int | None:
        """What a token for such a widget costs at most; None where the service makes none."""
        ...

    async def solve(self, challenge: Challenge, within_s: float) -> Solution | Failure:
        """A token, within *within_s* seconds."""
        ...

    async def report(self, ref: str, *, accepted: bool) -> None:
        """Tells the service whether the site took the token. Never raises for what it answers."""
        ...

    async def balance(self) -> int | Failure:
        """The money on the account, in millionths of a US dollar."""
        ...

    async def close(self) -> None:
        """Ends the connections."""
        ...
