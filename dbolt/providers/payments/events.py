"""What does an event of the payment provider prove? Told in the queue's words.

*Source:* docs.stripe.com/api/events/types, docs.stripe.com/checkout/fulfillment,
docs.stripe.com/disputes/api.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import stripe
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dbolt.domain.protocol import (
    CheckoutChange,
    CheckoutTurn,
    PaidOrder,
    PaymentChange,
    PaymentTurn,
)
from dbolt.providers.payments import CheckoutSession

CHECKOUT_EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
)
PAYMENT_EVENTS = (
    "charge.refunded",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.closed",
)
WANTED_EVENTS = CHECKOUT_EVENTS + PAYMENT_EVENTS
"""What the webhook must be subscribed to."""

Told = PaidOrder | CheckoutChange | PaymentChange | str
"""What is proven; a sentence where nothing of ours is."""


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Charge(_Said):
    """The parts of a Charge, a Dispute or a Refund that decide about a job."""

    id: str = ""
    payment_intent: str | None = None
    amount: Annotated[int, Field(ge=0)] = 0
    amount_refunded: Annotated[int, Field(ge=0)] = 0
    refunded: bool = False
    status: str = ""


class _Body(_Said):
    object: dict[str, Any]


class StripeEvent(_Said):
    """The envelope of every event."""

    id: Annotated[str, Field(min_length=1)]
    object: Literal["event"]
    type: str
    api_version: str | None = None
    livemode: bool = False
    account: str | None = None
    data: _Body


def foreign(event: StripeEvent, *, livemode: bool) -> str:
    """Why *event* is not for a server with a key of that mode; empty where it is."""
    if event.account:
        return "The event is about another account, connected to ours."
    if event.livemode != livemode:
        mode = "live" if event.livemode else "test"
        return f"The event is of {mode} mode, which the key is not."
    if event.api_version and not same_train(event.api_version):
        return (
            f"The event speaks API version {event.api_version}; set the webhook to "
            f"{stripe.api_version}."
        )
    return ""


def same_train(version: str) -> bool:
    """Whether an API version says what the library expects.

    Versions of one name ("2026-10-28.endive") differ by additions only.
    """
    return version.partition(".")[2] == stripe.api_version.partition(".")[2]


def told(event: StripeEvent) -> Told:
    """What *event* proves."""
    if event.type in CHECKOUT_EVENTS:
        try:
            session = CheckoutSession.model_validate(event.data.object)
        except ValidationError:
            return "The event's checkout cannot be read."
        if event.type == "checkout.session.async_payment_failed":
            session = session.model_copy(update={"failed": True})
        return of_checkout(session, event.id)
    if event.type in PAYMENT_EVENTS:
        return _of_payment(event)
    return f"{event.type} changes nothing here."


def of_checkout(session: CheckoutSession, event_id: str = "") -> Told:
    """What a checkout proves as it stands. *event_id*: the event that brought it, if one did."""
    name = session.client_reference_id or (session.metadata or {}).get("order_id", "")
    try:
        order_id = UUID(name)
    except ValueError:
        return "The checkout belongs to no order of ours."
    if session.status == "expired":
        return CheckoutChange(session_ref=session.id, turn=CheckoutTurn.EXPIRED)
    if session.status == "open":
        return "The checkout is open and not paid yet."
    if session.payment_status == "unpaid":
        turn = CheckoutTurn.FAILED if session.failed else CheckoutTurn.PROCESSING
        return CheckoutChange(session_ref=session.id, turn=turn)
    if session.amount_total is None or session.currency is None:
        return "The checkout tells no amount."
    return PaidOrder(
        event_id=event_id,
        order_id=order_id,
        amount_cents=_price_cents(session, session.amount_total),
        total_cents=session.amount_total,
        currency=session.currency,
        payment_ref=session.payment_intent or session.id,
        session_ref=session.id,
    )


def _price_cents(session: CheckoutSession, total_cents: int) -> int:
    """The price without taxes put on top, which are Stripe's to reckon."""
    if session.amount_subtotal is None:
        return total_cents
    discount = session.total_details.amount_discount if session.total_details else 0
    return max(session.amount_subtotal - discount, 0)


def _of_payment(event: StripeEvent) -> PaymentChange | str:
    try:
        charge = _Charge.model_validate(event.data.object)
    except ValidationError:
        return "The event names no payment."
    turn = _turn(event.type, charge.status)
    if turn is None or not charge.payment_intent:
        return f"{event.type} changes nothing here."
    refund = turn is PaymentTurn.REFUNDED
    whole = charge.refunded or 0 < charge.amount <= charge.amount_refunded
    return PaymentChange(
        event_id=event.id,
        payment_ref=charge.payment_intent,
        turn=turn,
        refunded_cents=charge.amount_refunded if refund else 0,
        whole=refund and whole,
        dispute_ref=charge.id if event.type.startswith("charge.dispute.") else "",
        refund_ref=charge.id if turn is PaymentTurn.REFUND_FAILED else "",
    )


def _turn(kind: str, status: str) -> PaymentTurn | None:
    match kind, status:
        case "charge.refunded", _:
            return PaymentTurn.REFUNDED
        case "refund.failed", _:
            return PaymentTurn.REFUND_FAILED
        case (("charge.dispute.created" | "charge.dispute.funds_withdrawn"), _):
            return PaymentTurn.DISPUTED
        case "charge.dispute.closed", "lost":
            return PaymentTurn.DISPUTE_LOST
        case "charge.dispute.closed", _:
            # Won, or an inquiry that was closed without one.
            return PaymentTurn.DISPUTE_WON
        case _:
            return None
