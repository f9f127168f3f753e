"""How does a customer pay? One protocol, with Stripe or a local stand-in behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dbolt.domain.plan import PlanName


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CheckoutOrder(_Model):
    """What is to be paid, by whom. The amount is fixed here, never taken from a browser."""

    order_id: UUID
    plan: PlanName
    amount_cents: Annotated[int, Field(ge=0)]
    currency: str
    email: str


class Attempt(_Model):
    """One try to pay an order: its number, from 1, and until when its pay page is open.

    The same attempt opened twice is one checkout; the next one replaces a checkout that is over.
    """

    number: Annotated[int, Field(ge=1)]
    expires_at: datetime


class Pages(_Model):
    """Where the customer comes back to. `{CHECKOUT_SESSION_ID}` becomes the checkout's name."""

    success_url: str
    cancel_url: str


class CheckoutSession(BaseModel):
    """The parts of a checkout that decide about an order, in Stripe's words.

    `failed`: it was completed with a slow method, and the money did not come.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    client_reference_id: str | None = None
    metadata: dict[str, str] | None = None
    status: Literal["open", "complete", "expired"] | None = None
    payment_status: str
    amount_subtotal: Annotated[int, Field(ge=0)] | None = None
    amount_total: Annotated[int, Field(ge=0)] | None = None
    total_details: TotalDetails | None = None
    currency: str | None = None
    payment_intent: str | None = None
    url: str | None = None
    livemode: bool = False
    failed: bool = False


class TotalDetails(BaseModel):
    """How a checkout's total came about."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    amount_discount: Annotated[int, Field(ge=0)] = 0


CheckoutSession.model_rebuild()


class Opened(_Model):
    """Where the customer pays, and what the payment provider calls the checkout."""

    url: str
    session_ref: str


class Spent(_Model):
    """This attempt was opened with other terms and cannot be opened again; take the next one."""


class Unavailable(_Model):
    """No payment can be started or looked up now: one clear sentence for whoever asked."""

    problem: str


class Checkout(Protocol):
    """Starts payments and looks them up. `origin`: where the pay page lives; empty for our site."""

    @property
    def origin(self) -> str: ...

    @property
    def livemode(self) -> bool: ...

    async def open(
        self, order: CheckoutOrder, attempt: Attempt, pages: Pages
    ) -> Opened | Spent | Unavailable: ...

    async def find(self, session_ref: str) -> CheckoutSession | Unavailable | None: ...

    async def close(self) -> None: ...


class NoCheckout:
    """Stands where payments are not set up, so that nobody gets a job without paying."""

    origin = ""
    livemode = False
    _away = Unavailable(
        problem="Payments are not set up on this server: set STRIPE_SECRET_KEY and "
        "STRIPE_WEBHOOK_SECRET and start it again."
    )

    async def open(self, order: CheckoutOrder, attempt: Attempt, pages: Pages) -> Unavailable:
        del order, attempt, pages
        return self._away

    async def find(self, session_ref: str) -> Unavailable:
        del session_ref
        return self._away

    async def close(self) -> None:
        """Nothing is open."""
