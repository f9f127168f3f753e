"""What does money change? A payment makes a job; a refund ends it, a dispute holds it.

Notices come twice, late and in any order. So what they say is written down first, and the job then
follows from where its payment stands, never from which notice came last.
"""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from actors.batch import Batch
from actors.board import Board
from actors.commands import MACHINE, Commands
from actors.pausing import PAYMENTS, Pausing
from dbolt.domain.plan import PLANS, PlanName
from dbolt.domain.protocol import (
    CheckoutChange,
    CheckoutTurn,
    Fulfilled,
    PaidOrder,
    PauseLevel,
    PauseScope,
    PaymentChange,
    PaymentTurn,
    Recorded,
    Refused,
)
from dbolt.store import directories, jobs, orders, payments


class Paying:
    """The commands that the payment provider causes."""

    def __init__(self, board: Board, commands: Commands, pausing: Pausing) -> None:
        self._board = board
        self._commands = commands
        self._pausing = pausing

    async def fulfil(self, paid: PaidOrder, batch: Batch) -> Fulfilled | Recorded:
        """The one job of a paid order, made now or earlier."""
        db = batch.connection
        known = await orders.job_of_event(db, paid.event_id)
        if known is not None:
            return Fulfilled(job_id=known, created=False)
        order = await orders.lock(db, paid.order_id)
        payment = _payment(paid, order)
        await payments.record(db, payment)
        if paid.session_ref:
            await payments.move_checkout(db, paid.session_ref, "paid")
        if order is not None and paid.event_id:
            await orders.note_event(db, paid.event_id, order.id)
        trouble = _trouble(paid, payment, order)
        if order is None or trouble is not None:
            return await self._put_aside(trouble or _no_order(paid), payment, batch)
        if order.job_id is not None:
            return Fulfilled(job_id=order.job_id, created=False)
        await orders.pay(db, batch.epoch, order.id, payment.payment_ref)
        plan = PLANS[PlanName(order.plan)]
        job_id = await jobs.add(db, batch.epoch, order, plan, MACHINE)
        batch.changed.add(job_id)
        # A refund or a dispute may have overtaken the notice of its payment.
        await self._follow(payment.payment_ref, batch)
        return Fulfilled(job_id=job_id, created=True)

    async def _put_aside(
        self, trouble: tuple[payments.Attention, str], payment: payments.Payment, batch: Batch
    ) -> Recorded:
        """Money that makes no job is never kept silently."""
        kind, problem = trouble
        db = batch.connection
        await payments.flag(db, kind, payment.payment_ref, payment.order_id, problem)
        await self._follow(payment.payment_ref, batch)
        batch.everything = True
        return Recorded(problem=problem)

    async def changed(self, change: PaymentChange, batch: Batch) -> None:
        """What became of a payment; safe to repeat, in any order."""
        db = batch.connection
        if await orders.job_of_event(db, change.event_id) is not None:
            return
        news = await self._noted(change, batch)
        order_id = (await payments.standing(db, change.payment_ref)).order_id
        if order_id is not None:
            await orders.note_event(db, change.event_id, order_id)
        if news:
            await self._follow(change.payment_ref, batch)

    async def _noted(self, change: PaymentChange, batch: Batch) -> bool:
        """Writes down what *change* says; whether that is news."""
        db, ref = batch.connection, change.payment_ref
        dispute = change.dispute_ref or f"of {ref}"
        match change.turn:
            case PaymentTurn.REFUNDED:
                return await payments.refund(db, ref, change.refunded_cents, whole=change.whole)
            case PaymentTurn.DISPUTED:
                return await payments.dispute(db, dispute, ref, "open")
            case PaymentTurn.DISPUTE_WON:
                return await payments.dispute(db, dispute, ref, "won")
            case PaymentTurn.DISPUTE_LOST:
                return await payments.dispute(db, dispute, ref, "lost")
            case PaymentTurn.REFUND_FAILED:
                order_id = (await payments.standing(db, ref)).order_id
                refund = change.refund_ref or change.event_id
                await payments.flag_refund(db, ref, order_id, _REFUND_FAILED, refund)
                batch.everything = True
                return False
            case _:
                assert_never(change.turn)

    async def _follow(self, payment_ref: str, batch: Batch) -> None:
        """The order and its job come to where the payment stands; one that is over stays so."""
        db = batch.connection
        stands = await payments.standing(db, payment_ref)
        if stands.gone:
            await payments.sent_back(db, payment_ref, PAYMENTS)
        order = None if stands.order_id is None else await orders.lock(db, stands.order_id)
        if order is None or order.job_id is None or order.payment_ref != payment_ref:
            # Its notice is still on its way, or it is a second payment, whose job is another's.
            return
        if stands.gone:
            await orders.refund(db, batch.epoch, order.id)
            await self._commands.cancel(order.job_id, PAYMENTS, batch)
            # Nothing is disputed any more, and nothing of the job will be taken up again.
            await self._pausing.lift(_scope(order.job_id), batch)
        else:
            await self._hold(order.job_id, held=stands.disputed, batch=batch)

    async def _hold(self, job_id: UUID, *, held: bool, batch: Batch) -> None:
        scope = _scope(job_id)
        if held:
            if isinstance(await self._pausing.pause(scope, PAYMENTS, batch), Refused):
                # A job that waits for its profile is not to begin with it either.
                await self._pausing.hold(scope, PAYMENTS, batch)
        elif await directories.paused_by(batch.connection, scope) == PAYMENTS:
            # What staff paused for reasons of their own stays paused.
            await self._pausing.resume(scope, PAYMENTS, batch)

    async def checkout_changed(self, change: CheckoutChange, batch: Batch) -> None:
        """A checkout is under way, failed or expired; safe to repeat, in any order."""
        db = batch.connection
        order_id = await payments.move_checkout(db, change.session_ref, change.turn.value)
        if order_id is not None and change.turn is CheckoutTurn.EXPIRED:
            await orders.expire(db, batch.epoch, order_id)

    async def attended(self, attention_id: int, actor: str, batch: Batch) -> Refused | None:
        """A person has seen to a payment that was put before staff."""
        if not await payments.attended(batch.connection, attention_id, actor):
            return Refused(problem="Somebody has seen to that already.")
        batch.everything = True
        return None


