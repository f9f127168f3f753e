"""What surrounds every staff page? The side bar, who is there, what a command has just done."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request

from dbolt.store.queries import statements
from serve_app.identity import Staff, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.records import Cursor
from serve_app.staff.roles import StaffRole
from serve_app.web.live import Shared


@dataclass(frozen=True, slots=True)
class NavItem:
    """One line of the side bar."""

    key: str
    title: str
    icon: str
    href: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """The side bar's numbers."""

    queued: int
    person: int
    directories: int
    payments: int


@dataclass(frozen=True, slots=True)
class Desk:
    """The frame of a staff page."""

    nav: list[NavItem]
    here: str
    notice: str = ""
    who: str = "staff"
    role: StaffRole = StaffRole.ADMIN

    @property
    def may_write(self) -> bool:
        """Whether commands are shown. What is refused is decided elsewhere."""
        return self.role is not StaffRole.VIEWER


_NOTICES = {
    "retried": "{n} submissions are in the queue again.",
    "paused": "Paused. What has been sent is followed to its end.",
    "resumed": "Resumed.",
    "cancelled": "The job is cancelled.",
    "attended": "Marked as seen to.",
    "pin": "Noted; the customer sees it at once.",
    "done": "Marked as handed in. It is looked up on the directory next.",
    "update_done": "Marked as updated. It is among the updated ones, where it can be reopened.",
    "update_impossible": "Noted; the customer reads the reason.",
    "update_open": "The listing waits to be changed again.",
    "role": "The role is changed. It holds from the next click on.",
    "disabled": "The account is disabled, and its sessions have ended.",
    "password": "The password is changed, and your other sessions have ended.",
    "device": "Your codes come from the new device from now on. Your other sessions have ended.",
    "sessions": "Your other sessions have ended.",
    "overridden": "The rules hold from now on.",
    "taken_back": "Taken back. What the file says holds again.",
    "priority": "The priority is changed.",
    "nothing": "Nothing was chosen.",
}


def notice_of(request: Request) -> str:
    """What the command before this page did. Its words are ours; the address only picks them."""
    words = _NOTICES.get(request.query_params.get("done", ""), "")
    count = request.query_params.get("n", "0")
    if "{n}" not in words:
        return words
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 8 else 0
    return "1 submission is in the queue again." if number == 1 else words.format(n=f"{number:,}")


def address(path: str, **told: object) -> str:
    """*path* with those of the query that say something."""
    kept = urlencode({name: value for name, value in told.items() if value})
    return f"{path}?{kept}" if kept else path


def place_of(after: str) -> Cursor | None:
    """Where the page before ended, if there was one. Raises Problem(422) for no such place."""
    cursor = Cursor.read(after) if after else None
    if after and cursor is None:
        raise Problem(422, "This page's address is not whole; begin again from the first page.")
    return cursor


def nav_items(*, queued: int, person: int, directories: int, payments: int) -> list[NavItem]:
    """The side bar with its numbers."""
    return [
        NavItem("overview", "Overview", "grid", "/staff/overview"),
        NavItem("queue", "Live queue", "queue", "/staff", queued),
        NavItem("submissions", "Submissions", "form", "/staff/submissions"),
        NavItem("person", "Needs a person", "person", "/staff/person", person),
        NavItem("pins", "PINs", "form", "/staff/pins"),
        NavItem("payments", "Payments", "shield", "/staff/payments", payments),
        NavItem("directories", "Directories", "globe", "/staff/directories", directories),
        NavItem("customers", "Customers", "people", "/staff/customers"),
        NavItem("health", "Health", "pulse", "/staff/health"),
        NavItem("audit", "Audit log", "eye", "/staff/audit"),
        NavItem("team", "Team", "key", "/staff/team"),
        NavItem("settings", "Settings", "gear", "/staff/settings"),
    ]


def staff_of(request: Request) -> Staff:
    """Who of staff is asking, behind a door that let them in."""
    viewer = getattr(request.state, "viewer", None)
    return viewer if isinstance(viewer, Staff) else Staff()


async def counts_of(request: Request) -> Counts:
    """The numbers of the side bar, read once per change and second for all viewers."""
    parts, shared = parts_of(request), request.app.state.desk_counts
    assert isinstance(shared, Shared)

    async def read() -> Counts:
        sql = statements("staff", "serve_app")
        async with reading(parts, Staff()) as connection:
            row = await connection.fetchrow(sql["desk_counts"])
        assert row is not None
        return Counts(**dict(row))

    found: Counts = await shared.get(parts.changes, read)
    return found


async def desk_of(request: Request, here: str) -> Desk:
    """The frame for the page *here*, a key of the side bar."""
    counts = await counts_of(request)
    items = nav_items(
        queued=counts.queued,
        person=counts.person,
        directories=counts.directories,
        payments=counts.payments,
    )
    staff = staff_of(request)
    return Desk(items, here, notice_of(request), staff.name, staff.role)
