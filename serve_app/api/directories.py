"""/api/v1/directories: which rules hold for each directory, and which are to hold?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from dbolt.domain.directory import Policy
from dbolt.domain.override import Override
from serve_app import cursors
from serve_app.api.route import ApiRoute
from serve_app.identity import StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.staff import overrides
from serve_app.staff.overrides import DirectoryRecord

router = APIRouter(prefix="/api/v1", tags=["directories"], route_class=ApiRoute)

Slug = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]


class DirectoryPage(BaseModel):
    """Directories by slug; `next_cursor` is null on the last page."""

    items: list[DirectoryRecord]
    next_cursor: str | None


@router.get("/directories")
async def list_directories(
    request: Request,
    staff: StaffOnly,
    *,
    policy: Policy | None = None,
    overridden: bool = False,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DirectoryPage:
    """Directories with their rules; `overridden`: only those that staff changed."""
    after = cursors.wanted(cursor)
    async with reading(parts_of(request), staff) as connection:
        found = await overrides.page(
            connection, after=after, policy=policy, overridden=overridden, limit=limit + 1
        )
    items, more = found[:limit], len(found) > limit
    return DirectoryPage(items=items, next_cursor=cursors.written(items[-1].slug) if more else None)


@router.get("/directories/{slug}")
async def get_directory(request: Request, staff: StaffOnly, slug: Slug) -> DirectoryRecord:
    """One directory with its rules."""
    async with reading(parts_of(request), staff) as connection:
        return await overrides.one(connection, slug)


@router.put("/directories/{slug}/override")
async def put_override(
    request: Request, staff: StaffOnly, slug: Slug, wanted: Override
) -> DirectoryRecord:
    """Lay rules over those of the directory's file, at once and without a restart.

    A slower pace needs the scope `write`; `policy`, `off` and whatever permits more than the file
    need `admin`, the last a `permission` too.
    """
    await overrides.put(request, staff, slug, wanted)
    async with reading(parts_of(request), staff) as connection:
        return await overrides.one(connection, slug)


@router.delete("/directories/{slug}/override", status_code=204)
async def delete_override(request: Request, staff: StaffOnly, slug: Slug) -> Response:
    """Take the override back: the file alone holds again. A second time changes nothing."""
    await overrides.take_back(request, staff, slug)
    return Response(status_code=204)
