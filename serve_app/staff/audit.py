"""Who of staff did what, on what, when, from where, and what came of it?

The intent is written before anything is done, so nothing is done that is not written down; the
outcome follows in a row of its own. Postgres takes neither back.
"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import Request
from starlette.types import Scope

from dbolt.store.plain import plain
from dbolt.store.queries import statements
from serve_app.limits import network_of
from serve_app.parts import Parts, parts_of
from serve_app.staff.roles import READS, StaffRole

log = logging.getLogger(__name__)

_SAID = "audit"


async def begin(request: Request, actor: str, role: StaffRole | None) -> None:
    """Writes down that *actor* sets out to do what *request* asks for; once per request."""
    if request.method in READS or _SAID in request.scope.get("state", {}):
        return
    route = getattr(request.scope.get("route"), "path", request.url.path)
    subject = " ".join(f"{k}={v}" for k, v in request.path_params.items() if k != "token")
    request.state.audit = {}
    request.state.audit_id = await parts_of(request).pool.fetchval(
        statements("audit", "serve_app")["begin"],
        actor,
        role.value if role else "",
        f"{request.method} {route}",
        subject[:500],
        network_of(request),
        request.headers.get("user-agent", "")[:200],
    )


def note(request: Request, **detail: Any) -> None:
    """Adds to what is kept of the request under way. Never a secret."""
    told = getattr(request.state, _SAID, None)
    if told is not None:
        told.update(detail)


async def end(scope: Scope, status: int) -> None:
    """Writes down what came of it, if it was begun."""
    state = scope.get("state", {})
    audit_id = state.pop("audit_id", None)
    if audit_id is None:
        return
    parts: Parts = scope["app"].state.parts
    try:
        told = plain(state.get(_SAID, {}))
        await parts.pool.execute(statements("audit", "serve_app")["end"], audit_id, status, told)
    except Exception:
        # The intent is there; that its outcome is not must not turn it into another one.
        log.exception("the outcome of action %s could not be written", audit_id)
