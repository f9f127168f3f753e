"""Whatever breaks between order and job: is no order paid without a job, and no job unpaid?"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from actors import paying
from actors.orchestrator import Orchestrator
from dbolt.store import jobs, orders, payments
from serve_app.problems import Problem
from serve_app.queue import QueueAway
from serve_app.webhook import build_webhook
from tests.support.faults import FaultyShop, faulty_shop
from tests.support.queue import QUICK
from tests.support.selling import given
from tests.support.serving import Line, client_of

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


class Struck(Exception):
    """The fault that a test brings about."""


@pytest_asyncio.fixture
async def shop(database: str) -> AsyncIterator[FaultyShop]:
    async with faulty_shop(database) as opened:
        yield opened


@contextlib.asynccontextmanager
async def owning(database: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection of the tables' owner."""
    connection = await asyncpg.connect(database)
    try:
        yield connection
    finally:
        await connection.close()


def line(shop: FaultyShop) -> Line:
    assert isinstance(shop.parts.queue, Line)
    return shop.parts.queue


async def test_without_a_fault_one_job_comes_of_it(shop: FaultyShop) -> None:
    order = await shop.order()
    shop.pays(await shop.page(order))
    assert await shop.deliver() == [200]
    assert await shop.deliver() == [200]
    assert await shop.swept() == 0
    assert await shop.one("select count(*) from jobs") == 1
    await shop.sound()


async def test_an_answer_of_stripes_that_is_lost_leaves_one_checkout(shop: FaultyShop) -> None:
    order = await shop.order()
    shop.stripe.lose_answers = True
    with pytest.raises(Problem):
        await shop.page(order)
    shop.stripe.lose_answers = False
    session = await shop.page(order)
    assert list(shop.stripe.of("sessions")) == [session]
    shop.pays(session)
    await shop.deliver()
    await shop.sound()


async def test_no_address_is_given_out_before_its_session_is_written_down(
    shop: FaultyShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await shop.order()
    execute = asyncpg.Pool.execute

    async def torn(pool: Any, query: str, *values: Any, **more: Any) -> str:
        if "session_ref = $3" in query:
            raise asyncpg.ConnectionDoesNotExistError
        return await execute(pool, query, *values, **more)

    monkeypatch.setattr(asyncpg.Pool, "execute", torn)
    with pytest.raises(asyncpg.ConnectionDoesNotExistError):
        await shop.page(order)
    monkeypatch.undo()
    session = await shop.page(order)
    assert list(shop.stripe.of("sessions")) == [session]
    assert await shop.one("select session_ref from checkouts") == session


async def test_a_notice_that_never_comes_is_asked_for(shop: FaultyShop) -> None:
    sessions = [await shop.page(await shop.order()) for _ in range(3)]
    for session in sessions[:2]:
        shop.pays(session)
    assert await shop.swept() == 2
    await shop.sound()
    assert await shop.one("select count(*) from jobs") == 2
    assert await shop.one("select count(*) from payment_events") == 0
    # The third day's notice, which found its way at last, changes nothing.
    assert await shop.deliver() == [200, 200]
    await shop.sound()


async def test_a_queue_that_is_away_gets_the_notice_again(shop: FaultyShop) -> None:
    shop.pays(await shop.page(await shop.order()))
    line(shop).away = True
    assert await shop.deliver() == [503]
    with pytest.raises(QueueAway):
        await shop.swept()
    line(shop).away = False
    assert await shop.deliver() == [200]
    await shop.sound()


STEPS: list[tuple[Any, str]] = [
    (orders, "lock"),
    (payments, "record"),
    (payments, "move_checkout"),
    (orders, "note_event"),
    (orders, "pay"),
    (jobs, "add"),
    (payments, "standing"),
    (paying.Paying, "_follow"),
]


def strike(
    monkeypatch: pytest.MonkeyPatch, place: Any, name: str, blow: Callable[[Any], Any]
) -> None:
    """The step does its work once, and then *blow* falls on its connection."""
    whole = getattr(place, name)
    struck = False

    async def broken(*values: Any, **more: Any) -> Any:
        nonlocal struck
        done = await whole(*values, **more)
        if not struck:
            struck = True
            await blow(values)
        return done

    monkeypatch.setattr(place, name, broken)


@pytest.mark.parametrize(("place", "name"), STEPS, ids=[name for _, name in STEPS])
async def test_an_error_in_the_middle_of_the_transaction_undoes_all_of_it(
    shop: FaultyShop, monkeypatch: pytest.MonkeyPatch, place: Any, name: str
) -> None:
    async def blow(_values: Any) -> None:
        raise Struck

    shop.pays(await shop.page(await shop.order()))
    strike(monkeypatch, place, name, blow)
    [first] = await shop.deliver()
    assert first >= 500
    assert await shop.one("select count(*) from jobs") == 0
    assert await shop.one("select count(*) from payments") == 0
    assert await shop.one("select count(*) from payment_events") == 0
    assert await shop.deliver() == [200]
    await shop.sound()
    assert await shop.one("select count(*) from jobs") == 1


@pytest.mark.parametrize(("place", "name"), STEPS[::3], ids=[name for _, name in STEPS[::3]])
async def test_a_connection_that_breaks_in_the_middle_costs_nothing(
    shop: FaultyShop, database: str, monkeypatch: pytest.MonkeyPatch, place: Any, name: str
) -> None:
    async def blow(_values: Any) -> None:
        async with owning(database) as owner:
            await owner.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
                " and state = 'idle in transaction'"
            )

    shop.pays(await shop.page(await shop.order()))
    strike(monkeypatch, place, name, blow)
    assert await shop.deliver() == [200]
    await shop.sound()
    assert await shop.one("select count(*) from jobs") == 1


