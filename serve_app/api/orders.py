"""POST /api/v1/orders: how does an order begin?"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, EmailStr

from dbolt.domain.plan import PlanName
from serve_app.accounts import place_order
from serve_app.api.route import OpenRoute
from serve_app.identity import Viewer, viewer_of
from serve_app.parts import parts_of
from serve_app.payments import pay_page

router = APIRouter(prefix="/api/v1", tags=["orders"], route_class=OpenRoute)


class OrderRequest(BaseModel):
    """Who buys which plan."""

    model_config = ConfigDict(extra="forbid")

    email: EmailStr
    plan: PlanName


class OrderPlaced(BaseModel):
    """The order, and where to pay it.

    `session_token` opens this order's job, page and API. It is null where the order was placed
    with a session of the same address, which then opens it. Keep it: it is not shown again.
    """

    order_id: UUID
    session_token: str | None
    amount_cents: int
    currency: str
    checkout_url: str


@router.post("/orders", status_code=201)
async def place(
    request: Request, wanted: OrderRequest, viewer: Annotated[Viewer | None, Depends(viewer_of)]
) -> OrderPlaced:
    """Take an order and open its payment."""
    parts = parts_of(request)
    placed = await place_order(parts, wanted.email, wanted.plan, viewer)
    return OrderPlaced(
        order_id=placed.order.order_id,
        session_token=placed.session.get_secret_value() if placed.session else None,
        amount_cents=placed.order.amount_cents,
        currency=placed.order.currency,
        checkout_url=await pay_page(parts, placed.order),
    )
