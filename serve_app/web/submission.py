"""What happened to one submission? Every event, picture and value; and another try with changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import TypeAdapter
from starlette.datastructures import FormData

from dbolt.domain.captcha import Captcha
from dbolt.domain.lifecycle import RETRYABLE, Event, State, after
from dbolt.domain.protocol import RetryFilter
from dbolt.domain.reasons import Reason
from dbolt.store.queries import statements
from serve_app import records
from serve_app.accounts import corrected_profile
from serve_app.api.jobs import accepted, submission_or_404
from serve_app.identity import Staff, StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem, field_problems
from serve_app.records import Attempt, HistoryEvent, Job, Submission
from serve_app.staff import audit, packet
from serve_app.staff.packet import Item
from serve_app.web import live
from serve_app.web.desk import desk_of
from serve_app.web.job_view import PICTURES, AttemptView, attempt_view
from serve_app.web.pages import Posted, go, page, text_of
from serve_app.web.words import captcha_words

router = APIRouter(include_in_schema=False)

Slug = Annotated[str, Path(max_length=80)]


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt with how long it took and the way that it went."""

    view: AttemptView
    seconds: float | None
    proxy: str
    page_url: str
    kind: str
    console: list[str]
    captchas: list[str]
    """What came of the captchas that it met, in words."""
    late: bool
    """Whether the worker told this when its attempt had been taken from it."""


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one submission."""

    job: Job
    s: Submission
    tries: list[Try]
    events: list[HistoryEvent]
    gaps: list[float | None]
    """Seconds from each event to the one before it."""
    looks: list[dict[str, Any]]
    more: dict[str, Any]
    names: dict[str, str]
    items: list[Item]
    messages: list[dict[str, Any]]
    pin: str = ""
    """What the customer gave, until it is entered."""

    @property
    def base(self) -> str:
        """The page's own path."""
        return f"/staff/jobs/{self.job.id}/directories/{self.s.directory}"

    @property
    def retryable(self) -> bool:
        """Whether staff may send it back to the queue."""
        return self.s.state in RETRYABLE

    @property
    def cancellable(self) -> bool:
        """Whether it may be called off."""
        return after(self.s.state, Event.CANCELLED) is not None

    @property
    def for_person(self) -> bool:
        """Whether somebody is to hand it in."""
        return self.s.state is State.NEEDS_PERSON


_TAKEN_AWAY = frozenset({"lease_expired", "worker_lost", "cancelled"})
_CAPTCHAS = TypeAdapter(list[Captcha])


def _try(attempt: Attempt) -> Try:
    result = attempt.result or {}
    seconds = (attempt.ended_at - attempt.started_at).total_seconds() if attempt.ended_at else None
    return Try(
        attempt_view(attempt),
        seconds,
        str(result.get("proxy_id", "")),
        str(result.get("page_url", "")),
        str(result.get("verdict") or result.get("kind", "")),
        [str(line)[:300] for line in result.get("console_errors", [])[:10]],
        [captcha_words(one) for one in _CAPTCHAS.validate_python(result.get("captchas", []))],
        bool(result) and attempt.event in _TAKEN_AWAY,
    )


def _look(row: Mapping[str, Any]) -> dict[str, Any]:
    pictures = [ref for ref in row["evidence"] or [] if ref.get("media_type") in PICTURES]
    return {**row, "pictures": pictures}


def _gaps(events: list[HistoryEvent]) -> list[float | None]:
    times: list[datetime | None] = [event.at for event in events]
    return [
        (this - before).total_seconds() if this and before else None
        for this, before in zip_longest(times, times[1:])
    ]


async def _story(request: Request, staff: Staff, job_id: UUID, slug: str) -> Story:
    sql = statements("staff", "serve_app")
    async with reading(parts_of(request), staff) as connection:
        found = await submission_or_404(connection, job_id, slug)
        job = await records.job(connection, job_id)
        assert job is not None
        attempts = await records.attempts(connection, found.id)
        events = await records.events(connection, job_id, submission_id=found.id, limit=200)
        looks = [_look(dict(row)) for row in await connection.fetch(sql["looks_of"], found.id)]
        messages = await connection.fetch(sql["messages_of"], job_id, found.id)
        more = await connection.fetchrow(sql["submission_of"], found.id)
        names = {row["actor"]: row["email"] for row in await connection.fetch(sql["names"])}
        doc = await connection.fetchval(sql["profile_of_job"], job_id)
        pin = ""
        if found.reason is Reason.PIN_GIVEN:
            pin = await connection.fetchval(statements("jobs", "serve_app")["pin"], found.id) or ""
    return Story(
        job,
        found,
        [_try(attempt) for attempt in attempts],
        events,
        _gaps(events),
        looks,
        dict(more) if more else {},
        names,
        packet.packet(doc) if found.state is State.NEEDS_PERSON else [],
        [dict(row) for row in messages],
        pin,
    )


