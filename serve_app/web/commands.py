"""How do staff change something? A page that says what would happen, and a form that does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData, QueryParams

from dbolt.domain.lifecycle import RETRYABLE, State
from dbolt.domain.plan import PLANS, PlanName
from dbolt.domain.protocol import PauseLevel, PauseScope, RetryFilter
from serve_app.api.jobs import accepted, job_or_404, submission_or_404
from serve_app.identity import StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.staff import audit
from serve_app.web.desk import desk_of
from serve_app.web.pages import Posted, go, local_path, page
from serve_app.web.words import job_name, submission_pill

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a confirmation page asks. Without `button` there is nothing to confirm."""

    title: str
    words: str
    back: str
    button: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)
    check: str = ""


async def _ask(request: Request, ask: Ask) -> Response:
    return page(request, "desk/confirm.html", ask=ask, desk=await desk_of(request, "queue"))


@router.get("/staff/retry")
async def ask_retry(request: Request, staff: StaffOnly) -> Response:
    """Counts what a retry would send back to the queue."""
    given, queue = request.query_params, parts_of(request).queue
    wanted = _retry_filter(given)
    with_unclear = wanted.model_copy(update={"absent_checked": True})
    sure = accepted(await queue.retry(wanted, dry_run=True, actor=staff.actor))
    unclear = accepted(await queue.retry(with_unclear, dry_run=True, actor=staff.actor)) - sure
    back = f"/staff/jobs/{wanted.job_id}" if wanted.job_id else "/staff"
    said = ", ".join(submission_pill(state).text for state in wanted.states)
    where = f"of {job_name(wanted.job_id)}" if wanted.job_id else "of all jobs"
    if sure + unclear == 0:
        words = (
            f"No submission {where} that is “{said}” can be retried by the robot now. Directories "
            "that want a person, and jobs without a profile, are left out."
        )
        return await _ask(request, Ask("Nothing to retry", words, back))
    return await _ask(
        request,
        Ask(
            title=f"Retry {_submissions(sure)}?",
            words=f"{_submissions(sure)} {where} that {'is' if sure == 1 else 'are'} “{said}” "
            f"{'goes' if sure == 1 else 'go'} back to the queue.",
            back=back,
            button="Retry" if sure <= 1 else f"Retry {sure:,}",
            fields=[(k, v) for k, v in given.multi_items() if k in _RETRY_FIELDS],
            check=f"Also {_submissions(unclear)} whose form was sent without a clear answer: I "
            "have looked, and the listing is not there."
            if unclear
            else "",
        ),
    )


def _submissions(count: int) -> str:
    return "1 submission" if count == 1 else f"{count:,} submissions"


@router.post("/staff/retry")
async def retry(request: Request, staff: StaffOnly, form: Posted) -> Response:
    """Sends them back."""
    wanted = _retry_filter(form)
    audit.note(request, filter=wanted.model_dump(mode="json", exclude_defaults=True))
    count = accepted(await parts_of(request).queue.retry(wanted, dry_run=False, actor=staff.actor))
    back = f"/staff/jobs/{wanted.job_id}" if wanted.job_id else "/staff"
    return go(f"{back}?done=retried&n={count}")


_RETRY_FIELDS = ("submission", "job", "state", "directory")


def _retry_filter(given: FormData | QueryParams) -> RetryFilter:
    try:
        wanted = RetryFilter.model_validate(
            {
                "submission_ids": given.getlist("submission"),
                "job_id": given.get("job") or None,
                "states": given.getlist("state") or [State.FAILED],
                "directory": given.get("directory") or None,
                "absent_checked": given.get("absent_checked") == "yes",
            }
        )
    except ValidationError as error:
        raise Problem(
            422, "This is no filter for submissions; go back and choose again."
        ) from error
    if not RETRYABLE.issuperset(wanted.states):
        raise Problem(422, "Submissions in that state cannot be retried.")
    return wanted


Level = Annotated[PauseLevel, Query()]
Key = Annotated[str, Query(max_length=80)]


@router.get("/staff/pause")
async def ask_pause(request: Request, _staff: StaffOnly, level: Level, key: Key = "") -> Response:
    """Says what a pause would hold back."""
    name = _scope_name(level, key)
    words = (
        f"Nothing new of {name} is begun until it is resumed. Forms that are being filled in are "
        "called off and go back to the queue; what has been sent is followed to its end."
    )
    return await _ask_switch(request, f"Pause {name}?", words, "Pause", level, key)


