"""Does what Stripe's own command line brings to the webhook arrive as Stripe signed it?"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from dbolt.providers.payments.prices import sync
from dbolt.providers.payments.standin import envelope, signed
from dbolt.providers.payments.stripe import StripeCheckout, stripe_client
from tests.support.served import WEBHOOK, served
from tests.support.serving import WEBHOOK_SECRET
from tests.support.stripe_api import KEY, StripeApi, stripe_api

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@contextlib.asynccontextmanager
async def listening(
    modules: Path, home: Path, api: StripeApi, webhook_url: str
) -> AsyncIterator[None]:
    """`stripe listen`, from when it hears until left."""
    program = modules / "@stripe" / "cli-linux-x64" / "bin" / "stripe"
    if not os.access(program, os.X_OK):
        pytest.skip("Stripe's command line is there for x86 only")
    process = await asyncio.create_subprocess_exec(
        str(program),
        *("listen", "--api-base", api.url, "--api-key", KEY, "--skip-update"),
        *("--events", "checkout.session.completed", "--forward-to", webhook_url),
        env={"HOME": str(home), "PATH": os.environ["PATH"], "STRIPE_CLI_TELEMETRY_OPTOUT": "1"},
        cwd=home,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(40):
            while not api.listeners:
                assert process.returncode is None, "the command line ended by itself"
                await asyncio.sleep(0.05)
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_stripes_command_line_brings_a_payment(
    database: str, payment_modules: Path, tmp_path: Path
) -> None:
    async with stripe_api() as api, contextlib.AsyncExitStack() as closing:
        async with stripe_client(SecretStr(KEY), api.url) as client:
            await sync(client, dry_run=False)
        checkout = StripeCheckout(SecretStr(KEY), api_base=api.url)
        closing.push_async_callback(checkout.close)
        parts = await closing.enter_async_context(served(database, checkout))
        url = parts.base_url + WEBHOOK
        await closing.enter_async_context(listening(payment_modules, tmp_path, api, url))
        async with httpx.AsyncClient() as customer:
            wanted = {"email": "ada@example.com", "plan": "starter"}
            await customer.post(f"{parts.base_url}/api/v1/orders", json=wanted)
        [ref] = api.of("sessions")
        now = datetime.now(UTC)
        event = envelope("evt_cli", "checkout.session.completed", api.pay(ref), now)
        for _ in range(2):
            await api.tell(*signed(event, WEBHOOK_SECRET, now))
        async with asyncio.timeout(20):
            while await parts.pool.fetchval("select count(*) from payment_events") == 0:
                await asyncio.sleep(0.05)
        assert await parts.pool.fetchval("select event_id from payment_events") == "evt_cli"
        assert await parts.pool.fetchval("select count(*) from jobs") == 1
