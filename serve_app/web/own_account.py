"""What may one of our people change about their own way in? The page of their account."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from serve_app.identity import Staff, StaffOnly, cookie_name, token_hash
from serve_app.parts import parts_of
from serve_app.passwords import fault
from serve_app.problems import Problem
from serve_app.staff import audit, own_account
from serve_app.staff.own_account import Renewal
from serve_app.web import staff_guesses
from serve_app.web.desk import desk_of
from serve_app.web.pages import Posted, go, page
from serve_app.web.qr import qr_svg
from serve_app.web.staff_door import WRONG_CODE

router = APIRouter(include_in_schema=False)

WRONG = (
    "Password and code do not go together. A code works once: wait for the next one, or use a "
    "recovery code."
)


async def _member(staff: StaffOnly) -> Staff:
    if staff.member_id is None:
        raise Problem(409, "The staff token has no account; sign in with your own.")
    return staff


Member = Annotated[Staff, Depends(_member)]


def _id(member: Staff) -> UUID:
    assert member.member_id is not None
    return member.member_id


def _session(request: Request) -> bytes:
    return token_hash(request.cookies.get(cookie_name(request, "staff"), ""))


@router.get("/staff/account")
async def show(request: Request, member: Member) -> Response:
    """Password, device, recovery codes, sessions."""
    return await _account(request, member)


async def _account(
    request: Request, member: Staff, *, form: str = "", problem: str = ""
) -> Response:
    return page(
        request,
        "desk/account.html",
        status=422 if problem else 200,
        member=member,
        ways=await own_account.ways(parts_of(request), _id(member), _session(request)),
        form=form,
        problem=problem,
        desk=await desk_of(request, ""),
    )


async def _is_proven(request: Request, member: Staff, form: FormData) -> bool:
    """Whether the form shows both factors. Raises Problem(429) after too many wrong ones."""
    parts = parts_of(request)
    taken = await staff_guesses.take_in_session(request, member)
    present, code = str(form.get("present", "")), str(form.get("code", ""))[:60]
    right = await own_account.is_proven(parts, _id(member), present, code)
    if right:
        await staff_guesses.give_back(request, taken)
    return right


@router.post("/staff/account/password")
async def change_password(request: Request, member: Member, form: Posted) -> Response:
    """Sets another password."""
    password = str(form.get("password", ""))
    problem = fault(password, member.email)
    if not problem and not await _is_proven(request, member, form):
        problem = WRONG
    if problem:
        return await _account(request, member, form="password", problem=problem)
    await own_account.change_password(parts_of(request), _id(member), password, _session(request))
    return go("/staff/account?done=password")


@router.post("/staff/account/device")
async def begin_renewal(request: Request, member: Member, form: Posted) -> Response:
    """Shows the key of a new device."""
    if not await _is_proven(request, member, form):
        return await _account(request, member, form="device", problem=WRONG)
    renewal = await own_account.begin_renewal(parts_of(request), _id(member), member.email)
    return await _renew(request, renewal)


async def _renew(request: Request, renewal: Renewal, problem: str = "") -> Response:
    return page(
        request,
        "desk/renew.html",
        status=422 if problem else 200,
        renewal=renewal,
        qr=qr_svg(renewal.uri),
        problem=problem,
        desk=await desk_of(request, ""),
    )


@router.post("/staff/account/device/new")
async def end_renewal(request: Request, member: Member, form: Posted) -> Response:
    """Uses the new device from now on, if it shows the right code."""
    parts, ticket = parts_of(request), str(form.get("ticket", ""))[:400]
    said = str(form.get("code", ""))[:10]
    taken = await staff_guesses.take_in_session(request, member)
    if await own_account.end_renewal(parts, _id(member), ticket, said, _session(request)):
        await staff_guesses.give_back(request, taken)
        return go("/staff/account?done=device")
    renewal = await own_account.read_renewal(parts, _id(member), member.email, ticket)
    return await _renew(request, renewal, WRONG_CODE)


@router.post("/staff/account/codes")
async def new_codes(request: Request, member: Member, form: Posted) -> Response:
    """Makes new recovery codes and shows them, this once."""
    if not await _is_proven(request, member, form):
        return await _account(request, member, form="codes", problem=WRONG)
    codes = await own_account.new_codes(parts_of(request), _id(member))
    return page(
        request, "desk/recovery.html", codes=codes, email=member.email, then="/staff/account"
    )


@router.post("/staff/account/sessions/end")
async def end_others(request: Request, member: Member, _form: Posted) -> Response:
    """Ends all other sessions."""
    ended = await own_account.end_others(parts_of(request), _id(member), _session(request))
    audit.note(request, ended=ended)
    return go("/staff/account?done=sessions")
