"""GET /api/v1/pool: what do the browsers do, and why are there so many?"""

from __future__ import annotations

from fastapi import APIRouter, Request

from dbolt.domain.browsers import PoolStatus
from serve_app.api.route import ApiRoute
from serve_app.identity import StaffOnly
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.queue import QueueAway, QueueFailed

router = APIRouter(prefix="/api/v1", tags=["health"], route_class=ApiRoute)


@router.get("/pool")
async def get_pool(request: Request, _staff: StaffOnly) -> PoolStatus:
    """The browser pool: its target and why, and each browser with what its slots do."""
    try:
        return await parts_of(request).browsers.status()
    except (QueueAway, QueueFailed) as error:
        detail = "The browser pool does not answer at the moment; try again shortly."
        raise Problem(503, detail) from error
