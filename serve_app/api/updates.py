"""/api/v1/updates: which listings have to be changed by hand, and what was said of them?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel

from dbolt.domain.updates import UpdateState, UpdateWord
from serve_app import cursors, updates
from serve_app.api.jobs import accepted
from serve_app.api.route import ApiRoute
from serve_app.identity import StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.staff import audit
from serve_app.updates import UpdateRecord

router = APIRouter(prefix="/api/v1", tags=["updates"], route_class=ApiRoute)

UpdateId = Annotated[int, Path(ge=1, lt=2**63 - 1)]


class UpdatePage(BaseModel):
    """Updates, the open ones oldest first; `next_cursor` is null on the last page."""

    items: list[UpdateRecord]
    next_cursor: str | None


@router.get("/updates")
async def list_updates(
    request: Request,
    staff: StaffOnly,
    *,
    state: UpdateState = UpdateState.OPEN,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> UpdatePage:
    """Listings that hold old facts of a business, with the new ones."""
    after = cursors.wanted_number(cursor)
    async with reading(parts_of(request), staff) as connection:
        found = await updates.page(connection, state, after=after, limit=limit + 1)
    items, more = found[:limit], len(found) > limit
    return UpdatePage(items=items, next_cursor=cursors.written(str(items[-1].id)) if more else None)


@router.put("/updates/{update_id}")
async def put_update(
    request: Request, staff: StaffOnly, update_id: UpdateId, word: UpdateWord
) -> UpdateRecord:
    """Say that a listing was changed, that it cannot be, or that it waits again.

    409 where the facts changed since `version` was read.
    """
    parts = parts_of(request)
    audit.note(request, **word.model_dump(mode="json", exclude_defaults=True))
    async with reading(parts, staff) as connection:
        await updates.one(connection, update_id)
    accepted(await parts.queue.say_update(update_id, word, staff.actor))
    async with reading(parts, staff) as connection:
        return await updates.one(connection, update_id)
