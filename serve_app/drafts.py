"""What has a customer typed so far about the business? One row for each step of the form.

A save says upon which version it builds. Two tabs on one step cannot overwrite each other unseen:
the second is told, and nothing of the first is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from dbolt.store.queries import Connection, statements
from serve_app.parts import Parts
from serve_app.qualification import Told

FOUND = "found"
"""The step under which lies what was found on the business's own website."""
READING = "reading"
"""The step that says how far a browser is that reads it."""
_BESIDE = frozenset({FOUND, READING})


@dataclass(frozen=True, slots=True)
class DraftStep:
    """One step as it was last saved. `undoable`: something was taken out that can come back."""

    version: int = 0
    fields: dict[str, Any] = field(default_factory=dict)
    undoable: bool = False
    updated_at: datetime | None = None


NOTHING = DraftStep()


@dataclass(frozen=True, slots=True)
class Draft:
    """All steps of one order's form."""

    order_id: UUID
    steps: dict[str, DraftStep]

    def step(self, name: str) -> DraftStep:
        """The step, empty where nothing was saved yet."""
        return self.steps.get(name, NOTHING)

    @property
    def found(self) -> dict[str, dict[str, str]]:
        """What the website said, by field: its `value` and `where` it stood."""
        return self.step(FOUND).fields

    @property
    def seen(self) -> str:
        """Which versions these are, for a page that shows them all."""
        told = (item for item in sorted(self.steps.items()) if item[0] not in _BESIDE)
        return ",".join(f"{name}:{step.version}" for name, step in told)


async def read(connection: Connection, order_id: UUID) -> Draft:
    """The draft as whoever *connection* reads for may see it."""
    rows = await connection.fetch(_sql("all"), order_id)
    steps = {
        row["step"]: DraftStep(row["version"], row["fields"], row["undoable"], row["updated_at"])
        for row in rows
    }
    return Draft(order_id, steps)


async def save(
    parts: Parts, order_id: UUID, step: str, version: int, fields: Mapping[str, Any]
) -> int | None:
    """The step's new version; None where somebody saved it since *version* (0: never)."""
    async with parts.pool.acquire() as connection, connection.transaction():
        if version == 0:
            return _number(await connection.fetchval(_sql("begin"), order_id, step, dict(fields)))
        old = (await read(connection, order_id)).step(step).fields
        takes_out = any(value and not fields.get(name) for name, value in old.items())
        return _number(
            await connection.fetchval(
                _sql("save"), order_id, step, dict(fields), version, takes_out
            )
        )


async def undo(parts: Parts, order_id: UUID, step: str, version: int) -> bool:
    """What the last save took out comes back; False where the step has moved on."""
    return await parts.pool.fetchval(_sql("undo"), order_id, step, version) is not None


async def seed(parts: Parts, order_id: UUID, told: Told) -> None:
    """The form of a new order begins with what was told before the order."""
    begun = {
        "contact": {"website": told.website},
        "address": {"address.city": told.town, "address.country": told.country},
        "categories": {"category": told.category},
    }
    for step, fields in begun.items():
        given = {name: value for name, value in fields.items() if value}
        if given:
            await save(parts, order_id, step, 0, given)


async def forget(parts: Parts, order_id: UUID) -> None:
    """The draft is done with: its content is in a profile."""
    await parts.pool.execute(_sql("forget"), order_id)
    await parts.pool.execute(_sql("forget_logo"), order_id)
    await parts.pool.execute(_sql("forget_photos"), order_id)


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def _sql(name: str) -> str:
    return statements("drafts", "serve_app")[name]
