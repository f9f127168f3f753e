"""What begins or ends with a letter? Signing up, a forgotten password, and the links themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from serve_app import limits, links, sessions
from serve_app.identity import customer_of_cookie
from serve_app.links import Link, Purpose
from serve_app.parts import parts_of
from serve_app.passwords import SHORTEST, fault
from serve_app.web.doors import (
    NO_ADDRESS,
    SomeCustomer,
    agent_of,
    current_hash,
    email_in,
    let_in,
    take_letter,
)
from serve_app.web.pages import Posted, go, local_path, page

router = APIRouter(include_in_schema=False)

Token = Annotated[str, Path(max_length=100)]


@router.get("/sign-up")
async def sign_up(request: Request) -> Response:
    """Asks for an address, and for nothing else: a password is chosen once the mail has come."""
    return page(request, "account/sign_up.html", email="", problem="")


@router.post("/sign-up")
async def send_confirmation(request: Request, form: Posted) -> Response:
    """Mails the link that makes the account. Who has one already gets a sign-in link."""
    email = email_in(form)
    if email is None:
        typed = str(form.get("email", ""))[:254]
        values = {"email": typed, "problem": NO_ADDRESS}
        return page(request, "account/sign_up.html", status=422, **values)
    return await _send(request, email, Purpose.CONFIRM, "/account/password")


@router.get("/forgot")
async def forgot(request: Request) -> Response:
    """Asks whose password was forgotten."""
    return page(request, "account/forgot.html", email="", problem="")


@router.post("/forgot")
async def send_reset(request: Request, form: Posted) -> Response:
    """Mails the link that sets a new password."""
    email = email_in(form)
    if email is None:
        typed = str(form.get("email", ""))[:254]
        values = {"email": typed, "problem": NO_ADDRESS}
        return page(request, "account/forgot.html", status=422, **values)
    return await _send(request, email, Purpose.RESET, "/account")


@router.post("/account/verify")
async def send_verification(request: Request, customer: SomeCustomer, form: Posted) -> Response:
    """Mails a link to the address that this session's order was placed with, or proves it anew."""
    target = local_path(str(form.get("next", ""))[:2000], "/account")
    return await _send(request, customer.email, Purpose.CONFIRM, target)


async def _send(request: Request, email: str, wanted: Purpose, target: str) -> Response:
    await take_letter(request, email)
    await links.send(parts_of(request), email, wanted, target)
    return page(request, "account/sent.html", email=email, minutes=links.MINUTES)


@router.get("/link/{token}")
async def show_link(request: Request, token: Token) -> Response:
    """Where a letter's link leads. It only asks: programs that read mail open links too."""
    link = await links.look_at(parts_of(request), token)
    if link is None:
        return _gone(request)
    return await _link_page(request, token, link)


async def _link_page(request: Request, token: str, link: Link, problem: str = "") -> Response:
    known = await customer_of_cookie(request)
    other = known.email if known and known.email != link.email else ""
    template = "account/reset.html" if link.purpose is Purpose.RESET else "account/link.html"
    return page(
        request,
        template,
        status=422 if problem else 200,
        token_text=token,
        link=link,
        problem=problem,
        shortest=SHORTEST,
        open_for=other,
    )


def _gone(request: Request) -> Response:
    return page(request, "account/link_gone.html", status=410)


@router.post("/link/{token}")
async def use_link(request: Request, token: Token, form: Posted) -> Response:
    """Uses the link up: signs in, and sets the password where it was sent for that."""
    parts = parts_of(request)
    await limits.take(parts, limits.LINKS_NETWORK, limits.network_of(request))
    link = await links.look_at(parts, token)
    if link is None:
        return _gone(request)
    password = ""
    if link.purpose is Purpose.RESET:
        password = str(form.get("password", ""))
        problem = fault(password, link.email)
        if problem:
            return await _link_page(request, token, link, problem)
    found = await sessions.by_link(
        parts, token, agent=agent_of(request), instead=current_hash(request), password=password
    )
    if found is None:
        return _gone(request)
    answer = go(found.next)
    let_in(request, answer, found.email, found.token)
    return answer
