"""What does the orchestrator hold in memory? Hints for quick decisions; Postgres has the truth."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from actors.clock import DatabaseClock
from dbolt.domain.breaker import Breaker
from dbolt.domain.directory import Directory, Policy, ProxyPolicy
from dbolt.domain.plan import PLANS, PlanName
from dbolt.domain.protocol import PauseLevel
from dbolt.domain.proxy import went
from dbolt.domain.proxy_book import Book, Wish
from dbolt.domain.schedule import Schedule
from dbolt.domain.submission import Result, Task
from dbolt.store.verifications import Due

HEARD_S = 120.0
"""A worker not heard of for so long is forgotten."""
MOST_WORKERS = 10_000
"""So many are remembered at most: workers over HTTP choose their names."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How the orchestrator works. `backoff` multiplies the waits between tries.

    `proxy_policy`: of directories that say nothing about it. `count_s`: how often the charts'
    counts are brought up to date. `captcha_*`: the plans that cover a captcha service, and what it
    may take for one job and in any 24 h, in US cents.
    """

    lease_s: float = 90.0
    backoff: float = 1.0
    reap_s: float = 1.0
    count_s: float = 30.0
    proxy_policy: ProxyPolicy = ProxyPolicy.PREFER
    captcha_plans: frozenset[PlanName] = frozenset(
        p.name for p in PLANS.values() if p.captcha_service
    )
    captcha_job_cents: int = 200
    captcha_day_cents: int = 1000
    chance: Callable[[], float] = random.random


@dataclass(slots=True)
class Hold:
    """A lease that is out."""

    task: Task
    submission_id: UUID
    job_id: UUID | None
    directory: str
    worker: str
    failures: int = 0
    pressed: bool = False
    extended_at: float = -math.inf
    """When its deadline was last moved, on the database's clock."""
    since: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class ServiceTime:
    """How long leases are held: a moving average, of which each new one is a tenth."""

    mean_s: float | None = None

    def add(self, seconds: float) -> None:
        """One more has ended."""
        self.mean_s = seconds if self.mean_s is None else 0.9 * self.mean_s + 0.1 * seconds


