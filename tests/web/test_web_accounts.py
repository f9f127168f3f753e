"""Can a customer make an account, come back to it, and leave? With and without scripts."""

from __future__ import annotations

import zipfile

import pytest
from playwright.async_api import expect

from tests.support.queue import accepted
from tests.support.visiting import Site

ADA = "ada@example.com"
PASSWORD = "seven grey herons at dawn"


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_customer_orders_confirms_and_comes_back_from_another_browser(
    site: Site, *, scripts: bool
) -> None:
    async with site.visitor(java_script_enabled=scripts) as page:
        await page.goto("/order")
        await page.fill("#email", ADA)
        await page.click("text=Continue to payment")
        await page.click("button:has-text('Pay $')")
        await page.wait_for_url("**/profile")
        job = page.url.removesuffix("/profile")
        await page.goto(job)
        await page.click("#invitation button")
        await expect(page.locator("h1")).to_have_text("Look into your mailbox")
        await page.goto(await site.link(ADA))
        await expect(page.locator("main")).to_contain_text(ADA)
        await page.click("text=Yes, it is mine")
        # Back where the letter was asked for.
        await page.wait_for_url(job)
        await expect(page.locator("#invitation")).to_have_count(0)
        await page.click("nav >> text=Account")
        await page.click("text=Choose one")
        await page.fill("#password", PASSWORD)
        await page.click("text=Set the password")
        await expect(page.locator("[role=status]")).to_contain_text("The password is set")
        await page.click("main >> text=Sign out")
    async with site.visitor(java_script_enabled=scripts) as page:
        await page.goto(job)
        await page.wait_for_url(lambda url: "/sign-in?next=" in url)
        await page.fill("#email", ADA)
        await page.fill("#password", PASSWORD)
        await page.click("main button")
        await page.wait_for_url(job)
        await expect(page.locator("#next_step")).to_contain_text("your business")
        await page.goto("/")
        await expect(page.locator(".bar-nav a[href='/account']")).to_have_text("Account")


async def test_by_keyboard_alone_one_signs_in_and_a_mistake_is_read_out(site: Site) -> None:
    async with site.visitor() as page:
        await site.prove(page, ADA)
        await page.goto("/account/password")
        await page.fill("#password", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/account?done=password")
    async with site.visitor() as page:
        await page.goto("/sign-in")
        await page.focus("#email")
        await page.keyboard.type(ADA)
        await page.keyboard.press("Tab")
        await page.keyboard.type("a wrong one")
        await page.keyboard.press("Enter")
        await expect(page.locator("[role=alert]")).to_be_focused()
        # What was typed is still there, but for the password.
        await expect(page.locator("#email")).to_have_value(ADA)
        await page.focus("#password")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/account")


async def test_password_managers_are_told_what_each_field_is(site: Site) -> None:
    tokens = "[...document.querySelectorAll('main input[autocomplete]')].map((e) => e.autocomplete)"
    async with site.visitor() as page:
        await page.goto("/sign-in")
        assert await page.evaluate(tokens) == ["email", "current-password"]
        await site.prove(page, ADA)
        await page.goto("/account/password")
        assert await page.evaluate(tokens) == ["username", "new-password"]
        await page.fill("#password", PASSWORD)
        await page.click("text=Set the password")
        await page.goto("/account/password")
        assert await page.evaluate(tokens) == ["username", "current-password", "new-password"]


async def test_a_customer_takes_the_data_along_and_deletes_the_account(site: Site) -> None:
    await site.job(ADA)
    await site.attempt(accepted())
    async with site.visitor(accept_downloads=True) as page:
        await site.prove(page, ADA)
        async with page.expect_download() as fetched:
            await page.click("text=Download")
        with zipfile.ZipFile(await (await fetched.value).path()) as bundle:
            assert "profiles/1.json" in bundle.namelist()
        await page.click("a[href='/account/delete']")
        await expect(page.locator("main")).to_contain_text("What stays")
        await page.click("text=Go on with the deletion")
        await page.fill("#email", ADA)
        await page.click("text=Delete for good")
        await expect(page.locator("h1")).to_have_text("The account is deleted")
        await expect(page.locator(".bar-nav a[href='/sign-in']")).to_be_visible()
    assert await site.parts.pool.fetchval("select state from jobs") == "cancelled"
    held = await site.parts.pool.fetchval("select count(*) from job_results")
    assert held == 0
    assert await site.parts.pool.fetchval("select doc from profiles") in ({}, None)
