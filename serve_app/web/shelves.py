"""Which directories and customers are there, and where is what somebody looks for?"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dbolt.domain.lifecycle import HANDED_IN, State
from dbolt.store.queries import statements
from serve_app.identity import StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.records import Cursor, like
from serve_app.web.desk import address, desk_of, place_of
from serve_app.web.pages import go, page

router = APIRouter(include_in_schema=False)

PAGE = 50
ENDED_BADLY = frozenset({State.FAILED, State.REJECTED})

Words = Annotated[str, Query(max_length=100)]


def success_rate(counts: dict[str, int]) -> int | None:
    """Of what ended by a robot's work, how many of a hundred were handed in; None for nothing."""
    good = sum(counts.get(state, 0) for state in HANDED_IN)
    ended = good + sum(counts.get(state, 0) for state in ENDED_BADLY)
    return round(100 * good / ended) if ended else None


@router.get("/staff/directories")
async def directories(
    request: Request,
    staff: StaffOnly,
    q: Words = "",
    policy: Annotated[str, Query(max_length=20)] = "",
    show: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """Every directory with what came of it, by name."""
    name, _, slug = after.rpartition("|")
    async with reading(parts_of(request), staff) as connection:
        found = await connection.fetch(
            statements("staff", "serve_app")["directories"],
            like(q.strip()) or None,
            policy or None,
            show or None,
            name if after else None,
            slug if after else None,
            PAGE + 1,
        )
    rows, older = [dict(row) for row in found[:PAGE]], ""
    for row in rows:
        row["rate"] = success_rate({"live": row["live"] + row["sent"], "failed": row["failed"]})
    if len(found) > PAGE:
        last = f"{rows[-1]['sorted']}|{rows[-1]['slug']}"
        older = address("/staff/directories", q=q.strip(), policy=policy, show=show, after=last)
    return page(
        request,
        "desk/directories.html",
        rows=rows,
        older=older,
        words=q.strip(),
        policy=policy,
        show=show,
        desk=await desk_of(request, "directories"),
    )


@router.get("/staff/customers")
async def customers(
    request: Request,
    staff: StaffOnly,
    q: Words = "",
    after: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """All customers, newest first."""
    cursor = place_of(after)
    async with reading(parts_of(request), staff) as connection:
        found = await connection.fetch(
            statements("staff", "serve_app")["customers"],
            like(q.strip()) or None,
            cursor.created_at if cursor else None,
            cursor.id if cursor else None,
            PAGE + 1,
        )
    rows, older = [dict(row) for row in found[:PAGE]], ""
    if len(found) > PAGE:
        last = Cursor(created_at=rows[-1]["created_at"], id=rows[-1]["id"]).text()
        older = address("/staff/customers", q=q.strip(), after=last)
    return page(
        request,
        "desk/customers.html",
        rows=rows,
        older=older,
        words=q.strip(),
        desk=await desk_of(request, "customers"),
    )


@router.get("/staff/customers/{customer_id}")
async def customer(request: Request, staff: StaffOnly, customer_id: UUID) -> Response:
    """One customer: orders, jobs, profiles."""
    sql = statements("staff", "serve_app")
    async with reading(parts_of(request), staff) as connection:
        row = await connection.fetchrow(sql["customer"], customer_id)
        if row is None:
            raise Problem(404, "There is no customer at this address.")
        orders = [dict(r) for r in await connection.fetch(sql["customer_orders"], customer_id)]
        counts = await connection.fetch(sql["customer_counts"], customer_id)
        profiles = [dict(r) for r in await connection.fetch(sql["customer_profiles"], customer_id)]
    return page(
        request,
        "desk/customer.html",
        c=dict(row),
        orders=orders,
        counts=[(State(r["state"]), r["n"]) for r in counts],
        profiles=profiles,
        desk=await desk_of(request, "customers"),
    )


_PAGES = (
    ("Overview", "/staff/overview"),
    ("Live queue", "/staff"),
    ("Submissions", "/staff/submissions"),
    ("Failed submissions", "/staff/submissions?state=failed"),
    ("Needs a person", "/staff/person"),
    ("Payments", "/staff/payments"),
    ("Directories", "/staff/directories"),
    ("Customers", "/staff/customers"),
    ("Health", "/staff/health"),
    ("Audit log", "/staff/audit"),
    ("Team", "/staff/team"),
    ("Settings", "/staff/settings"),
    ("Your account", "/staff/account"),
    ("Pause the queue", "/staff/pause?level=global"),
    ("Resume the queue", "/staff/resume?level=global"),
    ("Retry everything that failed", "/staff/retry?state=failed"),
)


@router.get("/staff/find")
async def find(
    request: Request, staff: StaffOnly, q: Words = "", *, part: bool = False
) -> Response:
    """Pages, jobs, directories and customers by words. part: the list alone, for the palette."""
    words = q.strip()
    groups: list[tuple[str, list[tuple[str, str, str]]]] = [
        ("Pages", [(t, h, "") for t, h in _PAGES if words.lower() in t.lower()][:8])
    ]
    if words:
        groups += await _found(request, staff, words)
    groups = [(title, lines) for title, lines in groups if lines]
    direct = await _direct(request, staff, words)
    if direct and not part:
        return go(direct)
    if direct:
        groups.insert(0, ("Submission", [(words, direct, "")]))
    if part:
        return page(request, "desk/found_list.html", groups=groups)
    return page(
        request,
        "desk/find.html",
        groups=groups,
        words=words,
        desk=await desk_of(request, "queue"),
    )


async def _found(
    request: Request, staff: StaffOnly, words: str
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    sql, text = statements("staff", "serve_app"), like(words.removeprefix("J-"))
    async with reading(parts_of(request), staff) as connection:
        jobs: list[Any] = await connection.fetch(sql["find_jobs"], text)
        places: list[Any] = await connection.fetch(sql["find_directories"], text)
        people: list[Any] = await connection.fetch(sql["find_customers"], text)
    return [
        (
            "Jobs",
            [
                (r["business_name"] or r["email"], f"/staff/jobs/{r['id']}", r["state"])
                for r in jobs
            ],
        ),
        ("Directories", [(r["name"], f"/staff/directories/{r['slug']}", "") for r in places]),
        ("Customers", [(r["email"], f"/staff/customers/{r['id']}", "") for r in people]),
    ]


async def _direct(request: Request, staff: StaffOnly, words: str) -> str:
    """The page of the submission whose id *words* is, or nothing."""
    try:
        wanted = UUID(words)
    except ValueError:
        return ""
    async with reading(parts_of(request), staff) as connection:
        row = await connection.fetchrow(statements("staff", "serve_app")["find_submission"], wanted)
    return f"/staff/jobs/{row['job_id']}/directories/{row['directory']}" if row else ""
