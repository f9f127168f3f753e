"""Where does a customer tell of the business? Page by page, each saved as soon as it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from dbolt.domain.lifecycle import JobState
from dbolt.domain.profile import Profile
from serve_app import drafts, logos, photos
from serve_app.accounts import complete_profile
from serve_app.category_search import kinds_like
from serve_app.identity import AnyViewer, Viewer, ViewerFirst, key_of, reading
from serve_app.parts import parts_of
from serve_app.prefill.readings import reading_of
from serve_app.web.pages import Posted, go, page, text_of
from serve_app.web.profile_checks import (
    address_words,
    advice_in,
    everything_wrong,
    problems_in,
    regions_of,
)
from serve_app.web.profile_fields import Step, step_of, steps
from serve_app.web.profile_form import document, problems_of
from serve_app.web.profile_view import (
    Form,
    form_of,
    meter_of,
    neighbours,
    open_form,
    shared,
    step_or_404,
)

router = APIRouter(include_in_schema=False, route_class=ViewerFirst)

MAX_STEP_BYTES = 200_000
_WEEK = ("tue", "wed", "thu", "fri")


@router.get("/jobs/{job_id}/profile")
async def show(request: Request, viewer: AnyViewer, job_id: UUID) -> Response:
    """The way through the form: its pages, how far each is, and what is still needed."""
    form = await form_of(request, viewer, job_id)
    if form.job.state is not JobState.AWAITING_PROFILE:
        return go(f"/jobs/{job_id}")
    reading = await reading_of(parts_of(request), form.draft.step(drafts.READING))
    key = key_of(request, viewer)
    # Behind the # it is sent to no server and stands in no log.
    link = f"{parts_of(request).base_url}/sign-in/key?next=/jobs/{job_id}#{key}" if key else ""
    return page(
        request,
        "profile/overview.html",
        kept_link=link,
        meter=await meter_of(request, form),
        website=reading.site if reading else form.values.get("website", ""),
        problem="",
        reading=reading,
        **shared(form),
    )


@router.get("/jobs/{job_id}/profile/review")
async def review(request: Request, viewer: AnyViewer, job_id: UUID) -> Response:
    """Everything on one page, before it is sent."""
    form = await form_of(request, viewer, job_id)
    if form.job.state is not JobState.AWAITING_PROFILE:
        return go(f"/jobs/{job_id}")
    return await _review_page(request, form, {}, terms=form.base.get("terms_agreed") == "yes")


async def _review_page(
    request: Request, form: Form, told: Mapping[str, str], *, terms: bool, changed: bool = False
) -> Response:
    """*told*: why it was not sent, by field. *changed*: it is not what was looked through."""
    wrong = everything_wrong(form.values)
    return page(
        request,
        "profile/review.html",
        status=409 if changed else 422 if told else 200,
        meter=await meter_of(request, form),
        wrong=wrong | dict(told),
        step_key={name: step.key for name in wrong | dict(told) if (step := _owner(name))},
        told=bool(told),
        changed=changed,
        terms=terms,
        seen=_seen(form),
        **shared(form),
    )


def _owner(name: str) -> Step | None:
    return step_of(name) or step_of(f"{name}.opens") or (step_or_404("media") if name else None)


@router.post("/jobs/{job_id}/profile")
async def send(request: Request, viewer: AnyViewer, job_id: UUID, given: Posted) -> Response:
    """Checks everything and starts the work, or shows what needs another look."""
    parts = parts_of(request)
    form = await open_form(request, viewer, job_id)
    terms = given.get("terms_agreed") == "yes"
    if str(given.get("seen", "")) != _seen(form):
        return await _review_page(request, form, {}, terms=terms, changed=True)
    wrong = everything_wrong(form.values)
    if wrong:
        return await _review_page(request, form, wrong, terms=terms)
    doc = document(form.values | ({"terms_agreed": "yes"} if terms else {"terms_agreed": ""}))
    async with reading(parts, viewer) as connection:
        logo = await logos.image_of(connection, form.job.order_id)
        pictures = {"photos": await photos.images_of(connection, form.job.order_id)}
    try:
        profile = Profile.model_validate(doc | pictures | ({"logo": logo} if logo else {}))
    except ValidationError as error:
        return await _review_page(request, form, problems_of(error), terms=terms)
    await complete_profile(parts, form.job, profile)
    await drafts.forget(parts, form.job.order_id)
    return go(f"/jobs/{job_id}")


def _seen(form: Form) -> str:
    logo = f"logo:{form.logo.version}" if form.logo else ""
    shots = ",".join(f"photo:{p.id}:{p.version}" for p in form.photos if not p.removed)
    return f"{form.draft.seen},{logo},{shots}"


@router.get("/categories")
async def categories(category: str = "") -> HTMLResponse:
    """Kinds of business with names like *category*, as options for the field that asks for one."""
    return HTMLResponse(text_of("profile/kinds.html", kinds=kinds_like(category)))


@router.get("/jobs/{job_id}/profile/{key}")
async def show_step(request: Request, viewer: AnyViewer, job_id: UUID, key: str) -> Response:
    """One page of the form."""
    step = step_or_404(key)
    form = await form_of(request, viewer, job_id)
    if form.job.state is not JobState.AWAITING_PROFILE:
        return go(f"/jobs/{job_id}")
    return await step_page(request, form, step, form.of_step(key))


@dataclass(frozen=True, slots=True)
class Shown:
    """What one answer shows besides.

    `kinds`: of business, that were searched for; `conflict`: what another tab has saved meanwhile.
    """

    kinds: list[str] | None = None
    logo_problem: str = ""
    photo_problem: str = ""
    conflict: Mapping[str, str] | None = None


NOTHING_MORE = Shown()


async def step_page(
    request: Request,
    form: Form,
    step: Step,
    values: Mapping[str, str],
    *,
    status: int = 200,
    shown: Shown = NOTHING_MORE,
) -> Response:
    """The page with *values* in it."""
    every = form.values | dict(values)
    country = every.get("address.country") or "US"
    before, after = neighbours(step)
    return page(
        request,
        "profile/step.html",
        status=status,
        step=step,
        values=values,
        problems=problems_in(step, every),
        advice=advice_in(step, every) if form.draft.step(step.key).version else {},
        notes=address_words(country) if step.key == "address" else {},
        regions=regions_of(country) if step.key == "address" else [],
        proposals=form.proposals(step, values),
        version=form.draft.step(step.key).version,
        saved=form.draft.step(step.key),
        number=1 + steps().index(step),
        before=before,
        after=after,
        kinds=shown.kinds,
        logo=form.logo,
        logo_problem=shown.logo_problem,
        photo_problem=shown.photo_problem,
        most_photos=photos.MOST,
        conflict=shown.conflict,
        **shared(form),
    )


@router.post("/jobs/{job_id}/profile/{key}", max_body_size=MAX_STEP_BYTES)
async def save_step(
    request: Request, viewer: AnyViewer, job_id: UUID, key: str, given: Posted
) -> Response:
    """Saves one page as it is, right or wrong, and goes where its button says."""
    step = step_or_404(key)
    form = await open_form(request, viewer, job_id)
    then = str(given.get("then", "next"))
    version = _number(given.get("version"))
    if then == "undo":
        await drafts.undo(parts_of(request), form.job.order_id, key, version)
        return go(f"/jobs/{job_id}/profile/{key}")
    fields = _typed(step, given)
    _take(form, step, fields, then)
    saved = await drafts.save(parts_of(request), form.job.order_id, key, version, fields)
    quiet = "application/json" in request.headers.get("accept", "")
    if saved is None and fields == form.of_step(key):
        # Somebody saved the very same: nothing to tell of.
        saved = form.draft.step(key).version
    if quiet:
        return _told(step, form, fields, saved)
    if saved is None:
        return await step_page(
            request, form, step, fields, status=409, shown=Shown(conflict=form.of_step(key))
        )
    return await _after_save(request, viewer, job_id, step, then)


async def _after_save(
    request: Request, viewer: Viewer, job_id: UUID, step: Step, then: str
) -> Response:
    here, (before, after) = f"/jobs/{job_id}/profile", neighbours(step)
    if then == "back":
        return go(f"{here}/{before}".rstrip("/"))
    if then == "overview":
        return go(here)
    form = await form_of(request, viewer, job_id)
    values = form.of_step(step.key)
    if then == "search":
        found = kinds_like(values.get("category", ""))
        return await step_page(request, form, step, values, shown=Shown(kinds=found))
    wrong = problems_in(step, form.values)
    if wrong and then == "next":
        return await step_page(request, form, step, values, status=422)
    return go(f"{here}/{after}" if then == "next" else f"{here}/{step.key}")


def _typed(step: Step, given: FormData) -> dict[str, str]:
    """What was typed into the step's fields; line ends as browsers count them."""
    fields = {
        field.name: str(given.get(field.name, "")).replace("\r\n", "\n") for field in step.fields
    }
    kind = str(given.get("kind", ""))
    if kind and "category" in fields:
        fields["category"] = kind
    return fields


def _take(form: Form, step: Step, fields: dict[str, str], then: str) -> None:
    """Does to *fields* what the pressed button asks for: proposals taken, Monday's hours copied."""
    verb, _, name = then.partition(":")
    proposals = form.proposals(step, fields)
    if verb == "take":
        wanted = proposals if name == "all" else {name} & proposals.keys()
        for each in wanted:
            fields[each] = proposals[each]["value"]
    if verb == "copy" and step.key == "hours":
        for day in _WEEK:
            for part in ("opens", "closes", "opens2", "closes2", "closed"):
                fields[f"hours.{day}.{part}"] = fields.get(f"hours.mon.{part}", "")


def _told(step: Step, form: Form, fields: Mapping[str, str], saved: int | None) -> JSONResponse:
    """What a page hears of its own save."""
    if saved is None:
        return JSONResponse({"conflict": True}, 409)
    every: dict[str, Any] = form.values | dict(fields)
    return JSONResponse(
        {
            "version": saved,
            "problems": problems_in(step, every),
            "advice": advice_in(step, every),
        }
    )


def _number(text: object) -> int:
    return int(text) if isinstance(text, str) and text.isdecimal() and len(text) < 9 else 0
