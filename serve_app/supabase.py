"""Whom does a token of Supabase's name? For shops whose customers sign in there already.

Only what is signed with the project's own keys counts, by one of two algorithms, each with its own
kind of key. Keys are fetched when first needed and when an unknown one is named, never more often
than every `REFRESH_S`, so that made-up tokens cannot make us ask without end.

*Source:* supabase.com/docs/guides/auth/jwts and /jwt-fields; RFC 8725 (JWT best practice).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import jwt
from pydantic import BaseModel, ConfigDict, EmailStr, SecretStr, TypeAdapter, ValidationError

log = logging.getLogger(__name__)

KEYS_S = 600.0
"""How long a set of keys is taken as the newest."""
REFRESH_S = 15.0
FETCH_S = 3.0
LONGEST_TOKEN = 8192
LARGEST_SET = 65_536
MOST_KEYS = 20
LEEWAY_S = 10
AUDIENCE = "authenticated"


@dataclass(frozen=True, slots=True)
class SupabaseTerms:
    """Which project is trusted.

    `url`: the project's address. `jwks_url`: where its public keys are, if not at the usual place.
    `secret`: the shared secret of projects that still sign with HS256. `emails_confirmed`: the
    project lets nobody in before the address is confirmed, so that the token's address is proven.
    """

    url: str
    jwks_url: str = ""
    secret: SecretStr | None = None
    emails_confirmed: bool = False

    @property
    def issuer(self) -> str:
        """What stands in `iss`."""
        return f"{self.url.rstrip('/')}/auth/v1"

    @property
    def keys_url(self) -> str:
        """Where the public keys are."""
        return self.jwks_url or f"{self.issuer}/.well-known/jwks.json"


_EMAIL: TypeAdapter[str] = TypeAdapter(EmailStr)


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a token names. `email` is None unless the address is proven."""

    subject: UUID
    email: str | None


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore")

    sub: UUID
    role: str
    email: str | None = None
    email_verified: bool | None = None
    is_anonymous: bool | None = None
    app_metadata: dict[str, Any] | None = None


class Supabase:
    """Reads the tokens of one project."""

    def __init__(
        self, terms: SupabaseTerms, *, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Raises ValueError where keys would come over a line that others can change."""
        told = urlsplit(terms.keys_url)
        if told.scheme != "https" and told.hostname not in {"127.0.0.1", "::1", "localhost"}:
            raise ValueError("Set DBOLT_SUPABASE_URL to an address that begins with https://.")
        self._terms, self._clock_s = terms, clock_s
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_s = self._tried_s = -1e9
        self._fetching = asyncio.Lock()

    async def person(self, token: str) -> Person | None:
        """Whom *token* names; None where it proves nothing now."""
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            header = jwt.get_unverified_header(token)
            key = await self._key(str(header.get("alg", "")), str(header.get("kid", "")))
            if key is None:
                return None
            told = jwt.decode(
                token,
                key,
                # Each kind of key has one algorithm: a public key is never taken for a secret.
                algorithms=["HS256" if isinstance(key, str) else "ES256"],
                audience=AUDIENCE,
                issuer=self._terms.issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
            claims = _Claims.model_validate(told)
        except (jwt.InvalidTokenError, ValidationError):
            return None
        if claims.is_anonymous or claims.role != AUDIENCE:
            return None
        return Person(subject=claims.sub, email=self._proven_email(claims))

    def _proven_email(self, claims: _Claims) -> str | None:
        # `user_metadata.email_verified` is left alone: users can write that themselves.
        vouched = (claims.app_metadata or {}).get("email_verified") is True
        if not (claims.email_verified or vouched or self._terms.emails_confirmed):
            return None
        try:
            return _EMAIL.validate_python(claims.email)
        except ValidationError:
            return None  # who signed in by telephone has none

    async def _key(self, algorithm: str, name: str) -> str | jwt.PyJWK | None:
        if algorithm == "HS256" and self._terms.secret is not None:
            return self._terms.secret.get_secret_value()
        if algorithm != "ES256" or not name:
            return None
        if name not in self._keys or self._clock_s() - self._fetched_s > KEYS_S:
            await self._refresh(name)
        return self._keys.get(name)

    async def _refresh(self, name: str) -> None:
        async with self._fetching:
            now_s = self._clock_s()
            if name in self._keys and now_s - self._fetched_s <= KEYS_S:
                return  # whoever held the lock before has fetched it
            if now_s - self._tried_s < REFRESH_S:
                return
            self._tried_s = now_s
            try:
                self._keys = await self._fetch()
                self._fetched_s = now_s
            except (httpx.HTTPError, ValueError) as error:
                # The keys that we have go on opening what they signed.
                log.warning("the identity service's keys cannot be had: %s", type(error).__name__)

    async def _fetch(self) -> dict[str, jwt.PyJWK]:
        """The keys by name. Raises httpx.HTTPError, ValueError."""
        body = b""
        async with (
            httpx.AsyncClient(timeout=FETCH_S, trust_env=False) as client,
            client.stream("GET", self._terms.keys_url) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise ValueError("no key set")
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > LARGEST_SET:
                    raise ValueError("the key set is too large")
        return keys_in(body)


class _KeySet(BaseModel):
    keys: list[dict[str, Any]]


def keys_in(body: bytes) -> dict[str, jwt.PyJWK]:
    """The usable keys of a JWKS document, by name. Raises ValueError where it is none."""
    found: dict[str, jwt.PyJWK] = {}
    for told in _KeySet.model_validate_json(body).keys[:MOST_KEYS]:
        usable = (told.get("kty"), told.get("crv")) == ("EC", "P-256") and "d" not in told
        if not usable or told.get("use", "sig") != "sig" or not told.get("kid"):
            continue
        try:
            found[str(told["kid"])] = jwt.PyJWK.from_dict(told, algorithm="ES256")
        except jwt.PyJWTError:
            continue
    return found
