"""Fills a migrated database as a year of work would: jobs, submissions, attempts, events."""

from __future__ import annotations

import json
import re
from pathlib import Path

import asyncpg

from tests.support.queue import PROFILE

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


async def seed(url: str, *, jobs: int = 1000, directories_each: int = 100) -> None:
    """*jobs* x *directories_each* submissions, with all that belongs to them."""
    text = (Path(__file__).parent / "seed.sql").read_text("utf-8")
    _, *parts = _NAME.split(text)
    values = {
        "customers": (jobs,),
        "profiles": (json.dumps(PROFILE),),
        "submissions": (directories_each,),
    }
    connection = await asyncpg.connect(url)
    try:
        for name, sql in zip(parts[::2], parts[1::2], strict=True):
            await connection.execute(sql, *values.get(name, ()))
        # What autovacuum does in the life of a server.
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()
