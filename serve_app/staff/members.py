"""Who is staff, and how do they get in? Invitation, password, second factor, session.

An invitation is a link with 256 random bits, kept as a hash; it works once, for three days. Whoever
opens it chooses a password and ties a device to the account. From then on both are asked for.
"""

from __future__ import annotations

import base64
import secrets
import time
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from pydantic import SecretStr

from dbolt.store.queries import Connection, Db, statements
from serve_app.identity import token_hash
from serve_app.parts import Parts
from serve_app.problems import Problem
from serve_app.staff import totp
from serve_app.staff.roles import StaffRole

SESSION_S = 12 * 3600.0
INVITATION_S = 3 * 24 * 3600.0
RECOVERY_CODES = 8
_RECOVERY_BYTES = 10


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that works, with the secret for the device of whoever takes it up.

    password_hash: of a member who is asked for another device and keeps the password; None for
    somebody new.
    """

    member_id: UUID
    email: str
    role: StaffRole
    secret: SecretStr
    password_hash: SecretStr | None = None

    @property
    def uri(self) -> str:
        """What an authenticator app opens."""
        return totp.uri(bytes.fromhex(self.secret.get_secret_value()), self.email)

    @property
    def spoken(self) -> str:
        """The secret to type."""
        return totp.spoken(bytes.fromhex(self.secret.get_secret_value()))


def vault(key: SecretStr | None) -> totp.Vault:
    """What secrets are sealed with. Raises Problem(503) where no key is set."""
    if key is None:
        raise Problem(503, "No vault key is set; set DBOLT_VAULT_KEY and start again.")
    return totp.Vault(key)


async def by_password(parts: Parts, email: str, password: str, said: str) -> UUID | None:
    """The member whom password and code open; as long a wait where there is none.

    said: six digits of the device, or a recovery code, which is used up.
    """
    row = await parts.pool.fetchrow(_sql()["by_email"], email.lower())
    known: str | None = row["password_hash"] if row else None
    if not await parts.passwords.is_right(known, password) or row is None or known is None:
        return None
    member_id: UUID = row["id"]
    if not await second_factor(parts, member_id, row["totp_secret"], said):
        return None
    if parts.passwords.is_outdated(known):
        fresh = await parts.passwords.hash(password)
        await parts.pool.execute(_sql()["rehash"], member_id, known, fresh)
    return member_id


async def second_factor(parts: Parts, member_id: UUID, sealed: bytes, said: str) -> bool:
    """Whether *said* is the device's code or a recovery code; either is used up by it."""
    plain = plain_code(said)
    if len(plain) != totp.DIGITS:
        hashed = token_hash(plain)
        return bool(await parts.pool.fetchval(_sql()["use_recovery"], member_id, hashed))
    try:
        secret = vault(parts.secrets.vault_key).open(sealed, str(member_id))
    except InvalidTag as error:
        raise Problem(
            503, "The vault key has changed; sign in with a recovery code, then be invited anew."
        ) from error
    step = totp.step_of(secret, plain, time.time())
    return step is not None and bool(
        await parts.pool.fetchval(_sql()["take_step"], member_id, step)
    )


def plain_code(said: str) -> str:
    """A code as it is kept, however it was typed."""
    return "".join(said.split()).replace("-", "").upper()


async def has_recovery_code(parts: Parts, email: str, said: str) -> bool:
    """Whether *said* is a recovery code of the member with that address; it is not used up."""
    hashed = token_hash(plain_code(said))
    return bool(await parts.pool.fetchval(_sql()["has_recovery"], email.lower(), hashed))


async def open_session(db: Db, member_id: UUID, agent: str) -> SecretStr:
    """A fresh session's token."""
    token = SecretStr(secrets.token_urlsafe(32))
    hashed = token_hash(token.get_secret_value())
    await db.execute(_sql()["open_session"], hashed, member_id, SESSION_S, agent[:200])
    return token


async def end_session(parts: Parts, token: str) -> None:
    """Ends the session of *token*."""
    await parts.pool.execute(_sql()["end_session"], token_hash(token))


async def invite(
    db: Db, key: SecretStr | None, email: str, role: StaffRole, by: str
) -> SecretStr | None:
    """An invitation's token for *email*; None where that account is in use."""
    member_id = await db.fetchval(_sql()["invite"], email.lower(), role.value, by)
    if member_id is None:
        return None
    token = SecretStr(secrets.token_urlsafe(32))
    sealed = vault(key).seal(totp.new_secret(), str(member_id))
    hashed = token_hash(token.get_secret_value())
    await db.execute(_sql()["end_all"], member_id)
    # Somebody who was disabled comes back without what they had: also a key made in that moment.
    await db.execute(statements("api", "serve_app")["revoke_of"], member_id, by)
    await db.execute(_sql()["add_invitation"], member_id, hashed, sealed, INVITATION_S)
    return token


