"""Are guesses and letters slowed down, and can nobody lock another person out by it?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

import asyncpg
import pytest
from fastapi import Request

from serve_app import limits
from serve_app.links import MINUTES
from serve_app.parts import Parts
from serve_app.problems import Problem
from tests.support.signing import PASSWORD, Visitor

Visit = Callable[..., Awaitable[Visitor]]
Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ADA = "ada@example.com"


async def test_guesses_at_an_address_end_in_a_page_that_says_when_to_come_back(
    visit: Visit,
) -> None:
    ada = await visit()
    await ada.account(ADA)
    for number in range(limits.GUESSES_ADDRESS.burst):
        eve = await visit(f"10.0.{number}.1")  # each from a network of its own
        assert (await eve.sign_in(ADA, "a wild guess")).status_code == 422
    eve = await visit("10.9.9.9")
    answer = await eve.sign_in(ADA, PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900
    assert "sign-in link" in answer.text
    assert not eve.session
    # It says the same of an address without an account.
    for number in range(limits.GUESSES_ADDRESS.burst):
        await (await visit(f"10.1.{number}.1")).sign_in("nobody@example.com", "a guess")
    other = await (await visit("10.9.9.8")).sign_in("nobody@example.com", "a guess")
    assert other.status_code == 429


async def test_the_owner_gets_in_while_a_stranger_guesses(visit: Visit) -> None:
    ada = await visit()
    await ada.account(ADA)
    await ada.post("/sign-out")
    for number in range(limits.GUESSES_ADDRESS.burst + 1):
        last = await (await visit(f"10.0.{number}.1")).sign_in(ADA, "a wild guess")
    assert last.status_code == 429
    # By password in a browser that was signed in before, by mail in any other.
    assert (await ada.sign_in(ADA)).status_code == 303
    phone = await visit("192.0.2.7")
    assert (await phone.sign_in(ADA)).status_code == 429
    assert (await phone.prove(ADA)).status_code == 303


async def test_another_accounts_browser_is_no_known_browser(visit: Visit) -> None:
    eve = await visit()
    await eve.account("eve@example.com")
    await eve.post("/sign-out")
    for number in range(limits.GUESSES_ADDRESS.burst):
        await (await visit(f"10.0.{number}.1")).sign_in(ADA, "a wild guess")
    assert (await eve.sign_in(ADA, "a wild guess")).status_code == 429
    forged = eve.client.cookies.get("dbolt-browser")
    assert forged
    eve.client.cookies.set("dbolt-browser", "f" * 32 + "." + forged.partition(".")[2])
    assert (await eve.sign_in(ADA, "a wild guess")).status_code == 429


async def test_letters_to_an_address_are_few_and_the_last_of_them_always_opens(
    visit: Visit,
) -> None:
    eve, ada = await visit("10.0.0.1"), await visit()
    for _ in range(limits.LETTERS_ADDRESS.burst):
        assert (await eve.post("/sign-in/link", email=ADA)).status_code == 200
    for path in ("/sign-in/link", "/sign-up", "/forgot"):
        answer = await eve.post(path, email=ADA)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) <= limits.LETTERS_ADDRESS.every_s
    assert len(await ada.letters(ADA)) == limits.LETTERS_ADDRESS.burst
    assert (await ada.post(await ada.link(ADA))).status_code == 303
    # However a stranger floods the mailbox, there is a letter in it whose link still works.
    assert limits.LETTERS_ADDRESS.every_s < MINUTES * 60


async def test_a_network_has_its_own_limit_whatever_the_address(visit: Visit) -> None:
    eve, same_64, other = await visit("2001:db8::1"), await visit("2001:db8::2:9"), await visit()
    for number in range(limits.LETTERS_NETWORK.burst):
        sent = await eve.post("/sign-in/link", email=f"victim{number}@example.com")
        assert sent.status_code == 200
    assert (await same_64.post("/sign-in/link", email="more@example.com")).status_code == 429
    assert (await other.post("/sign-in/link", email="more@example.com")).status_code == 200


async def test_a_bucket_fills_up_again_and_forgets_itself(parts: Parts, owner: Owner) -> None:
    limit = limits.Limit("test", 2, 60)
    await limits.take(parts, limit, "a")
    await limits.take(parts, limit, "a")
    with pytest.raises(Problem) as refused:
        await limits.take(parts, limit, "a")
    assert 55 <= int(refused.value.headers["Retry-After"]) <= 60
    await owner.execute("update rate_limits set filled_at = filled_at - interval '61 seconds'")
    await limits.take(parts, limit, "a")
    await limits.give_back(parts, limit, "a")
    await limits.take(parts, limit, "a")
    await owner.execute("update rate_limits set filled_at = now() - interval '3 days'")
    await limits.take(parts, limit, "b")
    assert await owner.fetchval("select count(*) from rate_limits") == 1


async def test_many_at_once_get_no_more_than_the_bucket_holds(parts: Parts) -> None:
    limit = limits.Limit("test", 5, 3600)

    async def one() -> bool:
        try:
            await limits.take(parts, limit, "a")
        except Problem:
            return False
        return True

    assert sum(await asyncio.gather(*(one() for _ in range(40)))) == 5


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        (0, "198.51.100.7", "10.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "made up, 198.51.100.7", "198.51.100.7"),
        (2, "198.51.100.7, 10.1.1.1", "198.51.100.7"),
        (2, "198.51.100.7", "10.0.0.1"),
        (1, "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
        (1, "nonsense", "unknown"),
    ],
)
def test_who_asks_is_what_our_own_proxies_say(
    parts: Parts, proxies: int, forwarded: str, network: str
) -> None:
    class App:
        class state:  # noqa: N801  - as Starlette calls it
            pass

    App.state.parts = replace(parts, proxies=proxies)  # type: ignore[attr-defined]
    scope = {
        "type": "http",
        "app": App,
        "client": ("10.0.0.1", 1),
        "headers": [(b"x-forwarded-for", forwarded.encode())],
    }
    assert limits.network_of(Request(scope)) == network


async def test_orders_from_one_network_come_to_an_end(visit: Visit, owner: Owner) -> None:
    # Each opens a checkout at the payment provider, and nobody has to show who they are.
    burst = limits.ORDERS_NETWORK.burst
    eve = await visit("10.2.0.1")
    for number in range(burst):
        placed = await eve.post("/order", plan="starter", email=f"eve{number}@example.com")
        assert placed.status_code == 303
    refused = await eve.post("/order", plan="starter", email="eve@example.com")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert await owner.fetchval("select count(*) from orders") == burst
    ada = await visit("10.2.1.1")
    assert (await ada.post("/order", plan="starter", email=ADA)).status_code == 303


@pytest.mark.parametrize("form", [{"key": "a guess"}, {"email": "eve@example.com", "code": "1"}])
async def test_guesses_at_the_staffs_door_are_slowed_down_and_do_not_fill_the_log(
    visit: Visit, owner: Owner, form: dict[str, str]
) -> None:
    eve = await visit()
    seen = [
        (await eve.post("/staff/sign-in", **form)).status_code
        for _ in range(limits.GUESSES_NETWORK.burst + 5)
    ]
    assert seen[-1] == 429
    assert await owner.fetchval("select count(*) from audit") <= limits.GUESSES_NETWORK.burst
