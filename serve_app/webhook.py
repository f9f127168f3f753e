"""What does the payment provider tell us? The webhook, an app and a deployment of its own.

*Source:* docs.stripe.com/webhooks (signatures, retries), docs.stripe.com/checkout/fulfillment.
"""

from __future__ import annotations

import logging
import re
import time
from typing import Annotated, Any, Literal
from uuid import UUID

import stripe
from fastapi import FastAPI, Header, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from dbolt.domain.protocol import PaidOrder, PaymentChange, PaymentTurn, Refused
from serve_app import problems
from serve_app.edge import GuardedApp, content_policy
from serve_app.parts import OpenParts, Parts, lifespan, parts_of
from serve_app.problems import Problem

log = logging.getLogger(__name__)

TOLERANCE_S = 300
MAX_BODY_BYTES = 512_000
REVERSALS = frozenset({"charge.refunded", "charge.dispute.created", "charge.dispute.closed"})
PAID_EVENTS = frozenset({"checkout.session.completed", "checkout.session.async_payment_succeeded"})


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore")


class CheckoutSession(_Told):
    """The parts of Stripe's Checkout Session that decide about an order."""

    id: str
    client_reference_id: str | None = None
    amount_total: Annotated[int, Field(ge=0)] | None = None
    currency: str | None = None
    payment_status: str
    payment_intent: str | None = None


class Charge(_Told):
    """The parts of Stripe's Charge or Dispute that decide about a job."""

    payment_intent: str | None = None
    refunded: bool = False
    status: str = ""


class _EventBody(_Told):
    object: dict[str, Any]


class StripeEvent(_Told):
    """The envelope of every event."""

    id: str
    object: Literal["event"]
    type: str
    data: _EventBody


class Answer(BaseModel):
    """What became of an event. Stripe looks at the status code only; people look at this."""

    outcome: Literal["fulfilled", "repeated", "changed", "ignored"]
    job_id: UUID | None = None
    detail: str = ""


def build_webhook(open_parts: OpenParts, *, https: bool = False) -> FastAPI:
    """The webhook as an ASGI app, at its own root."""
    app = GuardedApp(
        title="DirectoryBolt payment webhook",
        policy=content_policy(""),
        https=https,
        lifespan=lifespan(open_parts),
        max_body_size=MAX_BODY_BYTES,
    )
    problems.register(app)
    app.add_api_route("/", receive, methods=["POST"])
    return app


async def receive(
    request: Request, stripe_signature: Annotated[str | None, Header()] = None
) -> Answer:
    """One event. Anything but 2xx makes Stripe send it again, for three days."""
    parts = parts_of(request)
    event = read_event(await request.body(), stripe_signature, parts.secrets.stripe_webhook_secret)
    answer = await act_on(parts, event)
    parts.counters.webhooks.labels(answer.outcome).inc()
    return answer


def read_event(body: bytes, header: str | None, secret: SecretStr) -> StripeEvent:
    """The event in *body*, proven to be Stripe's. Raises Problem(400) otherwise."""
    # Stripe's library stumbles over other characters, and knows no signature from the future.
    if header and (not header.isascii() or _signed_at_s(header) > time.time() + TOLERANCE_S):
        header = None
    try:
        stripe.WebhookSignature.verify_header(body, header, secret.get_secret_value(), TOLERANCE_S)
        return StripeEvent.model_validate_json(body)
    except stripe.SignatureVerificationError as error:
        raise Problem(
            400, "The event's signature is missing, wrong or not of this hour; nothing was done."
        ) from error
    except (ValidationError, UnicodeDecodeError) as error:
        raise Problem(400, "The body is not an event of Stripe's; nothing was done.") from error


def _signed_at_s(header: str) -> int:
    """When the signature says that it was made; 0 where it says nothing readable."""
    said = re.search(r"(?:^|,)t=([0-9]{1,15})(?:,|$)", header)
    return int(said[1]) if said else 0


def paid_order(event: StripeEvent) -> PaidOrder | str:
    """The payment that *event* proves, or a sentence why it proves none of ours."""
    if event.type not in PAID_EVENTS:
        return f"{event.type} changes nothing here."
    try:
        session = CheckoutSession.model_validate(event.data.object)
        order_id = UUID(session.client_reference_id or "")
    except ValueError:
        return "The checkout belongs to no order of ours."
    if session.payment_status == "unpaid":
        return "The checkout is complete, but the payment is still on its way."
    if session.amount_total is None or session.currency is None:
        return "The checkout tells no amount."
    return PaidOrder(
        event_id=event.id,
        order_id=order_id,
        amount_cents=session.amount_total,
        currency=session.currency,
        payment_ref=session.payment_intent or session.id,
    )


def payment_change(event: StripeEvent) -> PaymentChange | str:
    """What *event* says about an earlier payment, or a sentence why nothing follows from it."""
    try:
        charge = Charge.model_validate(event.data.object)
    except ValidationError:
        return "The event names no payment."
    turn = _turn(event.type, charge)
    if turn is None or not charge.payment_intent:
        return f"{event.type} changes nothing here."
    return PaymentChange(event_id=event.id, payment_ref=charge.payment_intent, turn=turn)


def _turn(kind: str, charge: Charge) -> PaymentTurn | None:
    match kind, charge.status:
        case "charge.refunded", _:
            # Where a part of the money stays, the job stays.
            return PaymentTurn.REFUNDED if charge.refunded else None
        case "charge.dispute.created", _:
            return PaymentTurn.DISPUTED
        case "charge.dispute.closed", "lost":
            return PaymentTurn.DISPUTE_LOST
        case "charge.dispute.closed", _:
            return PaymentTurn.DISPUTE_WON
        case _:
            return None


async def act_on(parts: Parts, event: StripeEvent) -> Answer:
    """Does what *event* proves. Raises QueueAway, and Problem(409) where the queue refuses."""
    if event.type in REVERSALS:
        return await _change(parts, payment_change(event))
    paid = paid_order(event)
    if isinstance(paid, str):
        return Answer(outcome="ignored", detail=paid)
    told = await parts.queue.fulfil(paid)
    if isinstance(told, Refused):
        # Money came in and no job stands for it: Stripe's retries keep it in sight of staff.
        log.error("order %s was paid but refused: %s", paid.order_id, told.problem)
        raise Problem(409, told.problem)
    return Answer(outcome="fulfilled" if told.created else "repeated", job_id=told.job_id)


async def _change(parts: Parts, change: PaymentChange | str) -> Answer:
    if isinstance(change, str):
        return Answer(outcome="ignored", detail=change)
    refused = await parts.queue.payment_changed(change)
    if refused is not None:
        # The notice of the payment may come after this one; then Stripe's next try finds it.
        raise Problem(409, refused.problem)
    return Answer(outcome="changed", detail=f"The payment was {change.turn}.")
