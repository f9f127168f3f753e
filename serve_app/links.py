"""How does somebody show that an address is theirs? By a link that was sent to it.

A link's token has 256 bits, of which the database keeps the SHA-256; it works once, within
minutes. Whatever the address, and whatever is asked for, one link and one letter are written: who
asks learns nothing about whether there is an account. The letter alone says it, to its reader.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum

from dbolt.store.queries import Connection, statements
from serve_app.identity import token_hash
from serve_app.mail import Kind, Letter, letter
from serve_app.parts import Parts

MINUTES = 15
"""How long a link works. Longer than it takes until a stranger may ask for the next letter, so
that the latest letter of a flooded mailbox still opens the account. NIST allows 10 for signing in
with a code of six digits; this token cannot be guessed."""


class Purpose(StrEnum):
    """What a link is for. `CONFIRM`: the address was never shown to be anybody's."""

    CONFIRM = "confirm"
    SIGN_IN = "sign_in"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that works: whose mail it came by, what for, and where it leads to."""

    email: str
    purpose: Purpose
    next: str


async def send(parts: Parts, email: str, wanted: Purpose, target: str = "/account") -> None:
    """Writes a link to *email* and the letter that holds it; `CONFIRM` for unproven addresses."""
    sql, address, token = _sql(), email.lower(), secrets.token_urlsafe(32)
    async with parts.pool.acquire() as connection, connection.transaction():
        if not await connection.fetchval(sql["is_verified"], address):
            wanted = Purpose.CONFIRM
        elif wanted is Purpose.CONFIRM:
            wanted = Purpose.SIGN_IN
        hashed = token_hash(token)
        await connection.execute(sql["add_link"], hashed, address, wanted, target, MINUTES * 60.0)
        told = letter(
            Kind(wanted.value), address, link=f"{parts.base_url}/link/{token}", minutes=MINUTES
        )
        await post(connection, told, f"link:{hashed.hex()}")


async def post(connection: Connection, told: Letter, key: str) -> None:
    """The letter goes out once the transaction is committed; once for each *key*."""
    await connection.execute(_sql()["add_letter"], told.recipient, told.payload(), key)


async def look_at(parts: Parts, token: str) -> Link | None:
    """The link of *token* while it works; looking uses nothing up."""
    row = await parts.pool.fetchrow(_sql()["link"], token_hash(token))
    return Link(row["email"], Purpose(row["purpose"]), row["next"]) if row else None


async def use(connection: Connection, token: str) -> Link | None:
    """The same, for the first who asks; nobody uses it again once this is committed."""
    row = await connection.fetchrow(_sql()["use_link"], token_hash(token))
    return Link(row["email"], Purpose(row["purpose"]), row["next"]) if row else None


def _sql() -> dict[str, str]:
    return statements("sessions", "serve_app")
