"""What does the staff's queue page show? Figures, curves, activity and jobs, from the tables."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from dbolt.domain.lifecycle import JobState, State
from dbolt.domain.plan import PlanName
from dbolt.store.queries import Connection, statements
from serve_app import records
from serve_app.records import Cursor, HistoryEvent, Job, JobFilter
from serve_app.staff.selection import JobChoice, begin_of
from serve_app.web.charts import Chart, chart, points
from serve_app.web.words import span

JOBS = 25
MINUTES = 60
SPARK = {"width": 84.0, "height": 28.0}

TABS: Mapping[str, tuple[str, JobFilter]] = {
    "all": ("All", JobFilter()),
    "running": ("Running", JobFilter(state=JobState.RUNNING)),
    "queued": ("Queued", JobFilter(state=JobState.QUEUED)),
    "profile": ("Needs profile", JobFilter(state=JobState.AWAITING_PROFILE)),
    "person": ("Needs a person", JobFilter(having=State.NEEDS_PERSON)),
    "failed": ("Failed", JobFilter(having=State.FAILED)),
    "done": ("Done", JobFilter(state=JobState.COMPLETE)),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its last hour."""

    title: str
    number: int
    note: str
    points: str
    tone: str


@dataclass(frozen=True, slots=True)
class Tab:
    """One filter of the jobs' table."""

    key: str
    title: str
    href: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """What is the same for every viewer."""

    figures: list[Figure]
    chart: Chart
    activity: list[HistoryEvent]
    counts: Mapping[str, int]
    job_counts: Mapping[str, int]
    directories: int
    payments: int
    paused: bool

    @property
    def failed(self) -> int:
        """Submissions that staff may retry at once."""
        return self.counts.get("failed", 0)


@dataclass(frozen=True, slots=True)
class Board:
    """The page for one viewer's filter, search and place in the list."""

    overview: Overview
    jobs: list[Job]
    tab: str
    words: str
    after: str
    older: str
    plan: PlanName | None = None
    when: str = ""
    may_write: bool = True

    @property
    def filters(self) -> dict[str, str]:
        """The conditions beside the tab, by their names in the address."""
        told = {"q": self.words, "plan": self.plan or "", "when": self.when}
        return {name: value for name, value in told.items() if value}

    @property
    def figures(self) -> list[Figure]:
        return self.overview.figures

    @property
    def chart(self) -> Chart:
        return self.overview.chart

    @property
    def activity(self) -> list[HistoryEvent]:
        return self.overview.activity

    @property
    def failed(self) -> int:
        return self.overview.failed

    @property
    def paused(self) -> bool:
        return self.overview.paused

    @property
    def stream(self) -> str:
        """Where the page's changes come from."""
        return "/staff/stream?" + _query(tab=self.tab, **self.filters, after=self.after)

    @property
    def tabs(self) -> list[Tab]:
        """All filters with how many jobs each has; a search ends with the next one."""
        kept = {name: value for name, value in self.filters.items() if name != "q"}
        return [
            Tab(
                key,
                title,
                "/staff?" + _query(tab=key, **kept),
                None if kept else self.overview.job_counts.get(key),
            )
            for key, (title, _) in TABS.items()
        ]

    def attention(self, job: Job) -> str:
        """What of a job wants a person, in few words."""
        said = [
            f"{n} {words}"
            for state, words in (
                (State.NEEDS_PERSON, "person"),
                (State.FAILED, "failed"),
            )
            if (n := job.counts.get(state, 0))
        ]
        return ", ".join(said) or "—"


def _query(**values: str) -> str:
    return urlencode({k: v for k, v in values.items() if v and (k, v) != ("tab", "all")})


