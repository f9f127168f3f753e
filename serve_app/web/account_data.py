"""How does a customer take everything along, or have it deleted?"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from serve_app import limits
from serve_app.erasure import Erasure, erase
from serve_app.export import archive
from serve_app.identity import drop_cookie
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.web.account import ask_again
from serve_app.web.doors import ProvenCustomer
from serve_app.web.pages import Posted, page

router = APIRouter(include_in_schema=False)


@router.get("/account/export")
async def export(request: Request, customer: ProvenCustomer) -> Response:
    """Everything that is held about the account, as a ZIP."""
    parts = parts_of(request)
    await limits.take(parts, limits.EXPORTS, str(customer.id))
    name = f"directorybolt-{datetime.now(UTC):%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(
        archive(parts, customer), media_type="application/zip", headers=headers
    )


@router.get("/account/delete")
async def ask_delete(request: Request, customer: ProvenCustomer) -> Response:
    """Says what a deletion takes away and what stays. Asks for the first time."""
    return page(request, "account/delete.html", customer=customer)


@router.get("/account/delete/now")
async def ask_delete_again(request: Request, customer: ProvenCustomer) -> Response:
    """Asks for the second time, once it is clear again who asks."""
    if not customer.fresh:
        return ask_again("/account/delete/now")
    return page(request, "account/delete_now.html", customer=customer, problem="")


@router.post("/account/delete/now")
async def delete(request: Request, customer: ProvenCustomer, form: Posted) -> Response:
    """Deletes the account."""
    if not customer.fresh:
        return ask_again("/account/delete/now")
    if str(form.get("email", "")).strip().lower() != customer.email:
        told = "This is not the address of the account; type it as it stands above."
        return page(request, "account/delete_now.html", status=422, customer=customer, problem=told)
    became = await erase(parts_of(request), customer)
    if became is Erasure.NOT_PROVEN:
        return ask_again("/account/delete/now")
    if became is Erasure.BUSY:
        raise Problem(
            409,
            "A form of yours is being sent at this moment, so nothing was deleted yet. Your jobs "
            "are cancelled; ask for the deletion again in two minutes.",
            headers={"Retry-After": "120"},
        )
    request.state.customer = None
    answer = page(request, "account/deleted.html")
    for name in ("session", "browser"):
        drop_cookie(request, answer, name)
    return answer
