"""Which accounts were made for a customer, and what are their passwords?

Passwords are at rest nowhere: they follow from a key that the orchestrator has, which notes in the
log that they were shown before it tells them. They are asked for by a form, right after a proof of
who asks, and no browser or proxy may keep the answer.
"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dbolt.domain.submission import Account
from dbolt.store.queries import statements
from serve_app import limits
from serve_app.api.jobs import accepted
from serve_app.identity import Customer, reading
from serve_app.limits import Limit
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.tables import as_csv
from serve_app.web.account import ask_again
from serve_app.web.doors import ProvenCustomer
from serve_app.web.pages import Posted, page

router = APIRouter(include_in_schema=False)

HERE = "/account/passwords"
NEVER_KEPT = {"Cache-Control": "no-store"}
REVEALS = Limit("reveal", 60, 60, "Passwords were shown very often in a short time; wait a little.")


async def _page(request: Request, customer: Customer, shown: dict[str, Account]) -> Response:
    async with reading(parts_of(request), customer) as connection:
        rows = [
            dict(row) for row in await connection.fetch(statements("jobs", "serve_app")["accounts"])
        ]
    answer = page(request, "account/passwords.html", customer=customer, rows=rows, shown=shown)
    answer.headers.update(NEVER_KEPT)
    return answer


@router.get(HERE)
async def show(request: Request, customer: ProvenCustomer) -> Response:
    """On which directories there are accounts; no user name, no password."""
    return await _page(request, customer, {})


async def _reveal(
    request: Request, customer: Customer, directory: str | None
) -> dict[str, Account]:
    parts = parts_of(request)
    await limits.take(parts, REVEALS, str(customer.id))
    found = accepted(await parts.queue.reveal(customer.id, directory, customer.actor))
    if not found:
        raise Problem(404, "There is no such account.")
    return found


@router.post(HERE)
async def reveal(request: Request, customer: ProvenCustomer, form: Posted) -> Response:
    """The same page with one account's user name and password in it."""
    if not customer.fresh:
        return ask_again(HERE)
    found = await _reveal(request, customer, str(form.get("directory", ""))[:80])
    return await _page(request, customer, found)


@router.post(f"{HERE}/export")
async def export(request: Request, customer: ProvenCustomer, _form: Posted) -> Response:
    """All accounts as CSV."""
    if not customer.fresh:
        return ask_again(HERE)
    found = await _reveal(request, customer, None)
    async with reading(parts_of(request), customer) as connection:
        rows = await connection.fetch(statements("jobs", "serve_app")["accounts"])
    content = as_csv(
        ("directory", "address", "user name", "password"),
        (
            (
                row["name"],
                row["home_url"] or "",
                found[row["directory"]].username,
                found[row["directory"]].password.get_secret_value(),
            )
            for row in rows
            if row["directory"] in found
        ),
        # An apostrophe before a password would make it a wrong one.
        verbatim=frozenset({3}),
    )
    name = f"directorybolt-accounts-{datetime.now(UTC):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **NEVER_KEPT}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
