"""Who is asking? Staff by session or token, customers by session or outside identity.

A customer's session is an opaque token of 256 bits of which the database holds the SHA-256. One
that an order made opens the orders that were placed in it and nothing else of the same address:
anybody can type an address in. As the only way back to what was paid for, it outlives the work by
far. One that a password or a link sent by mail opened belongs to the account, and sees everything
that was ordered under the address. Tokens of Supabase's say the same where that is set up. The
cookie of whoever signed in with the staff token holds no token either: it is a time limit and a
random number, signed with a key that follows from the token, so that a new one ends these sessions.
Whoever of staff has an account has a session like a customer's.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import Depends, Request
from fastapi.routing import APIRoute
from pydantic import SecretStr
from starlette.responses import Response

from dbolt.store.queries import Connection, statements
from serve_app import keys
from serve_app.keys import EVERYTHING, Scope
from serve_app.parts import Parts, parts_of
from serve_app.problems import Problem
from serve_app.staff import audit
from serve_app.staff.roles import StaffRole, forbid_writes

SESSION_S = 365 * 24 * 3600
"""How long a session from an order lasts."""
SIGNED_IN_S = 30 * 24 * 3600
FRESH = timedelta(minutes=10)
"""How long after a proof what cannot be undone may be done without another one."""
STAFF_S = 12 * 3600


@dataclass(frozen=True, slots=True)
class Staff:
    """One of our people, or a program of theirs. `actor` goes into the log that customers may read.

    `email`, `member_id`: whose account it is; empty and None for tokens and keys. `scopes`: what
    its API key grants; people have all of them.
    """

    actor: str = "staff"
    role: StaffRole = StaffRole.ADMIN
    email: str = ""
    member_id: UUID | None = None
    scopes: frozenset[Scope] = EVERYTHING

    @property
    def name(self) -> str:
        """What colleagues know them by, in the audit log."""
        return self.email or ("staff token" if self.actor == "staff" else self.actor)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer, by session or by outside identity.

    `session_hash`: the session's; empty where there is none. `proved_at`: when it was last shown
    that the account is theirs; None where an address was typed in and nothing more.
    """

    id: UUID
    email: str
    session_hash: bytes
    session_id: UUID | None = None
    proved_at: datetime | None = None

    @property
    def actor(self) -> str:
        return "customer"

    @property
    def verified(self) -> bool:
        """Whether the account is theirs, with all that was ordered under its address."""
        return self.proved_at is not None

    @property
    def fresh(self) -> bool:
        """Whether that was shown a moment ago."""
        return self.proved_at is not None and datetime.now(UTC) - self.proved_at < FRESH


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


async def staff_of_cookie(parts: Parts, cookie: str) -> Staff | None:
    """The member of staff, or the holder of the staff token, whose *cookie* that is."""
    if not cookie:
        return None
    if "." in cookie:
        return Staff() if is_staff_cookie(parts, cookie) else None
    row = await _of_session(parts, "members", token_hash(cookie))
    if row is None:
        return None
    return Staff(row["actor"], StaffRole(row["role"]), row["email"], row["id"])


async def _of_session(parts: Parts, aggregate: str, hashed: bytes) -> asyncpg.Record | None:
    """Who holds a session that has not ended; now and then it is noted when that was seen last."""
    sql = statements(aggregate, "serve_app")
    row = await parts.pool.fetchrow(sql["of_session"], hashed)
    if row is not None and row["stale"]:
        await parts.pool.execute(sql["seen"], hashed)
    return row


async def customer_of_token(parts: Parts, token: str) -> Customer | None:
    """The customer whose session *token* opens."""
    hashed = token_hash(token)
    row = await _of_session(parts, "sessions", hashed)
    if row is None:
        return None
    return Customer(row["id"], row["email"], hashed, row["session_id"], row["proved_at"])


async def customer_of_jwt(parts: Parts, token: str) -> Customer | None:
    """The customer whom an outside identity's *token* names; made where they come first.

    Raises Problem(403) where the token is good and its address opens no account.
    """
    person = await parts.supabase.person(token) if parts.supabase else None
    if person is None:
        return None
    sql = statements("sessions", "serve_app")
    row = await parts.pool.fetchrow(sql["customer_of_subject"], person.subject)
    if row is None and person.email is None:
        raise Problem(403, "Confirm your e-mail address where you signed in, then come back.")
    if row is None:
        address = str(person.email).lower()
        try:
            row = await parts.pool.fetchrow(sql["link_subject"], address, person.subject)
        except asyncpg.UniqueViolationError:  # two first requests at once
            row = await parts.pool.fetchrow(sql["customer_of_subject"], person.subject)
    if row is None:
        raise Problem(403, "This e-mail address belongs to another sign-in of this shop.")
    return Customer(row["id"], row["email"], b"", None, datetime.fromtimestamp(0, UTC))


