"""How does one pay without Stripe, in the demo and in tests?

The stand-in opens a pay page of our own, and signs the event that Stripe would send, with Stripe's
own library, so that the webhook cannot tell the difference.
*Source:* docs.stripe.com/api/events/object, docs.stripe.com/api/checkout/sessions/object.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from pydantic import SecretStr

from dbolt.providers.payments import CheckoutOrder, Opened

_IDS = uuid.UUID("6a1c1c0e-5f0b-4e0f-9a52-0d2c6c2b7a11")


class StandinCheckout:
    """Opens the pay page that this site serves itself at `/pay/{order_id}`."""

    origin = ""

    async def open(self, order: CheckoutOrder, *, success_url: str, cancel_url: str) -> Opened:
        """The stand-in's pay page, beside the page that the customer comes back to."""
        del cancel_url
        site = success_url.split("/orders/", 1)[0]
        return Opened(url=f"{site}/pay/{order.order_id}", payment_ref=_session_id(order.order_id))


def signed_event(
    order: CheckoutOrder,
    secret: str | SecretStr,
    *,
    event: str = "checkout.session.completed",
    payment_status: str = "paid",
    at: datetime | None = None,
) -> tuple[bytes, str]:
    """The body of Stripe's event for a paid *order*, and its `Stripe-Signature` header.

    The event's id follows from the order, so that paying twice repeats one event.
    at: when Stripe would have signed it; None for now.
    """
    moment = at or datetime.now(UTC)
    body = json.dumps(
        {
            "id": f"evt_{uuid.uuid5(_IDS, f'{event} {order.order_id}').hex}",
            "object": "event",
            "api_version": stripe.api_version,
            "created": int(moment.timestamp()),
            "data": {"object": _session(order, payment_status, moment)},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": event,
        },
        indent=2,
    )
    key = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    header = stripe.WebhookSignature.generate_signature_header(
        payload=body, secret=key, timestamp=int(moment.timestamp())
    )
    return body.encode(), header


def _session_id(order_id: uuid.UUID) -> str:
    return f"cs_test_{order_id.hex}"


def _session(order: CheckoutOrder, payment_status: str, moment: datetime) -> dict[str, Any]:
    unset = dict.fromkeys(
        [
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
        ]
    )
    return unset | {
        "id": _session_id(order.order_id),
        "object": "checkout.session",
        "amount_subtotal": order.amount_cents,
        "amount_total": order.amount_cents,
        "automatic_tax": {"enabled": False, "status": None},
        "client_reference_id": str(order.order_id),
        "created": int(moment.timestamp()),
        "currency": order.currency,
        "custom_fields": [],
        "customer_creation": "if_required",
        "customer_details": {"email": order.email, "name": None, "phone": None, "tax_ids": []},
        "customer_email": order.email,
        "expires_at": int((moment + timedelta(hours=24)).timestamp()),
        "livemode": False,
        "metadata": {},
        "mode": "payment",
        "payment_intent": f"pi_{order.order_id.hex}",
        "payment_method_types": ["card"],
        "payment_status": payment_status,
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "complete",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted",
    }
