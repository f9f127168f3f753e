"""What is read about jobs? One shape for API and pages, read through the viewer's own rights."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import BaseModel, ConfigDict

from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import MOVING, JobState, State
from dbolt.domain.plan import PlanName
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import EvidenceRef, FieldError, TypedValue
from dbolt.store.queries import Connection, statements
from serve_app import cursors
from serve_app.problems import Problem


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Job(_Record):
    """A paid order being carried out.

    `counts`: submissions by state, `total` of them in all, of which `settled` will not move any
    more by themselves.
    """

    id: UUID
    order_id: UUID
    customer_id: UUID
    email: str
    business_name: str | None
    plan: PlanName
    state: JobState
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    counts: dict[State, int]
    total: int
    settled: int


class Submission(_Record):
    """One job on one directory.

    `evidence`, `typed`, `missing` (details that the form wants and the profile lacks) and
    `field_errors` (what the page complained about) are the latest ended attempt's.
    """

    id: UUID
    job_id: UUID
    directory: str
    directory_name: str
    home_url: str | None
    submit_url: str | None
    state: State
    reason: Reason | None
    detail: str
    attempt: int
    listing_url: str
    pressed_at: datetime | None
    not_before: datetime
    created_at: datetime
    updated_at: datetime
    evidence: list[EvidenceRef] = []
    typed: list[TypedValue] = []
    missing: list[Field] = []
    field_errors: list[FieldError] = []

    @property
    def proof_at(self) -> datetime | None:
        """When the latest picture or text of the directory's page was taken; None without any."""
        return max((ref.taken_at for ref in self.evidence), default=None)


class Attempt(_Record):
    """One try. `result` is what the worker said, without passwords."""

    attempt: int
    worker: str
    started_at: datetime
    ended_at: datetime | None
    event: str | None
    reason: Reason | None
    result: dict[str, Any] | None


class HistoryEvent(_Record):
    """One change of a job or of one of its submissions."""

    id: int
    job_id: UUID
    submission_id: UUID | None
    directory: str | None
    directory_name: str | None
    at: datetime
    event: str
    from_state: str | None
    to_state: str
    reason: str | None
    attempt: int | None
    actor: str
    detail: str
    business_name: str | None = None
    """Whose job it is; told where events of several jobs are listed together."""


class Cursor(_Record):
    """Where a page of a list that begins with the newest ended."""

    created_at: datetime
    id: UUID

    def text(self) -> str:
        """What the client hands back."""
        return cursors.written(f"{self.created_at.isoformat()}|{self.id}")

    @classmethod
    def wanted(cls, text: str | None) -> Cursor | None:
        """The cursor that a request names, if it names one. Raises Problem(422) for a wrong one."""
        if text is None:
            return None
        found = cls.read(text)
        if found is None:
            raise Problem(422, cursors.NOT_OURS)
        return found

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """The cursor that `text()` wrote, or None for anything else."""
        at, _, job_id = (cursors.read(text) or "").partition("|")
        try:
            created_at = datetime.fromisoformat(at)
            # Outside of these a time zone can move it out of what Postgres or Python can hold.
            if created_at.tzinfo is None or not 1970 <= created_at.year < 9000:
                return None
            return cls(created_at=created_at, id=UUID(job_id))
        except ValueError:
            return None


class JobFilter(_Record):
    """Which jobs to list; all conditions must hold.

    having: with a submission in that state. words: part of a name or an address, or how an id
    begins. since: made then or later.
    """

    state: JobState | None = None
    having: State | None = None
    words: str = ""
    plan: PlanName | None = None
    since: datetime | None = None


async def jobs(
    connection: Connection, wanted: JobFilter, *, after: Cursor | None = None, limit: int = 50
) -> list[Job]:
    """Jobs newest first, at most *limit*."""
    rows = await connection.fetch(
        statements("jobs", "serve_app")["page"],
        wanted.state,
        after.created_at if after else None,
        after.id if after else None,
        limit,
        like(wanted.words) or None,
        wanted.having,
        wanted.plan,
        wanted.since,
    )
    return [_job(row) for row in rows]


def _job(row: asyncpg.Record) -> Job:
    values = dict(row)
    counts = {State(state): n for state, n in values["counts"].items()}
    settled = sum(n for state, n in counts.items() if state not in MOVING)
    return Job.model_validate(
        values | {"counts": counts, "total": sum(counts.values()), "settled": settled}
    )


def like(words: str) -> str:
    """*words* as literal text inside a LIKE pattern."""
    text = words.strip()[:100]
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def job(connection: Connection, job_id: UUID) -> Job | None:
    """The job, or None where it is not there for this viewer."""
    row = await connection.fetchrow(statements("jobs", "serve_app")["job"], job_id)
    return _job(row) if row else None


async def submissions(
    connection: Connection,
    job_id: UUID,
    *,
    states: list[State] | None = None,
    words: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> list[Submission]:
    """The job's submissions by directory name; with *words*, those whose name or site has them."""
    rows = await connection.fetch(
        statements("jobs", "serve_app")["submissions"],
        job_id,
        states,
        limit,
        offset,
        like(words) or None,
    )
    return [Submission.model_validate(dict(row)) for row in rows]


async def count_submissions(
    connection: Connection, job_id: UUID, *, states: list[State] | None, words: str
) -> int:
    """How many rows `submissions` would give without a limit."""
    count: int = await connection.fetchval(
        statements("jobs", "serve_app")["submission_count"], job_id, states, like(words) or None
    )
    return count


async def reasons(connection: Connection, job_id: UUID) -> dict[tuple[State, Reason | None], int]:
    """How many of the job's submissions are in which state for which reason."""
    rows = await connection.fetch(statements("jobs", "serve_app")["reasons"], job_id)
    return {
        (State(row["state"]), Reason(row["reason"]) if row["reason"] else None): row["n"]
        for row in rows
    }


async def submission(connection: Connection, job_id: UUID, directory: str) -> Submission | None:
    """One submission by its directory's slug."""
    row = await connection.fetchrow(
        statements("jobs", "serve_app")["submission"], job_id, directory
    )
    return Submission.model_validate(dict(row)) if row else None


async def attempts(connection: Connection, submission_id: UUID) -> list[Attempt]:
    """The submission's tries, latest first."""
    rows = await connection.fetch(statements("jobs", "serve_app")["attempts"], submission_id)
    return [Attempt.model_validate(_without_passwords(dict(row))) for row in rows]


def _without_passwords(row: dict[str, Any]) -> dict[str, Any]:
    result = row["result"]
    if result:
        result = dict(result)
        result.pop("account", None)
        result["typed"] = [
            value
            for value in result.get("typed", [])
            if not str(value.get("field", "")).startswith("account_password")
        ]
        row["result"] = result
    return row


async def events(
    connection: Connection,
    job_id: UUID,
    *,
    submission_id: UUID | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[HistoryEvent]:
    """The job's history, newest first."""
    rows = await connection.fetch(
        statements("jobs", "serve_app")["events"], job_id, submission_id, before, limit
    )
    return [HistoryEvent.model_validate(dict(row)) for row in rows]
