"""How do photos come into the form? Uploaded, described, put in order, taken out, brought back."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from serve_app import photos
from serve_app.api.jobs import MAX_PROFILE_BYTES
from serve_app.identity import AnyViewer, ViewerFirst, reading
from serve_app.parts import Parts, parts_of
from serve_app.photos import Photo
from serve_app.problems import Problem
from serve_app.web.pages import PostedWithFiles, go
from serve_app.web.profile import Shown, step_page
from serve_app.web.profile_view import Form, form_of, open_form, step_or_404

router = APIRouter(include_in_schema=False, route_class=ViewerFirst)


@router.get("/jobs/{job_id}/profile/media/photos/{photo_id}")
async def show(request: Request, viewer: AnyViewer, job_id: UUID, photo_id: UUID) -> Response:
    """One photo as directories get it."""
    form = await form_of(request, viewer, job_id)
    async with reading(parts_of(request), viewer) as connection:
        data = await photos.content(connection, form.job.order_id, photo_id)
    if data is None:
        raise Problem(404, "There is no such photo.")
    return Response(data, media_type="image/jpeg")


@router.post("/jobs/{job_id}/profile/media/photos", max_body_size=MAX_PROFILE_BYTES)
async def change(
    request: Request, viewer: AnyViewer, job_id: UUID, given: PostedWithFiles
) -> Response:
    """Takes photos in, or does what the pressed button says; what was typed is kept each time."""
    parts, form = parts_of(request), await open_form(request, viewer, job_id)
    order_id = form.job.order_id
    told = {p.id: str(given.get(f"alt.{p.id}", p.alt)) for p in form.photos}
    await photos.describe(parts, order_id, told)
    verb, _, name = str(given.get("what", "upload")).partition(":")
    if verb == "upload":
        problem = await _taken_in(parts, order_id, given)
    else:
        problem = await _done(parts, form, verb, name)
    if problem:
        form = await open_form(request, viewer, job_id)
        step = step_or_404("media")
        shown = Shown(photo_problem=problem)
        return await step_page(request, form, step, form.of_step("media"), status=422, shown=shown)
    return go(f"/jobs/{job_id}/profile/media#photos")


async def _taken_in(parts: Parts, order_id: UUID, given: FormData) -> str:
    """Takes in all that can be read; what is wrong with the others."""
    files = [f for f in given.getlist("photos") if isinstance(f, UploadFile) and f.filename]
    if not files:
        return "Choose a photo first."
    problems = []
    for file in files:
        content = await file.read(photos.MAX_BYTES + 1)
        name = file.filename or "photo"
        if problem := await photos.add(parts, order_id, content, name):
            problems.append(f"{name[:60]}: {problem}" if len(files) > 1 else problem)
    return " ".join(problems)


async def _done(parts: Parts, form: Form, verb: str, name: str) -> str:
    order_id, there = form.job.order_id, [p for p in form.photos if not p.removed]
    if verb == "order":
        known = {str(p.id): p.id for p in there}
        await photos.arrange(parts, order_id, [known[i] for i in name.split(",") if i in known])
        return ""
    one = next((p for p in form.photos if str(p.id) == name), None)
    if one is None:
        # "save", or a photo that another tab took out: what was typed is kept, and that is all.
        return ""
    if verb in {"up", "down"}:
        await photos.arrange(parts, order_id, moved(there, one, -1 if verb == "up" else 1))
    elif verb == "remove":
        await photos.remove(parts, order_id, one.id)
    elif verb == "restore":
        return await photos.restore(parts, order_id, one.id)
    return ""


def moved(there: Sequence[Photo], one: Photo, by: int) -> list[UUID]:
    """The ids in their order, with *one* moved by so many places, as far as there are any."""
    ids = [p.id for p in there]
    if one.id in ids:
        at = ids.index(one.id)
        ids.insert(max(0, min(len(ids) - 1, at + by)), ids.pop(at))
    return ids
