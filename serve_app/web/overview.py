"""How does the whole stand? Throughput, what fails now, the browsers, money that wants a person."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from dbolt.domain.browsers import PoolStatus
from dbolt.domain.lifecycle import RETRYABLE, State
from dbolt.domain.reasons import Reason
from dbolt.store.queries import statements
from serve_app.identity import Staff, StaffOnly, reading
from serve_app.parts import Parts, parts_of
from serve_app.queue import answer_or_away
from serve_app.web import live
from serve_app.web.charts import Chart, chart
from serve_app.web.desk import desk_of
from serve_app.web.money import TITLES
from serve_app.web.pages import page, text_of

router = APIRouter(include_in_schema=False)

GROUPS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Range:
    """What a chart covers: `steps` of `step_s` seconds, ending now.

    fresh_s: how long one is good enough. reads: which statement tells it.
    """

    key: str
    title: str
    unit: str
    step_s: int
    steps: int
    fresh_s: float
    reads: str


RANGES: Mapping[str, Range] = {
    one.key: one
    for one in (
        Range("1h", "1 h", "per minute", 60, 60, 2.0, "throughput"),
        Range("24h", "24 h", "per 15 minutes", 900, 96, 10.0, "long_throughput"),
        Range("7d", "7 days", "per 2 hours", 7200, 84, 30.0, "long_throughput"),
    )
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Submissions that failed alike."""

    state: State
    reason: Reason
    directory: str
    directory_name: str
    n: int
    latest: datetime

    @property
    def retryable(self) -> bool:
        """Whether a robot might try again."""
        return self.state in RETRYABLE


@dataclass(frozen=True, slots=True)
class Whole:
    """What the page shows."""

    range: Range
    chart: Chart | None
    """None while it is being read for the first time."""
    counts: Mapping[str, int]
    troubles: list[Trouble]
    payments: list[dict[str, Any]]
    pauses: list[dict[str, Any]]
    pool: PoolStatus | None

    @property
    def stream(self) -> str:
        """Where its changes come from."""
        return f"/staff/overview/stream?range={self.range.key}"


Asked = Annotated[str, Query(alias="range", max_length=4)]


async def _whole(request: Request, staff: Staff, key: str) -> Whole:
    chosen, parts = RANGES.get(key, RANGES["1h"]), parts_of(request)
    sql = statements("staff", "serve_app")
    series = await request.app.state.charts[chosen.key].get(lambda: _series(parts, chosen))
    async with reading(parts, staff) as connection:
        counts = {row["state"]: row["n"] for row in await connection.fetch(sql["counts"])}
        troubles = [
            Trouble(
                State(row["state"]),
                Reason(row["reason"]),
                row["directory"],
                row["directory_name"],
                row["n"],
                row["latest"],
            )
            for row in await connection.fetch(sql["troubles"], GROUPS_SHOWN)
        ]
        payments = [dict(row) for row in await connection.fetch(sql["open_attention"])]
        pauses = [dict(row) for row in await connection.fetch(sql["pauses_now"])]
    pool = await answer_or_away(parts.browsers.status())
    return Whole(chosen, series, counts, troubles, payments, pauses, pool)


async def _series(parts: Parts, chosen: Range) -> Chart:
    now_step = int(time.time()) // chosen.step_s
    first = now_step - chosen.steps + 1
    async with reading(parts, Staff()) as connection:
        rows = await connection.fetch(
            statements("staff", "serve_app")[chosen.reads],
            datetime.fromtimestamp(first * chosen.step_s, UTC),
            float(chosen.step_s),
        )
    at = {row["step"]: row for row in rows}

    def column(name: str) -> list[int]:
        return [at[step][name] if step in at else 0 for step in range(first, now_step + 1)]

    return chart(
        {
            "live": ("green", column("live")),
            "sent": ("blue", column("sent")),
            "failed": ("red", column("failed")),
        }
    )


@router.get("/staff/overview")
async def overview(request: Request, staff: StaffOnly, key: Asked = "1h") -> Response:
    """The whole on one page."""
    whole = await _whole(request, staff, key)
    return page(
        request,
        "desk/overview.html",
        whole=whole,
        ranges=RANGES.values(),
        titles=TITLES,
        desk=await desk_of(request, "overview"),
    )


_PIECES = {
    "whole-figures": "desk/whole_figures.html",
    "chart": "desk/whole_chart.html",
    "troubles": "desk/troubles.html",
    "pool": "desk/pool.html",
}


@router.get("/staff/overview/stream", response_class=EventSourceResponse)
async def overview_stream(
    request: Request, staff: StaffOnly, key: Asked = "1h"
) -> AsyncIterator[ServerSentEvent]:
    """The same as it changes."""
    may_write = staff.role != "viewer"

    async def render() -> live.Fragments:
        whole = await _whole(request, staff, key)
        return {
            name: text_of(template, whole=whole, ranges=RANGES.values(), may_write=may_write)
            for name, template in _PIECES.items()
        }

    async for event in live.stream(parts_of(request).changes, None, render, refresh_s=5.0):
        yield event
