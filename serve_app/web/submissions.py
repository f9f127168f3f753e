"""Which submissions are there? One table over all jobs, with filters that live in the address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from dbolt.domain.lifecycle import State
from dbolt.domain.plan import PLANS
from dbolt.domain.reasons import Reason
from serve_app.identity import Staff, StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.records import Cursor
from serve_app.staff import selection
from serve_app.staff.selection import PAGE, Count, Row, SubmissionFilter
from serve_app.web import live
from serve_app.web.desk import desk_of, place_of, staff_of
from serve_app.web.pages import page, text_of
from serve_app.web.words import submission_pill

router = APIRouter(include_in_schema=False)

After = Annotated[str, Query(max_length=200)]
TROUBLES = (State.FAILED, State.REJECTED, State.NEEDS_PERSON)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the table."""

    wanted: SubmissionFilter
    rows: list[Row]
    count: Count
    after: str
    older: str
    may_write: bool

    @property
    def stream(self) -> str:
        """Where its changes come from."""
        return f"/staff/submissions/stream?{self.wanted.query(after=self.after)}"


async def _listing(request: Request, staff: Staff, after: str) -> Listing:
    wanted = SubmissionFilter.of(request.query_params)
    cursor = place_of(after)
    async with reading(parts_of(request), staff) as connection:
        await selection.custom_plans(connection)
        found = await selection.rows(connection, wanted, cursor, PAGE + 1)
        count = await selection.count(connection, wanted)
    rows, older = found[:PAGE], ""
    if len(found) > PAGE:
        last = Cursor(created_at=rows[-1].created_at, id=rows[-1].id).text()
        older = f"/staff/submissions?{wanted.query(after=last)}"
    return Listing(wanted, rows, count, after, older, staff_of(request).role != "viewer")


@router.get("/staff/submissions")
async def submissions(request: Request, staff: StaffOnly, after: After = "") -> Response:
    """All submissions that fit the filter, newest first."""
    return page(
        request,
        "desk/submissions.html",
        listing=await _listing(request, staff, after),
        states=[(state, submission_pill(state).text) for state in State],
        reasons=sorted(Reason),
        plans=PLANS.values(),
        desk=await desk_of(request, "submissions"),
    )


@router.get("/staff/submissions/stream", response_class=EventSourceResponse)
async def submissions_stream(
    request: Request, staff: StaffOnly, after: After = ""
) -> AsyncIterator[ServerSentEvent]:
    """The table's changes."""

    async def render() -> live.Fragments:
        listing = await _listing(request, staff, after)
        return {
            "found": text_of("desk/found.html", listing=listing),
            "rows": text_of("desk/rows.html", listing=listing),
        }

    async for event in live.stream(parts_of(request).changes, None, render):
        yield event
