"""How does one pay without Stripe, in the demo and in tests?

The stand-in's checkouts go through the states of Stripe's (open, complete, expired; paid, unpaid),
and its events are signed with Stripe's own library, so that neither the webhook nor the queue can
tell the difference. A checkout is a file, so that every replica on this machine sees the same.
*Source:* docs.stripe.com/api/events/object, docs.stripe.com/api/checkout/sessions/object.
"""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import stripe
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from dbolt.providers.payments import Attempt, CheckoutOrder, CheckoutSession, Opened, Pages

_IDS = uuid.UUID("6a1c1c0e-5f0b-4e0f-9a52-0d2c6c2b7a11")
_NAME = re.compile(r"cs_test_[0-9a-f]{32}(_[0-9]{1,6})?")


class Step(StrEnum):
    """What can be done at the stand-in's pay page."""

    CARD = "card"
    """The money is there at once."""
    BANK = "bank"
    """A slow method: the checkout is complete and the money is on its way."""
    ARRIVE = "arrive"
    BOUNCE = "bounce"
    """The money of a slow method comes, or does not."""
    EXPIRE = "expire"
    """A day passes."""


_STEPS: dict[tuple[str, str, Step], tuple[str, str, str]] = {
    # (status, payment status, step) → (status, payment status, event)
    ("open", "unpaid", Step.CARD): ("complete", "paid", "checkout.session.completed"),
    ("open", "unpaid", Step.BANK): ("complete", "unpaid", "checkout.session.completed"),
    ("open", "unpaid", Step.EXPIRE): ("expired", "unpaid", "checkout.session.expired"),
    ("complete", "unpaid", Step.ARRIVE): (
        "complete",
        "paid",
        "checkout.session.async_payment_succeeded",
    ),
    ("complete", "unpaid", Step.BOUNCE): (
        "failed",
        "unpaid",
        "checkout.session.async_payment_failed",
    ),
}


class Kept(BaseModel):
    """A checkout as it is on disk. `status` "failed": complete, and the money did not come."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order: CheckoutOrder
    attempt: Attempt
    url: str
    status: str = "open"
    payment_status: str = "unpaid"


class StandinCheckout:
    """Opens the pay page that this site serves itself at `/pay/{order_id}`."""

    origin = ""
    livemode = False

    def __init__(self, folder: Path) -> None:
        """*folder*: where the checkouts are kept."""
        self._folder = folder

    async def open(self, order: CheckoutOrder, attempt: Attempt, pages: Pages) -> Opened:
        """The stand-in's pay page; the same attempt is the same checkout."""
        ref = session_ref(order.order_id, attempt.number)
        kept = self._read(ref)
        if kept is None:
            site = pages.success_url.split("/orders/", 1)[0]
            kept = Kept(order=order, attempt=attempt, url=f"{site}/pay/{order.order_id}")
            self._write(ref, kept)
        return Opened(url=kept.url, session_ref=ref)

    async def find(self, session_ref: str) -> CheckoutSession | None:
        """The checkout as it stands; None where there is none of that name."""
        kept = self._read(session_ref)
        if kept is None:
            return None
        return CheckoutSession.model_validate(
            _session(kept) | {"failed": kept.status == "failed", "url": kept.url}
        )

    async def close(self) -> None:
        """Nothing is open."""

    def take(
        self, session_ref: str, step: Step, secret: SecretStr, *, at: datetime | None = None
    ) -> tuple[bytes, str] | None:
        """Goes on by one *step*; the event that tells of it, signed, or None where it cannot."""
        kept = self._read(session_ref)
        after = None if kept is None else _STEPS.get((kept.status, kept.payment_status, step))
        if kept is None or after is None:
            return None
        status, payment_status, event = after
        done = kept.model_copy(update={"status": status, "payment_status": payment_status})
        self._write(session_ref, done)
        return _signed(done, event, secret, at)

    def _read(self, session_ref: str) -> Kept | None:
        if not _NAME.fullmatch(session_ref):
            return None
        try:
            kept = Kept.model_validate_json((self._folder / f"{session_ref}.json").read_bytes())
        except (OSError, ValidationError):
            return None
        if kept.status == "open" and kept.attempt.expires_at <= datetime.now(UTC):
            return kept.model_copy(update={"status": "expired"})
        return kept

    def _write(self, session_ref: str, kept: Kept) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{session_ref}.json"
        fresh = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
        fresh.write_text(kept.model_dump_json())
        fresh.replace(path)


