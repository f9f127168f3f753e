"""What has happened to a job, from the first minute on? The log of events, page by page."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from serve_app import records
from serve_app.identity import AnyViewer, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.web.job_view import frame_of
from serve_app.web.pages import page

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 100


@router.get("/jobs/{job_id}/history")
async def show(
    request: Request,
    viewer: AnyViewer,
    job_id: UUID,
    before: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
) -> Response:
    """The job's events, newest first. *before*: only those older than that one."""
    async with reading(parts_of(request), viewer) as connection:
        job = await records.job(connection, job_id)
        if job is None:
            raise Problem(404, "There is no job at this address.")
        events = await records.events(connection, job_id, before=before, limit=PAGE_SIZE + 1)
        view = await frame_of(connection, job, "history")
    older = events[PAGE_SIZE - 1].id if len(events) > PAGE_SIZE else None
    return page(
        request,
        "job/history.html",
        view=view,
        events=events[:PAGE_SIZE],
        older=older,
        first=before is None,
    )
