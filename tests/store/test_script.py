"""Does one round trip carry out what several would, and no more?"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from typing import TypeAlias
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from dbolt.store.script import Script, Step

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ADD = "insert into seen select unnest($1::uuid[]), $2::float8"


@pytest_asyncio.fixture
async def owner(database: str) -> AsyncIterator[Owner]:
    """As the migrations run."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def made(owner: Owner) -> Script:
    await owner.execute("create table seen (id uuid primary key, weight float8)")
    return Script(owner)


async def test_steps_are_carried_out_in_their_order_and_committed_together(owner: Owner) -> None:
    script, ids = await made(owner), [uuid4(), uuid4()]
    more = Step("update seen set weight = weight + $1", (1,))
    assert await script.run(Step(ADD, (ids, 0.25)), before="begin") == "INSERT 0 2"
    assert owner.is_in_transaction()
    assert await script.run(more, more, after="commit") == "COMMIT"
    assert not owner.is_in_transaction()
    seen = {row["id"]: row["weight"] for row in await owner.fetch("select * from seen")}
    assert seen == dict.fromkeys(ids, 2.25)


async def test_nothing_behind_a_failure_is_carried_out(owner: Owner) -> None:
    script, id_ = await made(owner), uuid4()
    add = Step(ADD, ([id_], 1.0))
    await owner.execute("begin")
    with pytest.raises(asyncpg.UniqueViolationError):
        await script.run(add, add, after="commit")
    await owner.execute("rollback")
    assert await owner.fetchval("select count(*) from seen") == 0
    # What was prepared on the way to the failure is in nobody's way.
    assert await script.run(add) == "INSERT 0 1"


async def test_numbers_arrive_as_they_are_and_texts_are_refused(owner: Owner) -> None:
    script = await made(owner)
    for weight in (-math.inf, 1e-300, 0.1 + 0.2, -7):
        id_ = uuid4()
        await script.run(Step(ADD, ([id_], weight)))
        assert await owner.fetchval("select weight from seen where id = $1", id_) == weight
    with pytest.raises(TypeError):
        await script.run(Step("select unnest($1::text[])", (["'"],)))  # type: ignore[arg-type] - that is the point
