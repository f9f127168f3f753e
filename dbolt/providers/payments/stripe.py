"""How is a payment started with Stripe, and how does one ask what became of it?

*Source:* docs.stripe.com/api/checkout/sessions/create, docs.stripe.com/api/idempotent_requests,
docs.stripe.com/checkout/fulfillment.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import stripe
from pydantic import SecretStr

from dbolt.domain.plan import PLANS, PlanName
from dbolt.providers.payments import (
    Attempt,
    CheckoutOrder,
    CheckoutSession,
    Opened,
    Pages,
    Spent,
    Unavailable,
)

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

log = logging.getLogger(__name__)

TIMEOUT_S = 12.0
RETRIES = 2
PRICES_S = 300.0
"""How long the prices are remembered."""

_LATER = Unavailable(problem="The payment page cannot be opened now; try again shortly.")
_UNKNOWN = Unavailable(problem="The payment cannot be looked up now; try again shortly.")
_OTHER_PRICE = Unavailable(
    problem="The plan's price has changed since this order was placed; place a new order."
)
_NO_MONEY = frozenset({"requires_payment_method", "canceled"})


def is_live(key: SecretStr) -> bool:
    """Whether *key* moves real money."""
    return key.get_secret_value().startswith(("sk_live_", "rk_live_"))


@asynccontextmanager
async def stripe_client(key: SecretStr, api_base: str = "") -> AsyncIterator[stripe.StripeClient]:
    """A client of Stripe's API for as long as it is held; see `client_of`."""
    http = stripe.HTTPXClient(timeout=TIMEOUT_S)
    try:
        yield client_of(key, api_base, http)
    finally:
        await _close(http)


def client_of(key: SecretStr, api_base: str, http: stripe.HTTPXClient) -> stripe.StripeClient:
    """A client of Stripe's API over *http*, which the caller closes.

    api_base: another address than Stripe's own, for tests. Raises ValueError for a live key there
    that would leave this machine.
    """
    if api_base and is_live(key) and urlsplit(api_base).hostname not in {"127.0.0.1", "localhost"}:
        raise ValueError("A live key goes to Stripe alone: unset DBOLT_STRIPE_API_BASE.")
    return stripe.StripeClient(
        key.get_secret_value(),
        base_addresses={"api": api_base} if api_base else {},
        http_client=http,
        max_network_retries=RETRIES,
    )


class StripeCheckout:
    """Opens Checkout Sessions and looks them up; a restricted key suffices (docs/payments.md)."""

    origin = "https://checkout.stripe.com"

    def __init__(self, key: SecretStr, *, api_base: str = "", tax: bool = False) -> None:
        """*tax*: Stripe Tax reckons taxes, by the account's own settings."""
        self._http = stripe.HTTPXClient(timeout=TIMEOUT_S)
        self._client = client_of(key, api_base, self._http)
        self._tax = tax
        self._prices: dict[PlanName, stripe.Price] = {}
        self._prices_until = 0.0
        self.livemode = is_live(key)
        if api_base:
            self.origin = "{0.scheme}://{0.netloc}".format(urlsplit(api_base))

    async def open(
        self, order: CheckoutOrder, attempt: Attempt, pages: Pages
    ) -> Opened | Spent | Unavailable:
        """The pay page of *order*; the same page again if the attempt is asked for twice."""
        try:
            price = await self._price(order)
            if isinstance(price, Unavailable):
                return price
            session = await self._client.v1.checkout.sessions.create_async(
                self._terms(order, attempt, pages, price),
                {"idempotency_key": f"order-{order.order_id}-{attempt.number}"},
            )
        except stripe.IdempotencyError as error:
            if error.code != "idempotency_key_in_use":
                return Spent()
            # Another request for the same page is under way and will bring its address.
            _tell("open a checkout twice at once", error)
            return _LATER
        except stripe.StripeError as error:
            _tell("open a checkout", error)
            return _LATER
        if not session.url:
            # What comes back for a repeated key is the first answer; its page may be over by now.
            return Spent()
        return Opened(url=session.url, session_ref=session.id)

    async def find(self, session_ref: str) -> CheckoutSession | Unavailable | None:
        """The checkout as it stands; None where Stripe knows none of that name."""
        try:
            found = await self._client.v1.checkout.sessions.retrieve_async(session_ref)
            session = CheckoutSession.model_validate(found.to_dict())
            if session.status == "complete" and session.payment_status == "unpaid":
                session = session.model_copy(update={"failed": await self._failed(session)})
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                return None
            _tell("look a checkout up", error)
            return _UNKNOWN
        except (stripe.StripeError, ValueError) as error:
            _tell("look a checkout up", error)
            return _UNKNOWN
        return session

    async def close(self) -> None:
        """Ends the connections to Stripe."""
        await _close(self._http)

    async def _failed(self, session: CheckoutSession) -> bool:
        """Whether the money of a slow method has come to nothing, and not just not yet."""
        if not session.payment_intent:
            return False
        intent = await self._client.v1.payment_intents.retrieve_async(session.payment_intent)
        return intent.status in _NO_MONEY

    async def _price(self, order: CheckoutOrder) -> stripe.Price | Unavailable:
        """Stripe's price of the order's plan, if it is what the order says."""
        if time.monotonic() > self._prices_until:
            self._prices = await prices_of(self._client)
            self._prices_until = time.monotonic() + PRICES_S
        price = self._prices.get(order.plan)
        if price is not None and (price.unit_amount, price.currency) == (
            order.amount_cents,
            order.currency,
        ):
            return price
        # What is wrong may be mended by now.
        self._prices_until = 0.0
        if order.amount_cents != PLANS[order.plan].price_cents:
            return _OTHER_PRICE
        log.error("Stripe has no price for the plan %s: run `dbolt stripe sync`", order.plan)
        return _LATER

    def _terms(
        self, order: CheckoutOrder, attempt: Attempt, pages: Pages, price: stripe.Price
    ) -> SessionCreateParams:
        names = {"order_id": str(order.order_id), "plan": order.plan.value}
        terms: SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": str(order.order_id),
            "metadata": names,
            "customer_email": order.email,
            "line_items": [{"price": price.id, "quantity": 1}],
            # Stripe sends the receipt by itself to whoever is named here.
            "payment_intent_data": {"metadata": names, "receipt_email": order.email},
            "success_url": pages.success_url,
            "cancel_url": pages.cancel_url,
            "expires_at": int(attempt.expires_at.timestamp()),
        }
        if self._tax:
            terms["automatic_tax"] = {"enabled": True}
        return terms


async def _close(http: stripe.HTTPXClient) -> None:
    # The library leaves this one method without annotations.
    end: Callable[[], Awaitable[None]] = http.close_async
    await end()


async def prices_of(client: stripe.StripeClient) -> dict[PlanName, stripe.Price]:
    """The active price of each plan that has one, by lookup key. Raises stripe.StripeError."""
    keys = {plan.lookup_key: name for name, plan in PLANS.items()}
    found = await client.v1.prices.list_async(
        {"lookup_keys": list(keys), "active": True, "limit": 100}
    )
    return {keys[p.lookup_key]: p for p in found.data if p.lookup_key in keys}


def _tell(what: str, error: Exception) -> None:
    # The request id leads to the cause in Stripe's own log; the message could name the key.
    request = getattr(error, "request_id", None)
    log.warning("Stripe did not %s: %s, request %s", what, type(error).__name__, request)
