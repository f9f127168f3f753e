"""What does a job's page show? Everything its templates need, decided here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import TypeAdapter

from dbolt.domain.inbox import task_of
from dbolt.domain.lifecycle import MOVING, RETRYABLE, JobState, State
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import EvidenceRef, FieldError, TypedValue
from dbolt.store.queries import Connection
from serve_app import records
from serve_app.records import Attempt, HistoryEvent, Job, Submission
from serve_app.timeleft import Estimate
from serve_app.web.charts import Segment, ring
from serve_app.web.live import digest
from serve_app.web.words import GROUPS, Group, clock, remedy, span, why

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
    words: str = ""
    number: int = 1
    found: int = 0
    """How many rows the filter and the words leave, over all pages."""
    tasks: int = 0
    """How many submissions wait for the customer."""
    left: Estimate | None = None
    here: str = ""
    """Which of the job's pages this is, a key of `PAGES`."""
    history_title: str = "What is happening"
    retryable: frozenset[State] = RETRYABLE
    read_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    groups: list[tuple[Group, int]] = field(default_factory=list)
    ring: list[Segment] = field(default_factory=list)

    @property
    def own(self) -> str:
        """The job's path for its customer."""
        return f"/jobs/{self.job.id}"

    @property
    def pages_of_job(self) -> list[tuple[str, str, str]]:
        """The job's other pages for its customer: key, title, address."""
        return [(key, title, f"{self.own}{path}") for key, title, path in PAGES]

    @property
    def time_left(self) -> str:
        """How long it takes still, in words; empty where nothing is under way."""
        return time_left(self.left) if self.left is not None else ""

    @property
    def base(self) -> str:
        """The page's own path."""
        return f"{'/staff' if self.staff else ''}/jobs/{self.job.id}"

    @property
    def stream(self) -> str:
        """Where the page's changes come from."""
        query = {
            "show": self.filter,
            "q": self.words,
            "page": self.number if self.number > 1 else "",
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
        return -(-self.found // PAGE_SIZE)

    def link(self, number: int) -> str:
        """The address of another page under the same filter."""
        query = {"show": self.filter, "q": self.words, "page": number if number > 1 else ""}
        kept = urlencode({key: value for key, value in query.items() if value})
        return f"{self.base}?{kept}" if kept else self.base

    def tab(self, key: str) -> str:
        """The address of the first page under another filter, with the same words."""
        kept = urlencode({k: v for k, v in {"show": key, "q": self.words}.items() if v})
        return f"{self.base}?{kept}" if kept else self.base

    def is_task(self, row: Submission) -> bool:
        """Whether the customer has to do something about *row*."""
        return not self.staff and task_of(row.state, row.reason) is not None

    def remedy(self, row: Submission) -> str:
        """What somebody can do about *row*; nothing while it moves by itself."""
        return "" if row.state in MOVING else remedy(row.reason)

    def why(self, row: Submission) -> str:
        """Why a row is where it is, in one sentence."""
        if row.state is State.QUEUED and row.reason is not None and row.attempt > 0:
            return f"{why(row.reason)} It is tried again after {clock(row.not_before)} UTC."
        return _WHY_MOVING.get(row.state) or why(row.reason)


PAGES = (
    ("job", "Progress", ""),
    ("inbox", "Inbox", "/inbox"),
    ("report", "Report", "/report"),
    ("history", "History", "/history"),
    ("details", "Details", "/details"),
)


def time_left(left: Estimate) -> str:
    """How long it takes still, in words."""
    if left.seconds is None:
        return "Time left: not known yet. It is told once a few directories are done."
    if left.seconds < 1:
        return "Nearly done."
    told = span(round(left.seconds), exact=True)
    if not left.slowest:
        return f"About {told} left, by the pace of the last hour."
    some = f"At least {told}" if left.at_least else f"About {told}"
    return f"{some} left: {left.slowest} takes listings only so fast."


def group_of(key: str) -> Group | None:
    """The group of that key."""
    return next((group for group in GROUPS if group.key == key), None)


def _count(job: Job, group: Group) -> int:
    return sum(job.counts.get(state, 0) for state in group.states)


async def view_of(
    connection: Connection,
    job: Job,
    *,
    staff: bool,
    show: str = "",
    words: str = "",
    number: int = 1,
) -> JobView:
    """Reads what the page needs, but for the time left."""
    group = group_of(show)
    states = sorted(group.states) if group else None
    found = _count(job, group) if group else job.total
    if words:
        found = await records.count_submissions(connection, job.id, states=states, words=words)
    rows = await records.submissions(
        connection,
        job.id,
        states=states,
        words=words,
        limit=PAGE_SIZE,
        offset=PAGE_SIZE * (number - 1),
    )
    return JobView(
        job=job,
        rows=rows,
        events=await records.events(connection, job.id, limit=40),
        staff=staff,
        filter=group.key if group else "",
        words=words,
        number=number,
        found=found,
        tasks=await tasks_of(connection, job),
        here="job",
        groups=[(group, _count(job, group)) for group in GROUPS],
        ring=ring(job.counts),
    )


async def tasks_of(connection: Connection, job: Job) -> int:
    """How many of the job's submissions wait for the customer."""
    found = await records.reasons(connection, job.id)
    return sum(n for (state, reason), n in found.items() if task_of(state, reason))


async def frame_of(connection: Connection, job: Job, here: str) -> JobView:
    """What surrounds a page beside the job's own; *here* is its key."""
    tasks = await tasks_of(connection, job)
    return JobView(job=job, rows=[], events=[], staff=False, tasks=tasks, here=here)


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
