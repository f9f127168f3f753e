"""Our own people in tests: invited by the staff token, with a device that shows codes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID

from serve_app.parts import Parts
from serve_app.staff import members, totp
from serve_app.staff.roles import StaffRole
from tests.support.signing import PASSWORD


@dataclass
class Colleague:
    """A member of staff with their device; `codes` replace it."""

    email: str
    secret: bytes
    token: str
    codes: list[str]
    id: UUID

    def code(self, ahead: int = 0) -> str:
        """What the device shows, now or *ahead* steps later."""
        return totp.code(self.secret, int(time.time()) // totp.STEP_S + ahead)

    @property
    def cookies(self) -> dict[str, str]:
        """What their browser sends."""
        return {"dbolt-staff": self.token}


async def colleague(parts: Parts, role: StaffRole, email: str = "") -> Colleague:
    """A member with an open session."""
    email = email or f"{role}@directorybolt.example"
    async with parts.pool.acquire() as connection, connection.transaction():
        link = await members.invite(connection, parts.secrets.vault_key, email, role, "test")
    assert link is not None
    token = link.get_secret_value()
    invitation = await members.look_at(parts, token)
    assert invitation is not None
    # A step long past: the codes of now are still to be used.
    made = await members.join(parts, token, invitation, PASSWORD, 1, agent="test")
    assert made is not None
    session, codes = made
    secret = bytes.fromhex(invitation.secret.get_secret_value())
    return Colleague(email, secret, session.get_secret_value(), codes, invitation.member_id)
