"""How is this server set? Every setting that is no secret, and which secrets there are."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dbolt import __version__
from dbolt.domain.plan import PLANS
from dbolt.settings import Secrets
from dbolt.store.queries import statements
from serve_app.identity import StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.web.desk import desk_of
from serve_app.web.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/staff/settings")
async def settings(request: Request, staff: StaffOnly) -> Response:
    """What is set, to be read only: settings come from the environment at start."""
    parts = parts_of(request)
    kept = [
        (name.replace("_", " "), getattr(parts.secrets, name) is not None)
        for name in Secrets.model_fields
    ]
    plans = [
        (plan.name.value, plan.title, plan.directories, plan.price_cents, plan.priority)
        for plan in PLANS.values()
    ]
    async with reading(parts, staff) as connection:
        pauses = await connection.fetch(statements("staff", "serve_app")["pauses_now"])
    paused = {row["key"] for row in pauses if row["level"] == "plan"}
    return page(
        request,
        "desk/settings.html",
        shown=sorted(parts.shown.items()),
        paused=paused,
        kept=kept,
        plans=plans,
        version=__version__,
        base_url=parts.base_url,
        desk=await desk_of(request, "settings"),
    )
