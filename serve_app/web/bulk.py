"""How do staff change many at once? The count first, then a question, then progress."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.datastructures import FormData, QueryParams

from dbolt.domain.lifecycle import Event, State
from serve_app.identity import Staff, StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.staff import audit, batches, selection
from serve_app.staff.batches import Action, Batch
from serve_app.staff.selection import JobChoice, SubmissionFilter
from serve_app.web import live
from serve_app.web.board import TABS
from serve_app.web.desk import desk_of
from serve_app.web.pages import Posted, go, page, text_of

router = APIRouter(include_in_schema=False)

MOST_CHOSEN = 500


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants done: to which, and back to where."""

    action: Action
    kind: str
    chosen: list[UUID]
    everything: bool
    submissions: SubmissionFilter
    jobs: JobChoice

    @classmethod
    def of(cls, given: QueryParams | FormData) -> Order:
        """From the table's form. Raises Problem(422)."""
        try:
            action = Action(str(given.get("do", "")))
            chosen = [UUID(str(text)) for text in given.getlist("id")[:MOST_CHOSEN]]
        except ValueError as error:
            raise Problem(422, "This is nothing that can be done; choose from the page.") from error
        kind = "jobs" if given.get("kind") == "jobs" else "submissions"
        return cls(
            action,
            kind,
            chosen,
            given.get("all") == "yes",
            SubmissionFilter.of(given),
            JobChoice.of(given),
        )

    @property
    def back(self) -> str:
        """The page that it came from."""
        if self.kind == "jobs":
            return f"/staff?{self.jobs.query()}"
        return f"/staff/submissions?{self.submissions.query()}"

    @property
    def fields(self) -> list[tuple[str, str]]:
        """All of it as hidden fields."""
        told = self.jobs.pairs if self.kind == "jobs" else self.submissions.pairs
        which = [("all", "yes")] if self.everything else [("id", str(id_)) for id_ in self.chosen]
        return [("do", self.action.value), ("kind", self.kind), *which, *told]


async def _ids(request: Request, staff: Staff, order: Order) -> list[UUID]:
    """What the action would be tried on. Raises Problem(422) where nothing was chosen."""
    if not order.chosen and not order.everything:
        raise Problem(422, "Nothing was chosen; tick some rows, or take all that match.")
    only = None if order.everything else order.chosen
    event = Event.CANCELLED if order.action is Action.CANCEL else Event.REQUEUED
    async with reading(parts_of(request), staff) as connection:
        await selection.custom_plans(connection)
        if order.kind == "submissions":
            if order.action.of_submissions:
                return await selection.fitting(connection, order.submissions, only, event)
            return await selection.jobs_of(connection, order.submissions, only)
        tab = TABS.get(order.jobs.tab or "all", TABS["all"])[1]
        job_ids = await selection.jobs(connection, order.jobs.values(tab.state, tab.having, only))
        if order.action.of_submissions:
            states = [State.FAILED] if event is Event.REQUEUED else None
            return await selection.fitting_of_jobs(connection, job_ids, event, states)
        return job_ids


_ASKS: Mapping[Action, tuple[str, str, str]] = {
    Action.RETRY: (
        "Retry {n}?",
        "Retry",
        "They go back to the queue. What wants a person or has no profile is left out.",
    ),
    Action.CANCEL: (
        "Cancel {n}?",
        "Cancel",
        "What waits or is being filled in is called off; what was sent is followed to its end.",
    ),
    Action.PRIORITY: (
        "Change the priority of {n}?",
        "Change",
        "What waits of them gets turns by this weight; a plan gives 1 to 4.",
    ),
    Action.PAUSE: ("Pause {n}?", "Pause", "Nothing new of them is begun until they are resumed."),
    Action.RESUME: ("Resume {n}?", "Resume", "What waits of them begins again at once."),
    Action.CANCEL_JOBS: (
        "Cancel {n}?",
        "Cancel the jobs",
        "What waits is cancelled; what has been sent is followed to its end, and listings stay.",
    ),
}


def _counted(action: Action, count: int) -> str:
    noun = "submission" if action.of_submissions else "job"
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"


@router.get("/staff/bulk")
async def ask(request: Request, staff: StaffOnly) -> Response:
    """Counts what would be changed, and asks."""
    order = Order.of(request.query_params)
    ids = await _ids(request, staff, order)
    title, button, words = _ASKS[order.action]
    counted = _counted(order.action, len(ids))
    return page(
        request,
        "desk/bulk_ask.html",
        order=order,
        title=title.format(n=counted) if ids else "Nothing to do",
        words=words if ids else "Nothing of what was chosen can be changed like this any more.",
        button=f"{button} {len(ids):,}" if ids else "",
        desk=await desk_of(request, "submissions" if order.kind == "submissions" else "queue"),
    )


@router.post("/staff/bulk")
async def begin(request: Request, staff: StaffOnly, form: Posted) -> Response:
    """Fixes the list and begins."""
    order = Order.of(form)
    value = _value(order.action, form)
    ids = await _ids(request, staff, order)
    if not ids:
        return go(f"{order.back}&done=nothing")
    parts = parts_of(request)
    batch_id = await batches.add(parts.pool, staff.name, order.action, ids, value)
    audit.note(
        request,
        action=order.action.value,
        count=len(ids),
        filter=order.submissions.query() if order.kind == "submissions" else order.jobs.query(),
        batch=str(batch_id),
    )
    request.app.state.runner.start(parts, batch_id, staff.actor)
    return go(f"/staff/bulk/{batch_id}")


def _value(action: Action, form: FormData) -> int | None:
    if action is Action.RETRY:
        return 1 if form.get("absent_checked") == "yes" else None
    if action is not Action.PRIORITY:
        return None
    text = str(form.get("priority", ""))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 100):
        raise Problem(422, "A priority is a number from 1 to 100.")
    return int(text[:4])


async def _batch(request: Request, batch_id: UUID) -> Batch:
    found = await batches.show(parts_of(request).pool, batch_id)
    if found is None:
        raise Problem(404, "There is no such bulk action.")
    return found


@router.get("/staff/bulk/{batch_id}")
async def progress(request: Request, _staff: StaffOnly, batch_id: UUID) -> Response:
    """How far it has come."""
    batch = await _batch(request, batch_id)
    return page(request, "desk/bulk.html", batch=batch, desk=await desk_of(request, "submissions"))


@router.get("/staff/bulk/{batch_id}/stream", response_class=EventSourceResponse)
async def progress_stream(
    request: Request, _staff: StaffOnly, batch_id: UUID
) -> AsyncIterator[ServerSentEvent]:
    """The same as it moves."""

    async def render() -> live.Fragments:
        batch = await _batch(request, batch_id)
        return {"batch": text_of("desk/bulk_progress.html", batch=batch)}

    # Its own row changes without a notification.
    async for event in live.stream(parts_of(request).changes, None, render, refresh_s=1.0):
        yield event


@router.post("/staff/bulk/{batch_id}/continue")
async def go_on(request: Request, staff: StaffOnly, batch_id: UUID, _form: Posted) -> Response:
    """Goes on with one that stands still."""
    parts = parts_of(request)
    await _batch(request, batch_id)
    if await batches.take_up(parts.pool, batch_id):
        request.app.state.runner.start(parts, batch_id, staff.actor)
    return go(f"/staff/bulk/{batch_id}")