async def overview_of(connection: Connection) -> Overview:
    """Reads what every viewer sees."""
    sql = statements("staff", "serve_app")
    counts = {row["state"]: row["n"] for row in await connection.fetch(sql["counts"])}
    jobs = await connection.fetchrow(sql["job_counts"])
    busy = await connection.fetchval(sql["busy"])
    today = await connection.fetchval(sql["live_today"])
    paused = [row["level"] for row in await connection.fetch(sql["paused"])]
    minutes = _by_minute(await connection.fetch(sql["minutes"]), int(time.time()) // 60)
    activity = await connection.fetch(sql["activity"], 14)
    return Overview(
        figures=_figures(counts, minutes, busy=busy, today=today),
        chart=chart(
            {
                "live": ("green", minutes["live"]),
                "sent": ("blue", minutes["sent"]),
                "failed": ("red", minutes["failed"]),
            }
        ),
        activity=[HistoryEvent.model_validate(dict(row)) for row in activity],
        counts=counts,
        job_counts={
            "all": jobs["all_jobs"] if jobs else 0,
            "running": jobs["running"] if jobs else 0,
            "queued": jobs["queued"] if jobs else 0,
            "profile": jobs["awaiting_profile"] if jobs else 0,
            "done": jobs["complete"] if jobs else 0,
            "person": await connection.fetchval(sql["jobs_having"], State.NEEDS_PERSON),
            "failed": await connection.fetchval(sql["jobs_having"], State.FAILED),
        },
        directories=await connection.fetchval(sql["directory_count"]),
        payments=await connection.fetchval(sql["attention_count"]),
        paused="global" in paused,
    )


def _by_minute(rows: Sequence[Any], now_minute: int) -> dict[str, list[int]]:
    """The last hour as columns of 60 numbers, with zeros where nothing happened."""
    names = [name for name in (rows[0].keys() if rows else ()) if name != "minute"]
    at = {row["minute"]: row for row in rows}
    first = now_minute - MINUTES + 1
    columns = {name: [0] * MINUTES for name in _COLUMNS}
    for name in names:
        columns[name] = [
            at[minute][name] if minute in at else 0 for minute in range(first, now_minute + 1)
        ]
    return columns


_COLUMNS = (
    *("live", "sent", "failed", "settled"),
    *("progress_moved", "queued_moved", "live_moved", "failed_moved"),
)


def levels(now: int, moved: Sequence[int]) -> list[int]:
    """How high a level stood at the end of each minute, from where it stands and how it moved."""
    found, level = [], now
    for change in reversed(moved):
        found.append(max(0, level))
        level -= change
    return found[::-1]


def time_left(waiting: int, settled: Sequence[int]) -> str:
    """How long the queue lasts at the pace of the last quarter of an hour, or nothing."""
    lately = sum(settled[-15:])
    if waiting == 0 or lately < 5:
        return ""
    return f"≈ {span(max(60, waiting * 15 * 60 // lately), exact=True)} left"


def _figures(
    counts: Mapping[str, int], minutes: Mapping[str, list[int]], *, busy: int, today: int
) -> list[Figure]:
    progress = counts.get("leased", 0) + counts.get("pressed", 0)
    queued, live = counts.get("queued", 0), counts.get("live", 0)
    failed, person = counts.get("failed", 0), counts.get("needs_person", 0)

    def spark(level: int, column: str) -> str:
        line = levels(level, minutes[column])[::3]
        lowest = min(line)
        return points([value - lowest for value in line], **SPARK)

    return [
        Figure(
            "In progress",
            progress,
            f"{busy} {'browser' if busy == 1 else 'browsers'} busy",
            spark(progress, "progress_moved"),
            "blue",
        ),
        Figure(
            "Queued",
            queued,
            time_left(queued, minutes["settled"]) or ("waiting" if queued else "nothing waits"),
            spark(queued, "queued_moved"),
            "violet",
        ),
        Figure("Listings live", live, f"+{today:,} today", spark(live, "live_moved"), "green"),
        Figure(
            "Failed",
            failed,
            f"{person:,} {'needs' if person == 1 else 'need'} a person",
            spark(failed, "failed_moved"),
            "red",
        ),
    ]


async def board_of(
    connection: Connection, overview: Overview, asked: JobChoice, *, after: str, may_write: bool
) -> Board:
    """Reads the jobs' list for one viewer."""
    tab = asked.tab if asked.tab in TABS else "all"
    wanted = TABS[tab][1].model_copy(
        update={"words": asked.q, "plan": asked.plan, "since": begin_of(asked.when)}
    )
    found = await records.jobs(
        connection, wanted, after=Cursor.read(after) if after else None, limit=JOBS + 1
    )
    jobs = found[:JOBS]
    board = Board(
        overview, jobs, tab, asked.q, after, "", asked.plan, asked.when, may_write=may_write
    )
    if len(found) <= JOBS:
        return board
    cursor = Cursor(created_at=jobs[-1].created_at, id=jobs[-1].id).text()
    return replace(board, older="/staff?" + _query(tab=tab, **board.filters, after=cursor))
