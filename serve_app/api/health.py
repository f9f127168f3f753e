"""Is it alive, is it ready, and if not, what is wrong?"""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict

from dbolt.domain.lifecycle import JobState, State
from dbolt.domain.protocol import PauseScope
from dbolt.store.pool import CONNECTION_LOST
from serve_app.identity import StaffOnly
from serve_app.parts import Parts, parts_of
from serve_app.queue import QueueAway, QueueFailed

router = APIRouter(tags=["health"])

CHECK_S = 2.0


class Alive(BaseModel):
    """The process answers."""

    status: str = "ok"


class Ready(BaseModel):
    """What is wrong, part by part; "ok" where nothing is."""

    status: str
    database: str
    orchestrator: str
    live_updates: str


class WorkerHeard(BaseModel):
    """A worker of late: seconds since it was heard, and how many leases it holds."""

    heard_s: float
    leases: int


class QueueStatus(BaseModel):
    """The orchestrator's account of the queue.

    `database`: whether it is reached. `startable`: what could begin now. `resting`: directories
    whose circuit is open, and for how many more seconds. `outbox`: messages that wait.
    """

    model_config = ConfigDict(extra="allow")

    epoch: int
    database: Literal["up", "away"]
    submissions: dict[State, int]
    jobs: dict[JobState, int]
    outbox: int
    startable: int
    leases: dict[str, int]
    workers: dict[str, WorkerHeard]
    pauses: list[PauseScope]
    resting: dict[str, float]
    directories: int
    proxies: list[dict[str, Any]]
    commit: dict[str, float]


@router.get("/livez")
async def livez() -> Alive:
    """Whether this process answers at all."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Ready}})
async def readyz(request: Request) -> Response:
    """Whether requests can be served, and if not, what is wrong."""
    ready = await readiness(parts_of(request))
    return JSONResponse(ready.model_dump(), 200 if ready.status == "ok" else 503)


@router.get("/healthz", responses={503: {"model": Ready}})
async def healthz(request: Request) -> Response:
    """The same as /readyz, under the name that older scripts use."""
    return await readyz(request)


async def readiness(parts: Parts) -> Ready:
    """One look at everything that requests need."""
    database, orchestrator = await asyncio.gather(_database(parts), _orchestrator(parts))
    listening = "ok" if parts.changes.listening.is_set() else "not listening for changes"
    # Without live updates pages still load and commands still work.
    good = database == "ok" and orchestrator == "ok"
    return Ready(
        status="ok" if good else "unavailable",
        database=database,
        orchestrator=orchestrator,
        live_updates=listening,
    )


async def _database(parts: Parts) -> str:
    try:
        async with asyncio.timeout(CHECK_S), parts.pool.acquire() as connection:
            await connection.execute("select 1")
    except CONNECTION_LOST as error:
        return f"does not answer ({type(error).__name__})"
    return "ok"


async def _orchestrator(parts: Parts) -> str:
    try:
        async with asyncio.timeout(CHECK_S):
            await parts.queue.status()
    except (QueueAway, TimeoutError):
        return "does not answer"
    except QueueFailed:
        return "answers with an error"
    return "ok"


@router.get("/autobolt/status", response_model=QueueStatus)
async def status(request: Request, _staff: StaffOnly) -> dict[str, Any]:
    """The orchestrator's own account of the queue."""
    return await parts_of(request).queue.status()
