"""What waits for the customer? Each task with what to do, until when, and a way to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import SecretStr, ValidationError
from starlette.datastructures import FormData

from dbolt.domain.facts import anchor_of
from dbolt.domain.inbox import OPEN_STATES, TASKS, TaskKind, answers_to, deadline_in, task_of
from dbolt.domain.protocol import AnswerKind, CustomerAnswer
from dbolt.domain.updates import UpdateState
from dbolt.store.queries import Connection
from serve_app import records, updates
from serve_app.api.jobs import accepted, submission_or_404
from serve_app.identity import AnyViewer, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.records import Job, Submission
from serve_app.web.details import profile_doc
from serve_app.web.job_view import frame_of
from serve_app.web.pages import Posted, go, page
from serve_app.web.words import listing_field, web_url

router = APIRouter(include_in_schema=False)

_NOTICES = {
    AnswerKind.PIN: "Thank you. One of our people enters the PIN.",
    AnswerKind.DONE: "Thank you. We note that you finished it, and look for the listing.",
    AnswerKind.LEAVE: "The directory is left out.",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `deadline`: only where the directory itself named a time."""

    kind: TaskKind
    row: Submission
    title: str
    steps: list[str]
    answers: frozenset[AnswerKind]
    deadline: datetime | None

    @property
    def form(self) -> str:
        """Where the answer goes."""
        return f"/jobs/{self.row.job_id}/directories/{self.row.directory}/answer"

    @property
    def wanted(self) -> list[tuple[str, str]]:
        """The facts that are missing, with where on the page of details each is told."""
        return [(listing_field(field), anchor_of(field)) for field in self.row.missing]

    @property
    def site(self) -> str:
        """The directory's own form or, where that is not known, its start page."""
        return web_url(self.row.submit_url) or web_url(self.row.home_url)


def task(row: Submission, email: str) -> Task | None:
    """What the customer has to do about *row*; None where it is not their turn.

    email: where directories write to.
    """
    kind = task_of(row.state, row.reason)
    if kind is None:
        return None
    words = TASKS[kind]
    return Task(
        kind=kind,
        row=row,
        title=words.title,
        steps=[step.format(directory=row.directory_name, email=email) for step in words.steps],
        answers=answers_to(row.state, row.reason),
        deadline=deadline_in(row.detail, row.pressed_at or row.updated_at),
    )


async def tasks(connection: Connection, job: Job) -> list[Task]:
    """All that waits for the customer of *job*: what lapses first, then the oldest."""
    profile = await profile_doc(connection, job.id)
    email = str((profile or {}).get("email") or job.email)
    rows = await records.submissions(connection, job.id, states=sorted(OPEN_STATES))
    found = [one for row in rows if (one := task(row, email))]
    return sorted(
        found,
        key=lambda one: (one.deadline is None, one.deadline or one.row.updated_at, one.row.id),
    )


@router.get("/jobs/{job_id}/inbox")
async def show(request: Request, viewer: AnyViewer, job_id: UUID, done: str = "") -> Response:
    """The job's tasks."""
    async with reading(parts_of(request), viewer) as connection:
        job = await records.job(connection, job_id)
        if job is None:
            raise Problem(404, "There is no job at this address.")
        found = await tasks(connection, job)
        old = await updates.of_job(connection, job_id)
        view = await frame_of(connection, job, "inbox")
    notice = _NOTICES[AnswerKind(done)] if done in set(AnswerKind) else ""
    if done == "updated":
        notice = "Thank you. We note that the listing holds your details as they are now."
    waiting = [one for one in old if one.state is UpdateState.OPEN]
    return page(request, "job/inbox.html", view=view, tasks=found, old=waiting, notice=notice)


@router.post("/jobs/{job_id}/directories/{slug}/answer")
async def answer(
    request: Request,
    viewer: AnyViewer,
    job_id: UUID,
    slug: Annotated[str, Path(max_length=80)],
    form: Posted,
) -> Response:
    """Takes the customer's word on one task."""
    parts = parts_of(request)
    async with reading(parts, viewer) as connection:
        row = await submission_or_404(connection, job_id, slug)
    said = _said(form)
    accepted(await parts.queue.answer(row.id, said, viewer.actor))
    return go(f"/jobs/{job_id}/inbox?done={said.kind}")


def _said(form: FormData) -> CustomerAnswer:
    url = str(form.get("listing_url", "")).strip()
    if url and not web_url(url):
        raise Problem(422, "Give the listing's whole address, beginning with https://.")
    try:
        return CustomerAnswer(
            kind=AnswerKind(str(form.get("answer", ""))),
            pin=SecretStr(str(form.get("pin", "")).strip()),
            listing_url=url,
        )
    except (ValueError, ValidationError) as error:
        raise Problem(422, "This answer cannot be read; go back and try again.") from error
