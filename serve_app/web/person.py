"""What waits for a person? Each with all that is needed to hand it in by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dbolt.domain.plan import PlanName
from dbolt.domain.reasons import Reason
from dbolt.store.queries import statements
from serve_app import updates
from serve_app.identity import StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.records import Cursor
from serve_app.staff.packet import Item, packet
from serve_app.web.desk import address, desk_of, place_of
from serve_app.web.pages import page

router = APIRouter(include_in_schema=False)

ROWS = 15


@dataclass(frozen=True, slots=True)
class Waiting:
    """One submission with its packet."""

    id: UUID
    job_id: UUID
    directory: str
    directory_name: str
    home_url: str | None
    submit_url: str | None
    policy: str
    notes: str
    reason: Reason | None
    detail: str
    resting_since: datetime
    plan: PlanName
    email: str
    business_name: str
    items: list[Item]


def _waiting(row: dict[str, Any]) -> Waiting:
    doc = row.pop("profile") or {}
    values = {**row, "notes": row["notes"] or "", "policy": row["policy"] or ""}
    values["reason"] = Reason(row["reason"]) if row["reason"] else None
    values["plan"] = PlanName(row["plan"])
    return Waiting(
        **values, business_name=doc.get("business_name") or row["email"], items=packet(doc)
    )


@router.get("/staff/person")
async def queue(
    request: Request,
    staff: StaffOnly,
    directory: Annotated[str, Query(max_length=80)] = "",
    after: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The longest waiting first."""
    cursor = place_of(after)
    async with reading(parts_of(request), staff) as connection:
        found = await connection.fetch(
            statements("staff", "serve_app")["person"],
            directory or None,
            cursor.created_at if cursor else None,
            cursor.id if cursor else None,
            ROWS + 1,
        )
        old = await updates.open_count(connection)
    rows, older = [_waiting(dict(row)) for row in found[:ROWS]], ""
    if len(found) > ROWS:
        last = Cursor(created_at=rows[-1].resting_since, id=rows[-1].id).text()
        older = address("/staff/person", directory=directory, after=last)
    return page(
        request,
        "desk/person.html",
        rows=rows,
        older=older,
        directory=directory,
        after=after,
        old=old,
        desk=await desk_of(request, "person"),
    )
