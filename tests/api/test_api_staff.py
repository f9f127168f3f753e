"""Do our own people get in by two factors, do what their role says, and leave a trace of it?"""

from __future__ import annotations

import base64
import html
import re
import time
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from serve_app.parts import Parts
from serve_app.site import build_site
from serve_app.staff.actions import ACTIONS
from serve_app.staff.roles import READS, StaffRole
from serve_app.staff.totp import code
from tests.support.colleagues import Colleague, colleague
from tests.support.selling import Shop, given
from tests.support.serving import STAFF, Line
from tests.support.signing import PAGE, PASSWORD, Visitor, routes_of

Visit = Callable[..., Awaitable[Visitor]]

OPEN_TO_ALL = {
    "/order",
    "/api/v1/orders",
    "/sign-in",
    "/sign-in/link",
    "/sign-in/key",
    "/sign-up",
    "/forgot",
    "/sign-out",
    "/link/{token}",
    "/staff/sign-in",
    "/staff/sign-out",
    "/staff/join/{token}",
}
"""Forms at which it does not matter who is signed in as staff; accounts are the customers' own."""


async def sign_in(browser: Visitor, one: Colleague, said: str) -> httpx.Response:
    """Address, password and what was said as the code."""
    return await browser.post("/staff/sign-in", email=one.email, password=PASSWORD, code=said)


