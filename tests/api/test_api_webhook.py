"""Does only a proven payment become a job, and each payment one job?"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import stripe

from dbolt.providers.payments import CheckoutOrder
from dbolt.providers.payments.standin import signed_event
from serve_app.parts import Parts
from tests.support.selling import Shop
from tests.support.serving import WEBHOOK_SECRET, Line

EMAIL = "ada@example.com"


@pytest.fixture
async def order(shop: Shop) -> CheckoutOrder:
    placed = await shop.order(EMAIL)
    return CheckoutOrder(
        order_id=placed["order_id"],
        plan="starter",
        amount_cents=placed["amount_cents"],
        currency=placed["currency"],
        email=EMAIL,
    )


async def send(webhook: httpx.AsyncClient, event: tuple[bytes, str | bytes]) -> httpx.Response:
    return await webhook.post("/", content=event[0], headers=[("Stripe-Signature", event[1])])


async def test_a_signed_payment_becomes_a_job(
    webhook: httpx.AsyncClient, order: CheckoutOrder, parts: Parts, queue: Line
) -> None:
    answer = await send(webhook, signed_event(order, WEBHOOK_SECRET))
    assert answer.json()["outcome"] == "fulfilled"
    assert await parts.pool.fetchval("select order_id from jobs") == order.order_id
    (paid,) = queue.asked[0][1]
    assert (paid.amount_cents, paid.currency) == (order.amount_cents, "usd")
    assert paid.payment_ref == f"pi_{order.order_id.hex}"


async def test_ten_copies_of_an_event_make_one_job(
    webhook: httpx.AsyncClient, order: CheckoutOrder, parts: Parts
) -> None:
    event = signed_event(order, WEBHOOK_SECRET)
    first = await send(webhook, event)
    answers = await asyncio.gather(*(send(webhook, event) for _ in range(9)))
    assert {a.json()["outcome"] for a in answers} == {"repeated"}
    assert {a.json()["job_id"] for a in answers} == {first.json()["job_id"]}
    assert await parts.pool.fetchval("select count(*) from jobs") == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body, header: (body.replace(b'"paid"', b'"paix"'), header),
        lambda body, header: (body, header[:-1] + ("0" if header[-1] != "0" else "1")),
        lambda body, _: (body, ""),
        lambda body, _: (body, "t=x,v1=y"),
        lambda _, header: (b"\xff\xfe", header),
        lambda body, header: (body, (header + ",v1=é").encode()),
        lambda body, header: (body, (header.split("v1=")[0] + "v1=é").encode()),
    ],
)
async def test_a_forged_event_does_nothing(
    webhook: httpx.AsyncClient,
    order: CheckoutOrder,
    parts: Parts,
    spoil: Any,
) -> None:
    answer = await send(webhook, spoil(*signed_event(order, WEBHOOK_SECRET)))
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert await parts.pool.fetchval("select count(*) from jobs") == 0


async def test_an_event_signed_with_another_secret_does_nothing(
    webhook: httpx.AsyncClient, order: CheckoutOrder
) -> None:
    answer = await send(webhook, signed_event(order, "whsec_another"))
    assert answer.status_code == 400


async def test_an_old_event_is_refused_and_a_fresh_one_is_not(
    webhook: httpx.AsyncClient, order: CheckoutOrder
) -> None:
    now = datetime.now(UTC)
    old = await send(webhook, signed_event(order, WEBHOOK_SECRET, at=now - timedelta(seconds=302)))
    fresh = await send(
        webhook, signed_event(order, WEBHOOK_SECRET, at=now - timedelta(seconds=280))
    )
    early = await send(
        webhook, signed_event(order, WEBHOOK_SECRET, at=now + timedelta(seconds=330))
    )
    assert (old.status_code, fresh.status_code, early.status_code) == (400, 200, 400)


async def test_an_unpaid_checkout_waits_for_its_payment(
    webhook: httpx.AsyncClient, order: CheckoutOrder, parts: Parts
) -> None:
    unpaid = signed_event(order, WEBHOOK_SECRET, payment_status="unpaid")
    assert (await send(webhook, unpaid)).json()["outcome"] == "changed"
    assert await parts.pool.fetchval("select state from checkouts") == "processing"
    assert await parts.pool.fetchval("select count(*) from jobs") == 0
    paid = signed_event(order, WEBHOOK_SECRET, event="checkout.session.async_payment_succeeded")
    assert (await send(webhook, paid)).json()["outcome"] == "fulfilled"


async def test_other_events_and_other_sales_are_none_of_our_business(
    webhook: httpx.AsyncClient, order: CheckoutOrder, queue: Line
) -> None:
    other = signed_event(order, WEBHOOK_SECRET, event="customer.created")
    assert (await send(webhook, other)).json()["outcome"] == "ignored"
    body = json.loads(signed_event(order, WEBHOOK_SECRET)[0])
    body["data"]["object"] |= {"client_reference_id": "another-shop-17", "metadata": {}}
    assert (await send(webhook, signed(body))).json()["outcome"] == "ignored"
    assert queue.asked == []


@pytest.mark.parametrize(
    ("strange", "why"),
    [
        ({"account": "acct_connected"}, "another account"),
        ({"livemode": True}, "live mode"),
        ({"api_version": "2024-06-20"}, "API version 2024-06-20"),
        ({"api_version": "2025-03-31.basil"}, "API version 2025-03-31.basil"),
    ],
)
async def test_an_event_of_a_strange_account_mode_or_version_is_logged_and_nothing_else(
    webhook: httpx.AsyncClient,
    order: CheckoutOrder,
    queue: Line,
    caplog: pytest.LogCaptureFixture,
    strange: dict[str, Any],
    why: str,
) -> None:
    body = json.loads(signed_event(order, WEBHOOK_SECRET)[0]) | strange
    answer = await send(webhook, signed(body))
    # Anything but 2xx would make Stripe repeat it for days and switch the endpoint off.
    assert (answer.status_code, answer.json()["outcome"]) == (200, "foreign")
    assert why in answer.json()["detail"]
    assert why in caplog.text
    assert queue.asked == []


async def test_an_event_of_a_later_version_of_the_same_name_is_taken(
    webhook: httpx.AsyncClient, order: CheckoutOrder
) -> None:
    body = json.loads(signed_event(order, WEBHOOK_SECRET)[0])
    body["api_version"] = "2026-11-01." + stripe.api_version.partition(".")[2]
    assert (await send(webhook, signed(body))).json()["outcome"] == "fulfilled"


async def test_taxes_on_top_are_stripes_and_a_discount_is_nobodys(
    webhook: httpx.AsyncClient, order: CheckoutOrder, parts: Parts
) -> None:
    body = json.loads(signed_event(order, WEBHOOK_SECRET)[0])
    session = body["data"]["object"]
    session["amount_total"] = order.amount_cents - 1000
    session["total_details"]["amount_discount"] = 1000
    assert (await send(webhook, signed(body | {"id": "evt_1"}))).json()["outcome"] == "flagged"
    session |= {"id": "cs_2", "payment_intent": "pi_2", "amount_total": order.amount_cents + 1311}
    session["total_details"] = {"amount_discount": 0, "amount_tax": 1311}
    assert (await send(webhook, signed(body | {"id": "evt_2"}))).json()["outcome"] == "fulfilled"
    total = "select total_cents from payments where payment_ref = 'pi_2'"
    assert await parts.pool.fetchval(total) == order.amount_cents + 1311


async def test_a_second_payment_of_an_order_is_flagged(
    webhook: httpx.AsyncClient, order: CheckoutOrder, parts: Parts
) -> None:
    await send(webhook, signed_event(order, WEBHOOK_SECRET))
    second = signed_event(order, WEBHOOK_SECRET, attempt=2)
    assert (await send(webhook, second)).json()["outcome"] == "flagged"
    assert await parts.pool.fetchval("select count(*) from jobs") == 1
    assert await parts.pool.fetchval("select kind from attention") == "paid_twice"


def signed(body: dict[str, Any]) -> tuple[bytes, str]:
    import stripe

    text = json.dumps(body)
    return text.encode(), stripe.WebhookSignature.generate_signature_header(
        payload=text, secret=WEBHOOK_SECRET
    )


async def test_stripe_is_asked_to_come_again_while_the_orchestrator_is_away(
    webhook: httpx.AsyncClient, order: CheckoutOrder, queue: Line, parts: Parts
) -> None:
    event = signed_event(order, WEBHOOK_SECRET)
    queue.away = True
    answer = await send(webhook, event)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    queue.away = False
    assert (await send(webhook, event)).json()["outcome"] == "fulfilled"
    assert await parts.pool.fetchval("select count(*) from jobs") == 1


async def test_a_payment_for_no_order_is_put_before_staff(
    webhook: httpx.AsyncClient, order: CheckoutOrder, parts: Parts
) -> None:
    unknown = order.model_copy(update={"order_id": uuid4()})
    answer = await send(webhook, signed_event(unknown, WEBHOOK_SECRET))
    assert (answer.status_code, answer.json()["outcome"]) == (200, "flagged")
    assert await parts.pool.fetchval("select kind from attention") == "unknown_order"


async def test_a_huge_body_and_a_get_are_refused(webhook: httpx.AsyncClient) -> None:
    huge = await webhook.post("/", content=b" " * 600_000, headers={"Stripe-Signature": "t=1"})
    assert huge.status_code == 413
    assert huge.headers["content-type"] == "application/problem+json"
    assert (await webhook.get("/")).status_code == 405


def turned(order: CheckoutOrder, event: str, **charge: Any) -> tuple[bytes, str]:
    """Stripe's event about a charge or a dispute of the payment of *order*, signed."""
    body = json.dumps(
        {
            "id": f"evt_{uuid4().hex}",
            "object": "event",
            "type": event,
            "data": {"object": {"payment_intent": f"pi_{order.order_id.hex}", **charge}},
        }
    )
    header = stripe.WebhookSignature.generate_signature_header(
        payload=body, secret=WEBHOOK_SECRET, timestamp=int(datetime.now(UTC).timestamp())
    )
    return body.encode(), header


