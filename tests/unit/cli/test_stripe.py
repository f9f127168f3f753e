"""Do `dbolt stripe sync` and `dbolt doctor` bring Stripe and the plans together, and say how?"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import stripe
from pydantic import SecretStr

from dbolt.cli.check_stripe import stripe_findings
from dbolt.domain.plan import PLANS, PlanName
from dbolt.providers.payments.events import WANTED_EVENTS
from dbolt.providers.payments.prices import sync
from dbolt.providers.payments.stripe import stripe_client
from dbolt.settings import Settings
from tests.support.stripe_api import KEY, StripeApi, stripe_api

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

SITE = "https://directorybolt.example"
ENDPOINT: dict[str, Any] = {
    "id": "we_1",
    "object": "webhook_endpoint",
    "url": f"{SITE}/webhooks/stripe",
    "status": "enabled",
    "enabled_events": list(WANTED_EVENTS),
    "api_version": stripe.api_version,
    "livemode": False,
}


@pytest_asyncio.fixture
async def api() -> AsyncIterator[StripeApi]:
    async with stripe_api() as opened:
        yield opened


async def synced(api: StripeApi, **how: Any) -> list[str]:
    """What `sync` did, a word for each thing."""
    async with stripe_client(SecretStr(KEY), api.url) as client:
        return [change.done for change in await sync(client, **{"dry_run": False, **how})]


async def test_a_sync_makes_everything_once(api: StripeApi) -> None:
    assert await synced(api) == ["created"] * 8
    assert await synced(api) == ["unchanged"] * 8
    assert len(api.of("products")) == len(api.of("prices")) == 4
    assert {p["lookup_key"]: p["unit_amount"] for p in api.of("prices").values()} == {
        plan.lookup_key: plan.price_cents for plan in PLANS.values()
    }


async def test_a_dry_run_changes_nothing(api: StripeApi) -> None:
    assert await synced(api, dry_run=True) == ["created"] * 8
    assert {method for method, _, _ in api.asked} == {"GET"}
    assert api.of("prices") == {}


async def test_a_new_amount_is_a_new_price_and_the_old_one_sells_no_more(api: StripeApi) -> None:
    await synced(api)
    plan = PLANS[PlanName.GROWTH]
    [old] = [p for p in api.of("prices").values() if p["lookup_key"] == plan.lookup_key]
    dearer = replace(plan, price_cents=plan.price_cents + 1000)
    # There and back again, within the day for which idempotency keys are kept.
    for now in (dearer, plan, dearer, plan):
        assert await synced(api, plans=[now]) == ["unchanged", "updated"]
        selling = [p for p in api.of("prices").values() if p["lookup_key"] == plan.lookup_key]
        assert [(p["unit_amount"], p["active"]) for p in selling] == [(now.price_cents, True)]
    assert (old["active"], old["unit_amount"]) == (False, plan.price_cents)


async def test_a_renamed_product_gets_its_name_back(api: StripeApi) -> None:
    await synced(api)
    product = api.of("products")["directorybolt_growth"]
    product |= {"name": "Something else", "active": False}
    assert sorted(set(await synced(api))) == ["unchanged", "updated"]
    assert (product["name"], product["active"]) == ("DirectoryBolt Growth", True)


def dbolt(api: StripeApi, folder: Path, *args: str, key: str = KEY) -> tuple[int, str, str]:
    """Exit code, output and complaints of the command."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DBOLT_", "STRIPE_"))}
    given = {"STRIPE_SECRET_KEY": key} if key else {}
    done = subprocess.run(
        [sys.executable, "-m", "dbolt.cli", *args],
        cwd=folder,
        env=clean | given | {"DBOLT_STRIPE_API_BASE": api.url, "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


async def test_the_command_tells_what_it_did(api: StripeApi, tmp_path: Path) -> None:
    async def run(*args: str, key: str = KEY) -> tuple[int, str, str]:
        return await asyncio.to_thread(dbolt, api, tmp_path, "stripe", "sync", *args, key=key)

    code, said, _ = await run("--dry-run")
    assert (code, said.count("would create")) == (0, 8)
    code, said, _ = await run("--json")
    assert (code, {row["done"] for row in json.loads(said)}) == (0, {"created"})
    assert (await run(key=""))[::2] == (
        3,
        "dbolt: STRIPE_SECRET_KEY is not set; see docs/payments.md.\n",
    )
    api.forbidden = {"products:read"}
    code, _, complaint = await run()
    assert (code, "write Products and Prices" in complaint) == (3, True)
    api.forbidden, api.down = set(), True
    code, _, complaint = await run()
    assert (code, "Stripe does not answer" in complaint, KEY in complaint) == (4, True, False)


def found(api: StripeApi, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, str]]:
    """What the doctor finds: health, and all its words."""
    monkeypatch.setenv("STRIPE_SECRET_KEY", KEY)
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_x")
    settings = Settings(stripe_api_base=api.url, public_url=SITE)
    return {f.what: (f.health, f"{f.seen}. {f.remedy}") for f in stripe_findings(settings)}


@pytest.mark.parametrize(
    ("spoil", "what", "health", "words"),
    [
        ({}, "Stripe key", "ok", "restricted, test mode"),
        ({}, "Stripe prices", "ok", "one for each of 4 plans"),
        ({}, "Stripe webhook", "ok", "hears all it must"),
        ({"forbidden": {"sessions:write"}}, "Stripe key", "missing", "Checkout Sessions: write"),
        ({"forbidden": {"payment_intents:read"}}, "Stripe key", "missing", "PaymentIntents: read"),
        ({"forbidden": {"prices:read"}}, "Stripe key", "missing", "Prices: read"),
        ({"forbidden": {"webhook_endpoints:read"}}, "Stripe webhook", "note", "Webhook Endpoints"),
        ({"endpoint": {"status": "disabled"}}, "Stripe webhook", "missing", "Enable it"),
        ({"endpoint": {"url": "https://b.example"}}, "Stripe webhook", "missing", f"for {SITE}/w"),
        (
            {"endpoint": {"enabled_events": ["checkout.session.completed"]}},
            "Stripe webhook",
            "missing",
            "Tick checkout.session.async_payment_succeeded",
        ),
        (
            {"endpoint": {"api_version": "2024-06-20"}},
            "Stripe webhook",
            "missing",
            stripe.api_version,
        ),
        ({"price": 1}, "Stripe prices", "missing", "dbolt stripe sync"),
        ({"down": True}, "Stripe key", "note", "no answer"),
    ],
)
async def test_the_doctor_says_what_is_missing(
    api: StripeApi,
    monkeypatch: pytest.MonkeyPatch,
    spoil: dict[str, Any],
    what: str,
    health: str,
    words: str,
) -> None:
    await synced(api)
    made = len(api.asked)
    api.of("webhook_endpoints")["we_1"] = ENDPOINT | spoil.get("endpoint", {})
    api.forbidden, api.down = spoil.get("forbidden", set()), spoil.get("down", False)
    if "price" in spoil:
        next(iter(api.of("prices").values()))["unit_amount"] = spoil["price"]
    findings = await asyncio.to_thread(found, api, monkeypatch)
    assert findings[what][0] == health
    assert words in findings[what][1]
    assert KEY not in str(findings)
    # Whatever it tries, nothing is there afterwards that was not there before.
    assert api.of("sessions") == {}
    assert {path for method, path, _ in api.asked[made:] if method == "POST"} <= {
        "/v1/checkout/sessions/cs_test_doctor_asks_whether_it_may/expire"
    }
