"""Where does a customer begin? The landing page, the order form and the way back from paying."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from dbolt.domain.lifecycle import JobState
from dbolt.domain.plan import PLANS, PlanName
from serve_app import drafts, limits
from serve_app.accounts import KnownOrder, find_order, place_order
from serve_app.identity import (
    SESSION_S,
    AnyViewer,
    Customer,
    Viewer,
    put_cookie,
    reading,
    viewer_of,
)
from serve_app.parts import Parts, parts_of
from serve_app.payments import look_after, pay_page
from serve_app.problems import Problem
from serve_app.qualification import Told, told_of
from serve_app.web.doors import NO_ADDRESS, email_in
from serve_app.web.pages import Posted, go, page
from serve_app.web.profile_fields import countries, country_name
from serve_app.web.qualify import qualification_of

router = APIRouter(include_in_schema=False)

PRIVATE = (
    "/account",
    "/api/",
    "/jobs/",
    "/link/",
    "/orders/",
    "/pay/",
    "/pay-again/",
    "/sign-in",
    "/staff",
)
NOTHING_FITS = "None of our directories takes such a business, so there is nothing to sell you."
MaybeViewer = Annotated[Viewer | None, Depends(viewer_of)]


@router.get("/")
async def landing(request: Request) -> Response:
    """What it is and what it costs."""
    return page(
        request,
        "landing.html",
        plans=list(PLANS.values()),
        told=Told(),
        problems={},
        countries=countries(),
    )


@router.get("/robots.txt")
async def robots() -> PlainTextResponse:
    """What search engines are to leave alone: everything that belongs to somebody."""
    return PlainTextResponse("User-agent: *\n" + "".join(f"Disallow: {p}\n" for p in PRIVATE))


@router.get("/favicon.ico")
async def favicon() -> FileResponse:
    """Our mark, for those who ask for it without having read the page."""
    return FileResponse(str(resources.files("serve_app") / "static" / "mark.svg"))


@router.get("/order")
async def order_form(request: Request, viewer: MaybeViewer, plan: str = "growth") -> Response:
    """The order form, with a plan chosen."""
    email = viewer.email if isinstance(viewer, Customer) else ""
    return await _order_page(
        request, plan, email, _account(viewer), told_of(request.query_params)[0]
    )


def _account(viewer: Viewer | None) -> str:
    """The address of the account that is signed in to: orders go there and nowhere else."""
    return viewer.email if isinstance(viewer, Customer) and viewer.verified else ""


async def _order_page(
    request: Request,
    plan: str,
    email: str,
    account: str,
    told: Told,
    problems: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """The form. *problems*: what is wrong, by field. What was told before is counted again."""
    found = await qualification_of(request, told) if told.country else None
    return page(
        request,
        "order.html",
        status=422 if problems else 200,
        plans=list(PLANS.values()),
        chosen=plan if plan in set(PlanName) else "growth",
        email=email,
        account=account,
        told=told,
        country=country_name(told.country),
        offers={offer.plan.name: offer for offer in found.offers} if found else {},
        problem=problems.get("plan", ""),
        email_problem=problems.get("email", ""),
    )


@router.post("/order")
async def order(request: Request, form: Posted, viewer: MaybeViewer) -> Response:
    """Takes the order and sends the customer to pay."""
    parts = parts_of(request)
    plan, email, account = str(form.get("plan", "")), str(form.get("email", "")), _account(viewer)
    told, wrong = told_of(form)
    again = (request, plan, email.strip()[:254], account, told)
    if plan not in set(PlanName):
        return await _order_page(*again, {"plan": "Choose one of the plans."})
    address = account or email_in(form)
    if not address:
        return await _order_page(*again, {"email": NO_ADDRESS})
    if told.country:
        offers = (await qualification_of(request, told)).offers
        offer = next(one for one in offers if one.plan.name == plan)
        if not offer.count:
            return await _order_page(*again, {"plan": NOTHING_FITS})
        if offer.same_as:
            no_more = f"{offer.plan.title} gives you no more than {offer.same_as}; choose that."
            return await _order_page(*again, {"plan": no_more})
    await limits.take(parts, limits.ORDERS_NETWORK, limits.network_of(request))
    placed = await place_order(parts, address, PlanName(plan), viewer)
    if not wrong:
        await drafts.seed(parts, placed.order.order_id, told)
    answer = go(await pay_page(parts, placed.order))
    if placed.session is not None:
        token = placed.session.get_secret_value()
        put_cookie(request, answer, "session", token, max_age_s=SESSION_S)
    return answer


@router.get("/orders/{order_id}")
async def order_state(
    request: Request, viewer: AnyViewer, order_id: UUID, session_id: str = ""
) -> Response:
    """Where the payment page sends the customer back to: waits for the job, then shows it."""
    parts = parts_of(request)
    known = await order_or_404(parts, viewer, order_id)
    # The address proves nothing: it only says that somebody comes from paying. What is asked about
    # is the session that we opened for this order ourselves.
    if known.job_id is None and session_id and session_id == known.session_ref:
        await look_after(parts, order_id)
        known = await order_or_404(parts, viewer, order_id)
    if known.job_id is None:
        answer = page(request, "order_wait.html", order=known)
        if known.checkout in {"", "open"}:
            # Works without scripts, and shows nothing that a script could do better.
            answer.headers["Refresh"] = "2"
        return answer
    if known.job_state is JobState.AWAITING_PROFILE:
        return go(f"/jobs/{known.job_id}/profile")
    return go(f"/jobs/{known.job_id}")


@router.get("/pay-again/{order_id}")
async def pay_again(request: Request, viewer: AnyViewer, order_id: UUID) -> Response:
    """Back to the payment of an order that nobody has paid yet, in a new checkout if need be."""
    parts = parts_of(request)
    known = await order_or_404(parts, viewer, order_id)
    if known.state not in {"open", "expired"}:
        return go(f"/orders/{order_id}")
    return go(await pay_page(parts, known.order))


async def order_or_404(parts: Parts, viewer: Viewer, order_id: UUID) -> KnownOrder:
    """The order as *viewer* sees it; another customer's order is not there."""
    async with reading(parts, viewer) as connection:
        known = await find_order(connection, order_id)
    if known is None:
        raise Problem(404, "There is no order at this address.")
    return known
