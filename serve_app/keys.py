"""Which program is asking, and what may it do? API keys: scoped, shown once, hashed at rest."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, SecretStr

from dbolt.store.queries import statements
from serve_app.parts import Parts, parts_of
from serve_app.problems import FIRST_NAMES, Problem

MARK = "dbk_"
"""How every key begins."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_PATHS = ("/api/", "/autobolt/", "/metrics")


class Scope(StrEnum):
    """What a key may do. Write includes read; admin includes all."""

    READ = "read"
    WRITE = "write"
    WORKER = "worker"
    ADMIN = "admin"


EVERYTHING = frozenset(Scope)
_INCLUDED = {
    Scope.READ: {Scope.READ},
    Scope.WRITE: {Scope.READ, Scope.WRITE},
    Scope.WORKER: {Scope.WORKER},
    Scope.ADMIN: set(Scope),
}


class ApiKey(BaseModel):
    """A key as it is listed; the key itself is told once, when it is made.

    owner: the member of staff who made it, or the key that made it; null where that was the staff
    token. owner_disabled: it opens nothing, because that account is disabled.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    owner: str | None = None
    owner_disabled: bool = False

    @property
    def grants(self) -> frozenset[Scope]:
        """Its scopes with all that they include."""
        return frozenset().union(*(_INCLUDED[scope] for scope in self.scopes))

    @property
    def actor(self) -> str:
        """What the log of events calls it."""
        return f"key:{self.prefix}"


def key_hash(key: str) -> bytes:
    """What the database keeps of a key."""
    return hashlib.sha256(key.encode()).digest()


async def key_of(request: Request) -> ApiKey | None:
    """The good key that *request* brings as its bearer token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.startswith(MARK):
        return None
    if not hasattr(request.state, "api_key"):
        request.state.api_key = await _known(parts_of(request), token)
    known: ApiKey | None = request.state.api_key
    return known


async def _known(parts: Parts, token: str) -> ApiKey | None:
    row = await parts.pool.fetchrow(_sql()["key"], key_hash(token))
    if row is None:
        return None
    if row["stale"]:
        await parts.pool.execute(_sql()["used"], row["id"])
    return ApiKey.model_validate(dict(row))


async def admitted(request: Request) -> ApiKey | None:
    """The key, where it opens what is asked for; None without one, and on pages for people.

    Every way to who is asking leads through here, so a key that may read can write nowhere.
    Raises Problem(403) where its scopes do not reach.
    """
    path = request.url.path
    if not path.startswith(_PATHS) and path not in FIRST_NAMES:
        return None
    key = await key_of(request)
    if key is None:
        return None
    need(key.grants, Scope.READ if request.method in SAFE_METHODS else Scope.WRITE)
    return key


def need(grants: Collection[Scope], scope: Scope) -> None:
    """Raises Problem(403) unless *scope* is granted."""
    if scope not in grants:
        raise Problem(403, f"This API key lacks the scope {scope.value!r}; use one that has it.")


async def make(
    parts: Parts, *, name: str, scopes: Collection[Scope], days: int | None, actor: str
) -> tuple[ApiKey, SecretStr]:
    """A new key, and its text, which is kept nowhere. days: how long it lasts; None has no end."""
    prefix = MARK + "".join(secrets.choice(_ALPHABET) for _ in range(8))
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    listed = [scope.value for scope in Scope if scope in scopes]
    row = await parts.pool.fetchrow(
        _sql()["make_key"], name, prefix, key_hash(text), listed, days, actor
    )
    assert row is not None
    owner = await parts.pool.fetchval(_sql()["owner_of"], actor)
    return ApiKey.model_validate(dict(row) | {"owner": owner}), SecretStr(text)


async def listed(parts: Parts, *, after: tuple[datetime, UUID] | None, limit: int) -> list[ApiKey]:
    """Keys, the newest first."""
    at, key_id = after or (None, None)
    rows = await parts.pool.fetch(_sql()["keys"], at, key_id, limit)
    return [ApiKey.model_validate(dict(row)) for row in rows]


async def revoke(parts: Parts, key_id: UUID, actor: str) -> bool:
    """Ends a key for good; False where there is none."""
    return bool(await parts.pool.fetchval(_sql()["revoke"], key_id, actor))


def _sql() -> dict[str, str]:
    return statements("api", "serve_app")
