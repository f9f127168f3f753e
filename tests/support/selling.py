"""Orders and payments as customers and Stripe make them, over HTTP."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any
from uuid import UUID

import httpx

from dbolt.providers.payments import CheckoutOrder
from dbolt.providers.payments.standin import signed_event
from serve_app.parts import Parts
from tests.support.serving import WEBHOOK_SECRET


def given(parts: Parts) -> AbstractAsyncContextManager[Parts]:
    """Parts that somebody else closes."""
    return nullcontext(parts)


class Shop:
    """Orders and pays as a customer would."""

    def __init__(self, api: httpx.AsyncClient, webhook: httpx.AsyncClient) -> None:
        self._api, self._webhook = api, webhook

    async def order(self, email: str, plan: str = "starter", **headers: str) -> dict[str, Any]:
        """POST /api/v1/orders."""
        answer = await self._api.post(
            "/api/v1/orders", json={"email": email, "plan": plan}, headers=headers
        )
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def pay(self, placed: dict[str, Any], email: str, plan: str = "starter") -> UUID:
        """The signed event of the payment; the job's id."""
        order = CheckoutOrder.model_validate(
            {
                "order_id": placed["order_id"],
                "plan": plan,
                "amount_cents": placed["amount_cents"],
                "currency": placed["currency"],
                "email": email,
            }
        )
        body, header = signed_event(order, WEBHOOK_SECRET)
        answer = await self._webhook.post("/", content=body, headers={"Stripe-Signature": header})
        assert answer.status_code == 200, answer.text
        return UUID(answer.json()["job_id"])

    async def paid_job(self, email: str) -> tuple[UUID, dict[str, str]]:
        """A paid job of a new customer, and the headers that open it."""
        placed = await self.order(email)
        headers = {"Authorization": f"Bearer {placed['session_token']}"}
        return await self.pay(placed, email), headers
