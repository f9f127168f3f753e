"""What does a customer see and set of the account? Orders, password, sessions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dbolt.store.queries import statements
from serve_app import limits, sessions
from serve_app.identity import Customer, reading
from serve_app.parts import Parts, parts_of
from serve_app.passwords import SHORTEST, fault
from serve_app.web.doors import Next, ProvenCustomer, SomeCustomer, let_in
from serve_app.web.pages import Posted, go, local_path, page

router = APIRouter(include_in_schema=False)

MOST_ORDERS = 200

NOTICES = {
    "password": "The password is set. All other browsers were signed out.",
    "ended": "That session is ended.",
    "everywhere": "All other sessions are ended, the keys of orders too.",
}


async def orders_of(parts: Parts, customer: Customer) -> list[dict[str, Any]]:
    """What *customer* may see of its orders, newest first."""
    async with reading(parts, customer) as connection:
        rows = await connection.fetch(statements("sessions", "serve_app")["orders"], MOST_ORDERS)
    return [dict(row) for row in rows]


@router.get("/account")
async def show(request: Request, customer: SomeCustomer, done: str = "") -> Response:
    """The account; for a session from an order, that order and how to prove the address."""
    parts = parts_of(request)
    return page(
        request,
        "account/account.html",
        customer=customer,
        orders=await orders_of(parts, customer),
        account=await sessions.account_of(parts, customer) if customer.verified else None,
        sessions=await sessions.open_sessions(parts, customer) if customer.verified else [],
        notice=NOTICES.get(done, ""),
    )


def ask_again(target: str) -> Response:
    """On to the page that has the customer show once more whose account it is."""
    return go(f"/account/confirm?next={target}")


@router.get("/account/confirm")
async def show_confirm(
    request: Request, customer: ProvenCustomer, target: Next = "/account"
) -> Response:
    """Asks for the password again, or offers a link by mail where there is none."""
    return await _confirm_page(request, customer, local_path(target, "/account"))


async def _confirm_page(
    request: Request, customer: Customer, target: str, problem: str = ""
) -> Response:
    account = await sessions.account_of(parts_of(request), customer)
    return page(
        request,
        "account/confirm.html",
        status=422 if problem else 200,
        account=account,
        next=target,
        problem=problem,
    )


@router.post("/account/confirm")
async def confirm(request: Request, customer: ProvenCustomer, form: Posted) -> Response:
    """Takes the password, and goes on under another session token."""
    parts = parts_of(request)
    target = local_path(str(form.get("next", ""))[:2000], "/account")
    if not await _knows_password(request, customer, str(form.get("password", ""))):
        return await _confirm_page(request, customer, target, "This is not the password.")
    token = await sessions.prove_again(parts, customer)
    if token is None:
        return go("/sign-in")
    answer = go(target)
    let_in(request, answer, customer.email, token)
    return answer


async def _knows_password(request: Request, customer: Customer, password: str) -> bool:
    parts = parts_of(request)
    guess = (limits.GUESSES_BROWSER, f"account {customer.id}")
    await limits.take(parts, *guess)
    if not await sessions.is_password(parts, customer, password):
        return False
    await limits.give_back(parts, *guess)
    return True


@router.get("/account/password")
async def show_password(request: Request, customer: ProvenCustomer) -> Response:
    """The form for a first or another password."""
    account = await sessions.account_of(parts_of(request), customer)
    if account.password_set_at is None and not customer.fresh:
        return ask_again("/account/password")
    return _password_page(request, account)


def _password_page(
    request: Request, account: sessions.Account, problem: str = "", old_problem: str = ""
) -> Response:
    return page(
        request,
        "account/password.html",
        status=422 if problem or old_problem else 200,
        account=account,
        problem=problem,
        old_problem=old_problem,
        shortest=SHORTEST,
    )


@router.post("/account/password")
async def set_password(request: Request, customer: ProvenCustomer, form: Posted) -> Response:
    """Sets it: with the old one where there is one, else right after a mailed link."""
    parts, password = parts_of(request), str(form.get("password", ""))
    account = await sessions.account_of(parts, customer)
    if account.password_set_at is not None:
        if not await _knows_password(request, customer, str(form.get("old_password", ""))):
            told = "This is not the password that you have now."
            return _password_page(request, account, old_problem=told)
    elif not customer.fresh:
        return ask_again("/account/password")
    problem = fault(password, customer.email)
    if problem:
        return _password_page(request, account, problem)
    token = await sessions.change_password(parts, customer, password)
    if token is None:
        return go("/sign-in")
    answer = go("/account?done=password")
    let_in(request, answer, customer.email, token)
    return answer


@router.post("/account/sessions/end")
async def end_session(request: Request, customer: ProvenCustomer, form: Posted) -> Response:
    """Ends one session of the account."""
    try:
        session_id = UUID(str(form.get("session", "")))
    except ValueError:
        return go("/account")
    await sessions.end(parts_of(request), customer, session_id)
    return go("/account?done=ended")


@router.post("/account/sessions/end-all")
async def end_sessions(request: Request, customer: ProvenCustomer, _form: Posted) -> Response:
    """Ends all sessions but this one."""
    await sessions.end_everywhere(parts_of(request), customer)
    return go("/account?done=everywhere")