@pytest.mark.parametrize("after_commit", [False, True])
async def test_an_orchestrator_that_dies_over_a_payment_leaves_it_to_the_next(
    shop: FaultyShop, database: str, monkeypatch: pytest.MonkeyPatch, *, after_commit: bool
) -> None:
    """Before its commit nothing has happened; after it the job is there, and nobody was told."""
    shop.pays(await shop.page(await shop.order()))
    old = line(shop).orchestrator
    fulfil = Orchestrator.fulfil

    async def dying(self: Orchestrator, paid: Any) -> Any:
        if after_commit:
            await fulfil(self, paid)
        await self.close()
        raise QueueAway

    monkeypatch.setattr(Orchestrator, "fulfil", dying)
    assert await shop.deliver() == [503]
    monkeypatch.undo()
    assert not old.serving
    assert await shop.one("select count(*) from jobs") == int(after_commit)
    successor = await Orchestrator.open(database, QUICK)
    line(shop).orchestrator = successor
    try:
        await shop.swept()
        assert await shop.deliver() == [200]
        await shop.sound()
        assert await shop.one("select count(*) from jobs") == 1
    finally:
        await successor.close()


async def test_webhook_page_and_sweep_at_once_make_one_job_for_each_order(
    shop: FaultyShop,
) -> None:
    for _ in range(5):
        shop.pays(await shop.page(await shop.order()))
    await asyncio.gather(shop.deliver(), shop.swept(), shop.deliver(), shop.swept())
    await shop.sound()
    assert await shop.one("select count(*) from jobs") == 5
    assert await shop.one("select count(*) from payments") == 5


async def test_many_tabs_of_one_order_share_one_checkout(shop: FaultyShop) -> None:
    order = await shop.order()
    pages = await asyncio.gather(*(shop.page(order) for _ in range(8)))
    assert len(set(pages)) == 1
    shop.pays(pages[0])
    # The notice is not here yet; whoever opens the payment again pays nothing twice.
    again = await asyncio.gather(*(shop.page(order) for _ in range(4)))
    assert set(again) == {str(order.order_id)}
    assert len(shop.stripe.of("sessions")) == 1
    await shop.sound()


async def test_an_expired_checkout_is_replaced_and_the_next_one_paid(shop: FaultyShop) -> None:
    order = await shop.order()
    first = await shop.page(order)
    shop.stripe.of("sessions")[first] |= {"status": "expired", "url": None}
    assert await shop.swept() == 1
    assert await shop.one("select state from orders") == "expired"
    second = await shop.page(order)
    assert second != first
    shop.tells(shop.stripe.of("sessions")[first], "expired")
    shop.pays(second)
    assert await shop.deliver() == [200, 200]
    await shop.sound()
    assert await shop.one("select array_agg(state order by attempt) from checkouts") == [
        "expired",
        "paid",
    ]


async def test_money_that_is_on_its_way_is_waited_for(shop: FaultyShop) -> None:
    order = await shop.order()
    session = await shop.page(order)
    shop.pays(session, slow=True)
    assert await shop.deliver() == [200]
    assert await shop.one("select state from checkouts") == "processing"
    assert await shop.page(order) == str(order.order_id)
    shop.stripe.money_comes(session, arrives=True)
    assert await shop.swept() == 1
    await shop.sound()
    assert await shop.one("select count(*) from jobs") == 1


async def test_money_that_does_not_come_can_be_sent_again(shop: FaultyShop) -> None:
    order = await shop.order()
    session = await shop.page(order)
    shop.pays(session, slow=True)
    shop.stripe.money_comes(session, arrives=False)
    assert await shop.swept() == 1
    assert await shop.one("select state from checkouts") == "failed"
    second = await shop.page(order)
    assert second != session
    shop.pays(second)
    await shop.deliver()
    await shop.sound()
    assert await shop.one("select count(*) from jobs") == 1


async def test_the_webhook_sweeps_by_itself_and_outlives_a_queue_that_is_away(
    shop: FaultyShop, database: str
) -> None:
    shop.pays(await shop.page(await shop.order()))
    older = "update checkouts set opened_at = now() - interval '20 minutes', asked_at = null"
    line(shop).away = True
    app = build_webhook(lambda: given(shop.parts), sweep_every_s=0.05)
    async with owning(database) as owner, client_of(app), asyncio.timeout(60):
        await owner.execute(older)
        while await shop.one("select asked_at is null from checkouts"):
            await asyncio.sleep(0.02)
        assert await shop.one("select count(*) from jobs") == 0
        line(shop).away = False
        await owner.execute(older)
        while await shop.one("select count(*) from jobs") == 0:
            await asyncio.sleep(0.02)
    await shop.sound()


async def test_a_sweep_is_bounded_and_comes_round_to_everybody(shop: FaultyShop) -> None:
    from serve_app.payments import sweep

    for _ in range(5):
        await shop.page(await shop.order())
    shop.stripe.asked.clear()
    for _ in range(3):
        await sweep(shop.parts, silent_s=0.0, at_most=2)
    asked = [path for _, path, _ in shop.stripe.asked]
    assert 5 <= len(asked) <= 6
    assert len(set(asked)) == 5
    # Of what was opened a moment ago the notice may still come by itself.
    assert await sweep(shop.parts, silent_s=600.0) == 0
    assert len(shop.stripe.asked) == len(asked)
