"""A shop at Stripe whose every joint can break, and what must be true however it broke."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from pydantic import SecretStr

from dbolt.domain.plan import PlanName
from dbolt.providers.payments import CheckoutOrder
from dbolt.providers.payments.prices import sync
from dbolt.providers.payments.standin import envelope, signed
from dbolt.providers.payments.stripe import StripeCheckout, stripe_client
from serve_app.accounts import place_order
from serve_app.parts import Parts
from serve_app.payments import pay_page, sweep
from serve_app.webhook import build_webhook
from tests.support.selling import given
from tests.support.serving import WEBHOOK_SECRET, client_of, parts_on
from tests.support.stripe_api import KEY, StripeApi, stripe_api

PAID_WITHOUT_JOB = """
select count(*) from payments p
where p.order_id is not null
  and not exists (select from jobs j where j.order_id = p.order_id)
"""
ORDERS_WITHOUT_JOB = """
select count(*) from orders o where o.state in ('paid', 'refunded')
  and not exists (select from jobs j where j.order_id = o.id)
"""
JOBS_WITHOUT_PAYMENT = """
select count(*) from jobs j where not exists (
    select from payments p where p.order_id = j.order_id and p.total_cents is not null)
"""


@dataclass
class FaultyShop:
    """Orders, payments at Stripe, and the notices that Stripe sends of them."""

    parts: Parts
    stripe: StripeApi
    webhook: httpx.AsyncClient
    events: list[tuple[bytes, str]] = field(default_factory=list)

    async def order(self) -> CheckoutOrder:
        """An order that waits for its payment."""
        return (await place_order(self.parts, "ada@example.com", PlanName.STARTER, None)).order

    async def page(self, order: CheckoutOrder) -> str:
        """The name of the session behind the pay page that the customer is sent to."""
        return (await pay_page(self.parts, order)).rpartition("/")[2]

    def pays(self, session_id: str, **how: Any) -> None:
        """The customer pays; the notice is on its way."""
        self.tells(self.stripe.pay(session_id, **how))

    def tells(self, session: dict[str, Any], kind: str = "completed") -> None:
        """Stripe has a notice to send."""
        now = datetime.now(UTC)
        name = f"evt_{kind}_{session['id']}"
        body = envelope(name, f"checkout.session.{kind}", dict(session), now)
        self.events.append(signed(body, WEBHOOK_SECRET, now))

    async def deliver(self) -> list[int]:
        """Sends every notice there ever was; what was answered."""
        answers = [
            await self.webhook.post("/", content=body, headers={"Stripe-Signature": header})
            for body, header in self.events
        ]
        return [answer.status_code for answer in answers]

    async def swept(self) -> int:
        """What a sweep settles that does not wait for anything."""
        return await sweep(self.parts, silent_s=0.0)

    async def one(self, sql: str, *values: object) -> Any:
        """One value."""
        return await self.parts.pool.fetchval(sql, *values)

    async def sound(self) -> None:
        """No money without a job, no job without money."""
        assert await self.one(PAID_WITHOUT_JOB) == 0
        assert await self.one(ORDERS_WITHOUT_JOB) == 0
        assert await self.one(JOBS_WITHOUT_PAYMENT) == 0
        # And Stripe's own books say the same.
        paid = {
            UUID(session["client_reference_id"])
            for session in self.stripe.of("sessions").values()
            if session["payment_status"] == "paid"
        }
        rows = await self.parts.pool.fetch("select order_id from jobs")
        assert {row["order_id"] for row in rows} == paid


@contextlib.asynccontextmanager
async def faulty_shop(database: str) -> AsyncIterator[FaultyShop]:
    """Real apps, Postgres, orchestrator and Stripe client; only Stripe itself is a stand-in."""
    async with (
        stripe_api() as api,
        parts_on(database) as opened,
        contextlib.AsyncExitStack() as closing,
    ):
        async with stripe_client(SecretStr(KEY), api.url) as client:
            await sync(client, dry_run=False)
        checkout = StripeCheckout(SecretStr(KEY), api_base=api.url)
        closing.push_async_callback(checkout.close)
        parts = replace(opened, checkout=checkout)
        webhook = await closing.enter_async_context(client_of(build_webhook(lambda: given(parts))))
        yield FaultyShop(parts, api, webhook)
