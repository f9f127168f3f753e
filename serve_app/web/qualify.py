"""What would I get? The answer before the payment, at an address that can be kept and sent on."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dbolt.domain.directory import Directory, Policy
from dbolt.domain.eligibility import Fit, Handling
from serve_app import limits
from serve_app.parts import parts_of
from serve_app.qualification import Catalogue, Entry, Qualification, Told, qualify, told_of
from serve_app.web.pages import page
from serve_app.web.profile_fields import countries, country_name

router = APIRouter(include_in_schema=False)

PER_PAGE = 40
PageNumber = Annotated[int, Query(alias="page", ge=1, le=1000)]
Show = Annotated[str, Query(max_length=20)]

WHY_NOT: dict[Fit, str] = {
    Fit.MARKET: "It lists businesses of other countries.",
    Fit.TRADE: "It lists other kinds of business.",
    Fit.FEE: "It charges for every listing, and our price holds no such fees.",
    Fit.CLOSED: "It does not want listings that are handed in for others.",
    Fit.GONE: "It no longer takes listings.",
}
IN_SHORT: dict[Fit, str] = {
    Fit.MARKET: "are for other countries",
    Fit.TRADE: "are for other kinds of business",
    Fit.FEE: "charge for every listing",
    Fit.CLOSED: "do not want to be handed listings for others",
    Fit.GONE: "take no listings any more",
}


async def qualification_of(request: Request, told: Told) -> Qualification:
    """What *told* qualifies for. Raises Problem(429) for who asks too often."""
    parts = parts_of(request)
    await limits.take(parts, limits.QUALIFY, limits.network_of(request))
    catalogue: Catalogue = request.app.state.catalogue
    return qualify(await catalogue.entries(parts.pool), told)


@router.get("/qualify")
async def show(request: Request, show: Show = "fits", number: PageNumber = 1) -> Response:
    """The form, and below it the answer once a country is told."""
    told, problems = told_of(request.query_params)
    asked = any(name in request.query_params for name in ("website", "town", "country", "category"))
    if problems or not asked:
        return form_page(request, told, problems if asked else {})
    found = await qualification_of(request, told)
    rows = found.others if show == "others" else found.fits
    pages = max(1, math.ceil(len(rows) / PER_PAGE))
    number = min(number, pages)
    return page(
        request,
        "qualify.html",
        told=told,
        problems={},
        countries=countries(),
        found=found,
        show="others" if show == "others" else "fits",
        rows=rows[(number - 1) * PER_PAGE : number * PER_PAGE],
        number=number,
        pages=pages,
        country=country_name(told.country),
        reasons=[(count, IN_SHORT[fit]) for fit, count in found.reasons.items()],
        why=why,
        how=how,
        market=market,
    )


def form_page(request: Request, told: Told, problems: dict[str, str]) -> Response:
    """The form alone."""
    return page(
        request,
        "qualify.html",
        status=422 if problems else 200,
        told=told,
        problems=problems,
        countries=countries(),
        found=None,
    )


def why(entry: Entry) -> str:
    """Why the directory is among what fits, or is not, in plain words."""
    if entry.fit is not Fit.FITS:
        return WHY_NOT[entry.fit]
    own = [text.replace("_", " ") for text in entry.directory.categories if text != "any"]
    kind = f"your kind of business ({', '.join(own)})" if own else "every kind of business"
    place = "any country" if entry.directory.market == "global" else "your country"
    return f"It takes {kind} from {place}."


def how(entry: Entry) -> tuple[str, str]:
    """Who hands the listing in, in a word or two and in a sentence."""
    if entry.handling is Handling.AUTOMATIC:
        return "automatic", "Our browser fills in the form and sends it."
    if entry.handling is Handling.NOBODY:
        return "not possible", ""
    if entry.directory.policy is Policy.MANUAL:
        return "by a person", "One of our people hands it in by hand."
    return "with a person", "Everything is prepared; one of our people checks and sends it."


def market(directory: Directory) -> str:
    """Where its businesses are."""
    if directory.market == "global":
        return "Worldwide"
    return ", ".join(country_name(code.upper()) for code in directory.market.split("|"))