def session_ref(order_id: uuid.UUID, attempt: int = 1) -> str:
    """What the stand-in calls the checkout of an order's attempt."""
    return f"cs_test_{order_id.hex}" + (f"_{attempt}" if attempt > 1 else "")


def signed_event(
    order: CheckoutOrder,
    secret: str | SecretStr,
    *,
    event: str = "checkout.session.completed",
    payment_status: str = "paid",
    at: datetime | None = None,
    attempt: int = 1,
) -> tuple[bytes, str]:
    """The body of Stripe's event for a paid *order*, and its `Stripe-Signature` header.

    The event's id follows from the order and the attempt, so that paying twice repeats one event.
    at: when Stripe would have signed it; None for now.
    """
    moment = at or datetime.now(UTC)
    kept = Kept(
        order=order,
        attempt=Attempt(number=attempt, expires_at=moment + timedelta(hours=12)),
        url="",
        status="expired" if event == "checkout.session.expired" else "complete",
        payment_status=payment_status,
    )
    return _signed(kept, event, secret, at)


def signed(body: dict[str, Any], secret: str | SecretStr, at: datetime) -> tuple[bytes, str]:
    """Any event's body as Stripe would send it, and its signature."""
    text = json.dumps(body, indent=2)
    key = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    header = stripe.WebhookSignature.generate_signature_header(
        payload=text, secret=key, timestamp=int(at.timestamp())
    )
    return text.encode(), header


def envelope(event_id: str, kind: str, thing: dict[str, Any], at: datetime) -> dict[str, Any]:
    """An event of test mode about *thing*."""
    return {
        "id": event_id,
        "object": "event",
        "api_version": stripe.api_version,
        "created": int(at.timestamp()),
        "data": {"object": thing},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }


def _signed(
    kept: Kept, event: str, secret: str | SecretStr, at: datetime | None
) -> tuple[bytes, str]:
    moment = at or datetime.now(UTC)
    name = f"{event} {session_ref(kept.order.order_id, kept.attempt.number)}"
    body = envelope(f"evt_{uuid.uuid5(_IDS, name).hex}", event, _session(kept), moment)
    return signed(body, secret, moment)


def _session(kept: Kept) -> dict[str, Any]:
    """What Stripe would say of the checkout; what the stand-in does not have is null."""
    order = kept.order
    suffix = f"_{kept.attempt.number}" if kept.attempt.number > 1 else ""
    status = "complete" if kept.status == "failed" else kept.status
    names = {"order_id": str(order.order_id), "plan": order.plan.value}
    return dict.fromkeys(_UNSET) | {
        "id": session_ref(order.order_id, kept.attempt.number),
        "object": "checkout.session",
        "amount_subtotal": order.amount_cents,
        "amount_total": order.amount_cents,
        "automatic_tax": {"enabled": False, "status": None},
        "client_reference_id": str(order.order_id),
        "currency": order.currency,
        "custom_fields": [],
        "customer_creation": "if_required",
        "customer_details": {"email": order.email, "name": None, "phone": None, "tax_ids": []},
        "customer_email": order.email,
        "expires_at": int(kept.attempt.expires_at.timestamp()),
        "livemode": False,
        "metadata": names,
        "mode": "payment",
        "payment_intent": f"pi_{order.order_id.hex}{suffix}" if status == "complete" else None,
        "payment_method_types": ["card"],
        "payment_status": kept.payment_status,
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": status,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted",
    }


_UNSET = (
    "after_expiration",
    "allow_promotion_codes",
    "billing_address_collection",
    "cancel_url",
    "consent",
    "consent_collection",
    "currency_conversion",
    "customer",
    "invoice",
    "locale",
    "payment_link",
    "recovered_from",
    "setup_intent",
    "shipping_address_collection",
    "shipping_cost",
    "submit_type",
    "subscription",
    "success_url",
    "url",
)