_REFUND_FAILED = (
    "Stripe could not send the refund: the money is back in the balance. Refund it another way."
)


def _scope(job_id: UUID) -> PauseScope:
    return PauseScope(level=PauseLevel.JOB, key=str(job_id))


def _payment(paid: PaidOrder, order: orders.Order | None) -> payments.Payment:
    return payments.Payment(
        # What is told without a reference can only be the one payment of its order.
        payment_ref=paid.payment_ref or paid.session_ref or f"order:{paid.order_id}",
        order_id=None if order is None else order.id,
        session_ref=paid.session_ref,
        total_cents=paid.amount_cents if paid.total_cents is None else paid.total_cents,
        currency=paid.currency.lower(),
    )


def _trouble(
    paid: PaidOrder, payment: payments.Payment, order: orders.Order | None
) -> tuple[payments.Attention, str] | None:
    """Why no job can be made of the payment, or nothing."""
    if order is None:
        return _no_order(paid)
    if order.state in {"paid", "refunded"}:
        if order.payment_ref == payment.payment_ref:
            return None
        return "paid_twice", "The order was paid before: refund this payment."
    if order.erased:
        return "unknown_order", "The account was deleted before it was paid: refund this payment."
    if paid.currency.lower() != order.currency or paid.amount_cents != order.amount_cents:
        return "wrong_amount", (
            f"The order costs {order.amount_cents} cents ({order.currency}), but "
            f"{paid.amount_cents} ({paid.currency.lower()}) were paid: refund this payment."
        )
    return None


def _no_order(paid: PaidOrder) -> tuple[payments.Attention, str]:
    return "unknown_order", f"There is no order {paid.order_id}: refund this payment."