async def reset_device(parts: Parts, member_id: UUID) -> tuple[str, SecretStr]:
    """A member's address, and the token of a link by which they tie another device to the account.

    The device and the recovery codes of before count no more, and all sessions end. Raises
    Problem(404) for somebody who has not joined.
    """
    sealed = vault(parts.secrets.vault_key).seal(totp.new_secret(), str(member_id))
    token = SecretStr(secrets.token_urlsafe(32))
    hashed = token_hash(token.get_secret_value())
    async with parts.pool.acquire() as connection, connection.transaction():
        email: str | None = await connection.fetchval(_sql()["set_device"], member_id, sealed, 0)
        if email is None:
            raise Problem(404, "There is no such member.")
        await connection.execute(_sql()["drop_recovery"], member_id)
        await connection.execute(_sql()["end_all"], member_id)
        await connection.execute(_sql()["add_invitation"], member_id, hashed, sealed, INVITATION_S)
    return email, token


async def look_at(parts: Parts, token: str) -> Invitation | None:
    """The invitation while it works; looking uses nothing up."""
    row = await parts.pool.fetchrow(_sql()["invitation"], token_hash(token))
    if row is None:
        return None
    secret = vault(parts.secrets.vault_key).open(row["totp_secret"], str(row["member_id"]))
    return Invitation(
        row["member_id"],
        row["email"],
        StaffRole(row["role"]),
        SecretStr(secret.hex()),
        SecretStr(row["password_hash"]) if row["again"] else None,
    )


async def join(
    parts: Parts, token: str, invitation: Invitation, password: str, step: int, *, agent: str
) -> tuple[SecretStr, list[str]] | None:
    """The member's session and recovery codes; None where somebody was faster.

    password: the new one; of no account where the member keeps theirs.
    """
    kept = invitation.password_hash
    hashed = kept.get_secret_value() if kept else await parts.passwords.hash(password)
    secret = bytes.fromhex(invitation.secret.get_secret_value())
    sealed = vault(parts.secrets.vault_key).seal(secret, str(invitation.member_id))
    async with parts.pool.acquire() as connection, connection.transaction():
        member_id = await connection.fetchval(_sql()["use_invitation"], token_hash(token))
        if member_id is None:
            return None
        await connection.execute(_sql()["join"], member_id, hashed, sealed, step)
        codes = await new_recovery_codes(connection, member_id)
        return await open_session(connection, member_id, agent), codes


async def new_recovery_codes(connection: Connection, member_id: UUID) -> list[str]:
    """Codes that each replace the device once; those from before are void."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    hashes = [token_hash(code.replace("-", "")) for code in codes]
    await connection.execute(_sql()["drop_recovery"], member_id)
    await connection.execute(_sql()["add_recovery"], member_id, hashes)
    return codes


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


async def set_role(parts: Parts, member_id: UUID, role: StaffRole) -> str:
    """Gives a member another role; the address. Raises Problem(409) for the last admin."""
    async with parts.pool.acquire() as connection, connection.transaction():
        if role is not StaffRole.ADMIN:
            await _keep_an_admin(connection, member_id)
        email: str | None = await connection.fetchval(_sql()["set_role"], member_id, role.value)
    if email is None:
        raise Problem(404, "There is no such member.")
    return email


async def disable(parts: Parts, member_id: UUID, by: str) -> str:
    """Ends a member's sessions and API keys and lets them in no more; the address.

    by: who says so. The keys stay ended when the member is invited anew.
    """
    async with parts.pool.acquire() as connection, connection.transaction():
        await _keep_an_admin(connection, member_id)
        email: str | None = await connection.fetchval(_sql()["disable"], member_id)
        if email is None:
            raise Problem(404, "There is no such member.")
        await connection.execute(_sql()["end_all"], member_id)
        await connection.execute(statements("api", "serve_app")["revoke_of"], member_id, by)
    return email


async def _keep_an_admin(connection: Connection, leaving: UUID) -> None:
    admins = {row["id"] for row in await connection.fetch(_sql()["lock_admins"])}
    if admins == {leaving}:
        raise Problem(409, "This is the last admin; make somebody else one first.")


def _sql() -> dict[str, str]:
    return statements("members", "serve_app")
