"""What does a job's report say? For each directory where it stands, why, and by which evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dbolt.domain.lifecycle import MOVING
from serve_app.records import Job, Submission
from serve_app.tables import as_csv, as_xlsx
from serve_app.web.words import (
    GROUPS,
    Group,
    date,
    plan_name,
    remedy,
    submission_pill,
    web_url,
    why,
)

HEAD = ("Directory", "Site", "Status", "Since", "Why", "What to do", "Evidence", "Listing")
WIDTHS = (28, 32, 16, 14, 52, 40, 26, 48)


@dataclass(frozen=True, slots=True)
class Report:
    """A job as it stands at `made_at`, with all of its submissions by name."""

    job: Job
    rows: list[Submission]
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def groups(self) -> Iterator[tuple[Group, list[Submission]]]:
        """The rows by where they stand, without empty groups."""
        for group in GROUPS:
            rows = [row for row in self.rows if row.state in group.states]
            if rows:
                yield group, rows

    @property
    def plan(self) -> str:
        """What was bought."""
        return plan_name(self.job.plan)

    @property
    def file_name(self) -> str:
        """Without an ending; letters, digits and dashes alone."""
        return f"directorybolt-{self.job.id.hex[:6]}-{self.made_at:%Y-%m-%d}"

    def csv(self) -> bytes:
        """The rows as CSV."""
        return as_csv(HEAD, self._lines())

    def xlsx(self) -> bytes:
        """The rows as an Excel sheet."""
        return as_xlsx("Directories", HEAD, self._lines(), WIDTHS)

    def _lines(self) -> Iterator[tuple[str, ...]]:
        for row in self.rows:
            yield (
                row.directory_name,
                web_url(row.home_url),
                submission_pill(row.state, row.reason).text,
                date(row.updated_at),
                cause(row),
                advice(row),
                proof(row),
                web_url(row.listing_url),
            )


def cause(row: Submission) -> str:
    """Why *row* is where it is; of one that is still to do, why the last try was none."""
    if row.state in MOVING:
        return f"Last try: {why(row.reason)}" if row.reason else ""
    return why(row.reason)


def advice(row: Submission) -> str:
    """What can be done about it; nothing while it moves by itself."""
    return "" if row.state in MOVING else remedy(row.reason)


def proof(row: Submission) -> str:
    """By what the status is known, with its date; says so where there is nothing."""
    if row.proof_at is not None:
        return f"Page kept {row.proof_at.astimezone(UTC):%d %b %Y, %H:%M} UTC"
    return "No picture" if row.attempt else "Not tried"
