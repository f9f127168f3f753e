"""Does an account open to whoever reads its mail or knows its password, and to nobody else?"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest
from argon2 import PasswordHasher, profiles

from serve_app.parts import Parts
from serve_app.passwords import Passwords
from serve_app.problems import FIRST_NAMES
from serve_app.site import build_site
from tests.support.selling import Shop, given
from tests.support.signing import PAGE, PASSWORD, Visitor, routes_of, visitor

Visit = Callable[..., Awaitable[Visitor]]
Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ADA = "ada@example.com"


def said(answer: httpx.Response, *forget: str) -> tuple[int, str]:
    """An answer without what differs by itself."""
    text = re.sub(r'value="\w{64}"', "", answer.text)
    for word in forget:
        text = text.replace(word, "…")
    return answer.status_code, text


async def test_a_link_signs_in_once_and_only_by_its_button(visit: Visit) -> None:
    ada, other = await visit(), await visit()
    assert (await ada.post("/sign-up", email="Ada@Example.com")).status_code == 200
    path = await ada.link(ADA)
    for _ in range(3):  # what a mail scanner does
        assert "Confirm your address" in (await other.get(path)).text
    first = await ada.post(path)
    assert (first.status_code, first.headers["location"]) == (303, "/account/password")
    assert await ada.is_in()
    again = await other.post(path)
    assert (again.status_code, "used up" in again.text) == (410, True)
    assert (await other.get(path)).status_code == 410
    assert not other.session


async def test_a_link_that_is_late_opens_nothing(visit: Visit, owner: Owner) -> None:
    ada = await visit()
    await ada.post("/sign-in/link", email=ADA)
    path = await ada.link(ADA)
    await owner.execute("update mail_links set expires_at = now() - interval '1 second'")
    assert (await ada.post(path)).status_code == 410
    assert await owner.fetchval("select count(*) from customers") == 0


async def test_the_database_holds_no_token_but_in_the_letter(visit: Visit, owner: Owner) -> None:
    ada = await visit()
    await ada.account(ADA)
    tokens = [ada.session, (await ada.link(ADA, 0)).rpartition("/")[2]]
    for table in ("sessions", "mail_links", "passwords", "customers", "rate_limits"):
        held = str(await owner.fetch(f"select t::text from {table} t"))
        assert not [word for word in (*tokens, PASSWORD) if word in held], table


async def test_every_address_gets_the_same_answer_and_one_letter(visit: Visit) -> None:
    ada, eve = await visit(), await visit("10.0.0.9")
    await ada.account(ADA)
    before = len(await ada.letters(ADA))
    for path in ("/sign-in/link", "/sign-up", "/forgot"):
        nobody = f"nobody{len(path)}@example.com"
        known = said(await eve.post(path, email=ADA), ADA)
        assert said(await eve.post(path, email=nobody), nobody) == known
        assert len(await ada.letters(nobody)) == 1
    subjects = [letter["subject"] for letter in (await ada.letters(ADA))[before:]]
    assert subjects == [
        "Your sign-in link for DirectoryBolt",
        "Your sign-in link for DirectoryBolt",
        "Choose a new password for DirectoryBolt",
    ]


class Counting(Passwords):
    """Counts what is compared."""

    def __init__(self) -> None:
        super().__init__(profiles.CHEAPEST)
        self.compared = 0

    async def is_right(self, known: str | None, password: str) -> bool:
        """Compares."""
        self.compared += 1
        return await super().is_right(known, password)


async def test_a_wrong_sign_in_says_and_costs_the_same_for_every_address(
    parts: Parts, database: str
) -> None:
    counting = Counting()
    app = build_site(lambda: given(replace(parts, passwords=counting)))
    async with app.router.lifespan_context(app), visitor(app, database) as eve:
        async with visitor(app, database) as ada, visitor(app, database) as bob:
            await ada.account(ADA)
            await bob.prove("bob@example.com")  # has no password
            answers = set()
            for email in (ADA, "bob@example.com", "nobody@example.com"):
                before = counting.compared
                answers.add(said(await eve.sign_in(email, "not the password"), email))
                assert counting.compared == before + 1
    assert len(answers) == 1
    assert next(iter(answers))[0] == 422


async def test_whoever_types_an_address_in_gets_no_say_in_its_account(
    visit: Visit, api: httpx.AsyncClient, shop: Shop, owner: Owner
) -> None:
    eve, ada = await visit(), await visit()
    placed = await shop.order(ADA)
    eve.client.cookies.set("dbolt-session", placed["session_token"])
    for path in ("/account/password", "/account/confirm", "/account/delete/now"):
        assert (await eve.get(path)).status_code == 403
        assert (await eve.post(path, password="eve was here first")).status_code == 403
    assert (await eve.get("/account/export")).status_code == 403
    # Even told to send a letter, it goes to the address and opens that account for its reader.
    assert (await eve.post("/account/verify", next="/account")).status_code == 200
    await ada.post(await ada.link(ADA))
    assert await ada.is_in()
    assert await owner.fetchval("select count(*) from passwords") == 0
    assert (await eve.get("/account/password")).status_code == 403
    assert (await eve.sign_in(ADA, "eve was here first")).status_code == 422


async def test_a_proven_account_sees_all_orders_and_an_order_only_itself(
    visit: Visit, api: httpx.AsyncClient, shop: Shop
) -> None:
    ada = await visit()
    jobs = {}
    for name in ("mine", "strangers"):
        job_id, bearer = await shop.paid_job(ADA)
        jobs[name] = (str(job_id), bearer)
    await ada.prove(ADA)
    page = (await ada.get("/account")).text
    for job_id, bearer in jobs.values():
        assert f"/jobs/{job_id}" in page
        assert (await ada.get(f"/jobs/{job_id}")).status_code == 200
        items = (await api.get("/api/v1/jobs", headers=bearer)).json()["items"]
        assert [item["id"] for item in items] == [job_id]
    account = {"Authorization": f"Bearer {ada.session}"}
    listed = (await api.get("/api/v1/jobs", headers=account)).json()["items"]
    assert {item["id"] for item in listed} == {job_id for job_id, _ in jobs.values()}


async def test_what_is_ordered_while_signed_in_belongs_to_the_account(
    visit: Visit, owner: Owner
) -> None:
    ada = await visit()
    await ada.account(ADA)
    before = ada.session
    answer = await ada.post("/order", plan="starter", email="somebody@else.example")
    assert answer.status_code == 303
    assert ada.session == before
    row = await owner.fetchrow(
        "select o.session_hash, c.email from orders o join customers c on c.id = o.customer_id"
    )
    assert row is not None
    assert (row["session_hash"], row["email"]) == (None, ADA)


async def test_signing_in_makes_a_new_session_and_out_ends_it(visit: Visit) -> None:
    ada = await visit()
    await ada.account(ADA)
    old = ada.session
    assert (await ada.sign_in(ADA)).headers["location"] == "/account"
    new = ada.session
    assert new != old
    stale, thief = await visit(), await visit()
    stale.client.cookies.set("dbolt-session", old)
    assert not await stale.is_in()
    thief.client.cookies.set("dbolt-session", new)
    assert await thief.is_in()
    await ada.post("/sign-out")
    assert not await thief.is_in()


async def test_sessions_are_listed_and_ended_by_their_own_account_alone(
    visit: Visit, shop: Shop, owner: Owner
) -> None:
    ada, laptop, bob = await visit(), await visit(), await visit()
    placed = await shop.order(ADA)
    await ada.account(ADA)
    await laptop.sign_in(ADA)
    await bob.account("bob@example.com")
    ids = [
        str(row["id"])
        for row in await owner.fetch(
            "select s.id from sessions s join customers c on c.id = s.customer_id"
            " where c.email = $1",
            ADA,
        )
    ]
    page = (await laptop.get("/account")).text
    assert page.count('name="session"') == 2
    assert "Key of an order" in page
    for session_id in ids:
        await bob.post("/account/sessions/end", session=session_id)
    await bob.post("/account/sessions/end-all")
    assert await ada.is_in()
    await ada.post("/sign-in/link", email=ADA)
    unused = await ada.link(ADA)
    assert (await laptop.post("/account/sessions/end-all")).status_code == 303
    assert not await ada.is_in()
    assert await laptop.is_in()
    assert await bob.is_in()
    assert (await ada.post(unused)).status_code == 410
    ada.client.cookies.set("dbolt-session", placed["session_token"])
    assert (await ada.get("/account")).status_code == 303


async def test_a_password_is_changed_with_the_old_one_and_ends_all_other_sessions(
    visit: Visit,
) -> None:
    ada, laptop = await visit(), await visit()
    await ada.account(ADA)
    await laptop.sign_in(ADA)
    before = laptop.session
    for old, new, told in (
        ("wrong", "another good one", "not the password that you have now"),
        (PASSWORD, "short", "at least 8"),
        (PASSWORD, "password1", "Too many people"),
        (PASSWORD, "Qwertyuiop", "Too many people"),
        (PASSWORD, ADA, "your e-mail address"),
        (PASSWORD, "x" * 300, "at most"),
    ):
        answer = await laptop.post("/account/password", old_password=old, password=new)
        assert answer.status_code == 422
        assert told.lower() in answer.text.lower(), told
    done = await laptop.post(
        "/account/password", old_password=PASSWORD, password="correct horse battery"
    )
    assert done.status_code == 303
    assert laptop.session != before
    assert await laptop.is_in()
    assert not await ada.is_in()
    assert (await ada.letters(ADA))[-1]["subject"] == "Your DirectoryBolt password was changed"
    assert (await ada.sign_in(ADA)).status_code == 422
    assert (await ada.sign_in(ADA, "correct horse battery")).status_code == 303


async def test_a_forgotten_password_is_replaced_by_mail(visit: Visit) -> None:
    ada, thief = await visit(), await visit()
    await ada.account(ADA)
    await thief.sign_in(ADA)
    await ada.post("/forgot", email=ADA)
    path = await ada.link(ADA)
    assert 'autocomplete="new-password"' in (await ada.get(path)).text
    # A bad choice does not use the link up.
    assert (await ada.post(path, password="12345678")).status_code == 422
    assert (await ada.post(path, password="a new and better one")).status_code == 303
    assert await ada.is_in()
    assert not await thief.is_in()
    assert (await thief.sign_in(ADA)).status_code == 422
    assert (await thief.post(path, password="and mine after all")).status_code == 410
    assert (await thief.sign_in(ADA, "a new and better one")).status_code == 303


async def test_what_matters_asks_again_who_it_is(visit: Visit, owner: Owner) -> None:
    ada = await visit()
    await ada.account(ADA)
    assert (await ada.get("/account/delete/now")).status_code == 200
    await owner.execute("update sessions set proved_at = now() - interval '11 minutes'")
    for answer in (
        await ada.get("/account/delete/now"),
        await ada.post("/account/delete/now", email=ADA),
    ):
        assert answer.headers["location"] == "/account/confirm?next=/account/delete/now"
    assert await owner.fetchval("select count(*) from customers where erased_at is null") == 1
    before = ada.session
    wrong = await ada.post("/account/confirm", next="/account/delete/now", password="wrong")
    assert wrong.status_code == 422
    right = await ada.post("/account/confirm", next="//evil.example", password=PASSWORD)
    assert right.headers["location"] == "/account"
    assert ada.session != before
    assert (await ada.get("/account/delete/now")).status_code == 200


async def test_without_a_password_a_link_proves_it_again(visit: Visit, owner: Owner) -> None:
    ada = await visit()
    await ada.prove(ADA)
    await owner.execute("update sessions set proved_at = now() - interval '1 day'")
    assert (await ada.post("/account/password", password=PASSWORD)).status_code == 303
    assert await owner.fetchval("select count(*) from passwords") == 0
    await ada.post("/account/verify", next="/account/password")
    back = await ada.post(await ada.link(ADA))
    assert back.headers["location"] == "/account/password"
    assert (await ada.post("/account/password", password=PASSWORD)).status_code == 303
    assert await owner.fetchval("select count(*) from passwords") == 1


async def test_a_hash_with_old_parameters_is_made_anew_at_the_sign_in(
    visit: Visit, owner: Owner
) -> None:
    ada = await visit()
    await ada.account(ADA)
    weak = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1, hash_len=32)
    await owner.execute("update passwords set hash = $1", weak.hash(PASSWORD))
    assert (await ada.sign_in(ADA)).status_code == 303
    kept = await owner.fetchval("select hash from passwords")
    assert kept.startswith("$argon2id$")
    assert not Passwords(profiles.CHEAPEST).is_outdated(kept)
    assert (await ada.sign_in(ADA)).status_code == 303


async def test_a_session_ends_by_itself(visit: Visit, owner: Owner) -> None:
    ada = await visit()
    await ada.account(ADA)
    left = await owner.fetchval("select max(expires_at) - now() from sessions")
    assert timedelta(days=29) < left <= timedelta(days=30)
    await owner.execute("update sessions set expires_at = now()")
    assert not await ada.is_in()


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_no_other_site_and_no_form_of_somebody_elses_changes_an_account(
    visit: Visit, parts: Parts, owner: Owner, site: str
) -> None:
    ada = await visit()
    await ada.account(ADA)
    app = build_site(lambda: given(parts))
    paths = {path for method, path in routes_of(app) if method == "POST" and "/api/" not in path}
    paths -= FIRST_NAMES  # the API's
    assert {"/sign-in", "/account/password", "/link/{token}", "/account/delete/now"} <= paths
    state = await owner.fetchval("select count(*) from sessions")
    for path in sorted(paths):
        address = re.sub(r"\{\w+\}", "00000000-0000-0000-0000-000000000000", path)
        fields: dict[str, Any] = {"email": ADA, "password": PASSWORD}
        unsigned = await ada.client.post(address, data=fields, headers=PAGE)
        assert unsigned.status_code in {303, 403}, path
        if unsigned.status_code == 303:
            assert "sign-in" in unsigned.headers["location"], path
        crossed = await ada.client.post(
            address, data=fields, headers=PAGE | {"Sec-Fetch-Site": site}
        )
        assert crossed.status_code == 403, path
    assert await owner.fetchval("select count(*) from sessions") == state
    assert await ada.is_in()


async def test_over_https_the_sessions_cookies_are_held_to_this_host(
    parts: Parts, database: str
) -> None:
    secure = replace(parts, base_url="https://testserver")
    app = build_site(lambda: given(secure), https=True)
    async with app.router.lifespan_context(app), visitor(app, database) as ada:
        ada.client.base_url = httpx.URL("https://testserver")
        answer = await ada.prove(ADA)
    cookies = answer.headers.get_list("set-cookie")
    assert [cookie.split("=")[0] for cookie in cookies] == ["__Host-session", "__Host-browser"]
    for cookie in cookies:
        assert {"HttpOnly", "Secure", "Path=/"} <= set(cookie.split("; "))
        assert "samesite=lax" in cookie.lower()
        assert "domain" not in cookie.lower()
