"""Where does one pay in the demo? The stand-in's pay page, which exists without Stripe only."""

from __future__ import annotations

from uuid import UUID

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import Response

from dbolt.providers.payments.standin import StandinCheckout, Step
from serve_app.accounts import KnownOrder, find_order
from serve_app.identity import Staff, reading
from serve_app.parts import Parts, parts_of
from serve_app.problems import Problem
from serve_app.web.pages import Posted, go, page

router = APIRouter(include_in_schema=False)

WEBHOOK_WAIT_S = 15.0


@router.get("/pay/{order_id}")
async def show(request: Request, order_id: UUID) -> Response:
    """What is to be paid. Whoever has the address may pay, as with a real payment link."""
    _standin(parts_of(request))
    known = await _order(parts_of(request), order_id)
    return page(request, "pay.html", order=known.order, known=known)


@router.post("/pay/{order_id}")
async def pay(request: Request, order_id: UUID, form: Posted) -> Response:
    """Does what Stripe does: the checkout goes on, and the webhook is told over HTTP."""
    parts = parts_of(request)
    checkout = _standin(parts)
    known = await _order(parts, order_id)
    how = str(form.get("how", Step.CARD))
    if how not in set(Step):
        raise Problem(422, "This is no way to pay here.")
    event = checkout.take(known.session_ref, Step(how), parts.secrets.stripe_webhook_secret)
    if event is not None:
        await _tell(parts.webhook_url or "", *event)
    return go(f"/orders/{order_id}?session_id={known.session_ref}")


async def _tell(webhook_url: str, body: bytes, header: str) -> None:
    headers = {"Stripe-Signature": header, "Content-Type": "application/json"}
    try:
        async with httpx.AsyncClient(timeout=WEBHOOK_WAIT_S) as client:
            answer = await client.post(webhook_url, content=body, headers=headers)
    except httpx.TransportError as error:
        raise Problem(503, "The payment could not be passed on; try again shortly.") from error
    if not answer.is_success:
        raise Problem(503, "The payment was not taken yet; try again shortly.")


def _standin(parts: Parts) -> StandinCheckout:
    if parts.webhook_url is None or not isinstance(parts.checkout, StandinCheckout):
        raise Problem(404, "Payments are made at Stripe.")
    return parts.checkout


async def _order(parts: Parts, order_id: UUID) -> KnownOrder:
    async with reading(parts, Staff("pay page")) as connection:
        known = await find_order(connection, order_id)
    if known is None:
        raise Problem(404, "There is no order at this address.")
    return known
