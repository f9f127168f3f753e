"""What does the web write? Customers, sessions, profiles and orders; never anything about jobs.

The rule while an address is only typed in: each order belongs to the session that placed it, and
that session alone sees it. Whoever orders with an address that somebody else has used gets a
session of their own, and neither of the two learns anything of the other. Once the address is
proven, the account's signed-in sessions see every order under it; what is ordered in them belongs
to the account and to no session.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import SecretStr, ValidationError

from dbolt.domain.lifecycle import JobState
from dbolt.domain.plan import CURRENCY, PLANS, PlanName
from dbolt.domain.profile import Profile
from dbolt.domain.protocol import Refused
from dbolt.providers.payments import CheckoutOrder
from dbolt.store.queries import Connection, statements
from serve_app.identity import SESSION_S, Customer, Viewer, token_hash
from serve_app.parts import Parts
from serve_app.problems import Problem
from serve_app.records import Job


@dataclass(frozen=True, slots=True)
class Placed:
    """An order row, and the session that was made for it; None where it joined an open one."""

    order: CheckoutOrder
    session: SecretStr | None


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order as the customer may see it. `checkout`: how its last checkout stands, or nothing."""

    order: CheckoutOrder
    customer_id: UUID
    state: str
    checkout: str
    session_ref: str
    job_id: UUID | None
    job_state: JobState | None


async def place_order(parts: Parts, email: str, plan: PlanName, viewer: Viewer | None) -> Placed:
    """Writes the order before any payment is started, with the account that it needs."""
    sql, address = statements("accounts", "serve_app"), email.lower()
    price_cents = PLANS[plan].price_cents
    session: SecretStr | None = None
    async with parts.pool.acquire() as connection, connection.transaction():
        customer_id = await connection.fetchval(sql["add_customer"], address)
        if customer_id is None:
            customer_id = await connection.fetchval(sql["customer_by_email"], address)
        hashed: bytes | None
        if isinstance(viewer, Customer) and viewer.id == customer_id:
            hashed = None if viewer.verified else viewer.session_hash
        else:
            session = SecretStr(secrets.token_urlsafe(32))
            hashed = token_hash(session.get_secret_value())
            await connection.execute(sql["add_session"], hashed, customer_id, float(SESSION_S))
        order_id = await connection.fetchval(
            sql["add_order"], customer_id, plan, price_cents, CURRENCY, hashed
        )
    order = CheckoutOrder(
        order_id=order_id, plan=plan, amount_cents=price_cents, currency=CURRENCY, email=address
    )
    return Placed(order, session)


async def find_order(connection: Connection, order_id: UUID) -> KnownOrder | None:
    """The order, or None where it is not there for whoever *connection* reads as."""
    row = await connection.fetchrow(statements("accounts", "serve_app")["order"], order_id)
    if row is None:
        return None
    return KnownOrder(
        order=CheckoutOrder(
            order_id=row["id"],
            plan=row["plan"],
            amount_cents=row["amount_cents"],
            currency=row["currency"],
            email=row["email"],
        ),
        customer_id=row["customer_id"],
        state=row["state"],
        checkout=row["checkout"] or "",
        session_ref=row["session_ref"] or "",
        job_id=row["job_id"],
        job_state=JobState(row["job_state"]) if row["job_state"] else None,
    )


async def latest_profile(connection: Connection, customer_id: UUID) -> Profile | None:
    """The newest of the customer's profiles that *connection* sees."""
    row = await connection.fetchrow(
        statements("accounts", "serve_app")["latest_profile"], customer_id
    )
    return Profile.model_validate(row["doc"]) if row else None


async def complete_profile(parts: Parts, job: Job, profile: Profile) -> UUID:
    """Stores *profile* as a new version and lets the job start; the version's id.

    Raises Problem(409) where the job has its profile already, QueueAway where the version is
    stored but the orchestrator could not be told: saying the same again then mends it.
    """
    if job.state is not JobState.AWAITING_PROFILE:
        raise Problem(409, _TAKEN[job.state])
    async with parts.pool.acquire() as connection, connection.transaction():
        profile_id = await _add_profile(connection, job.customer_id, profile)
    refused = await parts.queue.profile_completed(job.id, profile_id)
    if isinstance(refused, Refused):
        raise Problem(409, refused.problem)
    return profile_id


async def corrected_profile(parts: Parts, job: Job, changes: Mapping[str, Any]) -> UUID:
    """A new version of the job's profile with *changes* in it; the version's id.

    Raises Problem(409) where there is no profile yet, RequestValidationError where it would not be
    complete.
    """
    async with parts.pool.acquire() as connection, connection.transaction():
        doc = await connection.fetchval(
            statements("accounts", "serve_app")["profile_of_job"], job.id
        )
        if doc is None:
            raise Problem(409, "The job has no profile yet; fill that in first.")
        try:
            changed = Profile.model_validate(doc | dict(changes))
        except ValidationError as error:
            raise RequestValidationError(error.errors(include_url=False)) from error
        return await _add_profile(connection, job.customer_id, changed)


async def _add_profile(connection: Connection, customer_id: UUID, profile: Profile) -> UUID:
    sql = statements("accounts", "serve_app")
    await connection.execute(sql["lock_customer"], customer_id)
    profile_id: UUID = await connection.fetchval(
        sql["add_profile"], customer_id, profile.model_dump(mode="json")
    )
    return profile_id


_HAS_ONE = "This job has its profile already and is being carried out."
_TAKEN: dict[JobState, str] = {
    JobState.QUEUED: _HAS_ONE,
    JobState.RUNNING: _HAS_ONE,
    JobState.PAUSED: _HAS_ONE,
    JobState.COMPLETE: "This job is complete; its profile can no longer change.",
    JobState.CANCELLED: "This job was cancelled; its profile can no longer change.",
}
