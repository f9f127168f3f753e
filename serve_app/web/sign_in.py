"""How does one get in? Customers with their session key, staff with the staff token."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from serve_app.identity import (
    SESSION_S,
    STAFF_S,
    cookie_name,
    customer_of_token,
    drop_cookie,
    is_staff_token,
    put_cookie,
    staff_cookie,
)
from serve_app.parts import parts_of
from serve_app.web.pages import Posted, go, local_path, page

router = APIRouter(include_in_schema=False)

Next = Annotated[str, Query(alias="next", max_length=2000)]
"""Where to go afterwards: a path of this site."""

_CUSTOMER: dict[str, Any] = {
    "title": "Sign in",
    "words": "Open the link from your order, or paste its key here. In the browser you ordered "
    "with you are signed in already.",
    "label": "Your key",
    "action": "/sign-in",
}
_STAFF: dict[str, Any] = {
    "title": "Staff sign-in",
    "words": "Use the staff token of this server. You stay signed in for twelve hours.",
    "label": "Staff token",
    "action": "/staff/sign-in",
    "open_for": "",
}


@router.get("/sign-in")
async def show(request: Request, target: Next = "/") -> Response:
    """The customer's door. A key behind # in the address is filled in by the page's script.

    Where no session is open the script sends the form too; otherwise the visitor is asked first,
    because anybody can make a link with a key of their own.
    """
    return await _customers_door(request, local_path(target, "/"))


async def _customers_door(request: Request, target: str, problem: str = "") -> Response:
    # Asked of the cookie itself: staff who are signed in may hold a customer's session too.
    open_key = request.cookies.get(cookie_name(request, "session"), "")
    known = await customer_of_token(parts_of(request), open_key) if open_key else None
    return page(
        request,
        "sign_in.html",
        status=422 if problem else 200,
        next=target,
        problem=problem,
        open_for=known.email if known else "",
        **_CUSTOMER,
    )


@router.post("/sign-in")
async def enter(request: Request, form: Posted) -> Response:
    """Opens a session in this browser."""
    target, key = local_path(str(form.get("next", "")), "/"), str(form.get("key", "")).strip()
    if await customer_of_token(parts_of(request), key) is None:
        told = "This key opens nothing. Copy the whole of it."
        return await _customers_door(request, target, told)
    answer = go(target)
    put_cookie(request, answer, "session", key, max_age_s=SESSION_S)
    return answer


@router.post("/sign-out")
async def leave(request: Request, _form: Posted) -> Response:
    """Ends the session in this browser. The key stays good: it is the only way back to the job."""
    answer = go("/")
    drop_cookie(request, answer, "session")
    return answer


@router.get("/staff/sign-in")
async def staff_show(request: Request, target: Next = "/staff") -> Response:
    """The staff's door."""
    return page(request, "sign_in.html", next=local_path(target, "/staff"), problem="", **_STAFF)


@router.post("/staff/sign-in")
async def staff_enter(request: Request, form: Posted) -> Response:
    """Trades the token for a cookie that does not hold it."""
    parts = parts_of(request)
    target = local_path(str(form.get("next", "")), "/staff")
    if not is_staff_token(parts, str(form.get("key", "")).strip()):
        told = "This is not the staff token."
        return page(request, "sign_in.html", status=422, next=target, problem=told, **_STAFF)
    answer = go(target)
    put_cookie(request, answer, "staff", staff_cookie(parts), max_age_s=STAFF_S)
    return answer


@router.post("/staff/sign-out")
async def staff_leave(request: Request, _form: Posted) -> Response:
    """Ends the staff session in this browser."""
    answer = go("/staff/sign-in")
    drop_cookie(request, answer, "staff")
    return answer
