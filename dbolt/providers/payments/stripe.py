"""How is a payment started with Stripe?

*Source:* docs.stripe.com/api/checkout/sessions/create and docs.stripe.com/api/idempotent_requests.
"""

from __future__ import annotations

import logging

import stripe
from pydantic import SecretStr

from dbolt.domain.plan import PLANS
from dbolt.providers.payments import CheckoutOrder, Opened, Unavailable

log = logging.getLogger(__name__)


class StripeCheckout:
    """Opens Checkout Sessions. A restricted key that may write Checkout Sessions suffices."""

    origin = "https://checkout.stripe.com"

    def __init__(self, secret_key: SecretStr, *, api_base: str | None = None) -> None:
        """*api_base*: another address than Stripe's own, for tests against a local server."""
        self._client = stripe.StripeClient(
            secret_key.get_secret_value(),
            base_addresses={"api": api_base} if api_base else {},
            http_client=stripe.HTTPXClient(timeout=20),
            max_network_retries=2,
        )

    async def open(
        self, order: CheckoutOrder, *, success_url: str, cancel_url: str
    ) -> Opened | Unavailable:
        """The pay page of *order*; the same page again if it is asked for twice."""
        plan = PLANS[order.plan]
        try:
            session = await self._client.v1.checkout.sessions.create_async(
                {
                    "mode": "payment",
                    "client_reference_id": str(order.order_id),
                    "customer_email": order.email,
                    "success_url": success_url,
                    "cancel_url": cancel_url,
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": order.currency,
                                "unit_amount": order.amount_cents,
                                "product_data": {
                                    "name": f"DirectoryBolt {plan.title}: "
                                    f"{plan.directories} directories"
                                },
                            },
                        }
                    ],
                },
                {"idempotency_key": f"order-{order.order_id}"},
            )
        except stripe.StripeError as error:
            # The request id leads to the cause in Stripe's own log; the message could name the key.
            log.warning(
                "Stripe refused a checkout: %s, request %s", type(error).__name__, error.request_id
            )
            return Unavailable(problem="The payment page cannot be opened now; try again shortly.")
        if not session.url:
            return Unavailable(problem="The payment page cannot be opened now; try again shortly.")
        return Opened(url=session.url, payment_ref=session.id)
