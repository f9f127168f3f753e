"""Does the real payment module say to Stripe what it should? Against an API on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from pydantic import SecretStr

from dbolt.domain.plan import PlanName
from dbolt.providers.payments import (
    Attempt,
    CheckoutOrder,
    CheckoutSession,
    NoCheckout,
    Opened,
    Pages,
    Spent,
    Unavailable,
)
from dbolt.providers.payments.prices import sync
from dbolt.providers.payments.standin import StandinCheckout
from dbolt.providers.payments.stripe import StripeCheckout, client_of, stripe_client
from dbolt.settings import Secrets, Settings
from serve_app.opening import checkout_of, place_of
from tests.support.stripe_api import KEY, StripeApi, stripe_api

# Stripe's library hands httpx its body by a name that httpx calls old.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

ORDER = CheckoutOrder(
    order_id=UUID(int=7),
    plan=PlanName.GROWTH,
    amount_cents=29_900,
    currency="usd",
    email="ada@example.com",
)
PAGES = Pages(
    success_url="https://us.example/orders/7?session_id={CHECKOUT_SESSION_ID}",
    cancel_url="https://us.example/#plans",
)
FIRST = Attempt(number=1, expires_at=datetime.now(UTC) + timedelta(hours=12))


@pytest_asyncio.fixture
async def api() -> AsyncIterator[StripeApi]:
    """An account in which the plans are for sale."""
    async with stripe_api() as opened, stripe_client(SecretStr(KEY), opened.url) as client:
        await sync(client, dry_run=False)
        opened.asked.clear()
        yield opened


@pytest_asyncio.fixture
async def checkout(api: StripeApi) -> AsyncIterator[StripeCheckout]:
    checkout = StripeCheckout(SecretStr(KEY), api_base=api.url)
    yield checkout
    await checkout.close()


def opened(found: object) -> Opened:
    assert isinstance(found, Opened), found
    return found


async def test_a_checkout_names_the_order_and_sells_the_plans_price(
    api: StripeApi, checkout: StripeCheckout
) -> None:
    found = opened(await checkout.open(ORDER, FIRST, PAGES))
    session = api.of("sessions")[found.session_ref]
    assert found.url == session["url"]
    assert (session["amount_total"], session["currency"]) == (29_900, "usd")
    [form] = [form for method, _, form in api.asked if method == "POST"]
    order_id = str(ORDER.order_id)
    assert form["client_reference_id"] == form["metadata[order_id]"] == order_id
    assert form["payment_intent_data[metadata][order_id]"] == order_id
    assert form["customer_email"] == form["payment_intent_data[receipt_email]"] == "ada@example.com"
    assert form["success_url"] == PAGES.success_url
    assert form["expires_at"] == str(int(FIRST.expires_at.timestamp()))
    assert "automatic_tax[enabled]" not in form


async def test_stripe_reckons_taxes_where_that_is_set(api: StripeApi) -> None:
    checkout = StripeCheckout(SecretStr(KEY), api_base=api.url, tax=True)
    opened(await checkout.open(ORDER, FIRST, PAGES))
    await checkout.close()
    assert api.asked[-1][2]["automatic_tax[enabled]"] == "true"


async def test_an_attempt_is_one_checkout_even_if_stripes_answer_is_lost(
    api: StripeApi, checkout: StripeCheckout
) -> None:
    api.lose_answers = True
    assert isinstance(await checkout.open(ORDER, FIRST, PAGES), Unavailable)
    api.lose_answers = False
    first = opened(await checkout.open(ORDER, FIRST, PAGES))
    assert opened(await checkout.open(ORDER, FIRST, PAGES)) == first
    assert len(api.of("sessions")) == 1
    later = FIRST.model_copy(update={"number": 2})
    assert opened(await checkout.open(ORDER, later, PAGES)) != first


async def test_an_attempt_with_other_terms_is_spent(
    api: StripeApi, checkout: StripeCheckout
) -> None:
    opened(await checkout.open(ORDER, FIRST, PAGES))
    moved = PAGES.model_copy(update={"cancel_url": "https://elsewhere.example/"})
    assert isinstance(await checkout.open(ORDER, FIRST, moved), Spent)


async def test_nothing_is_sold_at_a_price_that_is_not_the_orders(
    api: StripeApi, checkout: StripeCheckout, caplog: pytest.LogCaptureFixture
) -> None:
    older = ORDER.model_copy(update={"amount_cents": 19_900})
    found = await checkout.open(older, FIRST, PAGES)
    assert isinstance(found, Unavailable)
    assert "price has changed" in found.problem
    [price] = [p for p in api.of("prices").values() if p["lookup_key"] == "directorybolt_growth"]
    price["active"] = False
    assert isinstance(await checkout.open(ORDER, FIRST, PAGES), Unavailable)
    assert "dbolt stripe sync" in caplog.text
    assert api.of("sessions") == {}


async def test_stripes_refusal_is_one_sentence_without_the_key(
    api: StripeApi, caplog: pytest.LogCaptureFixture
) -> None:
    key = SecretStr("sk_test_another_key_0123456789")
    checkout = StripeCheckout(key, api_base=api.url)
    found = await checkout.open(ORDER, FIRST, PAGES)
    await checkout.close()
    assert isinstance(found, Unavailable)
    assert found.problem.endswith("try again shortly.")
    assert key.get_secret_value() not in found.problem + caplog.text


async def test_a_checkout_is_looked_up_as_it_stands(
    api: StripeApi, checkout: StripeCheckout
) -> None:
    async def stands(ref: str) -> tuple[str | None, str, bool]:
        found = await checkout.find(ref)
        assert isinstance(found, CheckoutSession)
        return found.status, found.payment_status, found.failed

    ref = opened(await checkout.open(ORDER, FIRST, PAGES)).session_ref
    assert await stands(ref) == ("open", "unpaid", False)
    api.pay(ref, slow=True)
    assert await stands(ref) == ("complete", "unpaid", False)
    api.money_comes(ref, arrives=False)
    assert await stands(ref) == ("complete", "unpaid", True)
    api.money_comes(ref, arrives=True)
    assert await stands(ref) == ("complete", "paid", False)
    assert await checkout.find("cs_test_none") is None
    api.down = True
    assert isinstance(await checkout.find(ref), Unavailable)


def test_a_live_key_does_not_leave_for_another_address() -> None:
    import stripe

    with pytest.raises(ValueError, match="to Stripe alone"):
        client_of(SecretStr("sk_live_x"), "https://stripe.example", stripe.HTTPXClient())


@pytest.mark.parametrize(
    ("key", "settings", "kind"),
    [
        (KEY, {}, StripeCheckout),
        (KEY, {"public_url": "https://directorybolt.example"}, StripeCheckout),
        (None, {}, StandinCheckout),
        (None, {"host": "::1"}, StandinCheckout),
        # Where others can reach the server, nobody may pay at the stand-in.
        (None, {"host": "0.0.0.0"}, NoCheckout),
        (None, {"public_url": "https://directorybolt.example"}, NoCheckout),
    ],
)
async def test_the_stand_in_is_for_this_machine_alone(
    tmp_path: Path, key: str | None, settings: dict[str, str], kind: type
) -> None:
    place = place_of(Settings(home=tmp_path, **settings), tmp_path / "secrets.json", 8700)  # type: ignore[arg-type]
    secrets = Secrets(
        database_url=SecretStr("postgresql://nowhere/x"),
        stripe_webhook_secret=SecretStr("whsec_x"),
        stripe_secret_key=SecretStr(key) if key else None,
        staff_token=SecretStr("t"),
    )
    checkout = checkout_of(place, secrets)
    assert type(checkout) is kind
    await checkout.close()
