"""How is this server set? Every setting that is no secret, and which secrets there are."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dbolt import __version__
from dbolt.domain.plan import PLANS
from dbolt.settings import Secrets, Settings
from serve_app.identity import StaffOnly
from serve_app.parts import parts_of
from serve_app.web.desk import desk_of
from serve_app.web.pages import page

router = APIRouter(include_in_schema=False)

_ADDRESSES = frozenset({"proxies", "stripe_api_base"})
"""May hold user names or passwords in an address; only whether they are set is told."""


@router.get("/staff/settings")
async def settings(request: Request, _staff: StaffOnly) -> Response:
    """What is set, to be read only: settings come from the environment at start."""
    parts, values = parts_of(request), Settings()
    shown = [
        (f"DBOLT_{name.upper()}", _text(name, getattr(values, name)))
        for name in sorted(Settings.model_fields)
    ]
    kept = [
        (name.replace("_", " "), getattr(parts.secrets, name) is not None)
        for name in Secrets.model_fields
    ]
    plans = [
        (plan.title, plan.directories, plan.price_cents, plan.priority) for plan in PLANS.values()
    ]
    return page(
        request,
        "desk/settings.html",
        shown=shown,
        kept=kept,
        plans=plans,
        version=__version__,
        base_url=parts.base_url,
        desk=await desk_of(request, "settings"),
    )


def _text(name: str, value: object) -> str:
    if name in _ADDRESSES:
        return "set" if value else "not set"
    return "not set" if value in {None, ""} else str(value)
