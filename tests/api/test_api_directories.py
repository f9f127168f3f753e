"""Do staff and their programs change a directory's rules within their rights, and take it back?"""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from dbolt.domain.directory import Policy
from serve_app.parts import Parts
from serve_app.staff.roles import StaffRole
from tests.support.colleagues import colleague
from tests.support.queue import catalogue, directory
from tests.support.selling import Shop
from tests.support.serving import STAFF, Line
from tests.support.signing import Visitor

Visit = Callable[..., Awaitable[Visitor]]
CAREFUL = {"concurrency": 2, "spacing_s": 30.0, "per_day": 50}
D000 = "/api/v1/directories/d000"
SLOWER = {"rules": {"per_day": 5}, "reason": "Their server is slow."}
MANUAL = {"rules": {"policy": "manual"}, "reason": "Their editor asked us to."}
FASTER = {"rules": {"per_day": 90}, "reason": "They want more of us."}


async def careful(queue: Line) -> None:
    """Three directories with a pace."""
    await queue.orchestrator.sync_directories(
        [directory("d000", pace=CAREFUL), *catalogue(3, policy=Policy.MANUAL, pace=CAREFUL)[1:]]
    )


async def key(api: httpx.AsyncClient, scope: str) -> dict[str, str]:
    """The header of a program with that scope."""
    body = {"name": scope, "scopes": [scope]}
    made = await api.post("/api/v1/keys", json=body, headers=STAFF)
    return {"Authorization": f"Bearer {made.json()['key']}"}


async def browser(parts: Parts, visit: Visit, role: StaffRole) -> Visitor:
    """A colleague's browser, signed in."""
    one, found = await colleague(parts, role), await visit()
    found.client.cookies.set("dbolt-staff", one.token)
    return found


async def test_a_program_slows_a_directory_down_and_takes_it_back(
    api: httpx.AsyncClient, queue: Line
) -> None:
    await careful(queue)
    writer = await key(api, "write")
    done = await api.put(f"{D000}/override", json=SLOWER, headers=writer)
    assert done.status_code == 200
    told = done.json()
    assert told["file"] == {**CAREFUL, "policy": "auto"}
    assert told["holds"] == {**CAREFUL, "per_day": 5, "policy": "auto"}
    assert told["override"]["reason"] == SLOWER["reason"]
    assert told["override"]["actor"].startswith("key:dbk_")
    changed = await api.get("/api/v1/directories?overridden=true", headers=writer)
    assert [one["slug"] for one in changed.json()["items"]] == ["d000"]
    for _ in range(2):
        back = await api.delete(f"{D000}/override", headers=writer)
        assert back.status_code == 204
    assert (await api.get(D000, headers=writer)).json()["override"] is None


async def test_what_is_not_harmless_is_an_admins(api: httpx.AsyncClient, queue: Line) -> None:
    await careful(queue)
    writer, admin = await key(api, "write"), await key(api, "admin")
    off = {"off": True, "reason": "It is sold."}
    allowed = {**FASTER, "permission": "Mail of their editor of 3 March."}
    for body in (MANUAL, off, allowed):
        answer = await api.put(f"{D000}/override", json=body, headers=writer)
        assert answer.status_code == 403, body
    assert (await api.put(f"{D000}/override", json=FASTER, headers=writer)).status_code == 409
    assert (await api.put(f"{D000}/override", json=FASTER, headers=admin)).status_code == 409
    assert (await api.put(f"{D000}/override", json=allowed, headers=admin)).status_code == 200
    # What an admin has decided, nobody else changes or takes back.
    assert (await api.put(f"{D000}/override", json=SLOWER, headers=writer)).status_code == 403
    assert (await api.delete(f"{D000}/override", headers=writer)).status_code == 403
    assert (await api.delete(f"{D000}/override", headers=admin)).status_code == 204
    assert (await api.put(f"{D000}/override", json=MANUAL, headers=admin)).status_code == 200
    reader = await key(api, "read")
    assert (await api.get(D000, headers=reader)).status_code == 200
    assert (await api.put(f"{D000}/override", json=SLOWER, headers=reader)).status_code == 403


async def test_directories_come_in_pages_by_a_cursor(api: httpx.AsyncClient, queue: Line) -> None:
    await careful(queue)
    seen: list[str] = []
    more: dict[str, Any] = {}
    for _ in range(3):
        told = await api.get("/api/v1/directories", params=more | {"limit": 1}, headers=STAFF)
        seen += [one["slug"] for one in told.json()["items"]]
        more = {"cursor": told.json()["next_cursor"]}
    assert seen == ["d000", "d001", "d002"]
    assert more == {"cursor": None}
    manual = await api.get("/api/v1/directories?policy=manual", headers=STAFF)
    assert [one["slug"] for one in manual.json()["items"]] == ["d001", "d002"]
    wrong = await api.get("/api/v1/directories?cursor=%2F%2F", headers=STAFF)
    assert wrong.status_code == 422
    assert (await api.get("/api/v1/directories/nowhere", headers=STAFF)).status_code == 404


