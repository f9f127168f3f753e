"""What can be read and commanded about jobs?"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from dbolt.domain.lifecycle import JobState, State
from dbolt.domain.profile import Profile
from dbolt.domain.protocol import PauseScope, Refused, RetryFilter
from dbolt.domain.whole import WHOLE
from dbolt.store.queries import Connection
from serve_app import cursors, records
from serve_app.accounts import complete_profile, corrected_profile
from serve_app.api.route import ApiRoute
from serve_app.identity import AnyViewer, StaffOnly, Viewer, reading
from serve_app.parts import Parts, parts_of
from serve_app.problems import Problem
from serve_app.staff import audit

router = APIRouter(prefix="/api/v1", tags=["jobs"], route_class=ApiRoute)

T = TypeVar("T")

MAX_PROFILE_BYTES = 40_000_000
"""A logo and four photos of 5 MB each, as base64."""


class JobPage(BaseModel):
    """Jobs newest first; `next_cursor` is null on the last page."""

    items: list[records.Job]
    next_cursor: str | None


class JobDetail(records.Job):
    """A job with its submissions."""

    submissions: list[records.Submission]


class EventPage(BaseModel):
    """Events newest first; `next_cursor` is null on the last page."""

    items: list[records.HistoryEvent]
    next_cursor: str | None


class ProfileStored(BaseModel):
    """Which version of the profile the job will use."""

    job_id: UUID
    profile_id: UUID


class RetryRequest(BaseModel):
    """Which submissions to queue again; `dry_run` counts them only.

    `changes`: fields of the profile, corrected for the one job that the filter names.
    """

    model_config = ConfigDict(extra="forbid")

    filter: RetryFilter
    dry_run: StrictBool = False
    changes: dict[str, Any] = {}


class Priority(BaseModel):
    """A job's weight in the fair line; a plan gives 1 to 4."""

    model_config = ConfigDict(extra="forbid")

    priority: Annotated[int, Field(ge=1, le=100, strict=True), WHOLE]


class RetryCount(BaseModel):
    """How many submissions were queued again, or would be."""

    count: int


async def job_or_404(parts: Parts, viewer: Viewer, job_id: UUID) -> records.Job:
    """The job as *viewer* sees it; another customer's job is not there."""
    async with reading(parts, viewer) as connection:
        job = await records.job(connection, job_id)
    if job is None:
        raise Problem(404, "There is no job with this id.")
    return job


async def submission_or_404(
    connection: Connection, job_id: UUID, directory: str
) -> records.Submission:
    """The job's submission to *directory*, as whoever *connection* reads for sees it."""
    found = await records.submission(connection, job_id, directory)
    if found is None:
        raise Problem(404, "There is no submission at this address.")
    return found


