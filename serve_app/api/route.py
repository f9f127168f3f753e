"""What holds for each route of the API before its body is read? Who asks, how often, and once.

*Source:* the IETF drafts httpapi-ratelimit-headers (RateLimit, RateLimit-Policy) and
httpapi-idempotency-key-header.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from dbolt.store.pool import CONNECTION_LOST
from serve_app import limits
from serve_app.api import once
from serve_app.identity import Staff, ViewerFirst, viewer_of
from serve_app.limits import Limit
from serve_app.parts import parts_of
from serve_app.problems import Problem

LIMITER_S = 1.0
"""After so long a request goes on without having been counted."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the limits and repeated writes know them."""

    name: str
    limit: Limit


class ApiRoute(ViewerFirst):
    """A route of the API, for those who say who they are before their body is taken in."""

    repeatable = False
    """Whether sending a write twice does no harm without an Idempotency-Key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler, with our questions before it."""
        then = APIRoute.get_route_handler(self)

        async def handle(request: Request) -> Response:
            caller = await self.caller(request)
            await pace(request, caller)
            await self.admit(request)
            if self.repeatable:
                return await then(request)
            return await once.answered(request, caller.name, then)

        return handle

    async def caller(self, request: Request) -> Caller:
        """Who asks. Raises Problem(403) for an API key that does not reach here."""
        try:
            viewer = await viewer_of(request)
        except Problem:
            await pace(request, stranger(request))
            raise
        if viewer is None:
            return stranger(request)
        if isinstance(viewer, Staff):
            return Caller(viewer.actor, limits.API_PROGRAM)
        # Anybody can order under anybody's address: until it is proven, a session is one's own.
        own = str(viewer.id) if viewer.verified else viewer.session_hash.hex()
        return Caller(f"customer:{own}", limits.API_CUSTOMER)


class OpenRoute(ApiRoute):
    """A route of the API that is open to strangers."""

    async def admit(self, request: Request) -> None:
        """Everybody may."""


def stranger(request: Request) -> Caller:
    """Whoever has not said who they are."""
    return Caller(f"network:{limits.network_of(request)}", limits.API_NETWORK)


async def pace(request: Request, caller: Caller) -> None:
    """Counts the request, and has the answer say how many more there may be.

    Raises Problem(429) with Retry-After where there are too many.
    """
    limit = caller.limit
    said = {"RateLimit-Policy": f'"{limit.name}";q={limit.burst};w={limit.window_s}'}
    try:
        async with asyncio.timeout(LIMITER_S):
            left = await limits.take(parts_of(request), limit, caller.name)
    except Problem as refused:
        wait_s = refused.headers["Retry-After"]
        request.state.rate_headers = said | {"RateLimit": f'"{limit.name}";r=0;t={wait_s}'}
        raise
    except CONNECTION_LOST:  # a limiter must not be what keeps somebody from an answer
        return
    full_s = math.ceil((limit.burst - left) * limit.every_s)
    request.state.rate_headers = said | {
        "RateLimit": f'"{limit.name}";r={math.floor(left)};t={full_s}'
    }
