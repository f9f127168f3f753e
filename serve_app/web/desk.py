"""What surrounds every staff page? The side bar, and what a command has just done."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from dbolt.store.queries import statements
from serve_app.identity import Staff, reading
from serve_app.parts import parts_of


@dataclass(frozen=True, slots=True)
class NavItem:
    """One line of the side bar."""

    key: str
    title: str
    icon: str
    href: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """The frame of a staff page."""

    nav: list[NavItem]
    here: str
    notice: str = ""


_NOTICES = {
    "retried": "{n} submissions are in the queue again.",
    "paused": "Paused. What has been sent is followed to its end.",
    "resumed": "Resumed.",
    "cancelled": "The job is cancelled.",
    "attended": "Marked as seen to.",
    "pin": "Noted; the customer sees it at once.",
    "done": "Marked as handed in. It is looked up on the directory next.",
}


def notice_of(request: Request) -> str:
    """What the command before this page did. Its words are ours; the address only picks them."""
    words = _NOTICES.get(request.query_params.get("done", ""), "")
    count = request.query_params.get("n", "0")
    if "{n}" not in words:
        return words
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 8 else 0
    return "1 submission is in the queue again." if number == 1 else words.format(n=f"{number:,}")


def nav_items(*, queued: int, person: int, directories: int, payments: int) -> list[NavItem]:
    """The side bar with its numbers."""
    return [
        NavItem("queue", "Live queue", "queue", "/staff", queued),
        NavItem("person", "Needs a person", "person", "/staff?tab=person", person),
        NavItem("pins", "PINs", "form", "/staff/pins"),
        NavItem("payments", "Payments", "shield", "/staff/payments", payments),
        NavItem("directories", "Directories", "globe", "/staff/directories", directories),
        NavItem("health", "Health", "pulse", "/staff/health"),
    ]


async def desk_of(request: Request, here: str) -> Desk:
    """The frame for the page *here*, a key of the side bar."""
    sql = statements("staff", "serve_app")
    async with reading(parts_of(request), Staff()) as connection:
        counts = {row["state"]: row["n"] for row in await connection.fetch(sql["counts"])}
        directories = await connection.fetchval(sql["directory_count"])
        payments = await connection.fetchval(sql["attention_count"])
    waiting = sum(counts.get(state, 0) for state in ("queued", "leased", "pressed"))
    items = nav_items(
        queued=waiting,
        person=counts.get("needs_person", 0),
        directories=directories,
        payments=payments,
    )
    return Desk(items, here, notice_of(request))
