"""How does the logo come into the form? Uploaded, shown, cropped to a square, taken out again."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from dbolt.domain.profile import MAX_IMAGE_BYTES
from serve_app import logos
from serve_app.api.jobs import MAX_PROFILE_BYTES
from serve_app.identity import AnyViewer, ViewerFirst, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.web.pages import PostedWithFiles, go
from serve_app.web.profile import Shown, step_page
from serve_app.web.profile_view import form_of, open_form, step_or_404

router = APIRouter(include_in_schema=False, route_class=ViewerFirst)


@router.get("/jobs/{job_id}/profile/media/logo")
async def show(
    request: Request,
    viewer: AnyViewer,
    job_id: UUID,
    whole: Annotated[bool, Query()] = False,  # noqa: FBT002 - a question in the address
) -> Response:
    """The picture: the square that is used, or the whole of it."""
    form = await form_of(request, viewer, job_id)
    async with reading(parts_of(request), viewer) as connection:
        data = await logos.content(connection, form.job.order_id)
    if data is None or form.logo is None:
        raise Problem(404, "There is no logo.")
    if whole:
        return Response(data, media_type=form.logo.media_type)
    image = await asyncio.to_thread(logos.cropped, data, form.logo)
    return Response(image.data, media_type=image.media_type)


@router.post("/jobs/{job_id}/profile/media/logo", max_body_size=MAX_PROFILE_BYTES)
async def change(
    request: Request, viewer: AnyViewer, job_id: UUID, given: PostedWithFiles
) -> Response:
    """Takes a picture in, crops it, takes it out or brings it back, as the pressed button says."""
    parts, form = parts_of(request), await open_form(request, viewer, job_id)
    order_id, what, problem = form.job.order_id, str(given.get("what", "upload")), ""
    if what == "remove":
        await logos.remove(parts, order_id)
    elif what == "restore":
        await logos.restore(parts, order_id)
    elif what == "crop":
        numbers = [str(given.get(name, "")).strip() for name in ("x", "y", "size")]
        square = [int(text) if text.isdecimal() and len(text) < 6 else -1 for text in numbers]
        problem = await logos.crop(parts, order_id, (square[0], square[1], square[2]))
    else:
        file = given.get("logo")
        if not isinstance(file, UploadFile) or not file.filename:
            problem = "Choose a picture first."
        else:
            content = await file.read(MAX_IMAGE_BYTES + 1)
            problem = await logos.put(parts, order_id, content, file.filename)
    if problem:
        step = step_or_404("media")
        return await step_page(
            request,
            form,
            step,
            form.of_step("media"),
            status=422,
            shown=Shown(logo_problem=problem),
        )
    return go(f"/jobs/{job_id}/profile/media#logo")
