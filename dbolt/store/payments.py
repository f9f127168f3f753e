"""Which payments came in, what became of them, and what must staff decide about?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from dbolt.store.queries import Connection, statements

CheckoutState = Literal["processing", "paid", "failed", "expired"]
Attention = Literal["paid_twice", "wrong_amount", "unknown_order", "refund_failed", "shortfall"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a payment has come to. `order_id`: the order that it was made for, if one is known."""

    order_id: UUID | None
    refunded_whole: bool
    disputed: bool
    lost: bool

    @property
    def gone(self) -> bool:
        """Whether the whole of the money is with the customer again."""
        return self.refunded_whole or self.lost


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in. `total_cents`: what was charged, taxes included."""

    payment_ref: str
    order_id: UUID | None
    session_ref: str
    total_cents: int
    currency: str


async def record(db: Connection, payment: Payment) -> None:
    """The payment is written down; a second time changes nothing."""
    await db.execute(
        _sql("record"),
        payment.payment_ref,
        payment.order_id,
        payment.session_ref,
        payment.total_cents,
        payment.currency,
    )


async def refund(db: Connection, payment_ref: str, cents: int, *, whole: bool) -> bool:
    """*cents* of the payment have gone back in all; whether that is news."""
    return await db.fetchval(_sql("refund"), payment_ref, cents, whole) is not None


async def dispute(
    db: Connection, dispute_ref: str, payment_ref: str, state: Literal["open", "won", "lost"]
) -> bool:
    """The dispute stands like this; whether that is news."""
    return await db.fetchval(_sql("dispute"), dispute_ref, payment_ref, state) is not None


async def standing(db: Connection, payment_ref: str) -> Standing:
    """What the payment has come to; all false where nothing was heard of it."""
    row = await db.fetchrow(_sql("standing"), payment_ref)
    assert row is not None
    return Standing(row["order_id"], bool(row["refunded_whole"]), row["disputed"], row["lost"])


async def move_checkout(db: Connection, session_ref: str, state: CheckoutState) -> UUID | None:
    """The session has come to *state*; its order if that is news."""
    order_id: UUID | None = await db.fetchval(_sql("move_checkout"), session_ref, state)
    return order_id


async def flag(
    db: Connection, kind: Attention, payment_ref: str, order_id: UUID | None, detail: str
) -> None:
    """Staff are to look at this payment; saying it twice is the same."""
    await db.execute(_sql("flag"), kind, payment_ref, order_id, detail)


async def flag_refund(
    db: Connection, payment_ref: str, order_id: UUID | None, detail: str, refund_ref: str
) -> None:
    """Staff are to look at the refund that failed, once for each; saying it twice is the same."""
    await db.execute(_sql("flag_refund"), payment_ref, order_id, detail, refund_ref)


async def attended(db: Connection, attention_id: int, actor: str) -> bool:
    """A person has seen to it; whether it was still open."""
    return await db.fetchval(_sql("attended"), attention_id, actor) is not None


async def sent_back(db: Connection, payment_ref: str, actor: str) -> None:
    """The whole of the payment went back, so nobody needs to send it."""
    await db.execute(_sql("sent_back"), payment_ref, actor)


def _sql(name: str) -> str:
    return statements("payments")[name]
