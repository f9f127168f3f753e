"""Was an order paid, and what job came of it?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from dbolt.store.queries import Connection, statements


@dataclass(frozen=True, slots=True)
class Order:
    """An order with its lock held.

    `payment_ref`: the payment that its job stands for. `job_id`: the job that it became. `erased`:
    whether its account was deleted.
    """

    id: UUID
    customer_id: UUID
    plan: str
    amount_cents: int
    currency: str
    state: str
    payment_ref: str
    job_id: UUID | None
    erased: bool


async def job_of_event(db: Connection, event_id: str) -> UUID | None:
    """The job that an earlier notice of this payment event led to."""
    job: UUID | None = await db.fetchval(_sql("event_seen"), event_id)
    return job


async def lock(db: Connection, order_id: UUID) -> Order | None:
    """The order, which nobody else changes before this transaction ends."""
    row = await db.fetchrow(_sql("lock"), order_id)
    return None if row is None else Order(**dict(row))


async def pay(db: Connection, epoch: int, order_id: UUID, payment_ref: str) -> None:
    """The order is paid."""
    await db.execute(_sql("pay"), epoch, order_id, payment_ref)


async def expire(db: Connection, epoch: int, order_id: UUID) -> None:
    """The order waits for no payment any more, unless another checkout of it is open."""
    await db.execute(_sql("expire"), epoch, order_id)


async def refund(db: Connection, epoch: int, order_id: UUID) -> None:
    """The money went back."""
    await db.execute(_sql("refund"), epoch, order_id)


async def note_event(db: Connection, event_id: str, order_id: UUID) -> None:
    """This payment event was acted upon."""
    await db.execute(_sql("note_event"), event_id, order_id)


def _sql(name: str) -> str:
    return statements("orders")[name]
