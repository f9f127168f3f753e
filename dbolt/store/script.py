"""How do several statements cost one round trip? As one text that the server works through.

What they answer is not read. Statements are prepared by their first use on a connection, so the
server plans them as it does any other prepared statement.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from dbolt.store.queries import Connection

Value: TypeAlias = "int | float | Sequence[int] | Sequence[UUID]"
"""What can be written into a statement; no text, so that nothing needs quoting."""


@dataclass(frozen=True, slots=True)
class Step:
    """One statement and its values."""

    sql: str
    values: tuple[Value, ...] = ()


class Script:
    """Runs steps on one connection."""

    _numbers = itertools.count(1)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names: dict[str, str] = {}

    async def run(self, *steps: Step, before: str = "", after: str = "") -> str:
        """Carries out *before*, the steps and *after*, each a command without values or nothing.

        What the server calls the last of it when it is done, as in "UPDATE 1". The first that fails
        raises, and none behind it is carried out.
        """
        fresh: dict[str, str] = {}
        calls = [before] if before else []
        calls += [self._call(step, fresh) for step in steps]
        calls += [after] if after else []
        prepared = [f"prepare {name} as {sql}" for sql, name in fresh.items()]
        status = await self._connection.execute(";\n".join([*prepared, *calls]))
        # After a failure nobody knows which of them were prepared; their names are not used again.
        self._names.update(fresh)
        return status

    def _call(self, step: Step, fresh: dict[str, str]) -> str:
        name = self._names.get(step.sql) or fresh.get(step.sql)
        if name is None:
            name = fresh[step.sql] = f"dbolt_{next(self._numbers)}"
        values = ", ".join(map(_literal, step.values))
        return f"execute {name}({values})" if values else f"execute {name}"


def _literal(value: Value) -> str:
    match value:
        case int():
            return str(value)
        case float():
            return repr(value) if math.isfinite(value) else f"'{value}'::float8"
        case _:
            # Enumerations of numbers and identifiers alone: neither holds a quote.
            return "'{" + ",".join(map(_element, value)) + "}'"


def _element(value: int | UUID) -> str:
    if not isinstance(value, int | UUID):
        raise TypeError(f"{type(value).__name__} cannot be written into a statement")
    return str(value)
