"""Which PINs wait to be entered? Customers gave them; one of our people types them in."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from dbolt.store.queries import statements
from serve_app.api.jobs import accepted, submission_or_404
from serve_app.identity import StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.staff import audit
from serve_app.web.desk import desk_of
from serve_app.web.pages import Posted, go, page

router = APIRouter(include_in_schema=False)


@router.get("/staff/pins")
async def pins(request: Request, staff: StaffOnly) -> Response:
    """Submissions with a PIN, the oldest first; the PIN itself is on each one's own page."""
    async with reading(parts_of(request), staff) as connection:
        rows = [
            dict(row) for row in await connection.fetch(statements("jobs", "serve_app")["pins"])
        ]
    return page(request, "desk/pins.html", rows=rows, desk=await desk_of(request, "pins"))


@router.post("/staff/jobs/{job_id}/directories/{slug}/pin")
async def pin_used(
    request: Request,
    staff: StaffOnly,
    job_id: UUID,
    slug: Annotated[str, Path(max_length=80)],
    form: Posted,
) -> Response:
    """The PIN was entered: the directory took it, or it did not."""
    parts = parts_of(request)
    async with reading(parts, staff) as connection:
        row = await submission_or_404(connection, job_id, slug)
    took = form.get("took")
    if took not in {"yes", "no"}:
        raise Problem(422, "Say whether the directory took the PIN.")
    audit.note(request, took=took)
    accepted(await parts.queue.pin_used(row.id, accepted=took == "yes", actor=staff.actor))
    return go("/staff/pins?done=pin")
