"""What does money change? A payment makes a job; a refund ends it, a dispute holds it."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from actors.batch import Batch
from actors.board import Board
from actors.commands import MACHINE, Commands
from actors.pausing import Pausing
from dbolt.domain.plan import CURRENCY, PLANS, PlanName
from dbolt.domain.protocol import (
    Fulfilled,
    PaidOrder,
    PauseLevel,
    PauseScope,
    PaymentChange,
    PaymentTurn,
    Refused,
)
from dbolt.store import jobs, orders

PAYMENTS = "payments"
"""Who acts, in the log, when the payment provider is the cause."""


class Paying:
    """The commands that the payment provider causes."""

    def __init__(self, board: Board, commands: Commands, pausing: Pausing) -> None:
        self._board = board
        self._commands = commands
        self._pausing = pausing

    async def fulfil(self, paid: PaidOrder, batch: Batch) -> Fulfilled | Refused:
        """The one job of a paid order, made now or earlier."""
        known = await orders.job_of_event(batch.connection, paid.event_id)
        if known is not None:
            return Fulfilled(job_id=known, created=False)
        order = await orders.lock(batch.connection, paid.order_id)
        refused = _unpayable(paid, order)
        if order is None or refused is not None:
            return refused or Refused(problem=f"There is no order {paid.order_id}.")
        await orders.note_event(batch.connection, paid.event_id, order.id)
        if order.job_id is not None:
            return Fulfilled(job_id=order.job_id, created=False)
        await orders.pay(batch.connection, batch.epoch, order.id, paid.payment_ref)
        plan = PLANS[PlanName(order.plan)]
        job_id = await jobs.add(batch.connection, batch.epoch, order, plan, MACHINE)
        batch.changed.add(job_id)
        return Fulfilled(job_id=job_id, created=True)

    async def changed(self, change: PaymentChange, batch: Batch) -> Refused | None:
        """The job of a payment that was taken back or is disputed; safe to repeat."""
        if await orders.job_of_event(batch.connection, change.event_id) is not None:
            return None
        order = await orders.paid_by(batch.connection, change.payment_ref)
        if order is None:
            # The notice of the payment itself may still be on its way.
            return Refused(problem=f"No order was paid by {change.payment_ref}.")
        await orders.note_event(batch.connection, change.event_id, order.id)
        gone = change.turn in (PaymentTurn.REFUNDED, PaymentTurn.DISPUTE_LOST)
        if gone:
            await orders.refund(batch.connection, batch.epoch, order.id)
        if order.job_id is not None:
            await self._follow(change.turn, order.job_id, batch)
        return None

    async def _follow(self, turn: PaymentTurn, job_id: UUID, batch: Batch) -> None:
        """What the job makes of it; one that is over stays as it is."""
        scope = PauseScope(level=PauseLevel.JOB, key=str(job_id))
        match turn:
            case PaymentTurn.REFUNDED | PaymentTurn.DISPUTE_LOST:
                await self._commands.cancel(job_id, PAYMENTS, batch)
            case PaymentTurn.DISPUTED:
                if isinstance(await self._pausing.pause(scope, PAYMENTS, batch), Refused):
                    # A job that waits for its profile is not to begin with it either.
                    await self._pausing.hold(scope, PAYMENTS, batch)
            case PaymentTurn.DISPUTE_WON:
                await self._pausing.resume(scope, PAYMENTS, batch)
            case _:
                assert_never(turn)


def _unpayable(paid: PaidOrder, order: orders.Order | None) -> Refused | None:
    if order is None:
        return Refused(problem=f"There is no order {paid.order_id}.")
    if order.state == "refunded":
        return Refused(problem="The order was refunded; nothing can be made of it.")
    price = PLANS[PlanName(order.plan)].price_cents
    if paid.currency.lower() != CURRENCY or paid.amount_cents != price:
        return Refused(
            problem=f"The plan {order.plan} costs {price} cents ({CURRENCY}), "
            f"but {paid.amount_cents} ({paid.currency.lower()}) were paid."
        )
    return None
