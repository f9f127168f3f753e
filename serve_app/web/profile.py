"""Where does a customer tell of the business? A plain form, checked here, that works everywhere."""

from __future__ import annotations

import base64
import re
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from dbolt.domain.lifecycle import JobState
from dbolt.domain.profile import MAX_IMAGE_BYTES, Profile
from serve_app.accounts import complete_profile, latest_profile
from serve_app.api.jobs import MAX_PROFILE_BYTES, job_or_404
from serve_app.identity import AnyViewer, Viewer, ViewerFirst, key_of, reading
from serve_app.parts import parts_of
from serve_app.records import Job
from serve_app.web.pages import PostedWithFiles, go, page
from serve_app.web.profile_fields import DAYS, labels, sections
from serve_app.web.profile_form import document, problems_of, values_of

router = APIRouter(include_in_schema=False, route_class=ViewerFirst)

IMAGES = {"image/png", "image/jpeg", "image/webp", "image/gif"}


def _form_page(
    request: Request, viewer: Viewer, job: Job, values: dict[str, str], problems: dict[str, str]
) -> Response:
    key = key_of(request, viewer)
    # Behind the # it is sent to no server and stands in no log.
    link = f"{parts_of(request).base_url}/sign-in/key?next=/jobs/{job.id}#{key}" if key else ""
    return page(
        request,
        "profile.html",
        status=422 if problems else 200,
        job=job,
        kept_link=link,
        sections=sections(),
        days=DAYS,
        values=values,
        problems=problems,
        labels=labels(),
    )


@router.get("/jobs/{job_id}/profile")
async def show(request: Request, viewer: AnyViewer, job_id: UUID) -> Response:
    """The form, with what an earlier job of the same customer told already."""
    parts = parts_of(request)
    job = await job_or_404(parts, viewer, job_id)
    if job.state is not JobState.AWAITING_PROFILE:
        return go(f"/jobs/{job_id}")
    async with reading(parts, viewer) as connection:
        known = await latest_profile(connection, job.customer_id)
    values = values_of(known) if known else {"email": job.email, "address.country": "US"}
    return _form_page(request, viewer, job, values, {})


@router.post("/jobs/{job_id}/profile", max_body_size=MAX_PROFILE_BYTES)
async def save(
    request: Request, viewer: AnyViewer, job_id: UUID, form: PostedWithFiles
) -> Response:
    """Checks the form and starts the job, or shows what needs another look."""
    parts = parts_of(request)
    job = await job_or_404(parts, viewer, job_id)
    doc = document(form)
    problems: dict[str, str] = {}
    logo = form.get("logo")
    if isinstance(logo, UploadFile) and logo.filename:
        found = await _image(logo)
        if isinstance(found, str):
            problems["logo"] = found
        else:
            doc["logo"] = found
    try:
        profile = Profile.model_validate(doc)
    except ValidationError as error:
        problems |= problems_of(error)
    if problems:
        values = {name: value for name, value in form.items() if isinstance(value, str)}
        return _form_page(request, viewer, job, values, problems)
    await complete_profile(parts, job, profile)
    return go(f"/jobs/{job_id}")


async def _image(file: UploadFile) -> dict[str, Any] | str:
    """The uploaded picture as the profile takes it, or a sentence why not."""
    if file.content_type not in IMAGES:
        return "Choose a PNG, JPEG, WebP or GIF picture."
    content = await file.read(MAX_IMAGE_BYTES + 1)
    if len(content) > MAX_IMAGE_BYTES:
        return "The picture is larger than 5 MB; make it smaller."
    return {
        # Some browsers send the folders too.
        "name": re.split(r"[/\\]", file.filename or "logo")[-1][-100:],
        "media_type": file.content_type,
        "data": base64.b64encode(content).decode(),
    }
