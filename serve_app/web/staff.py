"""What do staff see and do? The live queue, its commands with a confirmation, and two lists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from dbolt.domain.plan import PLANS
from serve_app.api.health import readiness
from serve_app.identity import Staff, StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.queue import answer_or_away
from serve_app.staff.selection import JobChoice, custom_plans
from serve_app.web import live
from serve_app.web.board import Board, Overview, board_of, overview_of
from serve_app.web.desk import Desk, desk_of, nav_items, notice_of, staff_of
from serve_app.web.pages import page, text_of

router = APIRouter(include_in_schema=False)


After = Annotated[str, Query(max_length=200)]


async def _board(request: Request, staff: Staff, after: str) -> Board:
    parts, asked = parts_of(request), JobChoice.of(request.query_params)
    shared: live.Shared = request.app.state.overview

    async def read() -> Overview:
        async with reading(parts, staff) as connection:
            return await overview_of(connection)

    overview: Overview = await shared.get(parts.changes, read)
    async with reading(parts, staff) as connection:
        await custom_plans(connection)
        return await board_of(
            connection, overview, asked, after=after, may_write=staff.role != "viewer"
        )


def _desk(request: Request, board: Board) -> Desk:
    counts = board.overview.counts
    waiting = sum(counts.get(state, 0) for state in ("queued", "leased", "pressed"))
    items = nav_items(
        queued=waiting,
        person=counts.get("needs_person", 0),
        directories=board.overview.directories,
        payments=board.overview.payments,
    )
    staff = staff_of(request)
    return Desk(items, "queue", notice_of(request), staff.name, staff.role)


@router.get("/staff")
async def queue(request: Request, staff: StaffOnly, after: After = "") -> Response:
    """The live queue."""
    board = await _board(request, staff, after)
    return page(
        request,
        "desk/queue.html",
        board=board,
        plans=PLANS.values(),
        desk=_desk(request, board),
    )


_PIECES = {
    "commands": "desk/commands.html",
    "figures": "desk/figures.html",
    "chart": "desk/chart.html",
    "activity": "desk/activity.html",
    "job-tabs": "desk/tabs.html",
    "jobs": "desk/jobs.html",
}


@router.get("/staff/stream", response_class=EventSourceResponse)
async def queue_stream(
    request: Request, staff: StaffOnly, after: After = ""
) -> AsyncIterator[ServerSentEvent]:
    """The queue page's changes."""

    async def render() -> live.Fragments:
        board = await _board(request, staff, after)
        found = {name: text_of(template, board=board) for name, template in _PIECES.items()}
        for item in _desk(request, board).nav:
            if item.count is not None:
                name = f"nav-{item.key}"
                found[name] = f'<span class="side-count" id="{name}">{item.count:,}</span>'
        return found

    async for event in live.stream(parts_of(request).changes, None, render):
        yield event


@router.get("/staff/health")
async def health(request: Request, _staff: StaffOnly) -> Response:
    """What is up, and what the orchestrator says of itself."""
    parts = parts_of(request)
    ready = await readiness(parts)
    told = await answer_or_away(parts.queue.status())
    states = [
        ("Database", ready.database),
        ("Orchestrator", ready.orchestrator),
        ("Live updates", ready.live_updates),
    ]
    return page(
        request,
        "desk/health.html",
        parts_state=states,
        told=_facts(told or {}),
        desk=await desk_of(request, "health"),
    )


def _facts(status: dict[str, Any]) -> list[tuple[str, str]]:
    """The orchestrator's numbers as lines of text."""
    found = []
    for name, value in status.items():
        if isinstance(value, dict):
            text = ", ".join(f"{key} {number}" for key, number in value.items()) or "none"
        elif isinstance(value, list):
            text = ", ".join(map(str, value)) or "none"
        else:
            text = str(value)
        found.append((name.replace("_", " "), text))
    return found