@router.get("/staff/resume")
async def ask_resume(request: Request, _staff: StaffOnly, level: Level, key: Key = "") -> Response:
    """Says what goes on."""
    name = _scope_name(level, key)
    return await _ask_switch(
        request, f"Resume {name}?", "Waiting submissions begin again at once.", "Resume", level, key
    )


async def _ask_switch(
    request: Request, title: str, words: str, button: str, level: PauseLevel, key: str
) -> Response:
    ask = Ask(title, words, _back(level, key), button, [("level", level.value), ("key", key)])
    return await _ask(request, ask)


@router.post("/staff/pause")
async def pause(request: Request, staff: StaffOnly, form: Posted) -> Response:
    """Holds it back."""
    scope = _scope(form)
    audit.note(request, level=scope.level.value, key=scope.key)
    accepted(await parts_of(request).queue.pause(scope, staff.actor))
    request.app.state.overview.forget()
    request.app.state.desk_counts.forget()
    return go(f"{_back(scope.level, scope.key)}?done=paused")


@router.post("/staff/resume")
async def resume(request: Request, staff: StaffOnly, form: Posted) -> Response:
    """Lets it go on."""
    scope = _scope(form)
    audit.note(request, level=scope.level.value, key=scope.key)
    accepted(await parts_of(request).queue.resume(scope, staff.actor))
    request.app.state.overview.forget()
    request.app.state.desk_counts.forget()
    return go(f"{_back(scope.level, scope.key)}?done=resumed")


def _scope(form: FormData) -> PauseScope:
    try:
        return PauseScope.model_validate({"level": form.get("level"), "key": form.get("key", "")})
    except ValidationError as error:
        raise Problem(422, "This is nothing that can be paused.") from error


def _back(level: PauseLevel, key: str) -> str:
    if level is PauseLevel.JOB:
        return f"/staff/jobs/{key}"
    return "/staff/directories" if level is PauseLevel.DIRECTORY else "/staff"


def _scope_name(level: PauseLevel, key: str) -> str:
    if level is PauseLevel.GLOBAL:
        return "the whole queue"
    if level is PauseLevel.PLAN:
        return f"plan {PLANS[PlanName(key)].title}" if key in set(PlanName) else "this plan"
    return f"directory {key}" if level is PauseLevel.DIRECTORY else "this job"


@router.get("/staff/jobs/{job_id}/cancel")
async def ask_cancel(request: Request, staff: StaffOnly, job_id: UUID) -> Response:
    """Says what a cancellation ends."""
    job = await job_or_404(parts_of(request), staff, job_id)
    words = (
        f"{job.total - job.settled} of its {job.total} submissions have not ended yet. Those that "
        "wait are cancelled; what has been sent is followed to its end. Listings that are in stay "
        "in."
    )
    ask = Ask(f"Cancel {job_name(job_id)}?", words, f"/staff/jobs/{job_id}", "Cancel the job")
    return await _ask(request, ask)


@router.post("/staff/jobs/{job_id}/cancel")
async def cancel(request: Request, staff: StaffOnly, job_id: UUID, _form: Posted) -> Response:
    """Cancels the job."""
    accepted(await parts_of(request).queue.cancel(job_id, staff.actor))
    return go(f"/staff/jobs/{job_id}?done=cancelled")


@router.post("/staff/jobs/{job_id}/directories/{slug}/done")
async def hand_done(
    request: Request, staff: StaffOnly, job_id: UUID, slug: str, form: Posted
) -> Response:
    """A person has handed the listing in."""
    parts = parts_of(request)
    url = str(form.get("listing_url", "")).strip()
    if not url.startswith(("https://", "http://")):
        raise Problem(422, "Give the listing's whole address, beginning with https://.")
    async with reading(parts, staff) as connection:
        submission_id = (await submission_or_404(connection, job_id, slug)).id
    audit.note(request, listing_url=url[:500])
    accepted(await parts.queue.hand_done(submission_id, url, staff.actor))
    then = local_path(str(form.get("next", "")), f"/staff/jobs/{job_id}")
    return go(f"{then}{'&' if '?' in then else '?'}done=done")
