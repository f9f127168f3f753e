"""Customers, orders, profiles and directories for tests of the queue, as the web makes them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from actors.board import Terms
from actors.orchestrator import Orchestrator
from dbolt.domain.directory import Directory, Evidence, ListingSearch, Pace, Policy, Recipe
from dbolt.domain.plan import CURRENCY, PLANS, PlanName
from dbolt.domain.protocol import Exchange, Fulfilled, PaidOrder, Reply, Settlement
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Assignment, NotSent, Pressed, Result, VerdictKind
from dbolt.providers.captcha import CaptchaService
from dbolt.providers.proxies import ProxySource

FREE = Pace(concurrency=50, spacing_s=0, per_day=100_000)
QUICK = Terms(lease_s=30.0, backoff=0.0, reap_s=0.05)
SEARCH = Recipe(search=ListingSearch(url="http://a.localhost/?q={name}", complete=True))

PROFILE: dict[str, Any] = {
    "business_name": "Harbor Lane Bakery",
    "description": "Sourdough, baked before dawn.",
    "category": "Bakery",
    "contact": {"first_name": "Ada", "last_name": "Moreno"},
    "email": "ada@harborlane.example",
    "phone": "+1 212 555 0142",
    "address": {"street": "12 Harbor Lane", "city": "New York", "state": "NY", "country": "US"},
}


def directory(slug: str, **more: Any) -> Directory:
    """A directory that the robot may use as fast as it can, unless *more* says otherwise."""
    values: dict[str, Any] = {
        "slug": slug,
        "name": slug.title(),
        "home_url": f"http://{slug}.localhost/",
        "submit_url": f"http://{slug}.localhost/add",
        "policy": Policy.AUTO,
        "evidence": Evidence.PROVEN,
        "pace": FREE,
        **more,
    }
    return Directory(**values)


def catalogue(count: int, **more: Any) -> list[Directory]:
    """So many directories, `d000` onwards."""
    return [directory(f"d{number:03}", **more) for number in range(count)]


def accepted(**more: Any) -> Pressed:
    """The directory took it."""
    return Pressed(verdict=VerdictKind.ACCEPTED, reason=Reason.ACCEPTED, **more)


def pressed(verdict: VerdictKind, reason: Reason, **more: Any) -> Pressed:
    """The directory answered so."""
    return Pressed(verdict=verdict, reason=reason, **more)


def unclear() -> Pressed:
    """The form was sent, and nobody knows what came of it."""
    return Pressed(verdict=VerdictKind.UNCLEAR, reason=Reason.PRESS_UNCONFIRMED)


def not_sent(reason: Reason = Reason.UNREACHABLE) -> NotSent:
    """Nothing was sent."""
    return NotSent(reason=reason)


@dataclass
class Shop:
    """A database with an orchestrator over it, and the ways in which tests use both."""

    database: str
    db: asyncpg.Connection[asyncpg.Record]
    open: list[Orchestrator] = field(default_factory=list)

    async def orchestrator(
        self,
        entries: Sequence[Directory] | None = None,
        terms: Terms = QUICK,
        proxies: ProxySource | None = None,
        captchas: CaptchaService | None = None,
    ) -> Orchestrator:
        """A started orchestrator that knows *entries*; None leaves the directories as they are."""
        orchestrator = await Orchestrator.open(
            self.database, terms, proxies=proxies, captchas=captchas
        )
        self.open.append(orchestrator)
        if entries is not None:
            await orchestrator.sync_directories(list(entries))
        return orchestrator

    async def customer(self) -> UUID:
        """A fresh customer."""
        id_: UUID = await self.db.fetchval(
            "insert into customers (email) values ($1) returning id", f"{uuid4().hex}@a.example"
        )
        return id_

    async def order(self, customer: UUID, plan: PlanName = PlanName.STARTER) -> UUID:
        """An order that waits for its payment."""
        id_: UUID = await self.db.fetchval(
            "insert into orders (customer_id, plan, amount_cents, currency)"
            " values ($1, $2, $3, $4) returning id",
            customer,
            plan,
            PLANS[plan].price_cents,
            CURRENCY,
        )
        return id_

    async def profile(self, customer: UUID, **more: Any) -> UUID:
        """The next version of the customer's profile."""
        id_: UUID = await self.db.fetchval(
            "insert into profiles (customer_id, version, doc) select $1,"
            " coalesce(max(version), 0) + 1, $2 from profiles where customer_id = $1 returning id",
            customer,
            json.dumps({**PROFILE, **more}),
        )
        return id_

    async def job(
        self,
        orchestrator: Orchestrator,
        *,
        plan: PlanName = PlanName.STARTER,
        customer: UUID | None = None,
        **profile_values: Any,
    ) -> UUID:
        """A job that may start, paid and with its profile."""
        customer = customer or await self.customer()
        order = await self.order(customer, plan)
        done = await orchestrator.fulfil(paid(order, plan))
        assert isinstance(done, Fulfilled), done
        profile = await self.profile(customer, **profile_values)
        assert await orchestrator.profile_completed(done.job_id, profile) is None
        return done.job_id

    async def states(self, job: UUID | None = None) -> dict[str, int]:
        """How many submissions are in each state."""
        rows = await self.db.fetch(
            "select state, count(*) as n from job_results"
            " where $1::uuid is null or job_id = $1 group by state",
            job,
        )
        return {row["state"]: row["n"] for row in rows}

    async def one(self, sql: str, *values: object) -> Any:
        """One value."""
        return await self.db.fetchval(sql, *values)

    async def row(self, submission: UUID) -> asyncpg.Record:
        """A submission's row."""
        found = await self.db.fetchrow("select * from job_results where id = $1", submission)
        assert found is not None
        return found

    async def close(self) -> None:
        """Ends what was started."""
        for orchestrator in self.open:
            await orchestrator.close()


