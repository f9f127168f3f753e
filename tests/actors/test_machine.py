"""Whatever happens in whatever order: is nothing lost, and nothing pressed twice?

A hypothesis state machine plays customers, staff, workers that die or come late, orchestrators that
are replaced and connections that break, over the real Postgres. The sites of this world keep their
own books, as real ones do; the invariants hold the database against them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from actors.batch import Verb
from actors.board import Terms
from actors.orchestrator import Orchestrator
from dbolt.domain.directory import Directory, Pace
from dbolt.domain.lifecycle import HANDED_IN, MOVING, TRANSITIONS, Event, State
from dbolt.domain.plan import PlanName
from dbolt.domain.protocol import (
    Ack,
    Exchange,
    PauseLevel,
    PauseScope,
    RetryFilter,
    Settlement,
)
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Assignment, HandOver, Known, Looked, NotSent, Result, Task
from dbolt.store.queue import Fenced
from tests.support.postgres import TEMPLATE, at, run_sql
from tests.support.queue import SEARCH, Shop, accepted, directory, not_sent, unclear

SPAN = settings(
    max_examples=12,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
LONG = settings(SPAN, max_examples=150, stateful_step_count=80, derandomize=False)

TERMS = Terms(lease_s=600.0, backoff=0.0, reap_s=3600.0)
"""Leases end when the machine says so."""


def entries() -> list[Directory]:
    """Sites with limits of each kind."""
    return [
        directory("wide", recipe=SEARCH),
        directory("narrow", recipe=SEARCH, pace=Pace(concurrency=1, spacing_s=0, per_day=1000)),
        directory("few", recipe=SEARCH, pace=Pace(concurrency=3, spacing_s=0, per_day=2)),
        directory("blind"),
    ]


PACES = {entry.slug: entry.pace for entry in entries()}
EMPTY = (
    "truncate attempts, presses, events, verifications, accounts, pauses, outbox, payment_events,"
    " checkouts, payments, disputes, attention, passwords, answers,"
    " leases, submissions, jobs, orders, profiles, sessions, customers, directories cascade"
)
CHAIN = "select submission_id, event, from_state, to_state from events order by id"


@dataclass
class Site:
    """What the directories hold, by submission.

    `older`: listings that were there before anybody sent anything. `proven`: those that came by a
    press right after the directory was seen without any.
    """

    listings: Counter[UUID] = field(default_factory=Counter)
    older: set[UUID] = field(default_factory=set)
    proven: set[UUID] = field(default_factory=set)

    def shows(self, submission: UUID) -> bool:
        """Whether a search finds the business."""
        return self.listings[submission] > 0 or submission in self.older


class Queue(RuleBasedStateMachine):
    """Many hands on one queue."""

    database = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.site = Site()
        self.made = 0
        self.jobs: list[UUID] = []
        self.held: list[Assignment] = []
        """Every assignment ever given; workers forget nothing, least of all what is over."""
        self.pressed: Counter[UUID] = Counter()
        """Presses by token."""
        self.old: list[Orchestrator] = []

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Does *work*, within a time that shows a hang."""

        async def in_time() -> Any:
            async with asyncio.timeout(30):
                return await work

        return self.runner.run(in_time())

    @initialize()
    def open(self) -> None:
        """An empty shop."""

        async def begin() -> None:
            connection = await asyncpg.connect(self.database)
            await connection.execute(EMPTY)
            self.shop = Shop(self.database, connection)
            self.now = await self.shop.orchestrator(entries(), TERMS)

        self.run(begin())

    # Customers and staff.

    @precondition(lambda self: len(self.jobs) < 4)
    @rule(plan=st.sampled_from([PlanName.STARTER, PlanName.ENTERPRISE]))
    def buy(self, plan: PlanName) -> None:
        """A job begins."""
        self.jobs.append(self.run(self.shop.job(self.now, plan=plan)))
        self.made += len(PACES)

    @precondition(lambda self: self.jobs)
    @rule(pick=st.integers(0, 99), level=st.sampled_from(list(PauseLevel)), on=st.booleans())
    def pause(self, pick: int, level: PauseLevel, *, on: bool) -> None:
        """Something is paused or goes on."""
        key = {
            PauseLevel.GLOBAL: "",
            PauseLevel.PLAN: "starter",
            PauseLevel.DIRECTORY: sorted(PACES)[pick % len(PACES)],
            PauseLevel.JOB: str(self.jobs[pick % len(self.jobs)]),
        }[level]
        scope = PauseScope(level=level, key=key)
        self.run(self.now.pause(scope, "staff") if on else self.now.resume(scope, "staff"))

    @precondition(lambda self: self.jobs)
    @rule(pick=st.integers(0, 99))
    def cancel(self, pick: int) -> None:
        """A job is called off."""
        self.run(self.now.cancel(self.jobs[pick % len(self.jobs)], "staff"))

    @precondition(lambda self: self.jobs)
    @rule(pick=st.integers(0, 99), priority=st.integers(1, 100))
    def prioritise(self, pick: int, priority: int) -> None:
        """A job gets another weight."""
        self.run(self.now.prioritise(self.jobs[pick % len(self.jobs)], priority, "staff"))

    @rule()
    def retry(self) -> None:
        """Staff send back what is over without a listing, without having looked."""
        states = [State.FAILED, State.CANCELLED, State.NEEDS_PERSON, State.SKIPPED]
        self.run(self.now.retry(RetryFilter(states=states), dry_run=False, actor="staff"))

    # Workers.

    @rule(want=st.integers(1, 6), broken=st.booleans())
    def ask(self, want: int, *, broken: bool) -> None:
        """A worker asks for work."""
        reply = self.run(self.through(Exchange(worker="w", want=want, wait_s=0.0), broken=broken))
        self.held += reply.assignments

    @rule(pick=st.integers(0, 999))
    def list_by_others(self, pick: int) -> None:
        """A business is listed for which nobody has a permit yet.

        After one, nobody can tell such a listing from what the press has brought about.
        """
        assignment = self.one_of_held(pick)
        if assignment is None:
            return
        permits = "select count(*) from presses where submission_id = $1"
        if not self.run(self.shop.one(permits, assignment.submission_id)):
            self.site.older.add(assignment.submission_id)

    @rule(
        pick=st.integers(0, 999),
        twice=st.booleans(),
        listed=st.booleans(),
        looked=st.booleans(),
        broken=st.booleans(),
    )
    def press(self, pick: int, *, twice: bool, listed: bool, looked: bool, broken: bool) -> None:
        """A worker, perhaps a late one, asks for a permit, and presses if it gets one.

        looked: the directory's search was in order, so that it was asked before.
        """
        assignment = self.one_of_held(pick)
        if assignment is None or (looked and self.site.shows(assignment.submission_id)):
            return
        tokens = [assignment.token] * (1 + twice)
        said = Exchange(worker="w", press=tokens, seen_absent=tokens if looked else [])
        reply = self.run(self.through(said, broken=broken))
        if reply.permits.get(assignment.token):
            assert assignment.task is Task.SUBMIT
            self.note_press(assignment, listed=listed, looked=looked)

    def note_press(self, assignment: Assignment, *, listed: bool, looked: bool) -> None:
        """What the site makes of a press."""
        id_ = assignment.submission_id
        self.pressed[assignment.token] += 1
        self.site.listings[id_] += listed
        if listed and looked:
            self.site.proven.add(id_)

    @rule(pick=st.integers(0, 999), clear=st.booleans(), broken=st.booleans())
    def settle(self, pick: int, *, clear: bool, broken: bool) -> None:
        """A worker, perhaps a late one, tells how its attempt ended."""
        assignment = self.one_of_held(pick)
        if assignment is None:
            return
        said = Settlement(token=assignment.token, result=self.end(assignment, clear=clear))
        reply = self.run(self.through(Exchange(worker="w", settled=[said]), broken=broken))
        if reply.acks[assignment.token] is Ack.SETTLED:
            known = "select count(*) from attempts where token = $1"
            looks = "select count(*) from verifications where token = $1"
            if assignment.task is Task.SUBMIT:
                assert self.run(self.shop.one(known, assignment.token)) == 1
            else:
                assert self.run(self.shop.one(looks, assignment.token)) == 0

    def one_of_held(self, pick: int) -> Assignment | None:
        """An assignment of whatever age. Which there are is a matter of time, so none may be."""
        return self.held[-1 - pick % len(self.held)] if self.held else None

    def end(self, assignment: Assignment, *, clear: bool) -> Result:
        """The truth about an attempt or a look, as far as a worker can know it."""
        listed = self.site.listings[assignment.submission_id] > 0
        shown = self.site.shows(assignment.submission_id)
        if assignment.task is Task.VERIFY:
            return Looked(found=shown if clear else None)
        if self.pressed[assignment.token]:
            return accepted() if clear and listed else unclear()
        if clear and shown:
            return Known()
        return not_sent() if clear else HandOver(reason=Reason.CAPTCHA)

    async def through(self, said: Exchange, *, broken: bool) -> Any:
        """One exchange; *broken* cuts the orchestrator's connections meanwhile."""
        asking = asyncio.ensure_future(self.now.exchange(said))
        if broken:
            await self.shop.db.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name = 'dbolt_orchestrator' and datname = current_database()"
            )
        return await asking

    # The world.

    @rule(pick=st.integers(0, 99), kind=st.sampled_from(["leases", "verifications"]))
    def expire(self, pick: int, kind: str) -> None:
        """A worker is not heard of in time."""

        async def forget() -> None:
            await self.shop.db.execute(
                f"update {kind} set deadline_at = now() - interval '1 second' where token ="
                f" (select token from {kind} where token is not null order by deadline_at, token"
                " offset $1 limit 1)",
                pick % 5,
            )
            await self.now._committer.submit(Verb.EXPIRE, 0.0)

        self.run(forget())

    @rule()
    def take_over(self) -> None:
        """A second instance starts; the first does not know yet."""

        async def begin() -> None:
            self.old.append(self.now)
            self.now = await self.shop.orchestrator(None, TERMS)

        self.run(begin())

    @precondition(lambda self: self.old)
    @rule(pick=st.integers(0, 999))
    def ask_the_old_one(self, pick: int) -> None:
        """Somebody still talks to an orchestrator of an earlier epoch: it may say nothing."""
        assignment = self.one_of_held(pick)
        said = Exchange(
            worker="w",
            press=[assignment.token if assignment else uuid4()],
            settled=[Settlement(token=uuid4(), result=NotSent(reason=Reason.TIMEOUT))],
            want=1,
        )
        with pytest.raises(Fenced):
            self.run(self.old[-1].exchange(said))

    # What always holds.

    @invariant()
    def nothing_is_lost(self) -> None:
        """Each submission is there, and its history leads to where it stands."""
        if not hasattr(self, "shop"):
            return
        rows = {row["id"]: row for row in self.fetch("select * from job_results")}
        assert len(rows) == self.made
        where: dict[UUID, str | None] = dict.fromkeys(rows)
        sent: set[UUID] = set()
        for id_, event, before, after in self.fetch(CHAIN):
            if id_ is None:
                continue
            assert before == where[id_], (event, before, where[id_])
            if event == Event.PERMITTED:
                assert id_ not in sent, "pressed again though nobody has looked"
                sent.add(id_)
            elif event in (Event.ABSENT, Event.REQUEUED):
                sent.discard(id_)
            if event not in ("created", "looked"):
                assert TRANSITIONS[State(before), Event(event)] == after
            where[id_] = after
        assert {id_: row["state"] for id_, row in rows.items()} == where

    @invariant()
    def nothing_is_pressed_twice(self) -> None:
        """The sites know; and what is called handed in is there."""
        if not hasattr(self, "shop"):
            return
        assert not self.pressed or max(self.pressed.values()) == 1
        assert not self.site.listings or max(self.site.listings.values()) <= 1
        for row in self.fetch("select id, state, reason from job_results"):
            if State(row["state"]) in HANDED_IN:
                assert self.site.listings[row["id"]] == 1, dict(row)
            if row["state"] == State.DUPLICATE:
                assert self.site.shows(row["id"]), dict(row)
                assert row["id"] not in self.site.proven, dict(row)

    @invariant()
    def counts_are_right(self) -> None:
        """Jobs count their rows, directories keep their limits, memory knows who holds what."""
        if not hasattr(self, "shop"):
            return
        counted = "select j.moving, count(r.*) filter (where r.state = any ($1)) as n"
        counted += " from jobs j left join job_results r on r.job_id = j.id group by j.id"
        assert all(row["moving"] == row["n"] for row in self.fetch(counted, sorted(MOVING)))
        out = "select directory, token from job_results where token is not null union all"
        out += " select r.directory, v.token from verifications v"
        out += " join job_results r on r.id = v.submission_id where v.token is not null"
        tokens = self.fetch(out)
        under_way = "select s.state from leases l left join submissions s on s.id = l.submission_id"
        assert {row["state"] for row in self.fetch(under_way)} <= {State.QUEUED}
        assert {row["token"] for row in tokens} == set(self.now._board.held)
        for slug, count in Counter(row["directory"] for row in tokens).items():
            assert count <= PACES[slug].concurrency, slug
        for slug, count in self.fetch("select directory, count(*) from presses group by 1"):
            assert count <= PACES[slug].per_day, slug

    def fetch(self, sql: str, *values: object) -> list[Any]:
        """Rows."""
        found: list[Any] = self.run(self.shop.db.fetch(sql, *values))
        return found

    def teardown(self) -> None:
        """In the end honest workers finish everything that the limits allow."""
        if hasattr(self, "shop"):
            try:
                self.finish()
            finally:
                self.run(self.shop.close())
                self.run(self.shop.db.close())
        self.runner.close()

    def finish(self) -> None:
        """Nobody starves."""
        for row in self.fetch("select level, key from pauses"):
            self.run(self.now.resume(PauseScope(level=row["level"], key=row["key"]), "staff"))
        for assignment in self.held:
            said = Settlement(token=assignment.token, result=self.end(assignment, clear=True))
            self.run(self.now.exchange(Exchange(worker="w", settled=[said])))
        self.run(self.carry_on())
        self.nothing_is_lost()
        self.nothing_is_pressed_twice()
        self.counts_are_right()
        reply = self.run(self.now.exchange(Exchange(worker="w", want=20)))
        assert all(assignment.task is Task.VERIFY for assignment in reply.assignments)

    async def carry_on(self) -> None:
        """Works until nothing is left but what waits for its directory's next day."""
        left = "select count(*) from job_results where state = any ($1)"
        left += " and not (directory = 'few' and state = 'queued' and 2 ="
        left += " (select count(*) from presses where directory = 'few'))"
        while await self.shop.one(left, sorted(MOVING)):
            if await self.shop.db.fetchval(
                "select count(*) from verifications where token is null"
            ):
                await self.shop.db.execute("update verifications set due_at = now()")
                self.now._board.want_looks()
            reply = await self.now.exchange(Exchange(worker="w", want=20, wait_s=0.1))
            for assignment in reply.assignments:
                if assignment.task is Task.SUBMIT:
                    await self.press_if_absent(assignment)
                said = Settlement(token=assignment.token, result=self.end(assignment, clear=True))
                await self.now.exchange(Exchange(worker="w", settled=[said]))

    async def press_if_absent(self, assignment: Assignment) -> None:
        """What a good worker does."""
        if self.site.shows(assignment.submission_id):
            return
        tokens = [assignment.token]
        asked = Exchange(worker="w", press=tokens, seen_absent=tokens)
        if (await self.now.exchange(asked)).permits[assignment.token]:
            self.note_press(assignment, listed=True, looked=True)


def play(template_url: str, span: settings) -> None:
    """Runs the machine on a database of its own."""
    name = f"machine_{uuid4().hex}"
    asyncio.run(run_sql(template_url, f"create database {name} template {TEMPLATE}"))
    here: Callable[[], Queue] = type("Here", (Queue,), {"database": at(template_url, name)})
    try:
        run_state_machine_as_test(here, settings=span)
    finally:
        asyncio.run(run_sql(template_url, f"drop database {name} with (force)"))


def test_nothing_is_lost_and_nothing_is_pressed_twice(template_url: str) -> None:
    play(template_url, SPAN)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_same_for_much_longer(template_url: str) -> None:
    play(template_url, LONG)
