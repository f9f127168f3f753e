"""Which captchas did an attempt meet, what became of each, and what did that cost?"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field, SecretStr, Strict, StrictBool

from dbolt.domain.whole import WHOLE

MOST_CAPTCHAS = 10
"""How many of them a result tells."""


class CaptchaKind(StrEnum):
    """Who can answer it: a browser that computes, or somebody who looks at it."""

    PROOF_OF_WORK = "proof_of_work"
    CHALLENGE = "challenge"


class CaptchaOutcome(StrEnum):
    """What became of it. A proof of work that failed is told as that, whoever takes over."""

    SOLVED = "solved"
    HANDED_OVER = "handed_over"
    FAILED = "failed"
    LEFT = "left"
    """The directory's file says to leave the directory alone then."""


class Captcha(BaseModel):
    """One captcha that was met."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: CaptchaKind
    outcome: CaptchaOutcome
    seconds: Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)] = 0.0
    """For how long the attempt waited for it; 0 for one that was done when it was looked for."""
    cost_cents: Annotated[int, Strict(), Field(ge=0, le=1_000_000), WHOLE] = 0
    """What a service took for it, in whole US cents, rounded up; 0 where none was asked."""


Captchas = Annotated[list[Captcha], Field(max_length=MOST_CAPTCHAS)]
"""In the order in which they came to an end."""


class WidgetKind(StrEnum):
    """Widgets that are answered by a token which their maker's server vouches for."""

    RECAPTCHA_V2 = "recaptcha_v2"
    RECAPTCHA_V3 = "recaptcha_v3"
    HCAPTCHA = "hcaptcha"
    TURNSTILE = "turnstile"


class Challenge(BaseModel):
    """What somebody elsewhere has to know to get a token for a widget; all of it is on the page.

    `site_key`: the public one of the site. `action`, `data`: what the widget is told to pass on.
    `min_score`: the least that a reCAPTCHA v3 token should be worth, 0 to 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: WidgetKind
    site_key: Annotated[str, Field(pattern=r"^[\w.:-]{4,200}$")]
    page_url: Annotated[str, Field(pattern=r"^https?://", max_length=2000)]
    action: Annotated[str, Field(max_length=200)] = ""
    data: Annotated[str, Field(max_length=4000)] = ""
    invisible: StrictBool = False
    enterprise: StrictBool = False
    min_score: Annotated[float, Field(ge=0, le=1)] = 0.3


class Answered(BaseModel):
    """A token, to be used once and within about two minutes. `ref`: what it is complained of by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr
    ref: Annotated[str, Field(max_length=100)]
    cost_cents: Annotated[int, Field(ge=0), WHOLE] = 0


class Unanswered(BaseModel):
    """No token, and why, in one sentence for staff. `asked`: a service was asked for one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    problem: str
    asked: StrictBool = False
    cost_cents: Annotated[int, Field(ge=0), WHOLE] = 0


class Solver(Protocol):
    """Whom an attempt asks for tokens. It knows which lease asks, and whether that may."""

    async def solve(self, challenge: Challenge, within_s: float) -> Answered | Unanswered:
        """A token within about *within_s*. Never raises for an expected end."""
        ...

    async def judged(self, ref: str, *, accepted: bool) -> None:
        """The site took the token, or said that it is wrong. Never raises."""
        ...
