"""What is seen of a job? The live page, and everything about one directory; for both audiences.

Customers come by /jobs/..., staff by /staff/jobs/..., which adds what only staff may do.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from serve_app import records
from serve_app.api.jobs import job_or_404, submission_or_404
from serve_app.identity import AnyViewer, StaffOnly, Viewer, reading
from serve_app.parts import Parts, parts_of
from serve_app.problems import Problem
from serve_app.timeleft import TimeLeft
from serve_app.web import live
from serve_app.web.desk import desk_of
from serve_app.web.job_view import JobView, attempt_view, tasks_of, view_of
from serve_app.web.pages import page, text_of

router = APIRouter(include_in_schema=False)

Show = Annotated[str, Query(max_length=20)]
Words = Annotated[str, Query(alias="q", max_length=100)]
PageNumber = Annotated[int, Query(alias="page", ge=1, le=1000)]
Slug = Annotated[str, Path(max_length=80)]

LATE = timedelta(seconds=10)
"""How long before its commit a change may bear its time: rows that young are sent once more."""


class RowsQuery:
    """Which of the rows a page shows."""

    def __init__(self, show: Show = "", words: Words = "", number: PageNumber = 1) -> None:
        self.show, self.words, self.number = show, words.replace("\x00", "").strip(), number


Rows = Annotated[RowsQuery, Depends()]


async def read_view(
    request: Request, viewer: Viewer, job_id: UUID, ask: RowsQuery, *, staff: bool
) -> JobView:
    """The page's content. Raises Problem(404) for a job that *viewer* does not have."""
    parts: Parts = parts_of(request)
    async with reading(parts, viewer) as connection:
        job = await records.job(connection, job_id)
        if job is None:
            raise Problem(404, "There is no job at this address.")
        view = await view_of(
            connection, job, staff=staff, show=ask.show, words=ask.words, number=ask.number
        )
    times: TimeLeft = request.app.state.time_left
    return replace(view, left=await times.of(parts, job))


@router.get("/jobs/{job_id:uuid}")
async def show_job(request: Request, viewer: AnyViewer, job_id: UUID, ask: Rows) -> Response:
    """The customer's page of a job."""
    view = await read_view(request, viewer, job_id, ask, staff=False)
    return page(request, "job/page.html", view=view)


@router.get("/staff/jobs/{job_id}")
async def staff_show_job(request: Request, staff: StaffOnly, job_id: UUID, ask: Rows) -> Response:
    """The staff's page of a job."""
    view = await read_view(request, staff, job_id, ask, staff=True)
    return page(request, "desk/job.html", view=view, desk=await desk_of(request, "queue"))


class JobFragments:
    """A job's page in pieces that can be replaced one by one."""

    def __init__(self, since: datetime, shape: str) -> None:
        self._since, self._shape = since - LATE, shape

    def of(self, view: JobView) -> live.Fragments:
        """All pieces that may differ from what the page had at *since*."""
        names = ["summary", "timeline", "tabs", "next_step", "commands"]
        if not view.staff:
            names.append("nav")
        found = {name: text_of(f"job/{name}.html", view=view) for name in names}
        if view.shape != self._shape:
            self._shape = view.shape
            found["rows"] = text_of("job/rows.html", view=view)
        for row in view.rows:
            if row.updated_at > self._since:
                found[f"s-{row.id}"] = text_of("job/row.html", view=view, s=row)
        return found


async def _stream(
    request: Request, viewer: Viewer, job_id: UUID, ask: StreamQuery
) -> AsyncIterator[ServerSentEvent]:
    staff = request.url.path.startswith("/staff/")
    since = datetime.fromtimestamp(ask.since, UTC)
    pieces = JobFragments(since, ask.shape)

    async def render() -> live.Fragments:
        return pieces.of(await read_view(request, viewer, job_id, ask, staff=staff))

    async for event in live.stream(parts_of(request).changes, job_id, render):
        yield event


class StreamQuery(RowsQuery):
    """What the page says of itself when it asks for its changes."""

    def __init__(
        self,
        show: Show = "",
        words: Words = "",
        number: PageNumber = 1,
        since: Annotated[float, Query(ge=0, le=4e9)] = 0.0,
        shape: Annotated[str, Query(max_length=16)] = "",
    ) -> None:
        super().__init__(show, words, number)
        self.since, self.shape = since, shape


Asked = Annotated[StreamQuery, Depends()]


async def _readable(request: Request, viewer: AnyViewer, job_id: UUID) -> Viewer:
    """Checks before the stream begins, while an error can still be told."""
    await job_or_404(parts_of(request), viewer, job_id)
    return viewer


@router.get("/jobs/{job_id}/stream", response_class=EventSourceResponse)
async def stream_job(
    request: Request, viewer: Annotated[Viewer, Depends(_readable)], job_id: UUID, ask: Asked
) -> AsyncIterator[ServerSentEvent]:
    """The page's changes."""
    async for event in _stream(request, viewer, job_id, ask):
        yield event


@router.get("/staff/jobs/{job_id}/stream", response_class=EventSourceResponse)
async def staff_stream_job(
    request: Request,
    viewer: Annotated[Viewer, Depends(_readable)],
    _staff: StaffOnly,
    job_id: UUID,
    ask: Asked,
) -> AsyncIterator[ServerSentEvent]:
    """The staff page's changes."""
    async for event in _stream(request, viewer, job_id, ask):
        yield event


@router.get("/jobs/{job_id}/directories/{slug}")
async def show_submission(
    request: Request, viewer: AnyViewer, job_id: UUID, slug: Slug
) -> Response:
    """Everything about one directory: attempts, screenshots, values typed and read back."""
    return await _submission(request, viewer, job_id, slug)


async def _submission(request: Request, viewer: Viewer, job_id: UUID, slug: str) -> Response:
    parts = parts_of(request)
    async with reading(parts, viewer) as connection:
        found = await submission_or_404(connection, job_id, slug)
        job = await records.job(connection, job_id)
        assert job is not None
        tries = await records.attempts(connection, found.id)
        events = await records.events(connection, job_id, submission_id=found.id, limit=100)
        tasks = await tasks_of(connection, job)
    view = JobView(
        job=job, rows=[], events=events, staff=False, history_title="History", tasks=tasks
    )
    attempts = [attempt_view(attempt) for attempt in tries]
    return page(request, "job/submission.html", view=view, s=found, attempts=attempts)
