"""May what was called off, or was paid back, be taken up again? Only where nothing was sent."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from actors.orchestrator import Orchestrator
from dbolt.domain.lifecycle import State
from dbolt.domain.protocol import (
    Changed,
    Fulfilled,
    PaymentChange,
    PaymentTurn,
    RetryFilter,
)
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import VerdictKind
from tests.support.queue import (
    Shop,
    accepted,
    carry_out,
    catalogue,
    lease,
    paid,
    pressed,
    unclear,
)

CALLED_OFF = RetryFilter(states=[State.CANCELLED])


@pytest.mark.parametrize("how", ["job", "submission"])
async def test_a_press_nobody_could_confirm_is_not_repeated_after_a_cancel(
    shop: Shop, how: str
) -> None:
    orchestrator = await shop.orchestrator(catalogue(2))
    job = await shop.job(orchestrator)
    [sent] = await lease(orchestrator)
    await carry_out(orchestrator, sent, unclear())
    assert (await shop.row(sent.submission_id))["reason"] == "press_unconfirmed"
    if how == "job":
        assert await orchestrator.cancel(job, "staff") is None
    else:
        rows = await shop.db.fetch("select id from job_results")
        assert await orchestrator.cancel_submissions([row["id"] for row in rows], "staff") == 2
    assert await shop.states(job) == {"cancelled": 2}
    assert await orchestrator.retry(CALLED_OFF, dry_run=True, actor="staff") == 1
    assert await orchestrator.retry(CALLED_OFF, dry_run=False, actor="staff") == 1
    again = await lease(orchestrator, 5)
    assert sent.submission_id not in {one.submission_id for one in again}
    # A person has looked: then it may go once more.
    seen = CALLED_OFF.model_copy(update={"absent_checked": True})
    assert await orchestrator.retry(seen, dry_run=False, actor="staff") == 1


async def over(shop: Shop, orchestrator: Orchestrator) -> tuple[UUID, UUID, str]:
    """A complete job of which one submission could be tried again, its customer and payment."""
    customer = await shop.customer()
    ref = f"pi_{uuid4().hex}"
    done = await orchestrator.fulfil(paid(await shop.order(customer), payment_ref=ref))
    assert isinstance(done, Fulfilled)
    profile = await shop.profile(customer)
    assert await orchestrator.profile_completed(done.job_id, profile) is None
    first, second = await lease(orchestrator, 2)
    await carry_out(orchestrator, first, accepted())
    wrong = pressed(VerdictKind.REJECTED, Reason.VALIDATION)
    await carry_out(orchestrator, second, wrong)
    assert await shop.one("select state from jobs where id = $1", done.job_id) == "complete"
    return done.job_id, customer, ref


def turned(ref: str, turn: PaymentTurn) -> PaymentChange:
    """The provider's word on a payment; a refund is whole."""
    whole = turn is PaymentTurn.REFUNDED
    return PaymentChange(event_id=f"evt_{uuid4().hex}", payment_ref=ref, turn=turn, whole=whole)


@pytest.mark.parametrize("turn", [PaymentTurn.REFUNDED, PaymentTurn.DISPUTE_LOST])
async def test_nothing_is_sent_for_money_that_went_back(shop: Shop, turn: PaymentTurn) -> None:
    orchestrator = await shop.orchestrator(catalogue(2))
    job, customer, ref = await over(shop, orchestrator)
    await orchestrator.payment_changed(turned(ref, turn))
    profile = await shop.profile(customer, business_name="Harbor Lane Bread")
    answer = await orchestrator.profile_changed(job, profile, "name", "customer")
    assert answer == Changed(requeued=0)
    wanted = RetryFilter(states=[State.REJECTED])
    assert await orchestrator.retry(wanted, dry_run=True, actor="staff") == 0
    assert await orchestrator.retry(wanted, dry_run=False, actor="staff") == 0
    assert await lease(orchestrator, 2, wait_s=0.2) == []
    assert await shop.one("select state from jobs where id = $1", job) == "complete"


@pytest.mark.parametrize("end", [PaymentTurn.DISPUTE_WON, PaymentTurn.DISPUTE_LOST])
async def test_nothing_is_sent_while_the_money_is_disputed(shop: Shop, end: PaymentTurn) -> None:
    orchestrator = await shop.orchestrator(catalogue(2))
    job, _, ref = await over(shop, orchestrator)
    await orchestrator.payment_changed(turned(ref, PaymentTurn.DISPUTED))
    wanted = RetryFilter(job_id=job, states=[State.REJECTED, State.CANCELLED])
    # Taken up again, called off, and taken up once more: the dispute goes on all the while.
    assert await orchestrator.retry(wanted, dry_run=False, actor="staff") == 1
    assert await lease(orchestrator, 2, wait_s=0.3) == []
    assert await orchestrator.cancel(job, "staff") is None
    assert await orchestrator.retry(wanted, dry_run=False, actor="staff") == 1
    assert await lease(orchestrator, 2, wait_s=0.3) == []
    await orchestrator.payment_changed(turned(ref, end))
    won = end is PaymentTurn.DISPUTE_WON
    assert len(await lease(orchestrator, 2, wait_s=5.0 if won else 0.3)) == int(won)
    assert await shop.one("select count(*) from pauses") == 0
