"""What of one directory? Health, rules, what came of it; and rules laid over those of its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import ValidationError

from dbolt.domain.directory import Directory, Policy
from dbolt.domain.lifecycle import State
from dbolt.domain.override import Override
from dbolt.store.queries import statements
from serve_app.identity import Staff, StaffOnly, reading
from serve_app.parts import parts_of
from serve_app.problems import Problem, field_problems
from serve_app.staff import overrides
from serve_app.staff.overrides import InForce
from serve_app.staff.roles import StaffRole
from serve_app.web.desk import desk_of
from serve_app.web.pages import Posted, go, page
from serve_app.web.shelves import success_rate

router = APIRouter(include_in_schema=False)

Slug = Annotated[str, Path(max_length=80)]
FIELDS = ("concurrency", "spacing_s", "per_day", "policy", "off", "reason", "until", "permission")
_NAMES = {
    "rules.concurrency": "At a time",
    "rules.spacing_s": "Seconds apart",
    "rules.per_day": "A day",
    "rules.policy": "Policy",
    "reason": "Why",
    "permission": "Permission",
    "until": "Until",
}


@router.get("/staff/directories/{slug}")
async def show(request: Request, staff: StaffOnly, slug: Slug) -> Response:
    """Health, pace, policy, what is known of it and what came of it."""
    return await _directory(request, staff, slug)


async def _directory(
    request: Request,
    staff: Staff,
    slug: str,
    given: Mapping[str, str] | None = None,
    problem: str = "",
) -> Response:
    sql = statements("staff", "serve_app")
    async with reading(parts_of(request), staff) as connection:
        row = await connection.fetchrow(sql["directory"], slug)
        if row is None:
            raise Problem(404, "There is no directory of this name.")
        counts = {r["state"]: r["n"] for r in await connection.fetch(sql["directory_counts"], slug)}
        values: dict[str, Any] = {
            "reasons": [dict(r) for r in await connection.fetch(sql["directory_reasons"], slug)],
            "presses": await connection.fetchval(sql["directory_presses"], slug),
            "last": await connection.fetchval(sql["directory_last"], slug),
            "record": await overrides.one(connection, slug),
            "past": await overrides.past(connection, slug),
            "names": {r["actor"]: r["email"] for r in await connection.fetch(sql["names"])},
        }
    return page(
        request,
        "desk/directory.html",
        status=422 if problem else 200,
        d=dict(row),
        doc=Directory.model_validate(row["doc"]),
        counts=[(State(state), n) for state, n in sorted(counts.items())],
        rate=success_rate(counts),
        resting=row["rests_until"] is not None and row["rests_until"] > datetime.now(UTC),
        is_admin=staff.role is StaffRole.ADMIN,
        policies=list(Policy),
        given=dict(given) if given is not None else _present(values["record"].override),
        problem=problem,
        desk=await desk_of(request, "directories"),
        **values,
    )


def _present(held: InForce | None) -> dict[str, str]:
    """The form's fields as the present override would fill them in."""
    fields = dict.fromkeys(FIELDS, "")
    if held is not None:
        rules = held.rules.given
        fields |= {name: str(value).removesuffix(".0") for name, value in rules.items()}
        fields |= {"off": "yes" if held.off else ""}
        fields |= {"reason": held.reason, "permission": held.permission}
        if held.until is not None:
            fields["until"] = _last_day(held.until).isoformat()
    return fields


@router.post("/staff/directories/{slug}/override")
async def override(request: Request, staff: StaffOnly, slug: Slug, form: Posted) -> Response:
    """Lays rules over those of the file, from now on."""
    given = {name: str(form.get(name, "")).strip()[:600] for name in FIELDS}
    try:
        wanted = _wanted(given)
        await overrides.put(request, staff, slug, wanted)
    except ValidationError as error:
        first = field_problems(list(error.errors()))[0]
        name = _NAMES.get(first.field, "")
        problem = f"{name}: {first.message}." if name else f"{first.message}."
        return await _directory(request, staff, slug, given, problem)
    except Problem as refused:
        if refused.status != 409:
            raise
        return await _directory(request, staff, slug, given, refused.detail)
    return go(f"/staff/directories/{slug}?done=overridden")


def _wanted(given: Mapping[str, str]) -> Override:
    """Raises ValidationError."""
    numbers = {"concurrency": int, "spacing_s": float, "per_day": int}
    rules: dict[str, Any] = {
        name: _number(kind, given[name]) for name, kind in numbers.items() if given[name]
    }
    if given["policy"]:
        rules["policy"] = given["policy"]
    return Override.model_validate(
        {
            "rules": rules,
            "off": given["off"] == "yes",
            "reason": " ".join(given["reason"].split()),
            "permission": " ".join(given["permission"].split()),
            "until": _end_of(given["until"]) if given["until"] else None,
        }
    )


def _number(kind: Callable[[str], float], text: str) -> float | str:
    try:
        return kind(text)
    except ValueError:
        return text


def _end_of(text: str) -> datetime | str:
    """The end of a day as browsers write it, or *text* if it is none."""
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), UTC)
    except (ValueError, OverflowError):
        return text


def _last_day(end: datetime) -> date:
    return (end.astimezone(UTC) - timedelta(microseconds=1)).date()


@router.post("/staff/directories/{slug}/override/end")
async def take_back(request: Request, staff: StaffOnly, slug: Slug, _form: Posted) -> Response:
    """The file alone holds again."""
    await overrides.take_back(request, staff, slug)
    return go(f"/staff/directories/{slug}?done=taken_back")
