"""Which listings hold old facts, and what became of it? One shape for the API and staff's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dbolt.domain.facts import HOURS, Fact, fact_at, normal, text_of
from dbolt.domain.updates import UpdateState
from dbolt.store.queries import Connection, statements
from serve_app.problems import Problem
from serve_app.staff.packet import hours_text

SHOWN = 300
"""The most characters of what a page held that are shown."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class UpdateFact(_Record):
    """A fact to change. `path`: where it stands in the profile; `old`: what the listing holds.

    `old` is what was read back from the directory's form, or what was changed by hand since; empty
    where that is not known. `new` is empty where the business does not tell it any more.
    """

    path: str
    label: str
    old: str
    new: str


class _Listing(_Record):
    id: int
    job_id: UUID
    directory: str
    directory_name: str
    home_url: str | None
    listing_url: str
    state: UpdateState
    version: int


class UpdateRecord(_Listing):
    """A listing that holds old facts, to be changed by hand where it stands.

    `version` is to be said with every word on it. `reason` is told to the customer, `note` is not.
    """

    facts: list[UpdateFact]
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    reason: str
    note: str
    business_name: str


class OldListing(_Listing):
    """The same for the listing's customer. `facts`: paths in the profile."""

    facts: list[str]
    closed_at: datetime | None
    closed_by: str | None
    reason: str

    @property
    def labels(self) -> list[str]:
        """The facts by their names."""
        return [fact_at(path).label for path in self.facts]

    @property
    def by_customer(self) -> bool:
        """Whether the customer changed it, and not we."""
        return (self.closed_by or "").startswith("customer")


async def page(
    connection: Connection, state: UpdateState, *, after: int | None, limit: int
) -> list[UpdateRecord]:
    """Open updates oldest first, the others latest first, behind *after*."""
    rows = await connection.fetch(_sql()["page"], state, after, limit, None)
    return [_record(dict(row)) for row in rows]


async def one(connection: Connection, update_id: int) -> UpdateRecord:
    """Raises Problem(404)."""
    row = await connection.fetchrow(_sql()["page"], None, None, None, update_id)
    if row is None:
        raise Problem(404, "There is no update with this id.")
    return _record(dict(row))


async def open_count(connection: Connection) -> int:
    """How many listings wait to be changed."""
    count: int = await connection.fetchval(_sql()["count"])
    return count


async def of_job(connection: Connection, job_id: UUID) -> list[OldListing]:
    """The job's listings that held or hold old facts, by the directory's name."""
    rows = await connection.fetch(_sql()["of_job"], job_id)
    return [OldListing.model_validate(dict(row)) for row in rows]


def _record(row: dict[str, Any]) -> UpdateRecord:
    wanted = normal(row["wanted"])
    before = normal(row["before"]) if row["before"] else None
    facts = [fact_at(path) for path in row["facts"]]
    told = [
        UpdateFact(
            path=fact.path,
            label=fact.label,
            old=_text(before, fact) if before else _read_back(row["typed"], fact),
            new=_text(wanted, fact),
        )
        for fact in facts
    ]
    name = str(wanted.get("business_name") or "")
    return UpdateRecord.model_validate({**row, "facts": told, "business_name": name})


def _text(doc: Mapping[str, Any], fact: Fact) -> str:
    if fact.path == HOURS.path:
        return hours_text(doc.get("hours") or {})
    text = text_of(doc, fact)
    return dict(fact.options).get(text, text) if text else ""


def _read_back(typed: Sequence[Mapping[str, Any]], fact: Fact) -> str:
    found: dict[str, None] = {}
    for value in typed:
        if value.get("field") in fact.shown_as and value.get("read_back"):
            part = value.get("part") or ""
            text = str(value["read_back"])
            found[f"{part.replace('.', ' ')}: {text}" if part else text] = None
    return " · ".join(found)[:SHOWN]


def _sql() -> dict[str, str]:
    return statements("updates", "serve_app")
