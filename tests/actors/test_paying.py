"""Does an order come to the same end, however often and in whatever order its payment is told?"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from uuid import UUID

import pytest

from actors.orchestrator import Orchestrator
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
)
from tests.support.queue import Shop, catalogue, lease, paid

Notice = PaidOrder | PaymentChange | CheckoutChange

UNPAID_JOBS = """
select count(*) from jobs j where not exists (
    select from payments p join orders o on o.payment_ref = p.payment_ref
    where o.id = j.order_id and p.order_id = o.id)
"""
JOBLESS_PAID = """
select count(*) from orders o where o.state in ('paid', 'refunded')
    and not exists (select from jobs j where j.order_id = o.id)
"""


async def tell(orchestrator: Orchestrator, notices: Sequence[Notice]) -> None:
    for notice in notices:
        if isinstance(notice, PaidOrder):
            await orchestrator.fulfil(notice)
        elif isinstance(notice, PaymentChange):
            await orchestrator.payment_changed(notice)
        else:
            await orchestrator.checkout_changed(notice)


def notice(ref: str, turn: PaymentTurn, event: str, **more: object) -> PaymentChange:
    values = {"event_id": f"{event} {ref}", "payment_ref": ref, "turn": turn, **more}
    return PaymentChange.model_validate(values)


def the_payment(order: UUID) -> PaidOrder:
    return paid(
        order, event_id=f"paid {order}", payment_ref=f"pi_{order}", session_ref=f"cs_{order}"
    )


def part(ref: str, cents: int = 5000) -> PaymentChange:
    return notice(ref, PaymentTurn.REFUNDED, f"part {cents}", refunded_cents=cents)


def whole(ref: str) -> PaymentChange:
    return notice(ref, PaymentTurn.REFUNDED, "whole", refunded_cents=14_900, whole=True)


def opened(ref: str) -> PaymentChange:
    return notice(ref, PaymentTurn.DISPUTED, "opened", dispute_ref=f"dp {ref}")


def withdrawn(ref: str) -> PaymentChange:
    return notice(ref, PaymentTurn.DISPUTED, "withdrawn", dispute_ref=f"dp {ref}")


def won(ref: str) -> PaymentChange:
    return notice(ref, PaymentTurn.DISPUTE_WON, "won", dispute_ref=f"dp {ref}")


def lost(ref: str) -> PaymentChange:
    return notice(ref, PaymentTurn.DISPUTE_LOST, "lost", dispute_ref=f"dp {ref}")


STORIES = {
    "a part went back": ([part], ("paid", "awaiting_profile", False)),
    "all went back in parts": ([part, whole], ("refunded", "cancelled", False)),
    "a dispute is open": ([opened, withdrawn], ("paid", "awaiting_profile", True)),
    "a dispute was won": ([opened, withdrawn, won], ("paid", "awaiting_profile", False)),
    "a dispute was lost": ([opened, withdrawn, lost], ("refunded", "cancelled", False)),
    "won, and refunded then": ([opened, won, whole], ("refunded", "cancelled", False)),
}


@pytest.mark.parametrize("story", STORIES)
async def test_notices_in_any_order_and_number_come_to_the_same(shop: Shop, story: str) -> None:
    changes, end = STORIES[story]
    orchestrator = await shop.orchestrator(catalogue(1))
    customer = await shop.customer()
    ends = set()
    for turn in itertools.permutations(range(len(changes) + 1)):
        order = await shop.order(customer)
        told: list[Notice] = [the_payment(order), *(make(f"pi_{order}") for make in changes)]
        said = [told[place] for place in turn]
        # Each once more, late and the other way round.
        await tell(orchestrator, [*said, *reversed(said)])
        row = await shop.db.fetchrow(
            "select o.state, j.state, exists (select from pauses where key = j.id::text)"
            " from orders o join jobs j on j.order_id = o.id where o.id = $1",
            order,
        )
        assert row is not None
        ends.add(tuple(row))
    assert ends == {end}
    assert await shop.one(UNPAID_JOBS) == await shop.one(JOBLESS_PAID) == 0
    assert await shop.one("select count(*) from attention") == 0


async def test_a_refund_counts_by_what_went_back_in_all(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    order = await shop.order(await shop.customer())
    ref = f"pi_{order}"
    await tell(orchestrator, [the_payment(order), part(ref, 9000), part(ref, 5000)])
    assert await shop.one("select refunded_cents from payments") == 9000


async def test_two_tabs_that_pay_one_order_make_one_job_and_a_word_to_staff(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    order = await shop.order(await shop.customer())
    first, second = paid(order, payment_ref="pi_1"), paid(order, payment_ref="pi_2")
    job = await orchestrator.fulfil(first)
    assert isinstance(job, Fulfilled)
    for _ in range(2):
        assert isinstance(await orchestrator.fulfil(second), Recorded | Fulfilled)
    assert await shop.one("select count(*) from jobs") == 1
    assert await shop.one("select payment_ref from orders") == "pi_1"
    assert await shop.one("select array_agg(payment_ref order by 1) from payments") == [
        "pi_1",
        "pi_2",
    ]
    row = await shop.db.fetchrow("select kind, payment_ref, order_id, done_at from attention")
    assert tuple(row or ()) == ("paid_twice", "pi_2", order, None)
    # Staff send the second payment back: the job stays, and nothing is left to do.
    await orchestrator.payment_changed(whole("pi_2"))
    assert await shop.one("select state from orders") == "paid"
    assert await shop.one("select state from jobs") == "awaiting_profile"
    assert await shop.one("select done_by from attention") == "payments"


async def test_a_refund_that_fails_is_put_before_staff_once(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    order = await shop.order(await shop.customer())
    ref = f"pi_{order}"
    failed = notice(ref, PaymentTurn.REFUND_FAILED, "failed")
    await tell(orchestrator, [the_payment(order), whole(ref), failed, failed])
    [row] = await shop.db.fetch("select id, kind, done_at from attention")
    assert tuple(row)[1:] == ("refund_failed", None)
    assert await orchestrator.attended(row["id"], "ada") is None
    assert await orchestrator.attended(row["id"], "bob") is not None
    assert await shop.one("select done_by from attention") == "ada"
    # Stripe tells it once more; then the second refund, which staff tried, fails as well.
    await tell(orchestrator, [failed])
    assert await shop.one("select done_by from attention") == "ada"
    again = notice(ref, PaymentTurn.REFUND_FAILED, "failed again", refund_ref="re_2")
    await tell(orchestrator, [again, again.model_copy(update={"event_id": "evt of the same"})])
    [row] = await shop.db.fetch("select id, kind, done_at, detail from attention")
    assert tuple(row)[1:3] == ("refund_failed", None)
    assert row["detail"].count("[re_2]") == 1
    assert await orchestrator.attended(row["id"], "ada") is None


async def test_each_refund_that_fails_is_put_before_staff_where_no_order_is_known(
    shop: Shop,
) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    for number in (1, 1, 2):
        change = notice("pi_x", PaymentTurn.REFUND_FAILED, "failed", refund_ref=f"re_{number}")
        await orchestrator.payment_changed(change)
        attention = await shop.one("select id from attention where done_at is null")
        if attention is not None:
            assert await orchestrator.attended(attention, f"ada {number}") is None
        # The first again is no news: whoever saw to it has.
    rows = await shop.db.fetch("select done_by, detail from attention")
    assert [row["done_by"] for row in rows] == ["ada 2"]
    assert "[re_1] [re_2]" in rows[0]["detail"]


async def test_a_pause_of_staff_outlives_a_dispute(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    job = await shop.job(orchestrator)
    ref = await shop.one("select payment_ref from orders")
    scope = PauseScope(level=PauseLevel.JOB, key=str(job))
    assert await orchestrator.pause(scope, "ada") is None
    await tell(orchestrator, [opened(ref), won(ref)])
    assert await lease(orchestrator, wait_s=0.2) == []
    assert await orchestrator.resume(scope, "ada") is None
    assert len(await lease(orchestrator)) == 1


async def test_a_job_that_staff_resumed_is_not_paused_by_a_second_notice(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    job = await shop.job(orchestrator)
    ref = await shop.one("select payment_ref from orders")
    await tell(orchestrator, [opened(ref)])
    await orchestrator.resume(PauseScope(level=PauseLevel.JOB, key=str(job)), "ada")
    await tell(orchestrator, [withdrawn(ref)])
    assert len(await lease(orchestrator)) == 1


@pytest.mark.parametrize(
    ("turns", "end"),
    [
        (["processing"], ("processing", "open")),
        (["processing", "failed"], ("failed", "open")),
        (["failed", "processing"], ("failed", "open")),
        (["expired"], ("expired", "expired")),
        (["expired", "processing"], ("expired", "expired")),
        (["processing", "paid"], ("paid", "paid")),
        (["paid", "processing", "expired", "failed"], ("paid", "paid")),
        (["expired", "paid"], ("paid", "paid")),
        (["failed", "paid"], ("paid", "paid")),
    ],
)
async def test_a_checkout_does_not_go_back(
    shop: Shop, turns: list[str], end: tuple[str, str]
) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    order = await shop.order(await shop.customer())
    await shop.db.execute(
        "insert into checkouts (order_id, attempt, session_ref, expires_at)"
        " values ($1, 1, $2, now())",
        order,
        f"cs_{order}",
    )
    for turn in [*turns, *turns]:
        if turn == "paid":
            await orchestrator.fulfil(the_payment(order))
        else:
            change = CheckoutChange(session_ref=f"cs_{order}", turn=CheckoutTurn(turn))
            await orchestrator.checkout_changed(change)
    row = await shop.db.fetchrow(
        "select c.state, o.state from checkouts c join orders o on o.id = c.order_id"
    )
    assert tuple(row or ()) == end


async def test_an_order_is_open_while_one_of_its_checkouts_is(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    order = await shop.order(await shop.customer())
    await shop.db.execute(
        "insert into checkouts (order_id, attempt, session_ref, expires_at)"
        " values ($1, 1, 'cs_1', now()), ($1, 2, 'cs_2', now())",
        order,
    )
    for session, state in (("cs_1", "open"), ("cs_2", "expired")):
        change = CheckoutChange(session_ref=session, turn=CheckoutTurn.EXPIRED)
        await orchestrator.checkout_changed(change)
        assert await shop.one("select state from orders") == state


async def test_money_for_an_account_that_was_deleted_is_put_before_staff(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(2))
    customer = await shop.customer()
    order = await shop.order(customer)
    session = b"s" * 32
    await shop.db.execute(
        "insert into sessions (token_hash, customer_id, expires_at, proved_at)"
        " values ($1, $2, now() + interval '1 hour', now())",
        session,
        customer,
    )
    # The checkout is still open in another tab, and is paid there.
    assert await shop.one("select erase_customer($1)", session) == "erased"
    assert isinstance(await orchestrator.fulfil(the_payment(order)), Recorded)
    assert await shop.one("select count(*) from jobs") == 0
    assert (
        await shop.one("select kind from attention where order_id = $1", order) == "unknown_order"
    )
    # The refund that staff then make settles it.
    await orchestrator.payment_changed(whole(f"pi_{order}"))
    assert await shop.one("select done_by from attention") == "payments"
