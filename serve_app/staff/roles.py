"""What may one of our people do? Three roles, each of which may do what the one before may."""

from __future__ import annotations

from enum import StrEnum

from serve_app.problems import Problem


class StaffRole(StrEnum):
    """A viewer reads, staff steer the work, an admin decides who is staff."""

    VIEWER = "viewer"
    STAFF = "staff"
    ADMIN = "admin"


READS = frozenset({"GET", "HEAD", "OPTIONS"})

OWN_ACCOUNT = frozenset(
    {
        "/staff/account/password",
        "/staff/account/device",
        "/staff/account/device/new",
        "/staff/account/codes",
        "/staff/account/sessions/end",
    }
)
"""All that a viewer may change: their own way in. Each acts on whoever is signed in alone."""


def forbid_writes(role: StaffRole, method: str, route: str, *, has_account: bool) -> None:
    """Raises Problem(403) where *role* only reads and *method* might change something else.

    route: the route's own path, not the one that was asked for. has_account: whether somebody
    signed in to an account of their own; a program's key has none.
    """
    if role is not StaffRole.VIEWER or method in READS:
        return
    if not (has_account and method == "POST" and route in OWN_ACCOUNT):
        raise Problem(
            403, "Your role is viewer: it reads, and changes only your own way in. Ask an admin."
        )
