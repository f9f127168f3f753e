"""Are guesses at the staff's door slowed down, and can they lock no member of staff out?"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from serve_app import limits
from serve_app.parts import Parts
from serve_app.staff import members
from serve_app.staff.roles import StaffRole
from serve_app.web import staff_guesses
from tests.support.colleagues import Colleague, colleague
from tests.support.serving import STAFF_TOKEN
from tests.support.signing import PASSWORD, Visitor

Visit = Callable[..., Awaitable[Visitor]]


async def tried(browser: Visitor, one: Colleague, said: str, password: str = PASSWORD) -> int:
    """How the door answers."""
    answer = await browser.post("/staff/sign-in", email=one.email, password=password, code=said)
    return answer.status_code


async def attack(visit: Visit, one: Colleague) -> Visitor:
    """Guesses from so many networks that strangers are let try no more; the last of them."""
    for number in range(staff_guesses.STRANGERS_ANYWHERE.burst + 2):
        eve = await visit(f"10.0.{number}.1")
        last = await tried(eve, one, "000000", "a wild guess")
    assert last == 429
    return eve


async def test_a_member_gets_in_while_strangers_guess_from_everywhere(
    parts: Parts, visit: Visit
) -> None:
    one, desk = await colleague(parts, StaffRole.STAFF), await visit()
    assert await tried(desk, one, one.code()) == 303
    await desk.post("/staff/sign-out")
    await attack(visit, one)
    # In the browser that was signed in before; elsewhere the device's code is refused for a while,
    # and a recovery code opens.
    assert await tried(desk, one, one.codes[0]) == 303
    phone = await visit("192.0.2.7")
    refused = await phone.post(
        "/staff/sign-in", email=one.email, password=PASSWORD, code=one.code(1)
    )
    assert refused.status_code == 429
    assert "recovery code" in refused.text
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert await tried(phone, one, one.codes[1]) == 303
    await phone.post("/staff/sign-out")
    assert await tried(phone, one, one.code(1)) == 303


async def test_a_guesser_on_the_same_network_locks_nobody_out(parts: Parts, visit: Visit) -> None:
    one, desk, eve = await colleague(parts, StaffRole.STAFF), await visit(), await visit()
    assert await tried(desk, one, one.code()) == 303
    await desk.post("/staff/sign-out")
    for _ in range(limits.GUESSES_NETWORK.burst + 1):
        await tried(eve, one, "000000", "a wild guess")
        last = await eve.post("/staff/sign-in", key="a guess")
    assert last.status_code == 429
    assert await tried(desk, one, one.codes[0]) == 303


async def test_what_a_stranger_shows_opens_no_budget(parts: Parts, visit: Visit) -> None:
    one = await colleague(parts, StaffRole.STAFF)
    eve = await attack(visit, one)
    assert await tried(eve, one, one.code()) == 429
    # A code of nobody, and one that was used.
    assert await tried(eve, one, "ABCD-EFGH-IJKL-MNOP") == 429
    await parts.pool.execute(
        "update staff_recovery_codes set used_at = now() where member_id = $1", one.id
    )
    assert await tried(eve, one, one.codes[0]) == 429
    # A browser of another member, one with the mark of a customer, and a mark made up from one.
    other, there = await colleague(parts, StaffRole.STAFF, "eva@bolt.example"), await visit()
    assert await tried(there, other, other.code()) == 303
    assert await tried(there, one, "000000") == 429
    mark = there.client.cookies["dbolt-staff-browser"]
    there.client.cookies.set("dbolt-staff-browser", "f" * 32 + "." + mark.partition(".")[2])
    assert await tried(there, one, "000000") == 429
    customer = await visit("192.0.2.9")
    await customer.account(one.email)
    customer.client.cookies.set("dbolt-staff-browser", customer.client.cookies["dbolt-browser"])
    assert await tried(customer, one, "000000") == 429


async def test_what_a_member_shows_ends_after_ten_wrong_tries_too(
    parts: Parts, visit: Visit
) -> None:
    one, desk = await colleague(parts, StaffRole.STAFF), await visit()
    assert await tried(desk, one, one.code()) == 303
    await desk.post("/staff/sign-out")
    answers = [await tried(desk, one, "000000") for _ in range(11)]
    assert answers == [422] * 10 + [429]
    # Whoever found a recovery code still has a password to guess.
    answers = [
        await tried(await visit(f"10.0.{number}.1"), one, one.codes[0], "a wild guess")
        for number in range(11)
    ]
    assert answers == [422] * 10 + [429]


async def test_a_session_and_an_invitation_have_tries_of_their_own(
    parts: Parts, visit: Visit
) -> None:
    one, desk = await colleague(parts, StaffRole.STAFF), await visit()
    desk.client.cookies.set("dbolt-staff", one.token)
    await attack(visit, one)
    made = await desk.post("/staff/account/codes", present=PASSWORD, code=one.code())
    assert made.status_code == 200, made.text
    wrong = [
        (await desk.post("/staff/account/codes", present="a guess", code="1")).status_code
        for _ in range(11)
    ]
    assert wrong == [422] * 10 + [429]
    _, token = await members.reset_device(parts, one.id)
    link = f"/staff/join/{token.get_secret_value()}"
    phone = await visit("192.0.2.7")
    shown = re.search(r'id="secret">([A-Z2-7 ]+)<', (await phone.get(link)).text)
    assert shown is not None
    invitation = await members.look_at(parts, token.get_secret_value())
    assert invitation is not None
    fresh = Colleague(
        one.email, bytes.fromhex(invitation.secret.get_secret_value()), "", [], one.id
    )
    wrong = [
        (await phone.post(link, password="a guess", code=fresh.code())).status_code
        for _ in range(9)
    ]
    assert wrong == [422] * 9
    assert (await phone.post(link, password=PASSWORD, code=fresh.code())).status_code == 200


async def test_the_holder_of_the_token_gets_in_by_a_browser_that_was_in_before(
    visit: Visit,
) -> None:
    ops, eve = await visit(), await visit()
    assert (await ops.post("/staff/sign-in", key=STAFF_TOKEN)).status_code == 303
    for _ in range(limits.GUESSES_NETWORK.burst + 1):
        last = await eve.post("/staff/sign-in", key="a guess")
    assert last.status_code == 429
    assert (await eve.post("/staff/sign-in", key=STAFF_TOKEN)).status_code == 429
    assert (await ops.post("/staff/sign-in", key=STAFF_TOKEN)).status_code == 303
