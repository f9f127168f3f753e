"""Are the guards in the database the lifecycle's own table, in word and in deed?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from dbolt.domain.lifecycle import (
    JOB_TRANSITIONS,
    MOVING,
    TRANSITIONS,
    Event,
    JobState,
    State,
    after,
)
from dbolt.domain.reasons import Reason
from dbolt.store import queue
from dbolt.store.queue import Fenced, Wish
from dbolt.store.script import Script
from tests.store.test_roles import shop_with_two


@pytest_asyncio.fixture
async def owner(database: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection as the tables' owner."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def test_the_tables_are_the_lifecycle(owner: asyncpg.Connection[asyncpg.Record]) -> None:
    rows = await owner.fetch("select * from transitions")
    assert {
        (State(row["from_state"]), Event(row["event"])): State(row["to_state"]) for row in rows
    } == TRANSITIONS
    for row in rows:
        moving = (row["to_state"] in MOVING) - (row["from_state"] in MOVING)
        assert row["moving"] == moving, dict(row)
    rows = await owner.fetch("select * from job_transitions")
    assert {(row["from_state"], row["event"]): row["to_state"] for row in rows} == dict(
        JOB_TRANSITIONS
    )


UNDER_WAY = {State.LEASED, State.PRESSED}
"""A submission that is under way has a lease, which says so."""


@pytest.mark.parametrize(
    ("table", "states"), [("submissions", set(State) - UNDER_WAY), ("jobs", set(JobState))]
)
async def test_the_checks_know_the_same_states(
    owner: asyncpg.Connection[asyncpg.Record], table: str, states: set[State | JobState]
) -> None:
    definition = await owner.fetchval(
        "select string_agg(pg_get_constraintdef(oid), ' ') from pg_constraint"
        " where conrelid = $1::regclass and contype = 'c'",
        table,
    )
    for state in states:
        assert f"'{state}'" in definition
    await shop_with_two(owner)
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(f"update {table} set state = 'nonsense'")
    if table == "submissions":
        for state in UNDER_WAY:
            with pytest.raises(asyncpg.CheckViolationError):
                await owner.execute("update submissions set state = $1", state)


async def force(owner: asyncpg.Connection[asyncpg.Record], submission: UUID, state: State) -> None:
    """Puts a submission into *state* with all that the constraints want of it."""
    await owner.execute("delete from leases where submission_id = $1", submission)
    await owner.execute(
        """
        update submissions set state = $2, pressed_at = now(), turn = 1,
            reason = case $2 when 'live' then 'found_live' else 'accepted' end,
            attempt = greatest(attempt, 1) + 1
        where id = $1
        """,
        submission,
        State.QUEUED if state in UNDER_WAY else state,
    )
    if state in UNDER_WAY:
        await owner.execute(
            """
            insert into leases (token, submission_id, job_id, directory, attempt, epoch, worker,
                                deadline_at, pressed_at)
            select $2, id, job_id, directory, attempt + 1, 1, 'w', now(),
                   case when $3 then now() end
            from submissions where id = $1
            """,
            submission,
            uuid4(),
            state is State.PRESSED,
        )


@pytest.mark.parametrize("state", list(State))
async def test_a_move_does_what_the_lifecycle_says_and_nothing_else(
    owner: asyncpg.Connection[asyncpg.Record], state: State
) -> None:
    await shop_with_two(owner)
    submission = await owner.fetchval("select id from job_results limit 1")
    epoch = await queue.take_over(owner)
    for event in Event:
        if event in (Event.LEASED, Event.PERMITTED):
            continue  # they have statements of their own
        await force(owner, submission, state)
        reason = Reason.FOUND_LIVE if event is Event.FOUND_LIVE else Reason.ACCEPTED
        moved = await queue.move(owner, epoch.number, [Wish(submission, event, reason)], "test")
        expected = after(state, event)
        assert [row.to_state for row in moved] == ([expected] if expected else [])
        now = await owner.fetchval("select state from job_results where id = $1", submission)
        assert now == (expected or state)


async def test_an_epoch_that_is_over_moves_nothing(
    owner: asyncpg.Connection[asyncpg.Record],
) -> None:
    await shop_with_two(owner)
    submission = await owner.fetchval("select id from job_results limit 1")
    old = await queue.take_over(owner)
    await queue.take_over(owner)
    wish = Wish(submission, Event.SKIPPED, Reason.POLICY_SKIP)
    assert await queue.move(owner, old.number, [wish], "test") == []
    with pytest.raises(Fenced):
        await queue.begin_batch(Script(owner), old.number, 0, 1, 0.0)


async def test_no_state_without_its_evidence(owner: asyncpg.Connection[asyncpg.Record]) -> None:
    await shop_with_two(owner)
    for nonsense in (
        "state = 'failed'",
        "state = 'submitted', reason = 'accepted'",
        "state = 'live', reason = 'accepted', pressed_at = now()",
        "state = 'leased', reason = 'accepted'",
        "attempt = -1",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute(f"update submissions set {nonsense}")


async def test_a_lease_is_whole_and_the_only_one(
    owner: asyncpg.Connection[asyncpg.Record],
) -> None:
    await shop_with_two(owner)
    submission = await owner.fetchval("select id from submissions limit 1")
    await force(owner, submission, State.LEASED)
    for nonsense in (
        "deadline_at = null",
        "leased_at = null",
        "epoch = null",
        "worker = null",
        "attempt = 0",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await owner.execute(f"update leases set {nonsense}")
    again = "insert into leases select (l).* from (select l from leases l) l"
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(again)
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(
            "insert into leases (token, submission_id, job_id, directory, attempt, epoch, worker,"
            " deadline_at) select gen_random_uuid(), submission_id, job_id, directory, attempt,"
            " epoch, worker, deadline_at from leases"
        )
