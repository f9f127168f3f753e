"""/api/v1/keys: which programs may use the API, and for what?"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dbolt.domain.whole import WHOLE
from serve_app import keys
from serve_app.api.route import ApiRoute
from serve_app.identity import AdminOnly
from serve_app.keys import ApiKey, Scope
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.records import Cursor
from serve_app.staff import audit

router = APIRouter(prefix="/api/v1", tags=["keys"], route_class=ApiRoute)

LONGEST_DAYS = 3650


class KeyRequest(BaseModel):
    """A key to make. Without `days` it lasts until it is revoked."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$"),
    ]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS, strict=True), WHOLE] | None = None


class KeyMade(ApiKey):
    """The new key. `key` is not shown again: only its hash is kept."""

    key: str


class KeyPage(BaseModel):
    """Keys newest first, revoked ones too; `next_cursor` is null on the last page."""

    items: list[ApiKey]
    next_cursor: str | None


@router.get("/keys")
async def list_keys(
    request: Request,
    _admin: AdminOnly,
    *,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> KeyPage:
    """Which keys there are, by their first characters."""
    after = Cursor.wanted(cursor)
    place = (after.created_at, after.id) if after else None
    found = await keys.listed(parts_of(request), after=place, limit=limit + 1)
    items, more = found[:limit], len(found) > limit
    last = Cursor(created_at=items[-1].created_at, id=items[-1].id) if more else None
    return KeyPage(items=items, next_cursor=last.text() if last else None)


@router.post("/keys", status_code=201)
async def make_key(request: Request, admin: AdminOnly, wanted: KeyRequest) -> KeyMade:
    """Make a key; it is shown in this answer and never again."""
    made, text = await keys.make(
        parts_of(request),
        name=wanted.name,
        scopes=wanted.scopes,
        days=wanted.days,
        actor=admin.actor,
    )
    audit.note(request, name=made.name, prefix=made.prefix, scopes=made.scopes)
    return KeyMade(key=text.get_secret_value(), **made.model_dump())


@router.delete("/keys/{key_id}", status_code=204)
async def revoke_key(request: Request, admin: AdminOnly, key_id: UUID) -> Response:
    """End a key at once and for good; a second time changes nothing."""
    if not await keys.revoke(parts_of(request), key_id, admin.actor):
        raise Problem(404, "There is no key with this id.")
    return Response(status_code=204)
