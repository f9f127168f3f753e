"""Which listings have to be changed by hand? Each with the facts to change, ready to copy."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from dbolt.domain.updates import UpdateState, UpdateWord
from serve_app import cursors, updates
from serve_app.api.jobs import accepted, job_or_404
from serve_app.api.updates import UpdateId
from serve_app.identity import AnyViewer, StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.staff import audit
from serve_app.web.desk import address, desk_of
from serve_app.web.pages import Posted, go, page

router = APIRouter(include_in_schema=False)

ROWS = 15


@router.get("/staff/updates")
async def show(
    request: Request,
    staff: StaffOnly,
    state: UpdateState = UpdateState.OPEN,
    after: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """What waits the longest first; what was closed the latest first."""
    behind = cursors.wanted_number(after) if after else None
    async with reading(parts_of(request), staff) as connection:
        found = await updates.page(connection, state, after=behind, limit=ROWS + 1)
        count = await updates.open_count(connection)
    rows, older = found[:ROWS], ""
    if len(found) > ROWS:
        older = address("/staff/updates", state=state, after=cursors.written(str(rows[-1].id)))
    return page(
        request,
        "desk/updates.html",
        rows=rows,
        older=older,
        state=state,
        count=count,
        desk=await desk_of(request, "person"),
    )


@router.post("/staff/updates/{update_id}")
async def say(request: Request, staff: StaffOnly, update_id: UpdateId, form: Posted) -> Response:
    """The listing was changed, cannot be, or waits again."""
    word = word_of(form)
    audit.note(request, **word.model_dump(mode="json", exclude_defaults=True))
    accepted(await parts_of(request).queue.say_update(update_id, word, staff.actor))
    return go(f"/staff/updates?done=update_{word.state}")


@router.post("/jobs/{job_id}/directories/{slug}/updated")
async def changed_it(
    request: Request,
    viewer: AnyViewer,
    job_id: UUID,
    slug: Annotated[str, Path(max_length=80)],
    form: Posted,
) -> Response:
    """The customer has changed the listing themselves."""
    parts = parts_of(request)
    await job_or_404(parts, viewer, job_id)
    async with reading(parts, viewer) as connection:
        found = [one for one in await updates.of_job(connection, job_id) if one.directory == slug]
    if not found:
        raise Problem(404, "There is no listing to change at this address.")
    word = word_of({"state": UpdateState.DONE, "version": form.get("version", "")})
    accepted(await parts.queue.say_update(found[-1].id, word, viewer.actor))
    return go(f"/jobs/{job_id}/inbox?done=updated")


def word_of(form: FormData | dict[str, object]) -> UpdateWord:
    """What a form says of an update. Raises Problem(422)."""
    version = str(form.get("version", ""))
    try:
        return UpdateWord.model_validate(
            {
                "state": form.get("state", ""),
                "version": int(version) if version.isascii() and version.isdigit() else 0,
                "reason": str(form.get("reason", "")).strip(),
                "note": str(form.get("note", "")).strip(),
            }
        )
    except ValidationError as error:
        told = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise Problem(422, f"This cannot be read: {told}.") from error
