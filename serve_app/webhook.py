"""What does the payment provider tell us? The webhook, an app and a deployment of its own.

*Source:* docs.stripe.com/webhooks (signatures, retries), docs.stripe.com/checkout/fulfillment.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Annotated

import stripe
from fastapi import FastAPI, Header, Request
from pydantic import SecretStr, ValidationError

from dbolt.providers.payments.events import StripeEvent, foreign, told
from serve_app import problems
from serve_app.edge import GuardedApp, content_policy
from serve_app.parts import OpenParts, Parts, lifespan, parts_of
from serve_app.payments import Answer, settle, sweeping
from serve_app.problems import Problem

log = logging.getLogger(__name__)

TOLERANCE_S = 300
MAX_BODY_BYTES = 512_000


def build_webhook(
    open_parts: OpenParts, *, https: bool = False, sweep_every_s: float | None = None
) -> FastAPI:
    """The webhook as an ASGI app, at its own root.

    sweep_every_s: how often it also asks the provider about what it was not told; None never does.
    """

    @asynccontextmanager
    async def open_and_sweep() -> AsyncIterator[Parts]:
        async with open_parts() as parts:
            sweep = nullcontext() if sweep_every_s is None else sweeping(parts, sweep_every_s)
            async with sweep:
                yield parts

    app = GuardedApp(
        title="DirectoryBolt payment webhook",
        policy=content_policy(""),
        https=https,
        lifespan=lifespan(open_and_sweep),
        max_body_size=MAX_BODY_BYTES,
    )
    problems.register(app)
    app.add_api_route("/", receive, methods=["POST"])
    return app


async def receive(
    request: Request, stripe_signature: Annotated[str | None, Header()] = None
) -> Answer:
    """One event. Anything but 2xx makes Stripe send it again, for three days."""
    parts = parts_of(request)
    event = read_event(await request.body(), stripe_signature, parts.secrets.stripe_webhook_secret)
    answer = await act_on(parts, event)
    parts.counters.webhooks.labels(answer.outcome).inc()
    return answer


def read_event(body: bytes, header: str | None, secret: SecretStr) -> StripeEvent:
    """The event in *body*, proven to be Stripe's. Raises Problem(400) otherwise."""
    # Stripe's library stumbles over other characters, and knows no signature from the future.
    if header and (not header.isascii() or _signed_at_s(header) > time.time() + TOLERANCE_S):
        header = None
    try:
        stripe.WebhookSignature.verify_header(body, header, secret.get_secret_value(), TOLERANCE_S)
        return StripeEvent.model_validate_json(body)
    except stripe.SignatureVerificationError as error:
        raise Problem(
            400, "The event's signature is missing, wrong or not of this hour; nothing was done."
        ) from error
    except (ValidationError, UnicodeDecodeError) as error:
        raise Problem(400, "The body is not an event of Stripe's; nothing was done.") from error


def _signed_at_s(header: str) -> int:
    """When the signature says that it was made; 0 where it says nothing readable."""
    said = re.search(r"(?:^|,)t=([0-9]{1,15})(?:,|$)", header)
    return int(said[1]) if said else 0


async def act_on(parts: Parts, event: StripeEvent) -> Answer:
    """Does what *event* proves. Raises QueueAway and QueueFailed, and Stripe sends it again."""
    if why := foreign(event, livemode=parts.checkout.livemode):
        # An answer other than 2xx would only make Stripe repeat it, and at last give us up.
        log.warning("event %s (%s) is not acted upon: %s", event.id, event.type, why)
        return Answer(outcome="foreign", detail=why)
    return await settle(parts, told(event))
