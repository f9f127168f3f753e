"""How does a customer get in? By password, mailed link or order key."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from serve_app import limits, links, sessions
from serve_app.identity import (
    SESSION_S,
    customer_of_cookie,
    customer_of_token,
    drop_cookie,
    put_cookie,
)
from serve_app.links import Purpose
from serve_app.parts import parts_of
from serve_app.web.doors import (
    NO_ADDRESS,
    Next,
    agent_of,
    current_hash,
    email_in,
    let_in,
    take_guess,
    take_letter,
)
from serve_app.web.pages import Posted, go, local_path, page

router = APIRouter(include_in_schema=False)

WRONG = (
    "The address and the password do not go together. Check both, or have a sign-in link "
    "mailed to you."
)

_KEY: dict[str, Any] = {
    "title": "Sign in with a key",
    "words": "Open the link from your order, or paste its key here. In the browser you ordered "
    "with you are signed in already.",
    "label": "Your key",
    "action": "/sign-in/key",
}


@router.get("/sign-in")
async def show(request: Request, target: Next = "/account") -> Response:
    """The customer's door."""
    return await _door(request, local_path(target, "/account"))


async def _door(
    request: Request, target: str, *, email: str = "", problem: str = "", email_problem: str = ""
) -> Response:
    known = await customer_of_cookie(request)
    return page(
        request,
        "account/sign_in.html",
        status=422 if problem or email_problem else 200,
        next=target,
        email=email,
        problem=problem,
        email_problem=email_problem,
        open_for=known.email if known else "",
    )


def _target(form: FormData) -> str:
    return local_path(str(form.get("next", ""))[:2000], "/account")


@router.post("/sign-in")
async def enter(request: Request, form: Posted) -> Response:
    """Signs in by password."""
    parts, target, email = parts_of(request), _target(form), email_in(form)
    typed = str(form.get("email", ""))[:254]
    if email is None:
        return await _door(request, target, email=typed, email_problem=NO_ADDRESS)
    guess = await take_guess(request, email)
    customer_id = await sessions.by_password(parts, email, str(form.get("password", "")))
    if customer_id is None:
        return await _door(request, target, email=typed, problem=WRONG)
    await limits.give_back(parts, *guess)
    async with parts.pool.acquire() as connection, connection.transaction():
        token = await sessions.open_session(
            connection, customer_id, agent=agent_of(request), instead=current_hash(request)
        )
    answer = go(target)
    let_in(request, answer, email, token)
    return answer


@router.post("/sign-in/link")
async def mail_link(request: Request, form: Posted) -> Response:
    """Mails a sign-in link, whether there is an account or not: the letter says which."""
    target, email = _target(form), email_in(form)
    if email is None:
        typed = str(form.get("email", ""))[:254]
        return await _door(request, target, email=typed, email_problem=NO_ADDRESS)
    await take_letter(request, email)
    await links.send(parts_of(request), email, Purpose.SIGN_IN, target)
    return page(request, "account/sent.html", email=email, minutes=links.MINUTES)


@router.get("/sign-in/key")
async def show_key(request: Request, target: Next = "/account") -> Response:
    """The door for keys of orders. A key behind # in the address is filled in by a script.

    Where no session is open the script sends the form too; otherwise the visitor is asked first,
    because anybody can make a link with a key of their own.
    """
    return await _key_door(request, local_path(target, "/account"))


async def _key_door(request: Request, target: str, problem: str = "") -> Response:
    known = await customer_of_cookie(request)
    return page(
        request,
        "sign_in.html",
        status=422 if problem else 200,
        next=target,
        problem=problem,
        open_for=known.email if known else "",
        **_KEY,
    )


@router.post("/sign-in/key")
async def enter_with_key(request: Request, form: Posted) -> Response:
    """Opens the session of an order in this browser."""
    target, key = _target(form), str(form.get("key", "")).strip()
    found = await customer_of_token(parts_of(request), key)
    if found is None or found.verified:
        return await _key_door(request, target, "This key opens nothing. Copy the whole of it.")
    answer = go(target)
    await sessions.end_here(parts_of(request), current_hash(request))
    put_cookie(request, answer, "session", key, max_age_s=SESSION_S)
    return answer


@router.post("/sign-out")
async def leave(request: Request, _form: Posted) -> Response:
    """Ends the session. The key of an order stays good: it may be the only way back to the job."""
    await sessions.end_here(parts_of(request), current_hash(request))
    answer = go("/")
    drop_cookie(request, answer, "session")
    return answer
