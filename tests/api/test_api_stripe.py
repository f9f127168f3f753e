"""Does the real payment module say to Stripe what it should? Against a local server."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr

from dbolt.domain.plan import PlanName
from dbolt.providers.payments import CheckoutOrder, NoCheckout, Opened, Unavailable
from dbolt.providers.payments.standin import StandinCheckout
from dbolt.providers.payments.stripe import StripeCheckout
from dbolt.settings import Secrets, Settings
from serve_app.opening import checkout_of, place_of
from tests.support.site import Said, Site

KEY = SecretStr("sk_test_0123456789abcdefABCDEF")
ORDER = CheckoutOrder(
    order_id=UUID(int=7),
    plan=PlanName.GROWTH,
    amount_cents=29_900,
    currency="usd",
    email="ada@example.com",
)
SESSIONS = "/v1/checkout/sessions"

# Stripe's library hands httpx its body by a name that httpx calls old.
OLD_NAME = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


async def opened(site: Site) -> Opened | Unavailable:
    checkout = StripeCheckout(KEY, api_base=site.url)
    return await checkout.open(
        ORDER, success_url="https://us.example/orders/7", cancel_url="https://us.example/#plans"
    )


@OLD_NAME
async def test_a_checkout_names_the_order_and_fixes_the_amount() -> None:
    answer = json.dumps(
        {"id": "cs_1", "object": "checkout.session", "url": "https://checkout.stripe.com/c/1"}
    )
    async with Site({SESSIONS: answer}) as site:
        found = await opened(site)
        (asked,) = site.to(SESSIONS, "POST")
    assert found == Opened(url="https://checkout.stripe.com/c/1", payment_ref="cs_1")
    headers = {name.lower(): value for name, value in asked.headers.items()}
    assert headers["idempotency-key"] == f"order-{ORDER.order_id}"
    form = asked.form
    assert form["client_reference_id"] == str(ORDER.order_id)
    assert form["line_items[0][price_data][unit_amount]"] == "29900"
    assert form["line_items[0][price_data][currency]"] == "usd"
    assert (form["mode"], form["customer_email"]) == ("payment", "ada@example.com")


@OLD_NAME
async def test_stripes_refusal_is_one_sentence_without_the_key(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = json.dumps({"error": {"type": "invalid_request_error", "message": f"No such key {KEY}"}})
    async with Site({SESSIONS: Said(said, status=401)}) as site:
        found = await opened(site)
    assert isinstance(found, Unavailable)
    assert found.problem.endswith("try again shortly.")
    assert KEY.get_secret_value() not in found.problem + caplog.text


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
def test_the_stand_in_is_for_this_machine_alone(
    tmp_path: Path, key: SecretStr | None, settings: dict[str, str], kind: type
) -> None:
    place = place_of(Settings(home=tmp_path, **settings), tmp_path / "secrets.json", 8700)  # type: ignore[arg-type]
    secrets = Secrets(
        database_url=SecretStr("postgresql://nowhere/x"),
        stripe_webhook_secret=SecretStr("whsec_x"),
        stripe_secret_key=key,
        staff_token=SecretStr("t"),
    )
    assert type(checkout_of(place, secrets)) is kind
