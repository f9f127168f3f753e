"""What does a worker get, and what does it say in return?

An assignment carries all that an attempt needs and a result all that it learned, so that workers
hold no database, Stripe or mail credentials.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    Strict,
    StrictBool,
)

from dbolt.domain.captcha import Captchas
from dbolt.domain.directory import Directory
from dbolt.domain.fields import Field as ListingField
from dbolt.domain.lifecycle import Event
from dbolt.domain.profile import Profile
from dbolt.domain.reasons import Reason
from dbolt.domain.whole import WHOLE


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _written(moment: object) -> object:
    if isinstance(moment, int | float):
        raise ValueError("Write the moment as 2026-03-02T09:30:00Z")  # noqa: TRY004 - pydantic's way
    return moment


Moment = Annotated[datetime, BeforeValidator(_written)]
"""A moment; seconds since 1970, which pydantic would take too, are refused."""


class Task(StrEnum):
    """What a lease is for."""

    SUBMIT = "submit"
    VERIFY = "verify"


class Account(_Model):
    """Credentials for one directory, made or kept for one customer."""

    username: str
    password: SecretStr


class Assignment(_Model):
    """One attempt's whole input. The token proves the lease; it is not a secret of the customer."""

    task: Task
    submission_id: UUID
    job_id: UUID
    attempt: Annotated[int, Field(ge=1)]
    token: UUID
    epoch: int
    deadline_at: AwareDatetime
    directory: Directory
    profile: Profile
    account: Account | None = None
    captcha_service: bool = False
    proxy_id: str = ""
    """The proxy to go through; empty for the direct way. Workers know its address and password."""
    listing_url: str = ""
    """Where the directory said that the listing is; empty where it did not say."""


class TypedValue(_Model):
    """One control: what was meant, what was typed, and what the page held just before the press."""

    field: ListingField
    part: str = ""
    """Which piece of the field: "mon.opens", "area_code"; empty for the whole."""
    control: str
    """How a person would name the control: its label, else its name."""
    typed: str
    read_back: str
    kept: StrictBool
    """Whether what was read back is what was typed, up to the page's own formatting."""


class FieldError(_Model):
    """A complaint of the page about one control."""

    field: ListingField | None
    control: str
    message: str


class EvidenceKind(StrEnum):
    """What an evidence file shows."""

    BEFORE = "before"
    AFTER = "after"
    PAGE_TEXT = "page_text"
    TRACE = "trace"


class EvidenceRef(_Model):
    """A file in the evidence store. `sha256`: 64 hex digits of its bytes, which is its address."""

    kind: EvidenceKind
    sha256: str
    media_type: str
    size_bytes: Annotated[int, Strict(), WHOLE]
    taken_at: Moment


class VerdictKind(StrEnum):
    """What the page after the press says."""

    ACCEPTED = "accepted"
    PENDING_EMAIL = "pending_email"
    PENDING_REVIEW = "pending_review"
    PENDING_CUSTOMER = "pending_customer"
    REJECTED = "rejected"
    ALREADY_LISTED = "already_listed"
    BLOCKED = "blocked"
    UNCLEAR = "unclear"


class _Ended(_Model):
    typed: list[TypedValue] = []
    evidence: list[EvidenceRef] = []
    detail: str = ""
    """One sentence for staff: what was seen."""
    page_url: str = ""
    duration_s: Annotated[float, Strict()] = 0.0
    console_errors: list[str] = []
    proxy_id: str = ""
    """The proxy that it went through; empty for the direct way."""
    captchas: Captchas = []
    """Captchas that were met, and what they cost; none where none was seen."""


class Pressed(_Ended):
    """The form was sent; the verdict says what came of it."""

    kind: Literal["pressed"] = "pressed"
    verdict: VerdictKind
    reason: Reason
    listing_url: str = ""
    field_errors: list[FieldError] = []
    account: Account | None = None


class NotSent(_Ended):
    """Nothing was sent, and the cause lies with the machinery or the network: try again or fail."""

    kind: Literal["not_sent"] = "not_sent"
    reason: Reason
    http_status: Annotated[int, Strict(), WHOLE] | None = None


class HandOver(_Ended):
    """Nothing was sent; a person has to take over, with what was learned."""

    kind: Literal["hand_over"] = "hand_over"
    reason: Reason
    missing: list[ListingField] = []


class Known(_Ended):
    """Nothing was sent, because the directory already lists the business."""

    kind: Literal["known"] = "known"
    listing_url: str = ""


class Left(_Ended):
    """Nothing was sent, because the directory does not want it: robots rules, a payment wall."""

    kind: Literal["left"] = "left"
    reason: Reason


class Looked(_Ended):
    """A verification's answer. `found` is None where neither presence nor absence was shown."""

    kind: Literal["looked"] = "looked"
    found: StrictBool | None
    listing_url: str = ""


Result = Annotated[
    Pressed | NotSent | HandOver | Known | Left | Looked, Field(discriminator="kind")
]

_EVENT_OF_VERDICT: dict[VerdictKind, Event] = {
    VerdictKind.ACCEPTED: Event.ACCEPTED,
    VerdictKind.PENDING_EMAIL: Event.PENDING_EMAIL,
    VerdictKind.PENDING_REVIEW: Event.PENDING_REVIEW,
    VerdictKind.PENDING_CUSTOMER: Event.PENDING_CUSTOMER,
    VerdictKind.REJECTED: Event.REJECTED,
    VerdictKind.ALREADY_LISTED: Event.ALREADY_LISTED,
    VerdictKind.BLOCKED: Event.PERSON_NEEDED,
    VerdictKind.UNCLEAR: Event.UNCLEAR,
}


def event_of_verdict(verdict: VerdictKind) -> Event:
    """The lifecycle event that a verdict after the press stands for."""
    return _EVENT_OF_VERDICT[verdict]
