"""GET /api/v1/evidence/{sha256}: what did the page look like?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from dbolt.store.queries import statements
from serve_app.api.route import ApiRoute
from serve_app.identity import AnyViewer, Staff, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["evidence"], route_class=ApiRoute)

SHOWN = frozenset({"image/png", "image/jpeg", "image/webp"})
"""Types that a browser may show in place. The rest is foreign text, handed out as plain."""


_FILE = {"schema": {"type": "string", "format": "binary"}}
_KINDS = dict.fromkeys((*sorted(SHOWN), "text/plain", "application/octet-stream"), _FILE)


@router.get(
    "/evidence/{sha256}",
    response_class=Response,
    responses={200: {"description": "The file.", "content": _KINDS}},
)
async def get_evidence(
    request: Request,
    viewer: AnyViewer,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
) -> Response:
    """A file that one of the viewer's own attempts refers to; for staff, also one of a look's."""
    parts, sql = parts_of(request), statements("jobs", "serve_app")
    async with reading(parts, viewer) as connection:
        known = await connection.fetchrow(sql["evidence"], sha256)
        if known is None and isinstance(viewer, Staff):
            known = await connection.fetchrow(sql["look_evidence"], sha256)
    if known is None:
        raise Problem(404, "There is no such evidence.")
    content = await parts.evidence.get(sha256)
    if content is None:
        raise Problem(404, "This evidence is known, but its file is no longer kept.")
    headers = {
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "ETag": f'"{sha256}"',
    }
    if known["media_type"] in SHOWN:
        return Response(content, media_type=known["media_type"], headers=headers)
    name = f'attachment; filename="{known["kind"]}-{sha256[:8]}.txt"'
    if not str(known["media_type"]).startswith("text/"):
        name = name.replace(".txt", ".bin")
        return Response(
            content,
            media_type="application/octet-stream",
            headers=headers | {"Content-Disposition": name},
        )
    return Response(content, media_type="text/plain", headers=headers)
