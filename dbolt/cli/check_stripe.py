"""`dbolt doctor` on Stripe: may the key do what is needed, and do prices and webhook fit?

Nothing is made or changed: what may be written is tried on a checkout that does not exist.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import stripe
from pydantic import SecretStr

from dbolt.cli.findings import Finding, Health
from dbolt.domain.plan import CURRENCY, PLANS
from dbolt.providers.payments.events import WANTED_EVENTS, same_train
from dbolt.providers.payments.stripe import is_live, prices_of, stripe_client
from dbolt.settings import SecretVariables, Settings

WEBHOOK_PATH = "/webhooks/stripe"
LIMIT_S = 30.0
_NOWHERE = "cs_test_doctor_asks_whether_it_may"
_NO_INTENT = "pi_doctor_asks_whether_it_may"


def stripe_findings(settings: Settings) -> Iterator[Finding]:
    """What payments need; asks Stripe where there are keys."""
    given = SecretVariables()
    key, secret = given.stripe_secret_key, given.stripe_webhook_secret
    if key is None and secret is None:
        remedy = "Set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET to take real payments."
        yield Finding("Stripe", Health.NOTE, "local stand-in", remedy)
    elif key is None or secret is None:
        lost = "STRIPE_SECRET_KEY" if key is None else "STRIPE_WEBHOOK_SECRET"
        remedy = f"Set {lost} too: payments would be taken that lead to no job."
        yield Finding("Stripe", Health.MISSING, f"without {lost}", remedy)
    else:
        yield _secret(secret)
        yield from asyncio.run(_ask(key, settings))


def _secret(secret: SecretStr) -> Finding:
    if secret.get_secret_value().startswith("whsec_"):
        return Finding("Stripe webhook secret", Health.OK, "is set")
    remedy = "Copy the endpoint's signing secret; it begins with whsec_."
    return Finding("Stripe webhook secret", Health.MISSING, "is no signing secret", remedy)


async def _ask(key: SecretStr, settings: Settings) -> list[Finding]:
    what = "Stripe key"
    try:
        async with (
            asyncio.timeout(LIMIT_S),
            stripe_client(key, settings.stripe_api_base) as client,
        ):
            found = [await _permissions(client, key)]
            if found[0].health is Health.OK:
                found += [await _prices(client), await _endpoint(client, settings, key)]
            return found
    except ValueError as error:
        return [Finding(what, Health.MISSING, "goes elsewhere", str(error))]
    except stripe.AuthenticationError:
        remedy = "Copy STRIPE_SECRET_KEY anew from the dashboard."
        return [Finding(what, Health.MISSING, "Stripe does not know it", remedy)]
    except (stripe.StripeError, TimeoutError) as error:
        remedy = "Nothing else of Stripe was checked; run it again."
        return [Finding(what, Health.NOTE, f"no answer ({type(error).__name__})", remedy)]


async def _permissions(client: stripe.StripeClient, key: SecretStr) -> Finding:
    """What the running service needs of the key, each tried once."""
    v1 = client.v1
    needed: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        ("Checkout Sessions: write", lambda: v1.checkout.sessions.expire_async(_NOWHERE)),
        ("Checkout Sessions: read", lambda: v1.checkout.sessions.retrieve_async(_NOWHERE)),
        ("PaymentIntents: read", lambda: v1.payment_intents.retrieve_async(_NO_INTENT)),
        ("Prices: read", lambda: v1.prices.list_async({"limit": 1})),
    ]
    lost = [name for name, call in needed if not await _may(call)]
    if lost:
        remedy = f"Allow the restricted key {', '.join(lost)} in the dashboard."
        return Finding("Stripe key", Health.MISSING, "may not do enough", remedy)
    kind = "restricted" if key.get_secret_value().startswith("rk_") else "unrestricted"
    mode = "live" if is_live(key) else "test mode"
    remedy = "" if kind == "restricted" else "A restricted key is enough; see docs/payments.md."
    return Finding("Stripe key", Health.OK, f"{kind}, {mode}", remedy)


async def _may(call: Callable[[], Awaitable[object]]) -> bool:
    try:
        await call()
    except stripe.PermissionError:
        return False
    except stripe.InvalidRequestError:
        # That there is no such thing is only said to those who may ask.
        return True
    return True


async def _prices(client: stripe.StripeClient) -> Finding:
    found = await prices_of(client)
    wrong = []
    for name, plan in PLANS.items():
        price = found.get(name)
        if price is None:
            wrong.append(f"none for {name}")
        elif (price.unit_amount, price.currency) != (plan.price_cents, CURRENCY):
            wrong.append(f"another for {name}")
    if wrong:
        return Finding(
            "Stripe prices", Health.MISSING, ", ".join(wrong), "Run `dbolt stripe sync`."
        )
    return Finding("Stripe prices", Health.OK, f"one for each of {len(PLANS)} plans")


async def _endpoint(client: stripe.StripeClient, settings: Settings, key: SecretStr) -> Finding:
    what = "Stripe webhook"
    url = f"{settings.public_url.rstrip('/')}{WEBHOOK_PATH}"
    try:
        listed = await client.v1.webhook_endpoints.list_async({"limit": 100})
    except stripe.PermissionError:
        remedy = "Allow the key Webhook Endpoints: read, or look in the dashboard yourself."
        return Finding(what, Health.NOTE, "this key cannot see it", remedy)
    if not settings.public_url:
        remedy = "Set DBOLT_PUBLIC_URL; without it nobody outside this machine can pay or tell."
        return Finding(what, Health.NOTE, "cannot be matched", remedy)
    for endpoint in listed.data:
        if endpoint.url.rstrip("/") == url and endpoint.livemode == is_live(key):
            return _judged(endpoint)
    remedy = f"Add one for {url} in the dashboard; see docs/payments.md."
    return Finding(what, Health.MISSING, "there is none for this server", remedy)


def _judged(endpoint: stripe.WebhookEndpoint) -> Finding:
    what, events = "Stripe webhook", set(endpoint.enabled_events)
    lost = [] if "*" in events else [name for name in WANTED_EVENTS if name not in events]
    if endpoint.status != "enabled":
        return Finding(what, Health.MISSING, "is disabled", "Enable it in the dashboard.")
    if lost:
        return Finding(what, Health.MISSING, "hears too little", f"Tick {', '.join(lost)}.")
    if endpoint.api_version and not same_train(endpoint.api_version):
        remedy = f"Set its API version to {stripe.api_version}: its events are not acted upon."
        return Finding(what, Health.MISSING, f"speaks {endpoint.api_version}", remedy)
    if not endpoint.api_version:
        remedy = f"Give it API version {stripe.api_version}; it follows the account's own now."
        return Finding(what, Health.NOTE, "hears all it must", remedy)
    return Finding(what, Health.OK, "hears all it must")
