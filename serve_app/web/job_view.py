"""What does a job's page show? Everything its templates need, decided here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import TypeAdapter

from dbolt.domain.lifecycle import RETRYABLE, JobState, State
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import EvidenceRef, FieldError, TypedValue
from dbolt.store.queries import Connection
from serve_app import records
from serve_app.records import Attempt, HistoryEvent, Job, Submission
from serve_app.web.charts import Segment, ring
from serve_app.web.live import digest
from serve_app.web.words import GROUPS, Group, clock, why

PAGE_SIZE = 50
PICTURES = frozenset({"image/png", "image/jpeg", "image/webp"})

_STATE_WORDS: dict[JobState, str] = {
    JobState.AWAITING_PROFILE: "Waiting for the business form.",
    JobState.QUEUED: "In the queue. It begins by itself.",
    JobState.RUNNING: "Forms are being filled in.",
    JobState.PAUSED: "Paused. What was sent already is followed to its end.",
    JobState.COMPLETE: "Everything that can be done without you is done.",
    JobState.CANCELLED: "Cancelled.",
}

_WHY_MOVING: dict[State, str] = {
    State.QUEUED: "Waiting for its turn.",
    State.LEASED: "A browser is filling in the form.",
    State.PRESSED: "The form was sent; the answer is being read.",
}


@dataclass(frozen=True, slots=True)
class JobView:
    """A job's page for one viewer, filter and page number."""

    job: Job
    rows: list[Submission]
    events: list[HistoryEvent]
    staff: bool
    filter: str = ""
    number: int = 1
    history_title: str = "What is happening"
    retryable: frozenset[State] = RETRYABLE
    read_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    groups: list[tuple[Group, int]] = field(default_factory=list)
    ring: list[Segment] = field(default_factory=list)

    @property
    def base(self) -> str:
        """The page's own path."""
        return f"{'/staff' if self.staff else ''}/jobs/{self.job.id}"

    @property
    def stream(self) -> str:
        """Where the page's changes come from."""
        query = {
            "show": self.filter,
            "page": self.number,
            "since": f"{self.read_at.timestamp():.3f}",
            "shape": self.shape,
        }
        return f"{self.base}/stream?{urlencode({k: v for k, v in query.items() if v})}"

    @property
    def shape(self) -> str:
        """A mark of which rows there are, in which order."""
        return digest(" ".join(str(row.id) for row in self.rows))

    @property
    def state_words(self) -> str:
        """The job's state as a sentence."""
        return _STATE_WORDS[self.job.state]

    @property
    def pages(self) -> int:
        """How many pages the filter fills."""
        group = group_of(self.filter)
        count = _count(self.job, group) if group else self.job.total
        return -(-count // PAGE_SIZE)

    def link(self, number: int) -> str:
        """The address of another page under the same filter."""
        query = {"page": number} | ({"show": self.filter} if self.filter else {})
        return f"{self.base}?{urlencode(query)}"

    def why(self, row: Submission) -> str:
        """Why a row is where it is, in one sentence."""
        if row.state is State.QUEUED and row.reason is not None and row.attempt > 0:
            return f"{why(row.reason)} It is tried again after {clock(row.not_before)} UTC."
        return _WHY_MOVING.get(row.state) or why(row.reason)


def group_of(key: str) -> Group | None:
    """The group of that key."""
    return next((group for group in GROUPS if group.key == key), None)


def _count(job: Job, group: Group) -> int:
    return sum(job.counts.get(state, 0) for state in group.states)


async def view_of(
    connection: Connection, job: Job, *, staff: bool, show: str = "", number: int = 1
) -> JobView:
    """Reads what the page needs."""
    group = group_of(show)
    rows = await records.submissions(
        connection,
        job.id,
        states=sorted(group.states) if group else None,
        limit=PAGE_SIZE,
        offset=PAGE_SIZE * (number - 1),
    )
    return JobView(
        job=job,
        rows=rows,
        events=await records.events(connection, job.id, limit=40),
        staff=staff,
        filter=group.key if group else "",
        number=number,
        groups=[(group, _count(job, group)) for group in GROUPS],
        ring=ring(job.counts),
    )


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One try, taken apart for the page."""

    attempt: int
    worker: str
    started_at: datetime
    ended_at: datetime | None
    reason: Reason | None
    detail: str
    typed: list[TypedValue]
    pictures: list[EvidenceRef]
    files: list[EvidenceRef]
    field_errors: list[FieldError]


_TYPED = TypeAdapter(list[TypedValue])
_EVIDENCE = TypeAdapter(list[EvidenceRef])
_ERRORS = TypeAdapter(list[FieldError])


def attempt_view(attempt: Attempt) -> AttemptView:
    """*attempt* with its result's parts."""
    result: dict[str, Any] = attempt.result or {}
    evidence = _EVIDENCE.validate_python(result.get("evidence", []))
    return AttemptView(
        attempt=attempt.attempt,
        worker=attempt.worker,
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
        reason=attempt.reason,
        detail=str(result.get("detail", "")),
        typed=_TYPED.validate_python(result.get("typed", [])),
        pictures=[ref for ref in evidence if ref.media_type in PICTURES],
        files=[ref for ref in evidence if ref.media_type not in PICTURES],
        field_errors=_ERRORS.validate_python(result.get("field_errors", [])),
    )