async def test_events_come_in_pages_by_a_cursor_too(api: httpx.AsyncClient, shop: Shop) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")
    await api.post(f"/api/v1/jobs/{job_id}/cancel", headers=STAFF)
    path = f"/api/v1/jobs/{job_id}/events"
    whole = (await api.get(path, headers=STAFF)).json()
    assert whole["next_cursor"] is None
    seen: list[int] = []
    more: dict[str, Any] = {}
    while True:
        told = (await api.get(path, params={"limit": 1, **more}, headers=STAFF)).json()
        seen += [one["id"] for one in told["items"]]
        if told["next_cursor"] is None:
            break
        more = {"cursor": told["next_cursor"]}
    assert seen == [one["id"] for one in whole["items"]]
    assert len(seen) > 2
    for wrong in ("", "AA", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"):
        answer = await api.get(f"{path}?cursor={wrong}", headers=STAFF)
        assert answer.status_code == 422, wrong


async def test_staff_change_a_pace_on_the_page_and_see_who_why_and_what_the_file_says(
    parts: Parts, visit: Visit, queue: Line
) -> None:
    await careful(queue)
    page = await browser(parts, visit, StaffRole.STAFF)
    path = "/staff/directories/d000"
    for wrong in ({"per_day": "many"}, {"per_day": "900"}, {}, {"per_day": "5", "until": "soon"}):
        answer = await page.post(f"{path}/override", reason="Their server is slow.", **wrong)
        assert answer.status_code == 422, wrong
    done = await page.post(
        f"{path}/override", per_day="5", reason="Their server\nis slow.", until="2030-03-31"
    )
    assert done.headers["location"] == f"{path}?done=overridden", done.text
    shown = html.unescape((await page.get(path)).text)
    assert "Changed by staff@directorybolt.example" in shown
    assert "until 01 Apr 2030, 00:00 UTC" in shown
    assert "Their server is slow." in shown
    assert '<td class="soft">50</td><td><span class="pill amber">5</span>' in shown
    assert 'name="per_day" inputmode="numeric" maxlength="6" value="5"' in shown
    assert 'name="until" type="date" value="2030-03-31"' in shown
    listed = (await page.get("/staff/directories?show=changed")).text
    assert "d000" in listed
    assert "d001" not in listed
    back = await page.post(f"{path}/override/end")
    assert back.headers["location"] == f"{path}?done=taken_back"
    shown = (await page.get(path)).text
    assert "Earlier changes" in shown
    assert 'class="pill amber">5<' not in shown
    said = await parts.pool.fetch(
        "select a.action, a.subject, o.status, o.detail from audit a"
        " join audit_outcomes o on o.audit_id = a.id where o.status = 303 order by a.id"
    )
    assert [(row["action"], row["subject"]) for row in said] == [
        ("POST /staff/directories/{slug}/override", "slug=d000"),
        ("POST /staff/directories/{slug}/override/end", "slug=d000"),
    ]
    assert said[0]["detail"]["rules"] == {"per_day": 5}
    assert said[0]["detail"]["reason"] == "Their server is slow."
    assert said[1]["detail"]["was"]["rules"]["per_day"] == 5


async def test_an_admin_lets_the_robot_in_with_a_written_permission(
    parts: Parts, visit: Visit, queue: Line
) -> None:
    await careful(queue)
    page = await browser(parts, visit, StaffRole.ADMIN)
    path = "/staff/directories/d001"
    bare = await page.post(f"{path}/override", policy="auto", reason="They like us.")
    assert bare.status_code == 422
    assert "permission" in bare.text
    assert 'value="They like us."' in bare.text
    done = await page.post(
        f"{path}/override", policy="auto", reason="They like us.", permission="Mail of 3 March"
    )
    assert done.status_code == 303
    holds = "select doc ->> 'policy' from directories where slug = 'd001'"
    assert await parts.pool.fetchval(holds) == "auto"
    staff = await colleague(parts, StaffRole.STAFF)
    page.client.cookies.set("dbolt-staff", staff.token)
    assert "Take it back" not in (await page.get(path)).text
    assert (await page.post(f"{path}/override/end")).status_code == 403
