"""How do workers and the orchestrator talk? One coalesced exchange; commands beside it.

Calls between actors cost more than commits, so a worker puts all that its slots want into one
`Exchange`: what they settled, what they want to press, which are alive, how many more they could
take. Every verb is idempotent by lease token.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StrictBool

from dbolt.domain.lifecycle import State
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Assignment, Result


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Permit(Protocol):
    """Whom an attempt asks right before the press that hands the listing in."""

    async def __call__(self, *, seen_absent: bool) -> bool:
        """Whether to press.

        seen_absent: the directory was searched before, answered, and did not show the business.
        """
        ...


class Settlement(_Model):
    """How the attempt under *token* ended."""

    token: UUID
    result: Result


class Exchange(_Model):
    """What a worker has to say and asks for.

    `want`: further assignments it could start now. `wait_s`: how long the orchestrator may hold
    the call while there is nothing to assign; it answers at once if anything else was said.
    """

    worker: str
    settled: list[Settlement] = []
    press: list[UUID] = []
    seen_absent: list[UUID] = []
    """Of `press`, those whose directory was searched before, answered, and did not show the
    business: a listing that is found later came by the press."""
    alive: list[UUID] = []
    want: Annotated[int, Field(ge=0, le=1000)] = 0
    wait_s: Annotated[float, Field(ge=0, le=60)] = 0.0


class Ack(StrEnum):
    """What became of a settlement: written, or refused because the lease had passed on."""

    SETTLED = "settled"
    STALE = "stale"


class Reply(_Model):
    """The orchestrator's answer, sent after the commit.

    `permits`: token → whether the press is allowed. `later`: token → seconds after which to ask
    again, where the directory's pace does not allow the press yet. `revoked`: leases among `alive`
    that the worker no longer holds and whose attempts it must drop before a press.
    """

    epoch: int
    permits: dict[UUID, bool] = {}
    later: dict[UUID, float] = {}
    acks: dict[UUID, Ack] = {}
    revoked: list[UUID] = []
    assignments: list[Assignment] = []
    drain: bool = False
    lease_s: float = 90.0
    """How long the leases and permits of this reply hold at least, from when they were asked for.
    A permit that comes later must not be used: somebody else may have the submission by then."""


class PauseLevel(StrEnum):
    """What a pause covers."""

    GLOBAL = "global"
    PLAN = "plan"
    DIRECTORY = "directory"
    JOB = "job"


Word = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
"""A name as somebody typed it."""


class PauseScope(_Model):
    """One pause. `key`: the plan's name, the directory's slug, the job's id; empty for global."""

    level: PauseLevel
    key: Word = ""


class RetryFilter(_Model):
    """Which submissions to send back to the queue; all given conditions must hold."""

    submission_ids: list[UUID] = []
    job_id: UUID | None = None
    states: list[State] = [State.FAILED]
    reasons: list[Reason] = []
    directory: Word | None = None
    absent_checked: StrictBool = False
    """A person has looked and the listing is not there. Without it, unconfirmed presses stay."""


class PaidOrder(_Model):
    """A payment that was proven by the payment provider.

    `event_id` (empty where the provider was asked and did not tell by itself), `order_id` and
    `payment_ref` each make the fulfilment repeatable without a second job. `amount_cents`: the
    price that was paid, without taxes put on top. `total_cents`: what was charged; the price where
    it is not told. `session_ref`: the checkout that was paid.
    """

    event_id: str = ""
    order_id: UUID
    amount_cents: Annotated[int, Field(ge=0)]
    total_cents: Annotated[int, Field(ge=0)] | None = None
    currency: str
    payment_ref: str = ""
    session_ref: str = ""


class CheckoutTurn(StrEnum):
    """How a checkout can go on without money: it is under way by a slow method, failed, expired."""

    PROCESSING = "processing"
    FAILED = "failed"
    EXPIRED = "expired"


class CheckoutChange(_Model):
    """What became of a checkout that is not paid."""

    session_ref: Annotated[str, Field(min_length=1)]
    turn: CheckoutTurn


class PaymentTurn(StrEnum):
    """What can happen to a payment after it was made."""

    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"


class PaymentChange(_Model):
    """What became of a payment, proven by the payment provider. `event_id` makes it repeatable.

    Each tells where the payment stands and not what was done last, so that any order and number of
    them come to the same. `refunded_cents`: what has gone back in all; `whole`: that is everything.
    `dispute_ref`: which dispute it is about; `refund_ref`: which refund failed.
    """

    event_id: str
    payment_ref: Annotated[str, Field(min_length=1)]
    turn: PaymentTurn
    refunded_cents: Annotated[int, Field(ge=0)] = 0
    whole: bool = False
    dispute_ref: str = ""
    refund_ref: str = ""


class AnswerKind(StrEnum):
    """What a customer can say to a task that only they can do."""

    PIN = "pin"
    DONE = "done"
    LEAVE = "leave"
    """Nothing more is done about this directory."""


class CustomerAnswer(_Model):
    """A customer's word on one submission that waits for them.

    `pin`: with `PIN` alone. `listing_url`: with `DONE`, where they know it.
    """

    kind: AnswerKind
    pin: Annotated[SecretStr, Field(max_length=100)] = SecretStr("")
    listing_url: Annotated[str, Field(max_length=2000)] = ""


class Changed(_Model):
    """A profile that was changed while its job was under way. `requeued`: what is tried again."""

    requeued: int


class Fulfilled(_Model):
    """The job that stands for an order, and whether this call made it."""

    job_id: UUID
    created: bool


class Recorded(_Model):
    """Money that made no job of its own: written down, and put before staff. `problem` says why."""

    problem: str


class Refused(_Model):
    """A command that cannot be carried out: one clear sentence for whoever asked."""

    problem: str