@pytest.mark.parametrize(
    ("event", "charge", "states"),
    [
        ("charge.refunded", {"refunded": True}, ("refunded", "cancelled")),
        ("charge.refunded", {"refunded": False}, ("paid", "awaiting_profile")),
        ("charge.dispute.closed", {"status": "lost"}, ("refunded", "cancelled")),
        ("charge.dispute.closed", {"status": "won"}, ("paid", "awaiting_profile")),
    ],
)
async def test_money_that_goes_back_takes_its_job_along(
    webhook: httpx.AsyncClient,
    order: CheckoutOrder,
    parts: Parts,
    event: str,
    charge: dict[str, Any],
    states: tuple[str, str],
) -> None:
    await send(webhook, signed_event(order, WEBHOOK_SECRET))
    notice = turned(order, event, **charge)
    for _ in range(2):
        assert (await send(webhook, notice)).status_code == 200
    row = await parts.pool.fetchrow(
        "select o.state as paid, j.state from orders o join jobs j on j.order_id = o.id"
    )
    assert row is not None
    assert tuple(row) == states


async def test_a_dispute_holds_the_job(
    webhook: httpx.AsyncClient, order: CheckoutOrder, parts: Parts
) -> None:
    await send(webhook, signed_event(order, WEBHOOK_SECRET))
    answer = await send(webhook, turned(order, "charge.dispute.created"))
    assert answer.json()["outcome"] == "changed"
    held = "select count(*) from pauses join jobs on jobs.id::text = key where actor = 'payments'"
    assert await parts.pool.fetchval(held) == 1


async def test_each_refund_that_fails_is_told_by_its_own_name(
    webhook: httpx.AsyncClient, order: CheckoutOrder, parts: Parts
) -> None:
    await send(webhook, signed_event(order, WEBHOOK_SECRET))
    for refund in ("re_1", "re_1", "re_2"):
        await send(webhook, turned(order, "refund.failed", id=refund, status="failed"))
    told = await parts.pool.fetchval("select detail from attention where done_at is null")
    assert told.endswith("[re_1] [re_2]")


async def test_a_refund_that_overtakes_its_payment_is_remembered(
    webhook: httpx.AsyncClient, order: CheckoutOrder, parts: Parts
) -> None:
    early = turned(order, "charge.refunded", refunded=True)
    assert (await send(webhook, early)).json()["outcome"] == "changed"
    await send(webhook, signed_event(order, WEBHOOK_SECRET))
    assert await parts.pool.fetchval("select state from jobs") == "cancelled"
