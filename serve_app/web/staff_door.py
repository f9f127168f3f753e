"""How do our own people get in? Address, password and code; an invitation; or the staff token."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import SecretStr
from starlette.datastructures import FormData

from serve_app.identity import (
    STAFF_S,
    Staff,
    cookie_name,
    drop_cookie,
    is_staff_token,
    put_cookie,
    staff_cookie,
    viewer_of,
)
from serve_app.parts import parts_of
from serve_app.passwords import fault
from serve_app.problems import Problem
from serve_app.staff import audit, members, totp
from serve_app.staff.members import Invitation
from serve_app.web import staff_guesses
from serve_app.web.doors import NO_ADDRESS, Next, agent_of, email_in, know_browser
from serve_app.web.pages import Posted, go, local_path, page
from serve_app.web.qr import qr_svg

router = APIRouter(include_in_schema=False)

WRONG = (
    "Address, password and code do not go together. A code works once: wait for the next one, or "
    "use a recovery code."
)
WRONG_CODE = "This is not the code that the device shows now. Are both clocks right?"
NO_INVITATION = "This invitation does not work, or no longer. Ask an admin for a new one."


def _target(form: FormData) -> str:
    return local_path(str(form.get("next", ""))[:2000], "/staff")


@router.get("/staff/sign-in")
async def show(request: Request, target: Next = "/staff") -> Response:
    """The staff's door."""
    return _door(request, local_path(target, "/staff"))


@router.get("/staff/sign-in/token")
async def show_token(request: Request, target: Next = "/staff") -> Response:
    """The door for whoever holds the token of this server."""
    return _door(request, local_path(target, "/staff"), by_token=True)


def _door(request: Request, target: str, **more: Any) -> Response:
    values: dict[str, Any] = {"by_token": False, "email": "", "problem": "", **more}
    status = 422 if values["problem"] else 200
    return page(request, "desk/sign_in.html", status=status, next=target, **values)


@router.post("/staff/sign-in")
async def enter(request: Request, form: Posted) -> Response:
    """Signs in by password and code, or trades the token for a cookie that does not hold it."""
    if "key" in form:
        return await _by_token(request, form)
    parts, target, email = parts_of(request), _target(form), email_in(form)
    typed = str(form.get("email", ""))[:254]
    if email is None:
        return _door(request, target, email=typed, problem=NO_ADDRESS)
    password, code = str(form.get("password", "")), str(form.get("code", ""))[:60]
    taken = await staff_guesses.take_at_door(request, email, code)
    member_id = await members.by_password(parts, email, password, code)
    if member_id is None:
        return _door(request, target, email=typed, problem=WRONG)
    await staff_guesses.give_back(request, taken)
    token = await members.open_session(parts.pool, member_id, agent_of(request))
    answer = go(target)
    _let_in(request, answer, email, token)
    return answer


def _let_in(request: Request, answer: Response, email: str, token: SecretStr) -> None:
    put_cookie(request, answer, "staff", token.get_secret_value(), max_age_s=int(members.SESSION_S))
    know_browser(request, answer, email, staff_guesses.COOKIE)


async def _by_token(request: Request, form: FormData) -> Response:
    parts, target = parts_of(request), _target(form)
    taken = await staff_guesses.take_for_token(request)
    if not is_staff_token(parts, str(form.get("key", "")).strip()):
        return _door(request, target, by_token=True, problem="This is not the staff token.")
    await staff_guesses.give_back(request, taken)
    answer = go(target)
    put_cookie(request, answer, "staff", staff_cookie(parts), max_age_s=STAFF_S)
    know_browser(request, answer, staff_guesses.TOKEN_HOLDER, staff_guesses.COOKIE)
    return answer


@router.post("/staff/sign-out")
async def leave(request: Request, _form: Posted) -> Response:
    """Ends the staff session in this browser."""
    viewer = await viewer_of(request)
    if isinstance(viewer, Staff):
        await audit.begin(request, viewer.name, viewer.role)
    await members.end_session(
        parts_of(request), request.cookies.get(cookie_name(request, "staff"), "")
    )
    answer = go("/staff/sign-in")
    drop_cookie(request, answer, "staff")
    return answer


async def _invitation(request: Request, token: str) -> Invitation:
    found = await members.look_at(parts_of(request), token[:200])
    if found is None:
        raise Problem(404, NO_INVITATION)
    return found


@router.get("/staff/join/{token}")
async def ask_join(request: Request, token: str) -> Response:
    """Asks whoever was invited for a password and ties their device to the account."""
    return _join(request, await _invitation(request, token))


def _join(request: Request, invitation: Invitation, problem: str = "") -> Response:
    status = 422 if problem else 200
    return page(
        request,
        "desk/join.html",
        status=status,
        invitation=invitation,
        qr=qr_svg(invitation.uri),
        problem=problem,
    )


@router.post("/staff/join/{token}")
async def join(request: Request, token: str, form: Posted) -> Response:
    """Makes the account, or ties another device to it; shows its recovery codes, this once."""
    parts, invitation = parts_of(request), await _invitation(request, token)
    # By the invitation and not by the network: nobody else can spend what its holder may try.
    taken = await staff_guesses.take_for_invitation(request, token)
    await audit.begin(request, invitation.email, invitation.role)
    password, code = str(form.get("password", "")), str(form.get("code", ""))
    problem = await _password_problem(request, invitation, password)
    secret = bytes.fromhex(invitation.secret.get_secret_value())
    step = totp.step_of(secret, "".join(code.split()), time.time())
    if not problem and step is None:
        problem = WRONG_CODE
    if problem or step is None:
        return _join(request, invitation, problem)
    made = await members.join(parts, token, invitation, password, step, agent=agent_of(request))
    if made is None:
        raise Problem(404, NO_INVITATION)
    await staff_guesses.give_back(request, taken)
    session, codes = made
    answer = page(request, "desk/recovery.html", codes=codes, email=invitation.email, then="/staff")
    _let_in(request, answer, invitation.email, session)
    return answer


async def _password_problem(request: Request, invitation: Invitation, password: str) -> str:
    """What is wrong with the new password, or with the present one where it stays."""
    known, parts = invitation.password_hash, parts_of(request)
    if known is None:
        return fault(password, invitation.email)
    right = await parts.passwords.is_right(known.get_secret_value(), password)
    return "" if right else "This is not the password of this account."
