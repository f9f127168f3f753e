"""Who is staff, and what did they do? The team's page and the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dbolt.store.queries import statements
from serve_app.identity import AdminOnly, StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.staff import audit, members
from serve_app.staff.actions import ACTIONS
from serve_app.staff.roles import StaffRole
from serve_app.web.desk import desk_of
from serve_app.web.doors import NO_ADDRESS, email_in
from serve_app.web.pages import Posted, go, page

router = APIRouter(include_in_schema=False)

ROWS = 100


@router.get("/staff/team")
async def team(request: Request, staff: StaffOnly) -> Response:
    """All members, with what each may do."""
    return await _team(request, staff.role)


async def _team(request: Request, role: StaffRole, **more: Any) -> Response:
    rows = await parts_of(request).pool.fetch(statements("members", "serve_app")["list"])
    values: dict[str, Any] = {"link": "", "invited": "", "reset": "", "problem": "", **more}
    return page(
        request,
        "desk/team.html",
        status=422 if values["problem"] else 200,
        rows=[dict(row) for row in rows],
        roles=list(StaffRole),
        may_manage=role is StaffRole.ADMIN,
        desk=await desk_of(request, "team"),
        **values,
    )


def _role(text: object) -> StaffRole:
    try:
        return StaffRole(str(text))
    except ValueError as error:
        raise Problem(422, "A role is viewer, staff or admin.") from error


@router.post("/staff/team")
async def invite(request: Request, admin: AdminOnly, form: Posted) -> Response:
    """Shows the link of a new invitation, this once."""
    parts, email, role = parts_of(request), email_in(form), _role(form.get("role"))
    if email is None:
        return await _team(request, admin.role, problem=NO_ADDRESS)
    audit.note(request, email=email, role=role.value)
    async with parts.pool.acquire() as connection, connection.transaction():
        token = await members.invite(connection, parts.secrets.vault_key, email, role, admin.name)
    if token is None:
        told = "This address has an account already; change its role below."
        return await _team(request, admin.role, problem=told)
    link = f"{parts.base_url}/staff/join/{token.get_secret_value()}"
    return await _team(request, admin.role, link=link, invited=email)


@router.post("/staff/team/{member_id}/role")
async def set_role(request: Request, _admin: AdminOnly, member_id: UUID, form: Posted) -> Response:
    """Gives a member another role."""
    role = _role(form.get("role"))
    email = await members.set_role(parts_of(request), member_id, role)
    audit.note(request, email=email, role=role.value)
    return go("/staff/team?done=role")


@router.post("/staff/team/{member_id}/disable")
async def disable(request: Request, admin: AdminOnly, member_id: UUID, _form: Posted) -> Response:
    """Lets a member in no more."""
    email = await members.disable(parts_of(request), member_id, admin.actor)
    audit.note(request, email=email)
    return go("/staff/team?done=disabled")


@router.post("/staff/team/{member_id}/device")
async def reset_device(
    request: Request, admin: AdminOnly, member_id: UUID, _form: Posted
) -> Response:
    """Voids a member's device and shows the link by which they add another one, this once."""
    parts = parts_of(request)
    email, token = await members.reset_device(parts, member_id)
    audit.note(request, email=email)
    link = f"{parts.base_url}/staff/join/{token.get_secret_value()}"
    return await _team(request, admin.role, link=link, reset=email)


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What of the log is looked at."""

    who: str = ""
    action: str = ""
    words: str = ""
    days: int = 0

    def query(self, **more: object) -> str:
        """The address's part behind the question mark."""
        told = {"who": self.who, "action": self.action, "q": self.words, "days": self.days, **more}
        return urlencode({k: v for k, v in told.items() if v})


@router.get("/staff/audit")
async def log(
    request: Request,
    staff: StaffOnly,
    who: Annotated[str, Query(max_length=254)] = "",
    action: Annotated[str, Query(max_length=200)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    days: Annotated[int, Query(ge=0, le=3650)] = 0,
    before: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
) -> Response:
    """The log, newest first."""
    asked, sql = AuditQuery(who, action, q.strip(), days), statements("audit", "serve_app")
    since = datetime.now(UTC) - timedelta(days=days) if days else None
    async with reading(parts_of(request), staff) as connection:
        found = await connection.fetch(
            sql["page"],
            asked.who or None,
            asked.action or None,
            asked.words or None,
            since,
            None,
            before,
            ROWS + 1,
        )
        people = [row["actor"] for row in await connection.fetch(sql["actors"])]
        actions = [row["action"] for row in await connection.fetch(sql["actions"])]
    rows = [dict(row) for row in found[:ROWS]]
    older = f"/staff/audit?{asked.query(before=rows[-1]['id'])}" if len(found) > ROWS else ""
    return page(
        request,
        "desk/audit.html",
        rows=rows,
        asked=asked,
        people=people,
        actions=[(name, ACTIONS.get(name, name)) for name in actions],
        titles=ACTIONS,
        older=older,
        desk=await desk_of(request, "audit"),
    )
