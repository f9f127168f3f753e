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


def forbid_writes(role: StaffRole, method: str) -> None:
    """Raises Problem(403) where *role* only reads and *method* might change something."""
    if role is StaffRole.VIEWER and method not in READS:
        raise Problem(403, "Your role is viewer: it reads and changes nothing. Ask an admin.")
