"""Who is asking? Staff by token or signed cookie, customers by session.

A customer's session is an opaque token of 256 bits of which the database holds the SHA-256. It
opens the orders that were placed in it and nothing else of the same address: anybody can type an
address in. As the only way back to what was paid for, it outlives the work by far. The
staff cookie holds no token either: it is a time limit and a random number, signed with a key that
follows from the staff token, so that a new token ends all staff sessions.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from pydantic import SecretStr
from starlette.responses import Response

from dbolt.store.queries import Connection, statements
from serve_app.parts import Parts, parts_of
from serve_app.problems import Problem

SESSION_S = 365 * 24 * 3600
STAFF_S = 12 * 3600


@dataclass(frozen=True, slots=True)
class Staff:
    """One of our people. `actor` goes into the log of events."""

    actor: str = "staff"


@dataclass(frozen=True, slots=True)
class Customer:
    """A signed-in customer. `session_hash`: what its rows are found by."""

    id: UUID
    email: str
    session_hash: bytes

    @property
    def actor(self) -> str:
        return "customer"


Viewer = Staff | Customer


def token_hash(token: str) -> bytes:
    """What the database keeps of a session token."""
    return hashlib.sha256(token.encode()).digest()


def is_staff_token(parts: Parts, token: str) -> bool:
    """Whether *token* is the staff token, in a time that does not depend on where they differ."""
    known = parts.secrets.staff_token.get_secret_value()
    # Digests have one length, so not even the length of the token shows.
    return bool(known) and hmac.compare_digest(token_hash(token), token_hash(known))


def signature(secret: SecretStr, purpose: str, text: str) -> str:
    """*text* signed for one *purpose*, as 64 hex digits."""
    key = hmac.digest(secret.get_secret_value().encode(), f"dbolt {purpose}".encode(), "sha256")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def cookie_name(request: Request, name: str) -> str:
    """*name* with the `__Host-` prefix wherever the browser can hold us to it: over https."""
    return f"__Host-{name}" if _is_https(request) else f"dbolt-{name}"


def _is_https(request: Request) -> bool:
    return parts_of(request).base_url.startswith("https://")


def put_cookie(
    request: Request, response: Response, name: str, value: str, *, max_age_s: int
) -> None:
    """Sets a cookie that scripts cannot read and other sites cannot use."""
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=max_age_s,
        path="/",
        httponly=True,
        secure=_is_https(request),
        samesite="lax",
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Takes a cookie back."""
    put_cookie(request, response, name, "", max_age_s=0)


def staff_cookie(parts: Parts, *, now_s: float | None = None) -> str:
    """A fresh staff session."""
    ends = int((time.time() if now_s is None else now_s) + STAFF_S)
    body = f"{ends}.{secrets.token_hex(16)}"
    return f"{body}.{signature(parts.secrets.staff_token, 'staff session', body)}"


def is_staff_cookie(parts: Parts, cookie: str) -> bool:
    """Whether *cookie* was made by us, with today's staff token, and has not run out."""
    body, _, signed = cookie.rpartition(".")
    if not hmac.compare_digest(
        signed.encode(), signature(parts.secrets.staff_token, "staff session", body).encode()
    ):
        return False
    return int(body.partition(".")[0]) > time.time()


async def customer_of_token(parts: Parts, token: str) -> Customer | None:
    """The customer whose session *token* opens."""
    hashed = token_hash(token)
    row = await parts.pool.fetchrow(
        statements("accounts", "serve_app")["customer_of_session"], hashed
    )
    return Customer(row["id"], row["email"], hashed) if row else None


async def viewer_of(request: Request) -> Viewer | None:
    """Who is asking: the bearer token says it, else the cookies do, staff before customer."""
    parts = parts_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer" or not token:
            return None
        return Staff() if is_staff_token(parts, token) else await customer_of_token(parts, token)
    if is_staff_cookie(parts, request.cookies.get(cookie_name(request, "staff"), "")):
        return Staff()
    session = request.cookies.get(cookie_name(request, "session"), "")
    return await customer_of_token(parts, session) if session else None


def key_of(request: Request, viewer: Viewer) -> str:
    """The key of the session that *viewer* came with in a cookie; empty for everybody else."""
    key = request.cookies.get(cookie_name(request, "session"), "")
    same = isinstance(viewer, Customer) and viewer.session_hash == token_hash(key)
    return key if same else ""


_BEARER = {"WWW-Authenticate": "Bearer"}


async def _any_viewer(request: Request) -> Viewer:
    viewer = await viewer_of(request)
    if viewer is None:
        raise Problem(
            401,
            "Send the session or staff token as 'Authorization: Bearer TOKEN'.",
            headers=_BEARER,
        )
    return viewer


async def _staff_only(viewer: Annotated[Viewer, Depends(_any_viewer)]) -> Staff:
    if not isinstance(viewer, Staff):
        raise Problem(403, "This is for staff: send the staff token.")
    return viewer


class ViewerFirst(APIRoute):
    """A route that knows who is asking before it takes in a body, which may be large."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler, with the question before it."""
        then = super().get_route_handler()

        async def handle(request: Request) -> Response:
            await self.admit(request)
            return await then(request)

        return handle

    async def admit(self, request: Request) -> None:
        """Raises Problem(401) for strangers."""
        if request.method not in {"GET", "HEAD"}:
            await _any_viewer(request)


AnyViewer = Annotated[Viewer, Depends(_any_viewer)]
StaffOnly = Annotated[Staff, Depends(_staff_only)]


@asynccontextmanager
async def reading(parts: Parts, viewer: Viewer) -> AsyncIterator[Connection]:
    """A connection that sees what *viewer* may see, and writes nothing.

    For a customer Postgres itself picks the rows: role dbolt_customer under row-level security.
    """
    async with parts.pool.acquire() as connection, connection.transaction(readonly=True):
        if isinstance(viewer, Customer):
            await see_as(connection, viewer.session_hash)
        yield connection


async def see_as(connection: Connection, session_hash: bytes) -> None:
    """From here to the transaction's end only rows of that session exist on *connection*."""
    await connection.execute("set local role dbolt_customer")
    await connection.execute("select set_config('app.session_hash', $1, true)", session_hash.hex())
