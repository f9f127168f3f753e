"""Which captchas did an attempt meet, what became of each, and what did that cost?"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, Strict

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


class Captcha(BaseModel):
    """One captcha that was met."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: CaptchaKind
    outcome: CaptchaOutcome
    seconds: Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)] = 0.0
    """For how long the attempt waited for it; 0 for one that was done when it was looked for."""
    cost_cents: Annotated[int, Strict(), Field(ge=0, le=1_000_000), WHOLE] = 0
    """What a service took for it, in US cents; 0 where it only cost the browser's time."""


Captchas = Annotated[list[Captcha], Field(max_length=MOST_CAPTCHAS)]
"""In the order in which they came to an end."""