@dataclass(slots=True)
class Board:
    """The orchestrator's memory."""

    epoch: int
    clock: DatabaseClock
    terms: Terms
    schedule: Schedule = field(default_factory=Schedule)
    directories: dict[str, Directory] = field(default_factory=dict)
    """With the rules that hold: nothing new goes to those that the catalogue knows no more."""
    retired: set[str] = field(default_factory=set)
    """Directories that the catalogue knew before."""
    override_ends: float = math.inf
    """When the next of the overrides of directories' rules ends by itself."""
    book: Book = field(default_factory=Book)
    """The proxies and who uses them: what a restart forgets of it, it finds out again."""
    held: dict[UUID, Hold] = field(default_factory=dict)
    looks: list[Due] = field(default_factory=list)
    """Looks that may start, in order."""
    looks_at: float = -math.inf
    """When the database is to be asked for looks again."""
    changed_jobs: set[UUID] = field(default_factory=set)
    """Jobs that have had more than one profile: what arrives of them may hold an old one."""
    draining: set[str] = field(default_factory=set)
    workers: OrderedDict[str, float] = field(default_factory=OrderedDict)
    """When each worker was last heard of, the most silent first; see `heard`."""
    service: ServiceTime = field(default_factory=ServiceTime)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    nap_until: float = math.inf
    """When the keeper of the lines looks again by itself."""
    tending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the keeper of the lines has something to do."""

    def heard(self, worker: str) -> None:
        """*worker* has just spoken. Forgets who has been silent for long."""
        now = time.monotonic()
        self.workers[worker] = now
        self.workers.move_to_end(worker)
        while len(self.workers) > MOST_WORKERS or now - next(iter(self.workers.values())) > HEARD_S:
            self.workers.popitem(last=False)

    def know(self, directory: Directory, *, active: bool) -> None:
        """These rules hold from now on. active: whether it is in the catalogue."""
        if active:
            self.retired.discard(directory.slug)
        else:
            self.retired.add(directory.slug)
            directory = directory.model_copy(update={"policy": Policy.SKIP})
        self.directories[directory.slug] = directory

    @property
    def may_lease(self) -> bool:
        """Whether something could start now, as far as is known."""
        if self.schedule.may_pick:
            return True
        return any(self._look_may_start(look) for look in self.looks)

    def startable(self) -> int:
        """How many submissions and looks could start now, within the directories' limits."""
        now = self.clock.now()
        count = self.schedule.startable(now)
        places: Counter[str] = Counter()
        for look in self.looks:
            if self._look_may_start(look):
                places[look.directory] += 1
        for slug, wanted in places.items():
            pacer = self.schedule.lanes[slug].pacer
            # Looks and submissions share a directory's places.
            free = pacer.pace.concurrency - pacer.under_way
            count += min(wanted, max(0, free - self.schedule.startable_on(slug, now)))
        return count

    def take_looks(self, at_most: int) -> list[Due]:
        """Takes looks whose directories have a place free."""
        taken: list[Due] = []
        kept: list[Due] = []
        for look in self.looks:
            if len(taken) < at_most and self._look_may_start(look):
                self.schedule.lanes[look.directory].pacer.start_look()
                taken.append(look)
            else:
                kept.append(look)
        self.looks = kept
        return taken

    def _look_may_start(self, look: Due) -> bool:
        lane = self.schedule.lanes.get(look.directory)
        return (
            lane is not None
            and lane.pacer.under_way < lane.pacer.pace.concurrency
            and not self.schedule.paused(PauseLevel.GLOBAL)
            and not self.schedule.paused(PauseLevel.DIRECTORY, look.directory)
            and self._may_travel(look.directory)
        )

    def want_looks(self, wait_s: float = 0.0) -> None:
        """Looks are due in *wait_s*: the database is asked for them then."""
        self.looks_at = min(self.looks_at, self.clock.now() + wait_s)
        self.tending.set()

    def judge(self, slug: str, breaker: Breaker) -> None:
        """The directory's breaker stands like this from now on."""
        self.schedule.judge(slug, breaker, self.clock.now())
        self.rouse()

    def let_go(self, tokens: Iterable[UUID]) -> None:
        """Leases have ended, however they did."""
        now = self.clock.now()
        tokens = list(tokens)
        held = [self.held.pop(token) for token in tokens if token in self.held]
        given_back = [token for token in tokens if self.book.give_back(token)]
        if given_back:
            self.schedule.proxies_changed(now)
        for hold in held:
            self.service.add(time.monotonic() - hold.since)
            if hold.task is Task.VERIFY:
                self.schedule.look_ended(hold.directory, now)
            else:
                self.schedule.ended(hold.directory, now, pressed=hold.pressed)
        if held:
            self.stir()

    def proxy_gate(self) -> Callable[[str], float]:
        """When an attempt on a directory may begin as far as proxies go; for one pick.

        It counts those that it lets through, because they take their proxies after the pick.
        """
        now = self.clock.now()
        left = self.book.places(now)

        def opens(slug: str) -> float:
            nonlocal left
            if self.goes_direct(slug):
                return -math.inf
            policy = self._policy(slug)
            at = self.book.opens_at(policy, now)
            if at <= now and self.book.uses_one(policy, now):
                if left == 0:
                    # This pick has promised them all; whether all of it gets leased is not known.
                    return now + 1.0
                left -= 1
            return at

        return opens

    def _may_travel(self, slug: str) -> bool:
        """Whether a look on *slug* may begin now as far as proxies go."""
        now = self.clock.now()
        return self.book.opens_at(self._policy(slug), now) <= now

    def _policy(self, slug: str) -> ProxyPolicy:
        return self.directories[slug].proxy or self.terms.proxy_policy

    def goes_direct(self, slug: str) -> bool:
        """Whether attempts on *slug* take no proxy, wherever they wish it to stand."""
        policy = self._policy(slug)
        return policy is ProxyPolicy.NEVER or (policy is ProxyPolicy.PREFER and self.book.is_empty)

    def take_proxy(self, token: UUID, slug: str, wish: Wish) -> str | None:
        """As `Book.take`, under the policy of the directory; None where the lease has passed on."""
        if token not in self.held:
            # Nobody would give it back.
            return None
        return self.book.take(token, wish, self._policy(slug), self.clock.now())

    def proxies_did(self, results: Iterable[tuple[UUID, Result]]) -> None:
        """Attempts have ended so: their proxies are judged by it."""
        for token, result in results:
            if not self.book.serves(token):
                continue
            if (how := went(result)) is not None:
                self.book.report(token, how, self.clock.now(), self.terms.backoff)

    def joins_later(self, joins: Iterable[tuple[str, float]]) -> None:
        """Submissions join the lines of directories at times."""
        for slug, at in joins:
            self.schedule.joins_at(slug, at)
        self.rouse()

    def stir(self) -> None:
        """Something may have become possible: whoever waits for work should look."""
        news, self._news = self._news, asyncio.Event()
        news.set()
        self.rouse()

    def rouse(self) -> None:
        """Wakes the keeper if there is something to do before it looks again by itself."""
        if self.schedule.is_hungry or self.schedule.next_at() < self.nap_until:
            self.tending.set()

    async def news(self, wait_s: float) -> None:
        """Returns at the next stir, or after *wait_s*."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._news.wait()
