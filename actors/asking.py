"""How does an attempt ask for a captcha's answer? Through the orchestrator, in its lease's name."""

from __future__ import annotations

import logging
from typing import Any, Protocol
from uuid import UUID

from dbolt.domain.captcha import Answered, Challenge, Unanswered

log = logging.getLogger(__name__)

GRACE_S = 5.0
_AWAY = Unanswered(problem="The orchestrator could not be asked for a captcha's answer.")


class Call(Protocol):
    """The way to the orchestrator."""

    async def call(self, verb: str, *values: object, within_s: float = ..., **named: object) -> Any:
        """What it answers. May raise anything."""
        ...


class LeaseSolver:
    """A `Solver` for one lease. The worker that holds it knows no key and no price."""

    def __init__(self, line: Call, token: UUID) -> None:
        self._line = line
        self._token = token

    async def solve(self, challenge: Challenge, within_s: float) -> Answered | Unanswered:
        """A token within about *within_s*, or why there is none."""
        try:
            got: Answered | Unanswered = await self._line.call(
                "solve_captcha", self._token, challenge, within_s, within_s=within_s + GRACE_S
            )
        except Exception as error:  # noqa: BLE001 - transports raise what they like
            log.warning("no captcha could be asked for: %s", type(error).__name__)
            return _AWAY
        return got

    async def judged(self, ref: str, *, accepted: bool) -> None:
        """Passes on whether the site took the token; lost where the orchestrator is away."""
        try:
            await self._line.call("captcha_judged", self._token, ref, accepted=accepted)
        except Exception as error:  # noqa: BLE001 - likewise
            log.warning("a captcha's verdict was not told: %s", type(error).__name__)
