"""Which rules hold for a directory, and who of staff may change them? For pages and API alike.

Staff may slow a directory down and take that back. Its policy, whether it is used at all, and
whatever permits more than its file are an admin's to decide.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict

from dbolt.domain.directory import Directory
from dbolt.domain.override import Override, Rules
from dbolt.store.queries import Connection, statements
from serve_app.identity import Staff, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.staff import audit
from serve_app.staff.roles import StaffRole


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class InForce(_Record):
    """An override that holds: what was asked for, why, by whom, until when (null: no end)."""

    rules: Rules
    off: bool
    reason: str
    permission: str
    until: datetime | None
    actor: str
    made_at: datetime

    @property
    def harmless(self) -> bool:
        """Whether it touches the pace alone, and loosens nothing on somebody's word."""
        return self.rules.policy is None and not self.off and not self.permission


class DirectoryRecord(_Record):
    """One directory. `file`: what its file says; `holds`: what holds, with the override over it."""

    slug: str
    name: str
    home_url: str
    active: bool
    paused: bool
    failures: int
    rests_until: datetime | None
    file: Rules
    holds: Rules
    override: InForce | None


def record_of(row: dict[str, Any]) -> DirectoryRecord:
    """From a row of the statements."""
    holds = Directory.model_validate(row["doc"])
    file = Directory.model_validate(row["file_doc"]) if row["file_doc"] else holds
    told = {"name": holds.name, "home_url": holds.home_url}
    rules = {"file": Rules.of(file), "holds": Rules.of(holds)}
    return DirectoryRecord.model_validate(row | told | rules)


async def page(
    connection: Connection, *, after: str | None, policy: str | None, overridden: bool, limit: int
) -> list[DirectoryRecord]:
    """Directories by slug, behind *after*."""
    rows = await connection.fetch(_sql()["page"], after, policy, overridden, limit)
    return [record_of(dict(row)) for row in rows]


async def one(connection: Connection, slug: str) -> DirectoryRecord:
    """Raises Problem(404)."""
    row = await connection.fetchrow(_sql()["one"], slug)
    if row is None:
        raise Problem(404, "There is no directory of this name.")
    return record_of(dict(row))


async def past(connection: Connection, slug: str) -> list[dict[str, Any]]:
    """Overrides that do not hold any more, the latest first."""
    return [dict(row) for row in await connection.fetch(_sql()["past"], slug)]


async def put(request: Request, staff: Staff, slug: str, wanted: Override) -> None:
    """*wanted* holds from now on. Raises Problem(403), (404), (409)."""
    audit.note(request, slug=slug, **wanted.model_dump(mode="json", exclude_defaults=True))
    before = await _known(request, staff, slug)
    if not wanted.harmless or (before is not None and not before.harmless):
        _admin_alone(staff)
    refused = await parts_of(request).queue.override(slug, wanted, staff.actor)
    if refused is not None:
        raise Problem(409, refused.problem)


async def take_back(request: Request, staff: Staff, slug: str) -> None:
    """The file alone holds again. Raises Problem(403), (404), (409)."""
    before = await _known(request, staff, slug)
    audit.note(request, slug=slug, was=before.model_dump(mode="json") if before else None)
    if before is not None and not before.harmless:
        _admin_alone(staff)
    refused = await parts_of(request).queue.take_back(slug, staff.actor)
    if refused is not None:
        raise Problem(409, refused.problem)


async def _known(request: Request, staff: Staff, slug: str) -> InForce | None:
    async with reading(parts_of(request), staff) as connection:
        return (await one(connection, slug)).override


def _admin_alone(staff: Staff) -> None:
    if staff.role is not StaffRole.ADMIN:
        raise Problem(403, "Staff may slow a directory down; the rest is for admins. Ask one.")


def _sql() -> dict[str, str]:
    return statements("directories", "serve_app")
