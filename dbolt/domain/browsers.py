"""How do the browsers stand? What the pool knows of the demand, and what it tells of itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dbolt.domain.submission import Task


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Demand(_Model):
    """What the orchestrator could hand out.

    startable: submissions and looks that could start now, within each directory's own limits; what
    waits for a directory's pace or a retry's time is not among them. held: worker → its leases.
    service_s: how long a lease is held on average of late; None before the first has ended.
    """

    startable: Annotated[int, Field(ge=0)]
    held: dict[str, int] = {}
    service_s: Annotated[float, Field(ge=0)] | None = None


class Cause(StrEnum):
    """Why the pool is to be as large as it is. One closed list, for metrics."""

    DEMAND = "demand"
    LEAST = "least"
    MOST = "most"
    COOLING = "cooling"
    """Fewer would do; they stay a while in case work comes back."""
    NOTHING = "nothing"
    CRASHING = "crashing"
    """Browsers die at their start, so that the next ones wait."""
    AWAY = "away"
    """The orchestrator does not say what it needs."""
    STOPPING = "stopping"


class BrowserState(StrEnum):
    """What a worker is doing as a whole."""

    PENDING = "pending"
    """No node has room for it yet."""
    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    DRAINING = "draining"
    RECYCLING = "recycling"
    """Its Chromium is being replaced."""
    SILENT = "silent"
    """It does not answer."""


class Stage(StrEnum):
    """How far the attempt in a slot is."""

    FILLING = "filling in"
    ASKING = "asking to press"
    PRESSING = "pressing"
    LOOKING = "looking for the listing"


class Slot(_Model):
    """What one slot does, and for how many seconds it has."""

    directory: str
    task: Task
    stage: Stage
    since_s: float


class BrowserStatus(_Model):
    """One worker. `recycled`: Chromiums replaced so far. `node`: Ray's name for its node."""

    name: str
    state: BrowserState
    age_s: float = 0.0
    slots: int = 0
    doing: list[Slot] = []
    reading: int = 0
    """Websites of customers that it reads."""
    done: int = 0
    recycled: int = 0
    memory_mb: int = 0
    host: str = ""
    node: str = ""
    pid: int = 0


class PoolStatus(_Model):
    """The pool: how large it should be and why, and who is there."""

    target: int
    needed: int
    """What the demand of this moment alone would need, within the bounds."""
    cause: Cause
    reason: str
    least: int
    most: int
    startable: int
    service_s: float | None
    hired: int
    """Workers started since the pool itself was."""
    crashed: int
    """Of those, the ones that died without having been told to."""
    browsers: list[BrowserStatus]

    def count(self, state: BrowserState) -> int:
        """How many workers are in *state*."""
        return sum(one.state is state for one in self.browsers)