@router.get("/staff/jobs/{job_id}/directories/{slug}")
async def show(request: Request, staff: StaffOnly, job_id: UUID, slug: Slug) -> Response:
    """The whole story."""
    story = await _story(request, staff, job_id, slug)
    return page(
        request,
        "desk/submission.html",
        story=story,
        desk=await desk_of(request, "person" if story.for_person else "submissions"),
    )


@router.get("/staff/jobs/{job_id}/directories/{slug}/stream", response_class=EventSourceResponse)
async def stream(
    request: Request, staff: StaffOnly, job_id: UUID, slug: Slug
) -> AsyncIterator[ServerSentEvent]:
    """The story as it goes on."""

    async def render() -> live.Fragments:
        story = await _story(request, staff, job_id, slug)
        return {
            "story-state": text_of("desk/story_state.html", story=story),
            "story-events": text_of("desk/story_events.html", story=story),
            "story-tries": text_of("desk/story_tries.html", story=story),
        }

    async for event in live.stream(parts_of(request).changes, job_id, render):
        yield event


@router.get("/staff/jobs/{job_id}/directories/{slug}/edit")
async def ask_edit(request: Request, staff: StaffOnly, job_id: UUID, slug: Slug) -> Response:
    """The profile's fields, to be corrected before another try."""
    return await _edit(request, staff, job_id, slug)


async def _edit(
    request: Request,
    staff: Staff,
    job_id: UUID,
    slug: str,
    given: FormData | None = None,
    problems: dict[str, str] | None = None,
) -> Response:
    story = await _story(request, staff, job_id, slug)
    doc = await _profile(request, staff, job_id)
    items = packet.editable(doc)
    if given is not None:
        items = [
            Item(item.path, item.label, str(given.get(f"field.{item.path}", item.value)))
            for item in items
        ]
    errors = story.tries[0].view.field_errors if story.tries else []
    return page(
        request,
        "desk/edit.html",
        status=422 if problems else 200,
        story=story,
        items=items,
        problems=problems or {},
        errors=errors,
        desk=await desk_of(request, "submissions"),
    )


async def _profile(request: Request, staff: Staff, job_id: UUID) -> dict[str, Any]:
    async with reading(parts_of(request), staff) as connection:
        doc: dict[str, Any] | None = await connection.fetchval(
            statements("staff", "serve_app")["profile_of_job"], job_id
        )
    if doc is None:
        raise Problem(409, "The job has no profile yet; its customer fills that in first.")
    return doc


@router.post("/staff/jobs/{job_id}/directories/{slug}/edit")
async def edit(
    request: Request, staff: StaffOnly, job_id: UUID, slug: Slug, form: Posted
) -> Response:
    """Another try, with a profile in which what was corrected is corrected for the whole job."""
    parts = parts_of(request)
    story = await _story(request, staff, job_id, slug)
    doc = await _profile(request, staff, job_id)
    given = {
        path: str(form[f"field.{path}"])
        for path, _ in packet.EDITABLE
        if isinstance(form.get(f"field.{path}"), str)
    }
    changed = packet.changes(doc, given)
    audit.note(request, changed=sorted(changed), directory=slug)
    wanted = RetryFilter(
        submission_ids=[story.s.id],
        job_id=job_id,
        states=[story.s.state],
        absent_checked=form.get("absent_checked") == "yes",
    )
    if story.s.state not in RETRYABLE:
        raise Problem(409, f"The submission is {story.s.state} and cannot be retried now.")
    if not accepted(await parts.queue.retry(wanted, dry_run=True, actor=staff.actor)):
        told = "The robot may not try this again: a person has to, or has to say that it is absent."
        return await _edit(request, staff, job_id, slug, form, {"": told})
    profile_id = None
    if changed:
        try:
            profile_id = await corrected_profile(parts, story.job, changed)
        except RequestValidationError as error:
            wrong = {
                one.field.replace("descriptions.0", "description"): one.message
                for one in field_problems(list(error.errors()))
            }
            return await _edit(request, staff, job_id, slug, form, wrong)
    count = accepted(
        await parts.queue.retry(wanted, dry_run=False, actor=staff.actor, profile_id=profile_id)
    )
    return go(f"{story.base}?done=retried&n={count}")
