"""How does a customer pay? One protocol, with Stripe or a local stand-in behind it."""

from __future__ import annotations

from typing import Annotated, Protocol
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


class Opened(_Model):
    """Where the customer pays, and what the payment provider calls it."""

    url: str
    payment_ref: str = ""


class Unavailable(_Model):
    """No payment can be started now: one clear sentence for whoever asked."""

    problem: str


class Checkout(Protocol):
    """Starts payments. `origin` is where the pay page lives; empty for our own site."""

    @property
    def origin(self) -> str: ...

    async def open(
        self, order: CheckoutOrder, *, success_url: str, cancel_url: str
    ) -> Opened | Unavailable: ...


class NoCheckout:
    """Stands where payments are not set up, so that nobody gets a job without paying."""

    origin = ""

    async def open(
        self, order: CheckoutOrder, *, success_url: str, cancel_url: str
    ) -> Opened | Unavailable:
        del order, success_url, cancel_url
        return Unavailable(
            problem="Payments are not set up on this server: set STRIPE_SECRET_KEY and "
            "STRIPE_WEBHOOK_SECRET and start it again."
        )
