"""Which submissions or jobs do staff mean? A filter that lives in the address, or a list of ids."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import FormData, QueryParams

from dbolt.domain.lifecycle import Event, JobState, State
from dbolt.domain.plan import PlanName
from dbolt.domain.protocol import Word
from dbolt.domain.reasons import Reason
from dbolt.store.queries import Connection, statements
from serve_app.problems import Problem
from serve_app.records import Cursor, like

EXACT = 10_000
"""Up to here matches are counted one by one; beyond, the planner's estimate is told as "about"."""
MOST = 100_000
"""What one command takes on at most."""
PAGE = 50
PERIODS = {"1h": 1, "24h": 24, "7d": 7 * 24, "30d": 30 * 24}
"""How far back, in hours."""


class _Wanted(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    def query(self, **more: object) -> str:
        """The address's part behind the question mark that means the same."""
        told = self.model_dump(mode="json", exclude_defaults=True) | more
        return urlencode([(k, v) for k, v in told.items() if v], doseq=True)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The same as fields of a form."""
        told = self.model_dump(mode="json", exclude_defaults=True)
        return [
            (name, str(one))
            for name, value in told.items()
            for one in (value if isinstance(value, list) else [value])
        ]


class SubmissionFilter(_Wanted):
    """Conditions on submissions; all that are given must hold."""

    state: list[State] = []
    reason: list[Reason] = []
    plan: PlanName | None = None
    customer: UUID | None = None
    job: UUID | None = None
    directory: Word = ""
    q: Word = ""
    when: str = Field(default="", pattern="^(|1h|24h|7d|30d)$")
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, given: QueryParams | FormData) -> SubmissionFilter:
        """From an address or a form; what is empty is no condition. Raises Problem(422)."""
        return cls.model_validate(_given(cls, given, ("state", "reason")))

    def values(self, ids: list[UUID] | None = None) -> list[Any]:
        """The ten values of the statement `matching`."""
        return [
            self.state or None,
            self.reason or None,
            self.plan,
            self.customer,
            self.job,
            self.directory or None,
            like(self.q) or None,
            _aware(self.since) or _begin(self.when),
            _aware(self.until),
            ids,
        ]


class JobChoice(_Wanted):
    """Conditions on jobs."""

    tab: Word = ""
    plan: PlanName | None = None
    q: Word = ""
    when: str = Field(default="", pattern="^(|1h|24h|7d|30d)$")

    @classmethod
    def of(cls, given: QueryParams | FormData) -> JobChoice:
        """From an address or a form. Raises Problem(422)."""
        return cls.model_validate(_given(cls, given, ()))

    def values(
        self, state: JobState | None, having: State | None, ids: list[UUID] | None
    ) -> list[Any]:
        """The first six values of the statement `job_ids`."""
        return [state, having, like(self.q) or None, self.plan, _begin(self.when), ids]


def _given(
    kind: type[_Wanted], given: QueryParams | FormData, lists: tuple[str, ...]
) -> dict[str, Any]:
    """What of *given* says something, by the names of *kind*. Raises Problem(422)."""
    values: dict[str, Any] = {
        name: text
        for name in kind.model_fields
        if name not in lists and isinstance(text := given.get(name), str) and text.strip()
    }
    for name in lists:
        values[name] = [text for text in given.getlist(name) if text]
    try:
        kind.model_validate(values)
    except ValidationError as error:
        raise Problem(422, "This filter does not exist; choose again from the page.") from error
    return values


def begin_of(when: str) -> datetime | None:
    """When the period *when* began, or None for no limit."""
    return _begin(when)


def _begin(when: str) -> datetime | None:
    return datetime.now(UTC) - timedelta(hours=PERIODS[when]) if when else None


def _aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


@dataclass(frozen=True, slots=True)
class Row:
    """One submission with whose it is."""

    id: UUID
    job_id: UUID
    directory: str
    directory_name: str
    state: State
    reason: Reason | None
    detail: str
    attempt: int
    listing_url: str
    created_at: datetime
    updated_at: datetime
    plan: PlanName
    customer_id: UUID
    email: str
    business_name: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many match; `about` where it is an estimate."""

    number: int
    about: bool = False

    def __str__(self) -> str:
        """As pages say it."""
        return f"about {self.number:,}" if self.about else f"{self.number:,}"


async def custom_plans(connection: Connection) -> None:
    """Has each statement of this transaction planned for its own values.

    Filters differ too much for one plan.
    """
    await connection.execute("set local plan_cache_mode = force_custom_plan")


async def rows(
    connection: Connection, wanted: SubmissionFilter, after: Cursor | None, limit: int
) -> list[Row]:
    """Matches, newest first, at most *limit*."""
    sql = _sql()
    found = await connection.fetch(
        sql["page_head"] + "\n" + sql["matching"] + "\n" + sql["page_tail"],
        *wanted.values(),
        after.created_at if after else None,
        after.id if after else None,
        limit,
    )
    return [
        Row(
            **{
                **dict(row),
                "state": State(row["state"]),
                "reason": Reason(row["reason"]) if row["reason"] else None,
                "plan": PlanName(row["plan"]),
            }
        )
        for row in found
    ]


async def count(connection: Connection, wanted: SubmissionFilter) -> Count:
    """How many match: exactly while that is quick, else the planner's estimate."""
    sql, values = _sql(), wanted.values()
    text = sql["count_head"] + "\n" + sql["matching"] + "\n" + sql["count_tail"]
    number = await connection.fetchval(text, *values, EXACT + 1)
    if number <= EXACT:
        return Count(number)
    plan = await connection.fetchval(sql["about_head"] + "\n" + sql["matching"], *values)
    told = json.loads(plan) if isinstance(plan, str) else plan
    return Count(max(EXACT, int(told[0]["Plan"]["Plan Rows"])), about=True)


async def fitting(
    connection: Connection, wanted: SubmissionFilter, ids: list[UUID] | None, event: Event
) -> list[UUID]:
    """Those of the matches that *event* can move, at most `MOST`."""
    sql = _sql()
    text = "\n".join(sql[name] for name in ("ids_head", "matching", "fitting", "ids_tail"))
    found = await connection.fetch(text, *wanted.values(ids), event, MOST)
    return [row["id"] for row in found]


async def jobs_of(
    connection: Connection, wanted: SubmissionFilter, ids: list[UUID] | None
) -> list[UUID]:
    """The open jobs that the matches belong to."""
    sql = _sql()
    text = "\n".join(sql[name] for name in ("jobs_head", "matching", "jobs_tail"))
    return [row["id"] for row in await connection.fetch(text, *wanted.values(ids), MOST)]


async def jobs(connection: Connection, values: list[Any]) -> list[UUID]:
    """Jobs by `JobChoice.values`."""
    return [row["id"] for row in await connection.fetch(_sql()["job_ids"], *values, MOST)]


async def fitting_of_jobs(
    connection: Connection, job_ids: list[UUID], event: Event, states: list[State] | None
) -> list[UUID]:
    """What of those jobs *event* can move."""
    found = await connection.fetch(_sql()["fitting_of_jobs"], job_ids, event, states, MOST)
    return [row["id"] for row in found]


def _sql() -> dict[str, str]:
    return statements("selection", "serve_app")
