"""Can an orchestrator whose time is over change anything at all?"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from dbolt.domain.breaker import Breaker
from dbolt.domain.lifecycle import Event, JobEvent, JobState
from dbolt.domain.outcome import of_result
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import NotSent
from dbolt.store import (
    answers,
    directories,
    jobs,
    leases,
    orders,
    outbox,
    queue,
    replacements,
    verifications,
)
from dbolt.store.leases import Asked, Grant, Patience, Settling
from dbolt.store.queries import statements
from dbolt.store.queue import Wish
from dbolt.store.replacements import Delivered
from dbolt.store.script import Script
from dbolt.store.verifications import LookEnd
from tests.support.queue import (
    SEARCH,
    Shop,
    accepted,
    carry_out,
    directory,
    lease,
    not_sent,
    press,
    settle,
    unclear,
)

TABLES = (
    "directories",
    "orders",
    "jobs",
    "job_results",
    "submissions",
    "leases",
    "attempts",
    "presses",
    "events",
    "verifications",
    "outbox",
    "attention",
    "answers",
)


AGGREGATES = (
    "queue",
    "jobs",
    "orders",
    "verifications",
    "directories",
    "outbox",
    "replacements",
    "answers",
)
ELSEWHERE = {
    # Part of making a job, which begins with a guard of its own; and a payment comes before it.
    ("jobs", "count_new"),
    ("jobs", "line_place"),
    ("orders", "pay"),
    # A part of `replacements.replace`, which begins with a guard of its own.
    ("replacements", "count_more"),
}


@dataclass
class Late:
    """Everything that an orchestrator could wish to change, one of each."""

    db: asyncpg.Connection[asyncpg.Record]
    epoch: int
    job: UUID
    order: UUID
    unpaid: UUID
    queued: UUID
    leased: UUID
    pressed: UUID
    looking: UUID
    due: UUID
    profile: UUID
    customer: UUID
    submission: UUID
    other: UUID
    taken: UUID

    def short(self, number: int) -> Delivered:
        """A job that came short by one directory of two."""
        return Delivered(self.job, self.order, f"p{number}", 9_900, 1, 2)

    def locked(self) -> jobs.Job:
        """The job as whoever holds its lock has it."""
        return jobs.Job(self.job, self.customer, "starter", 0, JobState.RUNNING, None)

    async def everything(self) -> str:
        """All rows of the queue."""
        rows: dict[str, Any] = {}
        for table in TABLES:
            found = await self.db.fetch(f"select to_jsonb(t)::text as row from {table} t")
            rows[table] = sorted(row["row"] for row in found)
        return json.dumps(rows)


@pytest_asyncio.fixture
async def late(shop: Shop) -> AsyncIterator[Late]:
    """A queue in the middle of its work, and the number of an epoch that is over."""
    entries = [directory(slug, recipe=SEARCH) for slug in "abcdef"]
    orchestrator = await shop.orchestrator(entries)
    job = await shop.job(orchestrator)
    given = await lease(orchestrator, want=6)
    await press(orchestrator, given[0].token)
    await carry_out(orchestrator, given[1], unclear())
    [look] = await lease(orchestrator)
    assert look.task == "verify"
    await settle(orchestrator, given[4].token, not_sent())
    await carry_out(orchestrator, given[2], accepted())
    await orchestrator.sync_directories([*entries, directory("g")])
    epoch = orchestrator.epoch
    await orchestrator.close()
    await queue.take_over(shop.db)
    await shop.db.execute("update verifications set due_at = now() where token is null")
    await shop.db.execute("update leases set deadline_at = now()")
    await shop.db.execute("update jobs set state = 'queued'")
    await shop.db.execute(
        "insert into attention (kind, payment_ref, order_id, detail)"
        " select 'shortfall', 'p0', order_id, 'offer a credit' from jobs"
    )
    await shop.db.execute(
        "update attempts set event = 'worker_lost', result = null where token = $1", given[4].token
    )
    submission = await shop.one("select id from job_results where directory = 'a'")
    await shop.db.execute(
        "insert into answers (submission_id, pin) select id, '1' from job_results"
        " where directory = 'b'"
    )
    await shop.db.execute(
        "insert into accounts (customer_id, directory, username)"
        " select customer_id, 'a', 'ada' from jobs"
    )
    await shop.db.execute("insert into outbox (kind, payload) values ('job_complete', '{}')")
    yield Late(
        shop.db,
        epoch,
        job,
        await shop.one("select id from orders"),
        await shop.one(
            "insert into orders (customer_id, plan, amount_cents, currency)"
            " select customer_id, plan, amount_cents, currency from orders returning id"
        ),
        await shop.one("select id from job_results where state = 'queued'"),
        given[3].token,
        given[0].token,
        look.token,
        await shop.one("select id from verifications where token is null"),
        await shop.profile(await shop.one("select customer_id from jobs")),
        await shop.one("select customer_id from jobs"),
        submission,
        await shop.one("select submission_id from answers"),
        given[4].token,
    )


def _settling(token: UUID) -> Settling:
    outcome = of_result(NotSent(reason=Reason.UNREACHABLE), 0, 0.5)
    return Settling(token, outcome, '{"detail": "late"}')


DEEDS: dict[str, Callable[[Late], Awaitable[Any]]] = {
    "lease": lambda it: leases.lease(it.db, it.epoch, [Grant(it.queued, uuid4(), "w")], 60),
    "press": lambda it: leases.press(it.db, it.epoch, [Asked(it.leased)], 60),
    "beat": lambda it: leases.beat(it.db, it.epoch, [it.leased, it.pressed], 600),
    "settle": lambda it: leases.settle(
        it.db, it.epoch, [_settling(it.leased), _settling(it.pressed)]
    ),
    "expire": lambda it: leases.expire(it.db, it.epoch, Patience(5, 1.0), 100),
    "late result": lambda it: leases.keep_late(it.db, it.epoch, [(it.taken, "{}")]),
    "move": lambda it: queue.move(
        it.db, it.epoch, [Wish(it.queued, Event.SKIPPED, Reason.POLICY_SKIP)], "late"
    ),
    "tally": lambda it: Script(it.db).run(queue.tally(it.epoch, {it.job: 1})),
    "move jobs": lambda it: queue.move_jobs(it.db, it.epoch, [it.job], JobEvent.PAUSED, "late"),
    "start jobs": lambda it: Script(it.db).run(queue.start_jobs(it.epoch, [it.job])),
    "look": lambda it: verifications.lease(it.db, it.epoch, [Grant(it.due, uuid4(), "w")], 60),
    "beat of a look": lambda it: verifications.beat(it.db, it.epoch, [it.looking], 600),
    "end of a look": lambda it: verifications.settle(
        it.db, it.epoch, [LookEnd(it.looking, True, None, "{}")]
    ),
    "expire looks": lambda it: verifications.expire(it.db, it.epoch, 1.0, -600.0),
    "add a look": lambda it: verifications.add(it.db, it.epoch, {it.queued: 0.0}),
    "profile": lambda it: jobs.set_profile(it.db, it.epoch, it.job, it.profile),
    "turns": lambda it: jobs.give_turns(it.db, it.epoch, "starter", [(it.queued, 99.0)]),
    "move up": lambda it: jobs.move_up(it.db, it.epoch, [(it.queued, 99.0)]),
    "priority": lambda it: jobs.prioritise(it.db, it.epoch, it.job, 77, "late"),
    "health": lambda it: directories.keep_health(it.db, it.epoch, {"a": Breaker(9, 1.0)}),
    "messages": lambda it: outbox.take(it.db, it.epoch, 10, 60.0),
    "expire an order": lambda it: orders.expire(it.db, it.epoch, it.unpaid),
    "redirect": lambda it: jobs.redirect(it.db, it.epoch, [jobs.Waiting(it.queued, "g")]),
    "replace": lambda it: replacements.replace(
        it.db, it.epoch, it.locked(), {"g": 9.0}, "late", "in place of another"
    ),
    "owe": lambda it: replacements.owe(it.db, it.epoch, it.short(1), "offer a credit"),
    "owe no more": lambda it: replacements.owe_no_more(it.db, it.epoch, it.short(0), "late"),
    "keep a PIN": lambda it: answers.keep(it.db, it.epoch, it.submission, SecretStr("12")),
    "forget a PIN": lambda it: answers.forget(it.db, it.epoch, it.other),
    "reveal": lambda it: answers.reveal(it.db, it.epoch, it.customer, None, "late"),
    "note a change": lambda it: answers.note_change(it.db, it.epoch, it.job, "phone", "late"),
    "refund": lambda it: orders.refund(it.db, it.epoch, it.order),
}


async def changed(late: Late, deed: str) -> bool:
    """Whether *deed* changes any row; it is taken back afterwards."""
    transaction = late.db.transaction()
    await transaction.start()
    try:
        if deed == "redirect":
            await late.db.execute(
                "update submissions set turn = null, attempt = 0 where id = $1", late.queued
            )
        if deed in ("lease", "press"):
            await late.db.execute(
                "update leases set deadline_at = now() + interval '1 minute'"
                " where token is not null"
            )
        before = await late.everything()
        await DEEDS[deed](late)
        return await late.everything() != before
    finally:
        await transaction.rollback()


async def test_an_orchestrator_of_an_earlier_epoch_changes_no_row(late: Late) -> None:
    assert [deed for deed in DEEDS if await changed(late, deed)] == []


async def test_the_same_deeds_in_their_own_time_change_rows(late: Late) -> None:
    # Or the test above could not fail.
    late.epoch += 1
    assert [deed for deed in DEEDS if not await changed(late, deed)] == []


async def test_each_statement_needs_its_own_look_at_the_epoch(
    late: Late, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed: list[str] = []
    for aggregate in AGGREGATES:
        named = statements(aggregate)
        for name, text in named.items():
            if "o.epoch = $" not in text or (aggregate, name) in ELSEWHERE:
                continue
            with monkeypatch.context() as patch:
                without = re.sub(r"o\.epoch = (\$\d)", r"\1::bigint is not null", text)
                patch.setitem(named, name, without)
                if not any([await changed(late, deed) for deed in DEEDS]):
                    missed.append(f"{aggregate}.{name}")
    assert missed == []