@router.get("/jobs")
async def list_jobs(
    request: Request,
    viewer: AnyViewer,
    *,
    state: JobState | None = None,
    having: State | None = None,
    q: Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")] = "",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JobPage:
    """Jobs newest first: all of them for staff, one's own for a customer."""
    after = records.Cursor.wanted(cursor)
    wanted = records.JobFilter(state=state, having=having, words=q)
    async with reading(parts_of(request), viewer) as connection:
        found = await records.jobs(connection, wanted, after=after, limit=limit + 1)
    items = found[:limit]
    more = len(found) > limit
    last = records.Cursor(created_at=items[-1].created_at, id=items[-1].id) if more else None
    return JobPage(items=items, next_cursor=last.text() if last else None)


# Named as a UUID, so that GET /jobs/next is no job that cannot be, but a method that is not there.
@router.get("/jobs/{job_id:uuid}")
async def get_job(request: Request, viewer: AnyViewer, job_id: UUID) -> JobDetail:
    """One job with all its submissions."""
    async with reading(parts_of(request), viewer) as connection:
        job = await records.job(connection, job_id)
        if job is None:
            raise Problem(404, "There is no job with this id.")
        rows = await records.submissions(connection, job_id)
    return JobDetail.model_validate(job.model_dump() | {"submissions": rows})


@router.get("/jobs/{job_id}/events")
async def get_events(
    request: Request,
    viewer: AnyViewer,
    job_id: UUID,
    *,
    submission: UUID | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> EventPage:
    """The job's history, newest first."""
    parts, before = parts_of(request), cursors.wanted_number(cursor)
    await job_or_404(parts, viewer, job_id)
    async with reading(parts, viewer) as connection:
        found = await records.events(
            connection, job_id, submission_id=submission, before=before, limit=limit + 1
        )
    items, more = found[:limit], len(found) > limit
    return EventPage(items=items, next_cursor=cursors.written(str(items[-1].id)) if more else None)


@router.put("/jobs/{job_id}/profile", max_body_size=MAX_PROFILE_BYTES)
async def put_profile(
    request: Request, viewer: AnyViewer, job_id: UUID, profile: Profile
) -> ProfileStored:
    """Tell what the business is; the job starts with it."""
    parts = parts_of(request)
    job = await job_or_404(parts, viewer, job_id)
    return ProfileStored(job_id=job_id, profile_id=await complete_profile(parts, job, profile))


@router.post("/jobs/retry")
async def retry(request: Request, staff: StaffOnly, wanted: RetryRequest) -> RetryCount:
    """Send submissions back to the queue, or count those that would go."""
    parts, profile_id = parts_of(request), None
    looked_for = wanted.filter.model_dump(mode="json", exclude_defaults=True)
    audit.note(request, filter=looked_for, dry_run=wanted.dry_run, changed=sorted(wanted.changes))
    if wanted.changes and not wanted.dry_run:
        if wanted.filter.job_id is None:
            raise Problem(422, "Changed details belong to one job; name it as filter.job_id.")
        job = await job_or_404(parts, staff, wanted.filter.job_id)
        profile_id = await corrected_profile(parts, job, wanted.changes)
    answer = await parts.queue.retry(
        wanted.filter, dry_run=wanted.dry_run, actor=staff.actor, profile_id=profile_id
    )
    return RetryCount(count=accepted(answer))


@router.put("/jobs/{job_id}/priority", status_code=204)
async def put_priority(
    request: Request, staff: StaffOnly, job_id: UUID, wanted: Priority
) -> Response:
    """Give a job another weight in the fair line."""
    audit.note(request, priority=wanted.priority)
    accepted(await parts_of(request).queue.prioritise(job_id, wanted.priority, staff.actor))
    return Response(status_code=204)


@router.post("/jobs/{job_id}/cancel", status_code=204)
async def cancel(request: Request, staff: StaffOnly, job_id: UUID) -> Response:
    """Stop a job. What has been sent already is followed to its end."""
    accepted(await parts_of(request).queue.cancel(job_id, staff.actor))
    return Response(status_code=204)


@router.post("/pause", status_code=204)
async def pause(request: Request, staff: StaffOnly, scope: PauseScope) -> Response:
    """Start nothing new within the scope.

    Attempts that have not sent their form are called off and go back to the queue; what has been
    sent is followed to its end.
    """
    audit.note(request, level=scope.level.value, key=scope.key)
    accepted(await parts_of(request).queue.pause(scope, staff.actor))
    return Response(status_code=204)


@router.post("/resume", status_code=204)
async def resume(request: Request, staff: StaffOnly, scope: PauseScope) -> Response:
    """Take a pause back."""
    audit.note(request, level=scope.level.value, key=scope.key)
    accepted(await parts_of(request).queue.resume(scope, staff.actor))
    return Response(status_code=204)


def accepted(answer: T | Refused) -> T:
    """*answer* unless the orchestrator refused; then Problem(409) with its sentence."""
    if isinstance(answer, Refused):
        raise Problem(409, answer.problem)
    return answer
