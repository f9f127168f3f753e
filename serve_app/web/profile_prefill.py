"""How do proposals from the business's own website come into the form? Kept beside it.

It is read at once by plain HTTP; where that finds no way to reach the business, a browser of the
pool opens it too, because scripts may draw it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import TypeAdapter, ValidationError

from dbolt.browser.fetch import Fetched, NotFetched, fetch
from dbolt.browser.outside import Lookup
from dbolt.domain.profile import Url
from dbolt.domain.website import Errand
from serve_app import drafts, limits
from serve_app.identity import AnyViewer, ViewerFirst
from serve_app.parts import Parts, parts_of
from serve_app.prefill.extract import Proposal, extract
from serve_app.prefill.readings import Asked, Readings, ended_of, reading_of
from serve_app.web.pages import Posted, go, page
from serve_app.web.profile_checks import problems_in
from serve_app.web.profile_fields import step_of, steps
from serve_app.web.profile_view import Form, form_of, meter_of, open_form, shared

router = APIRouter(include_in_schema=False, route_class=ViewerFirst)

NO_URL = "This is no web address; write it like your-business.com."
_REACHED_BY = frozenset({"phone", "email", "address.street"})
"""What every business's website tells, in whatever way."""
_URL: TypeAdapter[str] = TypeAdapter(Url)


@router.post("/jobs/{job_id}/profile/prefill")
async def prefill(request: Request, viewer: AnyViewer, job_id: UUID, given: Posted) -> Response:
    """Reads the website, or fills all empty fields with what was found there."""
    form = await open_form(request, viewer, job_id)
    parts = parts_of(request)
    if given.get("what") == "take":
        await _take_all(parts, form)
        return go(f"/jobs/{job_id}/profile")
    site = str(given.get("site", "")).strip()[:500]
    try:
        url = _URL.validate_python(site)
    except ValidationError:
        return await _again(request, form, site, NO_URL)
    await limits.take(parts, limits.PREFILLS, str(form.job.customer_id))
    lookup = Lookup.anywhere() if parts.prefill_private else Lookup()
    fetched = await fetch(url, contact_url=parts.base_url, lookup=lookup)
    if isinstance(fetched, NotFetched):
        return await _again(request, form, site, fetched.problem)
    await _keep(request, form, fetched)
    return go(f"/jobs/{job_id}/profile#prefill")


async def _keep(request: Request, form: Form, fetched: Fetched) -> None:
    """Keeps what was found, and has a browser look where too little was."""
    parts, order_id = parts_of(request), form.job.order_id
    proposals = await asyncio.to_thread(extract, fetched.html, fetched.url)
    found = usable(proposals, form.values)
    # The address of the site is no find of its own: it was typed in.
    if found.keys() - {"website"}:
        version = form.draft.step(drafts.FOUND).version
        await drafts.save(parts, order_id, drafts.FOUND, version, found)
    row = form.draft.step(drafts.READING)
    under_way = ended_of(row)
    if not _REACHED_BY.isdisjoint(found) or (under_way and not under_way.ended):
        return
    asker = str(form.job.customer_id)
    errand = Errand(uuid4(), asker, fetched.url, private=parts.prefill_private)
    take = partial(usable, values=form.values)
    readings: Readings = request.app.state.readings
    await readings.begin(parts, Asked(order_id, errand, found, take), row.version)


@router.get("/jobs/{job_id}/profile/reading")
async def reading(request: Request, viewer: AnyViewer, job_id: UUID) -> JSONResponse:
    """How far the browser is that reads the website."""
    form = await form_of(request, viewer, job_id)
    now = await reading_of(parts_of(request), form.draft.step(drafts.READING))
    return JSONResponse({"ended": now is None or now.ended, "words": now.words if now else ""})


async def _again(request: Request, form: Form, site: str, problem: str) -> Response:
    return page(
        request,
        "profile/overview.html",
        status=422,
        kept_link="",
        meter=await meter_of(request, form),
        website=site,
        problem=problem,
        reading=None,
        **shared(form),
    )


def usable(proposals: Sequence[Proposal], values: dict[str, str]) -> dict[str, dict[str, str]]:
    """For each field the first that the form would take as it is."""
    told = {one.field: one.value for one in reversed(proposals)}
    # An opening time is nothing without its closing time.
    hours = {name: value for name, value in told.items() if name.startswith("hours.")}
    country = {"address.country": told.get("address.country") or values.get("address.country", "")}
    found: dict[str, dict[str, str]] = {}
    for one in proposals:
        step = step_of(one.field)
        if step is None or one.field in found or not _is_link(one):
            continue
        alone = hours if step.key == "hours" else country | {one.field: one.value}
        day = one.field.rpartition(".")[0]
        if not {one.field, day} & problems_in(step, alone).keys():
            found[one.field] = {"value": one.value, "where": one.where}
    return found


def _is_link(one: Proposal) -> bool:
    """Whether an address that the website gives is one of the web, where one is asked for."""
    wanted = one.field in {"website", "booking_url"} or one.field.startswith("social.")
    scheme, colon, _ = one.value.partition(":")
    return not wanted or not colon or scheme.lower() in {"http", "https"}


async def _take_all(parts: Parts, form: Form) -> None:
    """Every empty field gets what was found for it; what was typed stays."""
    for step in steps():
        values = form.of_step(step.key)
        proposals = form.proposals(step, values)
        if proposals:
            fields = values | {name: told["value"] for name, told in proposals.items()}
            version = form.draft.step(step.key).version
            await drafts.save(parts, form.job.order_id, step.key, version, fields)