async def test_an_invitation_makes_an_account_with_a_second_factor_once(
    parts: Parts, visit: Visit
) -> None:
    admin, guest = await visit(), await visit("127.0.0.2")
    boss = await colleague(parts, StaffRole.ADMIN)
    admin.client.cookies.set(*next(iter(boss.cookies.items())))
    made = await admin.post("/staff/team", email="Eva@Directorybolt.example", role="staff")
    found = re.search(r"/staff/join/[\w-]+", made.text)
    assert found is not None
    link = found[0]
    shown = (await guest.get(link)).text
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', shown)
    assert secret is not None
    key = base64.b32decode(secret[1].replace(" ", ""))
    wrong = await guest.post(link, password=PASSWORD, code="000000")
    assert wrong.status_code == 422
    weak = await guest.post(link, password="password", code=code(key, int(time.time()) // 30))
    assert weak.status_code == 422
    joined = await guest.post(link, password=PASSWORD, code=code(key, int(time.time()) // 30))
    codes = re.findall(r"<li>([A-Z2-7-]{19})</li>", joined.text)
    assert len(codes) == 8
    assert (await guest.get("/staff/team")).status_code == 200
    assert (await guest.get(link)).status_code == 404
    row = await parts.pool.fetchrow(
        "select * from staff_members where email = 'eva@directorybolt.example'"
    )
    assert row is not None
    assert row["role"] == "staff"
    assert key not in row["totp_secret"]


async def test_both_factors_are_needed_and_a_code_works_once(parts: Parts, visit: Visit) -> None:
    one, browser = await colleague(parts, StaffRole.STAFF), await visit()
    assert (await sign_in(browser, one, "000000")).status_code == 422
    assert (
        await browser.post(
            "/staff/sign-in", email=one.email, password="wrong but long", code=one.code()
        )
    ).status_code == 422
    used = one.code()
    assert (await sign_in(browser, one, used)).status_code == 303
    assert (await browser.get("/staff/settings")).status_code == 200
    other = await visit("127.0.0.2")
    assert (await sign_in(other, one, used)).status_code == 422
    assert (await sign_in(other, one, one.codes[0].lower())).status_code == 303
    assert (await sign_in(other, one, one.codes[0])).status_code == 422


async def test_signing_out_ends_the_session_itself(parts: Parts, visit: Visit) -> None:
    one, browser = await colleague(parts, StaffRole.STAFF), await visit()
    browser.client.cookies.set("dbolt-staff", one.token)
    assert (await browser.get("/staff/team")).status_code == 200
    await browser.post("/staff/sign-out")
    browser.client.cookies.set("dbolt-staff", one.token)
    assert (await browser.get("/staff/team")).status_code == 303


async def test_guesses_at_one_account_come_to_an_end(parts: Parts, visit: Visit) -> None:
    one, browser = await colleague(parts, StaffRole.STAFF), await visit()
    answers = [(await sign_in(browser, one, "000000")).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


async def test_a_viewer_writes_on_no_route_but_those_of_the_own_account(
    parts: Parts, api: httpx.AsyncClient, shop: Shop, queue: Line
) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")
    viewer = await colleague(parts, StaffRole.VIEWER)
    api.cookies.update(viewer.cookies)
    before = await world(parts)
    asked = len(queue.asked)
    tried = 0
    allowed = set()
    for method, path in writing_routes(parts):
        if path in OPEN_TO_ALL:
            continue
        url = path.replace("{job_id}", str(job_id)).replace("{slug}", "d000")
        url = re.sub(r"\{\w*?(id|token)\}", str(UUID(int=1)), url)
        url = re.sub(r"\{[^}]+\}", "1", url)
        answer = await api.request(method, url, headers=PAGE, json={})
        if path.startswith("/staff") and "Your role is viewer" not in answer.text:
            allowed.add((method, path))
            continue
        # 401 and 303: a door for workers or customers, which a staff session does not open.
        assert answer.status_code in {303, 401, 403}, (method, path, answer.status_code)
        if path.startswith(("/staff", "/api/v1/jobs/{job_id}")):
            # A form without its token is refused too, so the reason counts.
            assert answer.status_code == 403, (method, path)
            assert "Your role is viewer" in answer.text, (method, path)
            tried += 1
    assert tried > 10
    own = {"password", "device", "device/new", "codes", "sessions/end"}
    assert allowed == {("POST", f"/staff/account/{end}") for end in own}
    assert len(queue.asked) == asked
    assert await world(parts) == before


def writing_routes(parts: Parts) -> list[tuple[str, str]]:
    """Every method and path that might change something."""
    app = build_site(lambda: given(parts))
    found = [(method, path) for method, path in routes_of(app) if method not in READS]
    assert len(found) > 25
    return found


async def world(parts: Parts) -> list[object]:
    """What a command would change."""
    tables = ("jobs", "job_results", "pauses", "events", "staff_members", "profiles", "attention")
    tables += ("directory_overrides",)
    return [await parts.pool.fetchval(f"select count(*) from {name}") for name in tables]


async def test_only_an_admin_says_who_is_staff(parts: Parts, visit: Visit) -> None:
    one, browser = await colleague(parts, StaffRole.STAFF), await visit()
    browser.client.cookies.set("dbolt-staff", one.token)
    for path in ("/staff/team", f"/staff/team/{one.id}/role", f"/staff/team/{one.id}/disable"):
        answer = await browser.post(path, email="x@directorybolt.example", role="admin")
        assert answer.status_code == 403, path
    assert await parts.pool.fetchval("select count(*) from staff_members") == 1


async def test_the_last_admin_stays_one(parts: Parts, visit: Visit) -> None:
    boss, browser = await colleague(parts, StaffRole.ADMIN), await visit()
    browser.client.cookies.set("dbolt-staff", boss.token)
    for path in ("role", "disable"):
        answer = await browser.post(f"/staff/team/{boss.id}/{path}", role="viewer")
        assert answer.status_code == 409
    other = await colleague(parts, StaffRole.ADMIN, "second@directorybolt.example")
    assert (await browser.post(f"/staff/team/{other.id}/disable")).status_code == 303
    assert await parts.pool.fetchval("select count(*) from staff_sessions") == 1


async def test_what_staff_do_is_written_down_before_and_after(
    parts: Parts, visit: Visit, api: httpx.AsyncClient, shop: Shop
) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")
    one, browser = await colleague(parts, StaffRole.STAFF), await visit()
    await sign_in(browser, one, one.code())
    await browser.post(f"/staff/jobs/{job_id}/cancel")
    await browser.post(f"/staff/jobs/{uuid4()}/cancel")
    await api.post("/api/v1/pause", json={"level": "global"}, headers=STAFF)
    rows = await parts.pool.fetch(
        "select actor, role, action, subject, network, status from audit"
        " left join audit_outcomes on audit_id = id order by id"
    )
    cancel = "POST /staff/jobs/{job_id}/cancel"
    assert [(*tuple(row)[:3], row["status"]) for row in rows] == [
        (one.email, "", "POST /staff/sign-in", 303),
        (one.email, "staff", cancel, 303),
        (one.email, "staff", cancel, 409),
        ("staff token", "admin", "POST /api/v1/pause", 204),
    ]
    assert rows[1]["subject"] == f"job_id={job_id}"
    assert rows[1]["network"] == "127.0.0.1"
    # Customers may read the events of their job: they learn no colleague's address.
    actors = await parts.pool.fetch("select distinct actor from events")
    assert not any("@" in row["actor"] for row in actors)
    assert f"staff-{str(one.id)[:8]}" in {row["actor"] for row in actors}
    page = html.unescape((await browser.get(f"/staff/audit?q={job_id}")).text)
    assert page.count("cancelled a job</td>") == 1
    assert "refused 409" not in page


NOT_STAFFS = OPEN_TO_ALL - {"/staff/sign-in", "/staff/sign-out", "/staff/join/{token}"} | {
    "/api/v1/jobs/next",
    "/api/v1/jobs/update",
    "/api/v1/jobs/complete",
    "/api/v1/jobs/evidence",
    "/jobs/next",
    "/jobs/update",
    "/jobs/complete",
    "/account/verify",
    "/account/confirm",
    "/account/password",
    "/account/passwords",
    "/account/passwords/export",
    "/account/sessions/end",
    "/account/sessions/end-all",
    "/account/delete/now",
    "/pay/{order_id}",
}
"""Doors of customers and workers, which whoever is staff comes through as somebody else."""


async def test_whatever_staff_may_write_has_a_name_in_the_log(
    parts: Parts, visit: Visit, api: httpx.AsyncClient, shop: Shop
) -> None:
    routes = writing_routes(parts)
    paths = {path for _, path in routes}
    assert paths >= NOT_STAFFS, "routes that are no more"
    named = {f"{method} {path}" for method, path in routes if path not in NOT_STAFFS}
    assert set(ACTIONS) == named
    assert len(set(ACTIONS.values())) == len(ACTIONS)
    # And what is written down when each is asked for is one of those, and has its name on the page.
    job_id, _ = await shop.paid_job("ada@example.com")
    boss, browser = await colleague(parts, StaffRole.ADMIN), await visit()
    for method, path in routes:
        url = path.replace("{job_id}", str(job_id)).replace("{slug}", "d000")
        url = re.sub(r"\{\w*?(id|token)\}", str(UUID(int=1)), url)
        url = re.sub(r"\{[^}]+\}", "1", url)
        await api.request(method, url, headers=STAFF, json={})
    browser.client.cookies.set("dbolt-staff", boss.token)
    await browser.post("/staff/sign-out")
    rows = await parts.pool.fetch("select distinct action from audit")
    written = {row["action"] for row in rows}
    assert written <= named
    # The doors write down who comes as what they say, and not the token of the request.
    assert named - written <= {"POST /staff/sign-in", "POST /staff/join/{token}"}
    api.cookies.update((await colleague(parts, StaffRole.VIEWER)).cookies)
    page = html.unescape((await api.get("/staff/audit", headers=PAGE)).text)
    shown = set(re.findall(r'<td title="[A-Z]+ /[^"]+">([^<]+)</td>', page))
    assert shown == {ACTIONS[one] for one in written}


async def test_the_log_tells_what_a_program_asked_for(
    parts: Parts, api: httpx.AsyncClient, shop: Shop
) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")
    body = {"name": "ci", "scopes": ["write"]}
    made = (await api.post("/api/v1/keys", json=body, headers=STAFF)).json()
    key = {"Authorization": f"Bearer {made['key']}"}
    await api.put(f"/api/v1/jobs/{job_id}/priority", json={"priority": 7}, headers=key)
    await api.post("/api/v1/pause", json={"level": "plan", "key": "growth"}, headers=key)
    rows = await parts.pool.fetch(
        "select actor, action, detail from audit join audit_outcomes on audit_id = id order by id"
    )
    prefix = made["prefix"]
    assert [(row["actor"], ACTIONS[row["action"]], row["detail"]) for row in rows] == [
        ("staff token", "made an API key", {"name": "ci", "prefix": prefix, "scopes": ["write"]}),
        (f"key:{prefix}", "changed a job's priority by API", {"priority": 7}),
        (f"key:{prefix}", "paused by API", {"level": "plan", "key": "growth"}),
    ]


async def test_what_postgres_cannot_hold_keeps_no_outcome_from_the_log(
    parts: Parts, api: httpx.AsyncClient
) -> None:
    body = {"filter": {}, "dry_run": True, "changes": {"tag\x00line": "x"}}
    assert (await api.post("/api/v1/jobs/retry", json=body, headers=STAFF)).status_code == 200
    [row] = await parts.pool.fetch(
        "select status, detail from audit left join audit_outcomes on audit_id = id"
    )
    assert row["status"] == 200
    assert row["detail"]["changed"] == ["tagline"]


async def test_nobody_changes_the_log(
    parts: Parts, owner: asyncpg.Connection[asyncpg.Record]
) -> None:
    for sql in (
        "update audit set actor = 'x'",
        "delete from audit",
        "truncate audit cascade",
        "delete from audit_outcomes",
        "update audit_outcomes set status = 200",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await parts.pool.execute(sql)
        with pytest.raises(asyncpg.RaiseError, match="only ever added to"):
            await owner.execute(sql)
