"""Would a missing guard be noticed? Each is taken out once, and a test has to fail for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import NAMESPACE_OID, uuid5

import asyncpg
import pytest

from actors import granting
from actors.batch import Batch, Call
from actors.commit import GroupCommitter
from dbolt.store.queries import statements
from dbolt.store.queue import Fenced
from tests.actors import test_looks, test_orchestrator
from tests.support.queue import QUICK, Shop, accepted, catalogue, lease, press, settle

Guard = Callable[[Shop], Awaitable[None]]
SLEEPY = replace(QUICK, reap_s=3600.0)
"""Nobody looks for lost leases."""


async def a_late_worker_ends_nothing(shop: Shop) -> None:
    await test_orchestrator.test_a_late_worker_cannot_overwrite_its_successor(shop)


async def the_old_orchestrator_is_fenced(shop: Shop) -> None:
    """Although it has not noticed by itself that its time is over."""
    old = await shop.orchestrator(catalogue(1), SLEEPY)
    await shop.job(old)
    [assignment] = await lease(old)
    await shop.orchestrator(terms=SLEEPY)
    before = await shop.row(assignment.submission_id)
    with pytest.raises(Fenced):
        await press(old, assignment.token)
    assert await shop.row(assignment.submission_id) == before


async def nothing_is_acknowledged_before_it_is_durable(shop: Shop) -> None:
    """Holds the commit back with a lock, and ends the orchestrator before it can come."""
    orchestrator = await shop.orchestrator(catalogue(1))
    job = await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await press(orchestrator, assignment.token)
    async with shop.db.transaction():
        await shop.db.execute("select from jobs where id = $1 for no key update", job)
        answer = asyncio.ensure_future(settle(orchestrator, assignment.token, accepted()))
        blocked = await asyncpg.connect(shop.database)
        waits = "select exists (select from pg_stat_activity where wait_event_type = 'Lock'"
        waits += " and datname = current_database())"
        async with asyncio.timeout(10):
            while not await blocked.fetchval(waits):
                await asyncio.sleep(0.01)
        await blocked.close()
        await asyncio.wait([answer], timeout=0.2)
        acknowledged = answer.done()
        await orchestrator.close()
    [told] = await asyncio.gather(answer, return_exceptions=True)
    assert isinstance(told, Fenced)
    assert (await shop.row(assignment.submission_id))["state"] == "pressed"
    assert not acknowledged


async def a_lease_that_ran_out_presses_nothing(shop: Shop) -> None:
    """By the database's clock, even before anybody has noticed."""
    orchestrator = await shop.orchestrator(catalogue(1), SLEEPY)
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await shop.db.execute("update leases set deadline_at = now() - interval '1 second'")
    assert (await press(orchestrator, assignment.token)).permits == {assignment.token: False}
    assert await shop.one("select count(*) from presses") == 0


async def a_paused_directory_is_not_pressed(shop: Shop) -> None:
    """By the rows, whatever memory thinks."""
    orchestrator = await shop.orchestrator(catalogue(1), SLEEPY)
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await shop.db.execute("insert into pauses (level, key, actor) values ('global', '', 'staff')")
    assert (await press(orchestrator, assignment.token)).permits == {assignment.token: False}


async def a_permit_is_given_once(shop: Shop) -> None:
    await test_orchestrator.test_a_second_permit_for_the_same_attempt_is_refused(shop)


async def what_may_be_older_is_for_a_person(shop: Shop) -> None:
    await test_looks.test_a_listing_that_may_have_been_there_before_is_for_a_person(shop)


GUARDS: list[Guard] = [
    nothing_is_acknowledged_before_it_is_durable,
    a_lease_that_ran_out_presses_nothing,
    a_paused_directory_is_not_pressed,
]


@pytest.mark.parametrize("guard", GUARDS)
async def test_the_guard_holds(shop: Shop, guard: Guard) -> None:
    await guard(shop)


Mutation = Callable[[pytest.MonkeyPatch], None]


def sql(aggregate: str, name: str, *changes: tuple[str, str]) -> Mutation:
    """A statement with pieces replaced; each has to be there."""

    def mutate(patch: pytest.MonkeyPatch) -> None:
        text = statements(aggregate)[name]
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        patch.setitem(statements(aggregate), name, text)

    return mutate


def one_token_for_ever(patch: pytest.MonkeyPatch) -> None:
    """Every lease of a submission has the same token."""

    async def lease_rows(
        self: granting.Granting, batch: Batch, grants: list[granting.Grant]
    ) -> object:
        same = [replace(grant, token=uuid5(NAMESPACE_OID, str(grant.id))) for grant in grants]
        return await original(self, batch, same)

    original = granting.Granting._lease_rows
    patch.setattr(granting.Granting, "_lease_rows", lease_rows)
    # The history knows no token twice.
    ended = "select id, attempt, token, worker, leased_at, 'lease_expired'"
    fresh = ended.replace("token", "gen_random_uuid()")
    sql("queue", "expire", (ended, fresh))(patch)


def answer_at_once(patch: pytest.MonkeyPatch) -> None:
    """Callers hear of what is not committed yet."""

    async def answers(self: GroupCommitter, batch: Batch, calls: list[Call]) -> list[object]:
        given = await original(self, batch, calls)
        for call, answer in zip(calls, given, strict=True):
            if not call.answer.done():
                call.answer.set_result(answer)
        return given

    original = GroupCommitter._answers
    patch.setattr(GroupCommitter, "_answers", answers)


def forgetful(patch: pytest.MonkeyPatch) -> None:
    """A permit that is being asked for is not remembered, nor is the state looked at."""
    patch.setattr("actors.verbs._once_each", lambda said, answers: [answers[t] for t in said])


BY_ATTEMPT = (
    (
        "from leases b where b.token = s.token limit 1",
        (
            "from leases b where b.submission_id ="
            " (select x.submission_id from attempts x where x.token = s.token)"
        ),
    ),
    ("l.token is not distinct from s.token", "l.token is not null"),
    # The history knows no token twice.
    ("select id, attempt, token, worker", "select id, attempt, gen_random_uuid(), worker"),
)

MUTATIONS: list[tuple[str, Mutation, Guard]] = [
    ("no token at the end", sql("queue", "settle", *BY_ATTEMPT), a_late_worker_ends_nothing),
    ("one token for ever", one_token_for_ever, a_late_worker_ends_nothing),
    ("answers before the commit", answer_at_once, nothing_is_acknowledged_before_it_is_durable),
    (
        "no epoch",
        sql("queue", "begin_batch", ("where epoch = $1", "where $1::bigint > 0")),
        the_old_orchestrator_is_fenced,
    ),
    (
        "no deadline at the press",
        sql("queue", "press", ("b.deadline_at > now()", "true")),
        a_lease_that_ran_out_presses_nothing,
    ),
    (
        "no pause at the press",
        sql("queue", "press", ("p.level = 'global' or", "")),
        a_paused_directory_is_not_pressed,
    ),
    (
        "credit for what may be older",
        sql("queue", "ours", ("p.seen_absent or", "true or")),
        what_may_be_older_is_for_a_person,
    ),
    ("one permit for each who asks", forgetful, a_permit_is_given_once),
]


@pytest.mark.parametrize(
    ("mutation", "guard"), [m[1:] for m in MUTATIONS], ids=[m[0] for m in MUTATIONS]
)
async def test_a_missing_guard_is_noticed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, mutation: Mutation, guard: Guard
) -> None:
    mutation(monkeypatch)
    # ValueError: not as many leases as there have to be.
    with pytest.raises((AssertionError, ValueError, pytest.fail.Exception)):
        await guard(shop)
