"""How does an order come to its payment, and a payment to its job?

The webhook, the page that the customer comes back to, and a sweep all end in `settle`, which may be
repeated: whichever of them is lost, another one does its work. None of them writes a job; each
asks the orchestrator to.
*Source:* docs.stripe.com/checkout/fulfillment.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
from pydantic import BaseModel

from dbolt import tracing
from dbolt.domain.protocol import CheckoutChange, PaidOrder, Recorded
from dbolt.providers.payments import Attempt, CheckoutOrder, Pages, Spent, Unavailable
from dbolt.providers.payments.events import Told, of_checkout
from dbolt.store.pool import CONNECTION_LOST
from dbolt.store.queries import statements
from serve_app.parts import Parts
from serve_app.problems import Problem
from serve_app.queue import QueueAway, QueueFailed

log = logging.getLogger(__name__)

OPEN_S = 12 * 3600
"""How long a checkout can be paid. Stripe allows 30 minutes to 24 hours."""
ASK_S = 4.0
"""How often the page of one order may make us ask the provider."""
SILENT_S = 600.0
"""After so long without news the sweep asks about a checkout."""
SWEEP_S = 60.0
AT_ONCE = 40
"""Checkouts that one sweep asks about."""
ROUNDS = 6
_DATABASE = (*CONNECTION_LOST, asyncpg.PostgresError)

Outcome = Literal["fulfilled", "repeated", "changed", "flagged", "ignored", "foreign"]


class Answer(BaseModel):
    """What became of a notice. Stripe looks at the status code only; people look at this."""

    outcome: Outcome
    job_id: UUID | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """One attempt to pay an order, as it is written down. `late`: its time is nearly up."""

    attempt: int
    session_ref: str | None
    state: str
    given_up: bool
    expires_at: datetime
    late: bool

    @property
    def over(self) -> bool:
        """Whether another attempt may take its place."""
        unused = self.session_ref is None and self.late
        return self.given_up or unused or self.state in {"failed", "expired"}


async def settle(parts: Parts, said: Told) -> Answer:
    """Does what *said* proves; safe to repeat. Raises QueueAway and QueueFailed."""
    if isinstance(said, str):
        return Answer(outcome="ignored", detail=said)
    if isinstance(said, PaidOrder):
        return await _fulfil(parts, said)
    if isinstance(said, CheckoutChange):
        await parts.queue.checkout_changed(said)
        return Answer(outcome="changed", detail=f"The checkout is {said.turn}.")
    await parts.queue.payment_changed(said)
    return Answer(outcome="changed", detail=f"The payment: {said.turn}.")


async def _fulfil(parts: Parts, paid: PaidOrder) -> Answer:
    began_ns = time.time_ns()
    done = await parts.queue.fulfil(paid)
    if isinstance(done, Recorded):
        # Trying again would change nothing: it is before staff now.
        log.error("a payment of order %s makes no job: %s", paid.order_id, done.problem)
        return Answer(outcome="flagged", detail=done.problem)
    outcome: Outcome = "fulfilled" if done.created else "repeated"
    with tracing.span("payment", done.job_id, since_ns=began_ns, outcome=outcome):
        return Answer(outcome=outcome, job_id=done.job_id)


async def pay_page(parts: Parts, order: CheckoutOrder) -> str:
    """Where the customer pays *order* now; the order's own page if it needs no payment any more.

    An order has one open checkout at a time, however many tabs ask. Raises Problem(503).
    """
    for _ in range(ROUNDS):
        last = await _latest(parts, order.order_id)
        if last is None or last.over:
            number = last.attempt + 1 if last else 1
            await parts.pool.execute(_sql("reserve"), order.order_id, number, float(OPEN_S))
        elif last.session_ref is None:
            if (url := await _open(parts, order, last)) is not None:
                return url
        elif (url := await _still_open(parts, order, last, last.session_ref)) is not None:
            return url
    raise Problem(503, "The payment page cannot be opened now; try again shortly.")


async def _open(parts: Parts, order: CheckoutOrder, last: Opening) -> str | None:
    """The address of a reserved attempt, after the name of its session is written down."""
    page = _page_of(parts, order.order_id)
    pages = Pages(
        success_url=f"{page}?session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{parts.base_url}/#plans",
    )
    attempt = Attempt(number=last.attempt, expires_at=last.expires_at)
    opened = await parts.checkout.open(order, attempt, pages)
    if isinstance(opened, Unavailable):
        raise Problem(503, opened.problem)
    if isinstance(opened, Spent):
        await _give_up(parts, order.order_id, last)
        return None
    named = await parts.pool.execute(
        _sql("name_it"), order.order_id, last.attempt, opened.session_ref
    )
    return opened.url if named == "UPDATE 1" else None


async def _still_open(
    parts: Parts, order: CheckoutOrder, last: Opening, session_ref: str
) -> str | None:
    """The address of a checkout that was opened before; None where it can be paid no more."""
    page = _page_of(parts, order.order_id)
    if last.state in {"paid", "processing"}:
        return page
    session = await parts.checkout.find(session_ref)
    if isinstance(session, Unavailable):
        raise Problem(503, session.problem)
    if session is not None and session.status == "open" and session.url:
        return session.url
    if session is not None:
        await settle(parts, of_checkout(session))
        if session.status == "complete" and not session.failed:
            return page
    await _give_up(parts, order.order_id, last)
    return None


async def _latest(parts: Parts, order_id: UUID) -> Opening | None:
    row = await parts.pool.fetchrow(_sql("latest"), order_id)
    return None if row is None else Opening(**dict(row))


async def _give_up(parts: Parts, order_id: UUID, last: Opening) -> None:
    await parts.pool.execute(_sql("give_up"), order_id, last.attempt)


async def look_after(parts: Parts, order_id: UUID) -> None:
    """Asks the provider about the order's own session, not too often, and settles what it says.

    For the page that the customer comes back to: without it the notice comes by the webhook.
    """
    session_ref = await parts.pool.fetchval(_sql("claim"), order_id, ASK_S)
    if session_ref is not None:
        with suppress(QueueAway, QueueFailed):
            await _ask(parts, session_ref)


async def sweep(parts: Parts, *, silent_s: float = SILENT_S, at_most: int = AT_ONCE) -> int:
    """Asks the provider about checkouts of which nothing was heard; how many were settled.

    Raises QueueAway; what was not settled is asked about again later.
    """
    rows = await parts.pool.fetch(_sql("claim_unsettled"), silent_s, at_most)
    settled = 0
    for row in rows:
        try:
            settled += await _ask(parts, row["session_ref"])
        except QueueFailed:
            # A defect that one order meets is no reason to leave the others alone.
            log.exception("checkout %s could not be settled", row["session_ref"])
    return settled


async def _ask(parts: Parts, session_ref: str) -> bool:
    """Whether the provider said something that was news enough to be passed on."""
    session = await parts.checkout.find(session_ref)
    if session is None:
        log.warning("the provider knows no checkout %s; is the key another one?", session_ref)
        return False
    if isinstance(session, Unavailable) or session.livemode != parts.checkout.livemode:
        return False
    answer = await settle(parts, of_checkout(session))
    return answer.outcome != "ignored"


@asynccontextmanager
async def sweeping(parts: Parts, every_s: float) -> AsyncIterator[None]:
    """Sweeps every *every_s* seconds, until left. What goes wrong is tried again the next time."""

    async def run() -> None:
        while True:
            await asyncio.sleep(every_s)
            try:
                settled = await sweep(parts)
            except (QueueAway, Problem, *_DATABASE) as error:
                log.warning("a sweep of the payments ended early: %s", type(error).__name__)
            else:
                parts.counters.swept.inc(settled)

    task = asyncio.create_task(run(), name="sweep")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _page_of(parts: Parts, order_id: UUID) -> str:
    return f"{parts.base_url}/orders/{order_id}"


def _sql(name: str) -> str:
    return statements("checkouts", "serve_app")[name]
