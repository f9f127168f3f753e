"""`dbolt stripe sync`: do the plans stand at Stripe as they are sold here?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr
from rich.text import Text

from dbolt.cli.output import Exit, Trouble, emit_json, table
from dbolt.settings import SecretVariables, Settings

if TYPE_CHECKING:
    from dbolt.providers.payments.prices import Change

app = typer.Typer(no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Adds the commands."""
    parent.add_typer(app, name="stripe")


@app.callback()
def _group() -> None:
    """Keep Stripe's products and prices those of the plans."""


@app.command()
def sync(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Create or update a product and a price for each plan; a second run changes nothing.

    Exit 0: they are as they should be, or would be. 3: there is no key, or it does not permit it.
    4: Stripe does not answer.
    """
    key = SecretVariables().stripe_secret_key
    if key is None:
        raise Trouble("STRIPE_SECRET_KEY is not set; see docs/payments.md.", code=Exit.MISSING)
    with stripe_troubles():
        changes = asyncio.run(_sync(key, Settings().stripe_api_base, dry_run=dry_run))
    if as_json:
        emit_json([asdict(change) | {"dry_run": dry_run} for change in changes])
        return
    said = {"created": "would create", "updated": "would update"} if dry_run else {}
    colour = {"created": "green", "updated": "yellow", "unchanged": "dim"}
    rows = [
        (c.plan, c.kind, Text(said.get(c.done, c.done), colour[c.done]), c.what) for c in changes
    ]
    table(["plan", "", "", "at Stripe"], rows)


async def _sync(key: SecretStr, api_base: str, *, dry_run: bool) -> list[Change]:
    from dbolt.providers.payments import prices
    from dbolt.providers.payments.stripe import stripe_client

    async with stripe_client(key, api_base) as client:
        return await prices.sync(client, dry_run=dry_run)


@contextmanager
def stripe_troubles() -> Iterator[None]:
    """What Stripe refuses as one sentence, never in its own words: they may hold the key."""
    import stripe

    try:
        yield
    except ValueError as error:
        raise Trouble(str(error)) from error
    except stripe.AuthenticationError as error:
        raise Trouble(
            "Stripe does not know this STRIPE_SECRET_KEY; copy it anew from the dashboard.",
            code=Exit.MISSING,
        ) from error
    except stripe.PermissionError as error:
        raise Trouble(
            "The key may not do this: allow it to write Products and Prices (docs/payments.md).",
            code=Exit.MISSING,
        ) from error
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise Trouble(
            f"Stripe does not answer ({type(error).__name__}); run it again.",
            code=Exit.UNREACHABLE,
        ) from error
    except stripe.StripeError as error:
        raise Trouble(
            f"Stripe refused ({error.code or type(error).__name__}, request {error.request_id}); "
            "the dashboard's log says why.",
            code=Exit.FAILED,
        ) from error
