"""Which payments must staff decide about? Those that no rule may keep, refund or forget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from dbolt.store.queries import statements
from serve_app.api.jobs import accepted
from serve_app.identity import StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.web.desk import desk_of
from serve_app.web.pages import Posted, go, page

router = APIRouter(include_in_schema=False)

TITLES: Mapping[str, str] = {
    "paid_twice": "Paid twice",
    "wrong_amount": "Another amount than ordered",
    "unknown_order": "No such order",
    "refund_failed": "A refund failed",
    "shortfall": "Fewer directories than promised",
}


@router.get("/staff/payments")
async def payments(request: Request, staff: StaffOnly) -> Response:
    """What is open, oldest first, and what was seen to last."""
    async with reading(parts_of(request), staff) as connection:
        rows = [
            dict(row)
            for row in await connection.fetch(statements("staff", "serve_app")["attention"])
        ]
    desk = await desk_of(request, "payments")
    return page(request, "desk/payments.html", rows=rows, titles=TITLES, desk=desk)


@router.post("/staff/payments/{attention_id}/done")
async def done(
    request: Request,
    staff: StaffOnly,
    attention_id: Annotated[int, Path(ge=1, lt=2**63)],
    _form: Posted,
) -> Response:
    """Somebody has seen to it."""
    accepted(await parts_of(request).queue.attended(attention_id, staff.actor))
    request.app.state.overview.forget()
    request.app.state.desk_counts.forget()
    return go("/staff/payments?done=attended")
