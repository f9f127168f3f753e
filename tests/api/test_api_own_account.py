"""Do members look after their own ways in, and nobody else who finds their browser open?"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Awaitable, Callable

import httpx
import pytest

from serve_app.parts import Parts
from serve_app.staff import own_account
from serve_app.staff.roles import StaffRole
from serve_app.staff.totp import code
from tests.support.colleagues import Colleague, colleague
from tests.support.serving import STAFF
from tests.support.signing import PASSWORD, Visitor

Visit = Callable[..., Awaitable[Visitor]]
NEW = "eleven quiet otters upstream"


async def member(
    parts: Parts, visit: Visit, role: StaffRole = StaffRole.STAFF
) -> tuple[Colleague, Visitor]:
    """A colleague and their browser, signed in."""
    one, browser = await colleague(parts, role), await visit()
    browser.client.cookies.set("dbolt-staff", one.token)
    return one, browser


async def sign_in(browser: Visitor, one: Colleague, password: str, said: str) -> int:
    """How the door answers."""
    answer = await browser.post("/staff/sign-in", email=one.email, password=password, code=said)
    return answer.status_code


def key_in(page: httpx.Response) -> bytes:
    """The key that a page shows for an app."""
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page.text)
    assert found is not None, page.text
    assert all(len(group) == 4 for group in found[1].split())
    return base64.b32decode(found[1].replace(" ", ""))


def now_of(key: bytes) -> str:
    """What a device with that key shows."""
    return code(key, int(time.time()) // 30)


async def test_a_password_changes_with_both_factors_alone(parts: Parts, visit: Visit) -> None:
    one, browser = await member(parts, visit)
    other = await visit("127.0.0.2")
    assert await sign_in(other, one, PASSWORD, one.codes[0]) == 303
    for present, said, new in (
        ("a wrong password", one.codes[1], NEW),
        (PASSWORD, "000000", NEW),
        (PASSWORD, one.codes[1], "password1"),
    ):
        answer = await browser.post(
            "/staff/account/password", present=present, code=said, password=new
        )
        assert answer.status_code == 422
    assert (await other.get("/staff/team")).status_code == 200
    done = await browser.post(
        "/staff/account/password", present=PASSWORD, code=one.code(), password=NEW
    )
    assert done.headers["location"] == "/staff/account?done=password"
    assert (await browser.get("/staff/team")).status_code == 200
    assert (await other.get("/staff/team")).status_code == 303
    assert await sign_in(other, one, PASSWORD, one.codes[2]) == 422
    assert await sign_in(other, one, NEW, one.codes[2]) == 303


async def test_a_viewer_looks_after_their_own_way_in_and_nobody_elses(
    parts: Parts, visit: Visit
) -> None:
    one, browser = await member(parts, visit, StaffRole.VIEWER)
    two = await colleague(parts, StaffRole.STAFF, "two@directorybolt.example")
    assert (await browser.get("/staff/account")).text.count("<form method") >= 3
    shown = await browser.post("/staff/account/device", present=PASSWORD, code=one.codes[0])
    ticket = re.search(r'name="ticket" value="(\w+)"', shown.text)
    assert ticket is not None
    key = key_in(shown)
    done = await browser.post("/staff/account/device/new", ticket=ticket[1], code=now_of(key))
    assert done.headers["location"] == "/staff/account?done=device"
    made = await browser.post("/staff/account/codes", present=PASSWORD, code=one.codes[1])
    codes = re.findall(r"<li>([A-Z2-7-]{19})</li>", made.text)
    assert len(codes) == 8
    done = await browser.post(
        "/staff/account/password", present=PASSWORD, code=codes[0], password=NEW
    )
    assert done.headers["location"] == "/staff/account?done=password"
    other = await visit("127.0.0.2")
    assert await sign_in(other, one, NEW, codes[1]) == 303
    done = await browser.post("/staff/account/sessions/end")
    assert done.headers["location"] == "/staff/account?done=sessions"
    assert (await other.get("/staff")).status_code == 303
    refused = await browser.post(f"/staff/team/{two.id}/device")
    assert refused.status_code == 403
    other.client.cookies.set("dbolt-staff", two.token)
    assert (await other.get("/staff/team")).status_code == 200, "theirs is as it was"


async def test_another_device_counts_once_it_has_shown_a_code(parts: Parts, visit: Visit) -> None:
    one, browser = await member(parts, visit)
    shown = await browser.post("/staff/account/device", present=PASSWORD, code=one.codes[0])
    key = key_in(shown)
    assert '<svg viewBox="0 0' in shown.text
    ticket = re.search(r'name="ticket" value="(\w+)"', shown.text)
    assert ticket is not None
    assert key.hex() not in ticket[1]
    again = await browser.post("/staff/account/device/new", ticket=ticket[1], code="000000")
    assert again.status_code == 422
    assert key_in(again) == key
    other = await visit("127.0.0.2")
    assert await sign_in(other, one, PASSWORD, one.code()) == 303, "the old one counts still"
    done = await browser.post("/staff/account/device/new", ticket=ticket[1], code=now_of(key))
    assert done.headers["location"] == "/staff/account?done=device"
    assert (await other.get("/staff/team")).status_code == 303
    assert await sign_in(other, one, PASSWORD, one.code(1)) == 422
    assert await sign_in(other, one, PASSWORD, code(key, int(time.time()) // 30 + 1)) == 303
    # The ticket was for the device that is gone now.
    late = await browser.post("/staff/account/device/new", ticket=ticket[1], code=now_of(key))
    assert late.status_code == 409


async def test_a_key_that_was_not_added_in_time_counts_no_more(
    parts: Parts, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_account, "RENEWAL_S", -5)
    one, browser = await member(parts, visit)
    shown = await browser.post("/staff/account/device", present=PASSWORD, code=one.codes[0])
    ticket = re.search(r'name="ticket" value="(\w+)"', shown.text)
    assert ticket is not None
    late = await browser.post(
        "/staff/account/device/new", ticket=ticket[1], code=now_of(key_in(shown))
    )
    assert late.status_code == 409


async def test_a_ticket_is_its_members_alone(parts: Parts, visit: Visit) -> None:
    one, browser = await member(parts, visit)
    shown = await browser.post("/staff/account/device", present=PASSWORD, code=one.codes[0])
    ticket = re.search(r'name="ticket" value="(\w+)"', shown.text)
    assert ticket is not None
    two = await colleague(parts, StaffRole.STAFF, "two@directorybolt.example")
    browser.client.cookies.set("dbolt-staff", two.token)
    taken = await browser.post(
        "/staff/account/device/new", ticket=ticket[1], code=now_of(key_in(shown))
    )
    assert taken.status_code == 409


async def test_new_recovery_codes_void_the_old_ones(parts: Parts, visit: Visit) -> None:
    one, browser = await member(parts, visit)
    made = await browser.post("/staff/account/codes", present=PASSWORD, code=one.code())
    codes = re.findall(r"<li>([A-Z2-7-]{19})</li>", made.text)
    assert len(codes) == 8
    assert not set(codes) & set(one.codes)
    assert 'download="directorybolt-recovery-codes.txt"' in made.text
    kept = await parts.pool.fetch("select code_hash from staff_recovery_codes")
    assert len(kept) == 8
    assert not any(text.encode() in row["code_hash"] for row in kept for text in codes)
    other = await visit("127.0.0.2")
    assert await sign_in(other, one, PASSWORD, one.codes[0]) == 422
    assert await sign_in(other, one, PASSWORD, codes[0]) == 303
    assert codes[1] not in (await browser.get("/staff/account")).text


async def test_the_other_sessions_end_at_a_word(parts: Parts, visit: Visit) -> None:
    one, browser = await member(parts, visit)
    other = await visit("127.0.0.2")
    assert await sign_in(other, one, PASSWORD, one.code()) == 303
    assert (await browser.get("/staff/account")).text.count("this one") == 1
    done = await browser.post("/staff/account/sessions/end")
    assert done.headers["location"] == "/staff/account?done=sessions"
    assert (await other.get("/staff")).status_code == 303
    assert (await browser.get("/staff/team")).status_code == 200


async def test_an_admin_gives_a_member_the_way_to_another_device(
    parts: Parts, visit: Visit
) -> None:
    boss, desk = await member(parts, visit, StaffRole.ADMIN)
    one = await colleague(parts, StaffRole.STAFF)
    theirs = await visit("127.0.0.2")
    theirs.client.cookies.set("dbolt-staff", one.token)
    made = await desk.post(f"/staff/team/{one.id}/device")
    link = re.search(r"/staff/join/[\w-]+", made.text)
    assert link is not None
    assert (await theirs.get("/staff/team")).status_code == 303
    for said in (one.code(), one.codes[0]):
        assert await sign_in(theirs, one, PASSWORD, said) == 422
    shown = await theirs.get(link[0])
    key = key_in(shown)
    wrong = await theirs.post(link[0], password=NEW, code=now_of(key))
    assert wrong.status_code == 422, "the link alone opens nothing"
    done = await theirs.post(link[0], password=PASSWORD, code=now_of(key))
    assert len(re.findall(r"<li>([A-Z2-7-]{19})</li>", done.text)) == 8
    assert (await theirs.get("/staff/team")).status_code == 200
    assert (await theirs.get(link[0])).status_code == 404
    said = await parts.pool.fetchrow(
        "select a.actor, o.detail from audit a join audit_outcomes o on o.audit_id = a.id"
        " where a.action = 'POST /staff/team/{member_id}/device'"
    )
    assert said is not None
    assert said["actor"] == boss.email
    assert said["detail"] == {"email": one.email}


async def test_only_an_admin_resets_a_device(parts: Parts, visit: Visit) -> None:
    _, browser = await member(parts, visit)
    two = await colleague(parts, StaffRole.STAFF, "two@directorybolt.example")
    assert (await browser.post(f"/staff/team/{two.id}/device")).status_code == 403


async def test_what_members_do_with_their_ways_in_is_in_the_log_without_secrets(
    parts: Parts, visit: Visit
) -> None:
    one, browser = await member(parts, visit)
    await browser.post("/staff/account/password", present="wrong", code="000000", password=NEW)
    await browser.post("/staff/account/password", present=PASSWORD, code=one.codes[0], password=NEW)
    rows = await parts.pool.fetch(
        "select action, actor, status, detail::text from audit"
        " join audit_outcomes on audit_id = id order by id"
    )
    assert [(row["action"], row["actor"], row["status"]) for row in rows] == [
        ("POST /staff/account/password", one.email, 422),
        ("POST /staff/account/password", one.email, 303),
    ]
    assert not any(word in row["detail"] for row in rows for word in (NEW, PASSWORD, one.codes[0]))


async def test_the_staff_token_has_no_account(api: httpx.AsyncClient) -> None:
    answer = await api.get("/staff/account", headers={**STAFF, "Accept": "text/html"})
    assert answer.status_code == 409
