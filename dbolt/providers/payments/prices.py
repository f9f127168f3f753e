"""Which products and prices stand at Stripe, and what must change so that they are the plans'?

A price of Stripe's never changes: a new amount is a new price, to which the lookup key moves.
*Source:* docs.stripe.com/products-prices/manage-prices (lookup keys, transfer_lookup_key).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import stripe

from dbolt.domain.plan import CURRENCY, PLANS, Plan


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was done, or would be. `done`: "created", "updated" or "unchanged"."""

    plan: str
    kind: str
    what: str
    done: str


def product_id(plan: Plan) -> str:
    """The id of the plan's product: our own, so that it is found again and made once."""
    return plan.lookup_key


def description(plan: Plan) -> str:
    """What a receipt says of the plan."""
    return f"Your business in up to {plan.directories} online directories, with proof for each."


async def sync(
    client: stripe.StripeClient, *, dry_run: bool, plans: Iterable[Plan] = PLANS.values()
) -> list[Change]:
    """Makes the products and prices of *plans* what they should be; a second time changes nothing.

    Raises stripe.StripeError; what was done by then stays, and the next run goes on from there.
    """
    changes: list[Change] = []
    for plan in plans:
        changes.append(await _product(client, plan, dry_run=dry_run))
        changes.append(await _price(client, plan, dry_run=dry_run))
    return changes


async def _product(client: stripe.StripeClient, plan: Plan, *, dry_run: bool) -> Change:
    id_, name = product_id(plan), f"DirectoryBolt {plan.title}"
    try:
        known = await client.v1.products.retrieve_async(id_)
    except stripe.InvalidRequestError as error:
        if error.code != "resource_missing":
            raise
        if not dry_run:
            await client.v1.products.create_async(
                {"id": id_, "name": name, "description": description(plan)},
                {"idempotency_key": f"product-{id_}"},
            )
        return Change(plan.name, "product", f"{id_}: {name}", "created")
    if known.active and (known.name, known.description) == (name, description(plan)):
        return Change(plan.name, "product", f"{id_}: {name}", "unchanged")
    if not dry_run:
        await client.v1.products.update_async(
            id_, {"name": name, "description": description(plan), "active": True}
        )
    return Change(plan.name, "product", f"{id_}: {name}", "updated")


async def _price(client: stripe.StripeClient, plan: Plan, *, dry_run: bool) -> Change:
    found = await client.v1.prices.list_async({"lookup_keys": [plan.lookup_key], "limit": 1})
    old = found.data[0] if found.data else None
    amount = f"{plan.lookup_key}: {plan.price_cents / 100:.2f} {CURRENCY}"
    if old is not None and _fits(old, plan):
        return Change(plan.name, "price", amount, "unchanged")
    if not dry_run:
        await _replace(client, plan, old)
    if old is None:
        return Change(plan.name, "price", amount, "created")
    was = f"{(old.unit_amount or 0) / 100:.2f} {old.currency}"
    return Change(plan.name, "price", f"{amount} (was {was})", "updated")


def _fits(price: stripe.Price, plan: Plan) -> bool:
    product = price.product if isinstance(price.product, str) else price.product.id
    return (
        price.active
        and product == product_id(plan)
        and (price.unit_amount, price.currency, price.type)
        == (plan.price_cents, CURRENCY, "one_time")
    )


async def _replace(client: stripe.StripeClient, plan: Plan, old: stripe.Price | None) -> None:
    """A new price, to which the lookup key moves; the old one sells no more."""
    since = old.id if old else "first"
    fresh = await client.v1.prices.create_async(
        {
            "product": product_id(plan),
            "unit_amount": plan.price_cents,
            "currency": CURRENCY,
            "lookup_key": plan.lookup_key,
            "transfer_lookup_key": True,
            "metadata": {"plan": plan.name.value},
        },
        # The price before is part of the key: going back to an old amount is a change of its own.
        {"idempotency_key": f"price-{plan.lookup_key}-{plan.price_cents}-{CURRENCY}-{since}"},
    )
    # A product's default price cannot be put away.
    await client.v1.products.update_async(product_id(plan), {"default_price": fresh.id})
    if old is not None and old.active:
        await client.v1.prices.update_async(old.id, {"active": False})
