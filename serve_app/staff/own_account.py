"""How does a member look after their own way in? Password, device, recovery codes, sessions.

Whatever changes a way in asks for the present password and a code first, so that a browser left
open is not enough.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag

from dbolt.store.queries import statements
from serve_app.parts import Parts
from serve_app.problems import Problem
from serve_app.staff import members, totp

RENEWAL_S = 900
"""How long somebody may take to add the new key to their app."""
_ENDS_BYTES = 8


@dataclass(frozen=True, slots=True)
class Session:
    """One line of the list of sessions. `mine`: the one that asks."""

    created_at: datetime
    seen_at: datetime
    agent: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Ways:
    """How a member gets in: since when, with how many recovery codes left, where they are in."""

    joined_at: datetime
    recovery_codes: int
    sessions: list[Session]


@dataclass(frozen=True, slots=True)
class Renewal:
    """A key for a new device that counts for nothing yet.

    ticket: the key as only this server can read it, for this member and until their device changes.
    """

    uri: str
    spoken: str
    ticket: str


async def ways(parts: Parts, member_id: UUID, session_hash: bytes) -> Ways:
    """What there is to say of a member's ways in."""
    rows = await parts.pool.fetch(_sql()["sessions_of"], member_id, session_hash)
    row = await parts.pool.fetchrow(_sql()["ways"], member_id)
    assert row is not None
    return Ways(**dict(row), sessions=[Session(**dict(one)) for one in rows])


async def is_proven(parts: Parts, member_id: UUID, password: str, said: str) -> bool:
    """Whether both factors are right; a code or recovery code is used up by it."""
    row = await parts.pool.fetchrow(_sql()["by_id"], member_id)
    known: str | None = row["password_hash"] if row else None
    if not await parts.passwords.is_right(known, password) or row is None:
        return False
    return await members.second_factor(parts, member_id, row["totp_secret"], said)


async def change_password(
    parts: Parts, member_id: UUID, password: str, session_hash: bytes
) -> None:
    """Sets the password and ends all other sessions."""
    hashed = await parts.passwords.hash(password)
    async with parts.pool.acquire() as connection, connection.transaction():
        await connection.execute(_sql()["set_password"], member_id, hashed)
        await connection.execute(_sql()["end_others"], member_id, session_hash)


async def end_others(parts: Parts, member_id: UUID, session_hash: bytes) -> int:
    """Ends all sessions of the member but the asking one; how many those were."""
    rows = await parts.pool.fetch(_sql()["end_others"], member_id, session_hash)
    return len(rows)


async def new_codes(parts: Parts, member_id: UUID) -> list[str]:
    """Fresh recovery codes; those from before are void."""
    async with parts.pool.acquire() as connection, connection.transaction():
        return await members.new_recovery_codes(connection, member_id)


async def begin_renewal(parts: Parts, member_id: UUID, email: str) -> Renewal:
    """A key for a new device; the old one works until the new one has shown a code."""
    secret = totp.new_secret()
    ends = int(time.time() + RENEWAL_S).to_bytes(_ENDS_BYTES, "big")
    sealed = members.vault(parts.secrets.vault_key).seal(
        secret + ends, await _purpose(parts, member_id)
    )
    return _renewal(secret, email, sealed.hex())


async def read_renewal(parts: Parts, member_id: UUID, email: str, ticket: str) -> Renewal:
    """The renewal that a ticket stands for. Raises Problem(409) for one that counts no more."""
    return _renewal(await _secret_of(parts, member_id, ticket), email, ticket)


async def end_renewal(
    parts: Parts, member_id: UUID, ticket: str, said: str, session_hash: bytes
) -> bool:
    """Ties the new device to the account and ends all other sessions; False for a wrong code."""
    secret = await _secret_of(parts, member_id, ticket)
    step = totp.step_of(secret, "".join(said.split()), time.time())
    if step is None:
        return False
    sealed = members.vault(parts.secrets.vault_key).seal(secret, str(member_id))
    async with parts.pool.acquire() as connection, connection.transaction():
        await connection.execute(_sql()["set_device"], member_id, sealed, step)
        await connection.execute(_sql()["end_others"], member_id, session_hash)
    return True


async def _secret_of(parts: Parts, member_id: UUID, ticket: str) -> bytes:
    purpose = await _purpose(parts, member_id)
    try:
        plain = members.vault(parts.secrets.vault_key).open(bytes.fromhex(ticket), purpose)
    except (ValueError, InvalidTag) as error:
        raise Problem(409, "This key counts no more; begin again for a new one.") from error
    if int.from_bytes(plain[totp.SECRET_BYTES :], "big") < time.time():
        raise Problem(409, "That took too long; begin again for a new key.")
    return plain[: totp.SECRET_BYTES]


async def _purpose(parts: Parts, member_id: UUID) -> str:
    """What a ticket is bound to: the member, and the device that it is to replace."""
    row = await parts.pool.fetchrow(_sql()["by_id"], member_id)
    if row is None:
        raise Problem(409, "This account is not in use any more.")
    return f"{member_id} renews {sha256(row['totp_secret']).hexdigest()}"


def _renewal(secret: bytes, email: str, ticket: str) -> Renewal:
    return Renewal(totp.uri(secret, email), totp.spoken(secret), ticket)


def _sql() -> dict[str, str]:
    return statements("members", "serve_app")
