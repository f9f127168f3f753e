"""Where is the SQL? In sql/*.sql, one file per aggregate, one `-- name:` line per statement."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TypeAlias

import asyncpg

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)

Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)
"""A connection of one's own or one lent by a pool."""

Db: TypeAlias = (
    "asyncpg.Pool[asyncpg.Record] | asyncpg.Connection[asyncpg.Record]"
    " | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)
"""Whatever can run a statement."""


@cache
def statements(aggregate: str, package: str = "dbolt.store") -> dict[str, str]:
    """The named statements of *package*'s sql/*aggregate*.sql.

    Raises ValueError where a name comes twice.
    """
    text = (resources.files(package) / "sql" / f"{aggregate}.sql").read_text("utf-8")
    _, *parts = _NAME.split(text)
    names = parts[::2]
    if len(set(names)) != len(names):
        raise ValueError(f"sql/{aggregate}.sql gives one name to two statements")
    return {name: body.strip() for name, body in zip(names, parts[1::2], strict=True)}
