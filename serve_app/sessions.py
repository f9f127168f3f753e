"""Who is signed in where? Sessions in which an account was proven, and how they begin and end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import SecretStr

from dbolt.store.queries import Connection, statements
from serve_app import links
from serve_app.identity import SIGNED_IN_S, Customer, token_hash
from serve_app.mail import Kind, letter
from serve_app.parts import Parts


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One line of the list of sessions. `mine`: the one that asks. `orders`: made by so many."""

    id: UUID
    proved_at: datetime | None
    created_at: datetime
    seen_at: datetime
    agent: str
    mine: bool
    orders: int


@dataclass(frozen=True, slots=True)
class Account:
    """What an account says of itself."""

    id: UUID
    email: str
    created_at: datetime
    verified_at: datetime | None
    auth_subject: UUID | None
    password_set_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was opened just now, and where its customer wanted to go."""

    token: SecretStr
    email: str
    next: str


async def by_password(parts: Parts, email: str, password: str) -> UUID | None:
    """The account that *password* opens. Takes as long where there is none."""
    row = await parts.pool.fetchrow(_sql()["password_of"], email.lower())
    known: str | None = row["hash"] if row else None
    if not await parts.passwords.is_right(known, password) or row is None or known is None:
        return None
    if parts.passwords.is_outdated(known):
        fresh = await parts.passwords.hash(password)
        await parts.pool.execute(_sql()["rehash"], row["id"], known, fresh)
    customer_id: UUID = row["id"]
    return customer_id


async def by_link(
    parts: Parts, token: str, *, agent: str, instead: bytes, password: str = ""
) -> SignedIn | None:
    """A session of the account that a mailed link opens, with a new *password* where one is given.

    instead: hash of the browser's session until now, which ends if it was a signed-in one. None
    where the link does not work, or no longer.
    """
    hashed = await parts.passwords.hash(password) if password else ""
    async with parts.pool.acquire() as connection, connection.transaction():
        link = await links.use(connection, token)
        if link is None:
            return None
        customer = await connection.fetchrow(_sql()["verify"], link.email)
        assert customer is not None
        found = await open_session(connection, customer["id"], agent=agent, instead=instead)
        if hashed:
            await put_password(parts, connection, customer["id"], link.email, hashed, keep=found)
    return SignedIn(found, link.email, link.next)


async def open_session(
    connection: Connection, customer_id: UUID, *, agent: str, instead: bytes
) -> SecretStr:
    """A signed-in session's token. See `by_link` for *instead*."""
    token = SecretStr(secrets.token_urlsafe(32))
    hashed = token_hash(token.get_secret_value())
    await connection.execute(_sql()["end_hash"], instead)
    await connection.execute(_sql()["open"], hashed, customer_id, float(SIGNED_IN_S), agent[:200])
    return token


async def prove_again(parts: Parts, customer: Customer) -> SecretStr | None:
    """The session's next token, after its holder has shown once more whose account it is."""
    token = SecretStr(secrets.token_urlsafe(32))
    hashed = token_hash(token.get_secret_value())
    done = await parts.pool.fetchval(_sql()["rotate"], customer.session_hash, hashed)
    return token if done else None


async def put_password(
    parts: Parts,
    connection: Connection,
    customer_id: UUID,
    email: str,
    hashed: str,
    *,
    keep: SecretStr,
) -> None:
    """Sets the password, ends all signed-in sessions but *keep* and all links, and tells of it."""
    kept = token_hash(keep.get_secret_value())
    await connection.execute(_sql()["set_password"], customer_id, hashed)
    await connection.execute(_sql()["end_others"], customer_id, kept, False)
    await connection.execute(_sql()["drop_links"], email)
    told = letter(Kind.PASSWORD_SET, email, link=f"{parts.base_url}/forgot")
    await links.post(connection, told, f"password:{secrets.token_hex(16)}")


async def change_password(parts: Parts, customer: Customer, password: str) -> SecretStr | None:
    """Sets the password; the session's next token, or None where the session has ended."""
    hashed = await parts.passwords.hash(password)
    token = SecretStr(secrets.token_urlsafe(32))
    async with parts.pool.acquire() as connection, connection.transaction():
        fresh = token_hash(token.get_secret_value())
        if not await connection.fetchval(_sql()["rotate"], customer.session_hash, fresh):
            return None
        await put_password(parts, connection, customer.id, customer.email, hashed, keep=token)
    return token


async def is_password(parts: Parts, customer: Customer, password: str) -> bool:
    """Whether *password* is the account's."""
    known = await parts.pool.fetchval(_sql()["password_by_id"], customer.id)
    return await parts.passwords.is_right(known, password)


async def account_of(parts: Parts, customer: Customer) -> Account:
    """What there is to say of the customer's account."""
    row = await parts.pool.fetchrow(_sql()["account"], customer.id)
    assert row is not None
    return Account(**dict(row))


async def open_sessions(parts: Parts, customer: Customer) -> list[OpenSession]:
    """The account's sessions, the asking one first."""
    rows = await parts.pool.fetch(_sql()["list"], customer.id, customer.session_hash)
    return [OpenSession(**dict(row)) for row in rows]


async def end(parts: Parts, customer: Customer, session_id: UUID) -> None:
    """Ends one of the account's sessions."""
    await parts.pool.execute(_sql()["end_one"], session_id, customer.id)


async def end_here(parts: Parts, session_hash: bytes) -> None:
    """Ends a signed-in session; one from an order stays, as the only way back to it."""
    await parts.pool.execute(_sql()["end_hash"], session_hash)


async def end_everywhere(parts: Parts, customer: Customer) -> None:
    """Ends all other sessions of the account, those from orders too, and all mailed links."""
    async with parts.pool.acquire() as connection, connection.transaction():
        await connection.execute(_sql()["end_others"], customer.id, customer.session_hash, True)
        await connection.execute(_sql()["drop_links"], customer.email)


def _sql() -> dict[str, str]:
    return statements("sessions", "serve_app")