def paid(order: UUID, plan: PlanName = PlanName.STARTER, **more: Any) -> PaidOrder:
    """The proof of the payment of *order*."""
    values: dict[str, Any] = {
        "event_id": f"evt_{uuid4().hex}",
        "order_id": order,
        "amount_cents": PLANS[plan].price_cents,
        "currency": CURRENCY,
        **more,
    }
    return PaidOrder(**values)


async def until(shop: Shop, sql: str, at_most_s: float = 30) -> None:
    """Waits until *sql* answers true."""
    async with asyncio.timeout(at_most_s):
        while not await shop.one(sql):
            await asyncio.sleep(0.01)


async def lease(
    orchestrator: Orchestrator, want: int = 1, worker: str = "w", wait_s: float = 5.0
) -> list[Assignment]:
    """What *worker* gets when it asks for *want*."""
    reply = await orchestrator.exchange(Exchange(worker=worker, want=want, wait_s=wait_s))
    return reply.assignments


async def press(
    orchestrator: Orchestrator, *tokens: UUID, worker: str = "w", seen_absent: bool = False
) -> Reply:
    """Asks for permits; *seen_absent*: the directories did not show the business before."""
    absent = list(tokens) if seen_absent else []
    return await orchestrator.exchange(
        Exchange(worker=worker, press=list(tokens), seen_absent=absent)
    )


async def settle(
    orchestrator: Orchestrator, token: UUID, result: Result, worker: str = "w"
) -> Reply:
    """Tells how an attempt ended."""
    said = Settlement(token=token, result=result)
    return await orchestrator.exchange(Exchange(worker=worker, settled=[said]))


async def carry_out(
    orchestrator: Orchestrator, assignment: Assignment, result: Result, *, seen_absent: bool = True
) -> None:
    """One attempt, with a permit where the result says that the form was sent."""
    if isinstance(result, Pressed):
        reply = await press(orchestrator, assignment.token, seen_absent=seen_absent)
        assert reply.permits == {assignment.token: True}
    await settle(orchestrator, assignment.token, result)