async def viewer_of(request: Request) -> Viewer | None:
    """Who is asking: the bearer token says it, else the cookies do, staff before customer."""
    if not hasattr(request.state, "viewer"):
        request.state.viewer = await _find_viewer(request)
    known: Viewer | None = request.state.viewer
    return known


async def _find_viewer(request: Request) -> Viewer | None:
    parts = parts_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer" or not token:
            return None
        return await _of_bearer(request, token)
    staff = await staff_of_cookie(parts, request.cookies.get(cookie_name(request, "staff"), ""))
    return staff or await customer_of_cookie(request)


async def _of_bearer(request: Request, token: str) -> Viewer | None:
    parts = parts_of(request)
    if is_staff_token(parts, token):
        return Staff()
    if token.startswith(keys.MARK):
        key = await keys.admitted(request)
        return Staff(actor=key.actor, role=_role_of(key.grants), scopes=key.grants) if key else None
    if parts.supabase is not None and token.count(".") == 2:
        return await customer_of_jwt(parts, token)
    return await customer_of_token(parts, token)


def _role_of(grants: frozenset[Scope]) -> StaffRole:
    """The role that comes nearest to a key; its scopes are asked beside that."""
    if Scope.ADMIN in grants:
        return StaffRole.ADMIN
    return StaffRole.VIEWER if grants == {Scope.READ} else StaffRole.STAFF


async def customer_of_cookie(request: Request) -> Customer | None:
    """The customer of the browser's session, even where the visitor is staff too."""
    if not hasattr(request.state, "customer"):
        key = request.cookies.get(cookie_name(request, "session"), "")
        found = await customer_of_token(parts_of(request), key) if key else None
        request.state.customer = found
    known: Customer | None = request.state.customer
    return known


def key_of(request: Request, viewer: Viewer) -> str:
    """The key of the order's session that *viewer* came with in a cookie; empty for all others."""
    key = request.cookies.get(cookie_name(request, "session"), "")
    if not isinstance(viewer, Customer) or viewer.verified:
        return ""
    return key if viewer.session_hash == token_hash(key) else ""


_BEARER = {"WWW-Authenticate": "Bearer"}


async def _any_viewer(request: Request) -> Viewer:
    viewer = await viewer_of(request)
    if viewer is None:
        raise Problem(
            401,
            "Send an API key or session token as 'Authorization: Bearer TOKEN'.",
            headers=_BEARER,
        )
    if isinstance(viewer, Staff):
        # The one place that every route which knows its viewer goes through.
        await audit.begin(request, viewer.name, viewer.role)
        route = str(getattr(request.scope.get("route"), "path", ""))
        has_account = viewer.member_id is not None
        forbid_writes(viewer.role, request.method, route, has_account=has_account)
    return viewer


async def _staff_only(viewer: Annotated[Viewer, Depends(_any_viewer)]) -> Staff:
    if not isinstance(viewer, Staff):
        raise Problem(403, "This is for staff: send the staff token.")
    return viewer


async def _admin_only(staff: Annotated[Staff, Depends(_staff_only)]) -> Staff:
    keys.need(staff.scopes, Scope.ADMIN)
    if staff.role is not StaffRole.ADMIN:
        raise Problem(403, "This is for admins; ask one of them.")
    return staff


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
AdminOnly = Annotated[Staff, Depends(_admin_only)]


@asynccontextmanager
async def reading(parts: Parts, viewer: Viewer) -> AsyncIterator[Connection]:
    """A connection that sees what *viewer* may see, and writes nothing.

    For a customer Postgres itself picks the rows: role dbolt_customer under row-level security.
    """
    async with parts.pool.acquire() as connection, connection.transaction(readonly=True):
        if isinstance(viewer, Customer):
            await see_as(connection, viewer)
        yield connection


async def see_as(connection: Connection, customer: Customer) -> None:
    """From here to the transaction's end only that customer's rows exist on *connection*."""
    await connection.execute("set local role dbolt_customer")
    await connection.execute(
        "select set_config('app.session_hash', $1, true), set_config('app.customer_id', $2, true)",
        customer.session_hash.hex(),
        str(customer.id) if customer.verified else "",
    )
