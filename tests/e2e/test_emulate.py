"""Does a sale go through a Stripe that somebody else wrote? See tests/support/emulate.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
import stripe
from pydantic import SecretStr

from dbolt.domain.plan import PLANS
from dbolt.providers.payments.prices import sync
from dbolt.providers.payments.stripe import StripeCheckout, stripe_client
from serve_app.parts import Parts
from serve_app.payments import sweep
from tests.support.emulate import Bridge, bridged
from tests.support.faults import JOBS_WITHOUT_PAYMENT, ORDERS_WITHOUT_JOB, PAID_WITHOUT_JOB
from tests.support.served import WEBHOOK, served
from tests.support.serving import WEBHOOK_SECRET

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
SECRET = SecretStr("sk_test_emulate")


@pytest_asyncio.fixture
async def bridge(payment_modules: Path, tmp_path: Path) -> AsyncIterator[Bridge]:
    """An account at the emulator in which the plans are for sale."""
    async with bridged(payment_modules, tmp_path, WEBHOOK_SECRET) as opened:
        async with stripe_client(SECRET, opened.url) as client:
            assert {change.done for change in await sync(client, dry_run=False)} == {"created"}
            assert {change.done for change in await sync(client, dry_run=True)} <= {
                "unchanged",
                "updated",
            }
        yield opened


@pytest_asyncio.fixture
async def parts(database: str, bridge: Bridge) -> AsyncIterator[Parts]:
    """Our site, whose customers pay there."""
    checkout = StripeCheckout(SECRET, api_base=bridge.url)
    async with served(database, checkout) as opened:
        bridge.webhook = opened.base_url + WEBHOOK
        yield opened
    await checkout.close()


async def ordered(parts: Parts, client: httpx.AsyncClient) -> tuple[UUID, str]:
    """An order, and where to pay it; *client* is its customer from then on."""
    answer = await client.post(
        f"{parts.base_url}/api/v1/orders", json={"email": "ada@example.com", "plan": "growth"}
    )
    placed = answer.json()
    client.headers["Authorization"] = f"Bearer {placed['session_token']}"
    return UUID(placed["order_id"]), placed["checkout_url"]


async def pays(bridge: Bridge, pay_page: str) -> str:
    """The customer pays on the emulator's own page; where it sends the customer then."""
    assert pay_page.startswith(bridge.emulator)
    async with httpx.AsyncClient() as browser:
        shown = await browser.get(pay_page)
        assert "Pay" in shown.text
        paid = await browser.post(f"{pay_page}/complete", data={"email": "ada@example.com"})
    return paid.headers["location"]


async def sound(parts: Parts, jobs: int) -> None:
    assert await parts.pool.fetchval("select count(*) from jobs") == jobs
    for sql in (PAID_WITHOUT_JOB, ORDERS_WITHOUT_JOB, JOBS_WITHOUT_PAYMENT):
        assert await parts.pool.fetchval(sql) == 0


async def test_a_sale_by_webhook_and_return_page(parts: Parts, bridge: Bridge) -> None:
    async with httpx.AsyncClient() as customer:
        order_id, pay_page = await ordered(parts, customer)
        back = await pays(bridge, pay_page)
        assert back.startswith(f"{parts.base_url}/orders/{order_id}?session_id=cs_")
        async with asyncio.timeout(20):
            while not bridge.notices:
                await asyncio.sleep(0.02)
        [(kind, raw, whole)] = bridge.notices
        assert kind == "checkout.session.completed"
        # Its signature is good, and its event has no id by which a second one would be known.
        assert raw.status_code == 400
        assert "is not an event" in raw.json()["detail"]
        assert whole.json()["outcome"] == "fulfilled"
        shown = await customer.get(back)
        assert shown.headers["location"].endswith("/profile")
    await sound(parts, 1)
    total = await parts.pool.fetchval("select total_cents from payments")
    assert total == PLANS["growth"].price_cents


async def test_a_sale_whose_notice_is_lost(parts: Parts, bridge: Bridge) -> None:
    bridge.silent = True
    async with httpx.AsyncClient() as one, httpx.AsyncClient() as other:
        _, first = await ordered(parts, one)
        _, second = await ordered(parts, other)
        back = await pays(bridge, first)
        await pays(bridge, second)
        # One customer comes back; the other one closes the tab.
        assert (await one.get(back)).headers["location"].endswith("/profile")
    await sound(parts, 1)
    assert await sweep(parts, silent_s=0.0) == 1
    await sound(parts, 2)


async def test_an_expired_checkout_is_replaced(parts: Parts, bridge: Bridge) -> None:
    async with httpx.AsyncClient() as customer:
        order_id, first = await ordered(parts, customer)
        async with stripe_client(SECRET, bridge.url) as client:
            ref = await parts.pool.fetchval("select session_ref from checkouts")
            ended: stripe.checkout.Session = await client.v1.checkout.sessions.expire_async(ref)
            assert ended.status == "expired"
        async with asyncio.timeout(20):
            while await parts.pool.fetchval("select state from orders") != "expired":
                await asyncio.sleep(0.02)
        assert "has closed" in (await customer.get(f"{parts.base_url}/orders/{order_id}")).text
        again = await customer.get(f"{parts.base_url}/pay-again/{order_id}")
        assert again.headers["location"] != first
        await pays(bridge, again.headers["location"])
        assert await sweep(parts, silent_s=0.0) <= 1
    await sound(parts, 1)
