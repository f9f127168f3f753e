"""Databases with customers and orders in them, as the web would have made them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol
from uuid import UUID, uuid4

import asyncpg

from actors.board import Terms
from actors.orchestrator import Orchestrator
from dbolt.domain.directory import Directory, Evidence, Pace, Policy
from dbolt.domain.plan import CURRENCY, PLANS, PlanName
from dbolt.domain.protocol import Fulfilled, PaidOrder, Refused
from dbolt.store.migrate import migrate

FREE = Pace(concurrency=50, spacing_s=0, per_day=100_000)
PLAN = PlanName.ENTERPRISE
PROFILE = {
    "business_name": "Harbor Lane Bakery",
    "description": "Sourdough, baked before dawn.",
    "category": "Bakery",
    "contact": {"first_name": "Ada", "last_name": "Moreno"},
    "email": "ada@harborlane.example",
    "phone": "+1 212 555 0142",
    "address": {"street": "12 Harbor Lane", "city": "New York", "state": "NY", "country": "US"},
}
TERMS = Terms(lease_s=600.0)


def catalogue(count: int) -> list[Directory]:
    """So many directories without limits that would matter here."""
    return [
        Directory(
            slug=f"d{number:03}",
            name=f"Directory {number}",
            home_url=f"http://d{number:03}.localhost/",
            submit_url=f"http://d{number:03}.localhost/add",
            policy=Policy.AUTO,
            evidence=Evidence.PROVEN,
            pace=FREE,
        )
        for number in range(count)
    ]


def at(url: str, database: str) -> str:
    """The address of another database on the same server."""
    scheme, rest = url.split("://", 1)
    authority, tail = rest.split("/", 1)
    _, mark, options = tail.partition("?")
    return f"{scheme}://{authority}/{database}{mark}{options}"


@asynccontextmanager
async def database(server: str, *, migrated: bool = True) -> AsyncIterator[str]:
    """A fresh database's address; gone afterwards."""
    name = f"bench_{uuid4().hex[:12]}"
    owner = await asyncpg.connect(server)
    await owner.execute(f"create database {name}")
    try:
        if migrated:
            await migrate(at(server, name))
        yield at(server, name)
    finally:
        await owner.execute(f"drop database {name} with (force)")
        await owner.close()


@asynccontextmanager
async def orchestrator(url: str, directories: int) -> AsyncIterator[Orchestrator]:
    """One that knows so many directories."""
    opened = await Orchestrator.open(url, TERMS)
    try:
        await opened.sync_directories(catalogue(directories))
        yield opened
    finally:
        await opened.close()


async def customers(
    url: str, count: int, profile: Mapping[str, object] = PROFILE
) -> list[tuple[UUID, UUID]]:
    """Orders that wait for their payment, each with its customer's *profile*."""
    db = await asyncpg.connect(url)
    try:
        rows = await db.fetch(
            """
            with c as (
                insert into customers (email)
                select gen_random_uuid()::text || '@a.example' from generate_series(1, $1)
                returning id
            ), p as (
                insert into profiles (customer_id, version, doc)
                select id, 1, $2::jsonb from c returning id, customer_id
            ), o as (
                insert into orders (customer_id, plan, amount_cents, currency)
                select id, $3, $4, $5 from c returning id, customer_id
            )
            select o.id as order_id, p.id as profile_id
            from o join p on p.customer_id = o.customer_id
            """,
            count,
            json.dumps(profile),
            PLAN.value,
            PLANS[PLAN].price_cents,
            CURRENCY,
        )
    finally:
        await db.close()
    return [(row["order_id"], row["profile_id"]) for row in rows]


class Queue(Protocol):
    """The part of an orchestrator that `begin` needs."""

    async def fulfil(self, order: PaidOrder) -> Fulfilled | Refused:
        """Takes a payment."""
        ...

    async def profile_completed(self, job_id: UUID, profile_id: UUID) -> Refused | None:
        """Lets the job start."""
        ...


async def begin(queue: Queue, order: UUID, profile: UUID) -> UUID:
    """Pays for *order* and gives its job the profile: its submissions are queued."""
    paid = PaidOrder(
        event_id=f"evt_{order.hex}",
        order_id=order,
        amount_cents=PLANS[PLAN].price_cents,
        currency=CURRENCY,
    )
    done = await queue.fulfil(paid)
    if not isinstance(done, Fulfilled) or await queue.profile_completed(done.job_id, profile):
        raise RuntimeError(f"the job could not be made: {done}")
    return done.job_id
