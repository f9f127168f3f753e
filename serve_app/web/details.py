"""How does a customer correct the business's details while the work goes on, and what follows?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from dbolt.domain.facts import FACTS, GROUPS, normal
from dbolt.domain.lifecycle import JobState
from dbolt.store.queries import Connection, statements
from serve_app import records, updates
from serve_app.accounts import corrected_profile
from serve_app.api.jobs import accepted
from serve_app.facts import change_of, values_of
from serve_app.identity import AnyViewer, Viewer, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.records import Job
from serve_app.updates import OldListing
from serve_app.web.job_view import JobView, frame_of
from serve_app.web.pages import Posted, go, page
from serve_app.web.profile_checks import tax_advice
from serve_app.web.profile_fields import DAYS
from serve_app.web.profile_view import step_or_404

router = APIRouter(include_in_schema=False)


async def profile_doc(connection: Connection, job_id: UUID) -> dict[str, Any] | None:
    """The profile that the job uses; None before it has one."""
    row = await connection.fetchrow(statements("jobs", "serve_app")["profiles_of_job"], job_id)
    return normal(row["doc"]) if row else None


@dataclass(frozen=True, slots=True)
class _Used:
    """The profile that a job uses now."""

    id: UUID
    doc: dict[str, Any]


async def _read(
    request: Request, viewer: Viewer, job_id: UUID
) -> tuple[Job, _Used | None, JobView, list[OldListing]]:
    async with reading(parts_of(request), viewer) as connection:
        job = await records.job(connection, job_id)
        if job is None:
            raise Problem(404, "There is no job at this address.")
        row = await connection.fetchrow(statements("jobs", "serve_app")["profiles_of_job"], job_id)
        used = _Used(row["id"], normal(row["doc"])) if row else None
        view = await frame_of(connection, job, "details")
        return job, used, view, await updates.of_job(connection, job_id)


async def _merged(request: Request, job_id: UUID, used: _Used, form: FormData) -> dict[str, str]:
    """What *form* says, but for what it only repeats of a profile that another one has replaced.

    Another window may have changed the details since this one was opened. Raises Problem(409).
    """
    names = [fact.path for fact in FACTS] + [field.name for field in step_or_404("hours").fields]
    given = {name: str(form.get(name, "")).replace("\r\n", "\n") for name in names}
    base = str(form.get("base", ""))
    if base in {"", str(used.id)}:
        return given
    # Nothing of it is shown: who sees the job alone may not see what its profile was before.
    sql = statements("jobs", "serve_app")["earlier_profile"]
    row = await parts_of(request).pool.fetchrow(sql, job_id, base)
    if row is None:
        raise Problem(409, "The details were changed meanwhile. Reload the page and look again.")
    was, now = values_of(normal(row["doc"])), values_of(used.doc)
    return {
        name: now.get(name, "") if text == was.get(name, "") else text
        for name, text in given.items()
    }


def _shown(values: dict[str, str], used: _Used) -> dict[str, Any]:
    doc = used.doc
    country = str((doc.get("address") or {}).get("country") or "")
    advice = tax_advice({"vat_id": values.get("vat_id", ""), "address.country": country})
    shown = {"groups": GROUPS, "values": values, "days": DAYS, "advice": advice, "proposals": {}}
    return shown | {"base": used.id}


@router.get("/jobs/{job_id}/details")
async def show(
    request: Request, viewer: AnyViewer, job_id: UUID, done: str = "", n: int = 0
) -> Response:
    """The facts that may change, and the listings that hold old ones."""
    job, used, view, old = await _read(request, viewer, job_id)
    if used is None or job.state is JobState.AWAITING_PROFILE:
        return go(f"/jobs/{job_id}/profile")
    notice = {"none": "Nothing was changed.", "changed": "The details are changed."}.get(done, "")
    if done == "changed" and 0 < n < 1000:
        many = "1 directory is" if n == 1 else f"{n} directories are"
        notice += f" {many} tried again with them."
    return page(
        request,
        "job/details.html",
        view=view,
        **_shown(values_of(used.doc), used),
        problems={},
        old=old,
        notice=notice,
    )


@router.post("/jobs/{job_id}/details")
async def save(request: Request, viewer: AnyViewer, job_id: UUID, form: Posted) -> Response:
    """Stores another version of the profile, and has the job go on with it."""
    job, used, view, old = await _read(request, viewer, job_id)
    if used is None:
        return go(f"/jobs/{job_id}/profile")
    if job.state is JobState.CANCELLED:
        raise Problem(409, "This job was cancelled; its details can no longer change.")
    given = await _merged(request, job_id, used, form)
    change = change_of(used.doc, given)
    if change.problems:
        return page(
            request,
            "job/details.html",
            status=422,
            view=view,
            **_shown(given, used),
            problems=change.problems,
            old=old,
            notice="",
        )
    if not change.labels:
        return go(f"/jobs/{job_id}/details?done=none")
    parts = parts_of(request)
    profile_id = await corrected_profile(parts, job, change.changes)
    what = ", ".join(change.labels)
    told = accepted(await parts.queue.profile_changed(job_id, profile_id, what, viewer.actor))
    return go(f"/jobs/{job_id}/details?done=changed&n={told.requeued}")
