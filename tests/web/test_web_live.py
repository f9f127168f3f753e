"""Does a page follow what happens, and leave alone what its reader is busy with?"""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from dbolt.domain.fields import Field
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import TypedValue
from serve_app.web import live
from tests.support.queue import accepted, not_sent
from tests.support.visiting import Site

HIDE = "Object.defineProperty(document, 'hidden', {get: () => %s, configurable: true});"


def streams(site: Site) -> int:
    """How many pages listen to the server now."""
    return len(site.parts.changes._watches)


async def until_streams(site: Site, count: int) -> None:
    """Waits until that many listen."""
    async with asyncio.timeout(10):
        while streams(site) != count:
            await asyncio.sleep(0.05)


async def listening(page: Page) -> None:
    """Waits until *page* has its stream."""
    await expect(page.locator(".live").first).to_have_attribute("data-live", "on")


async def test_a_search_narrows_while_it_is_typed_and_the_page_stays_live(site: Site) -> None:
    await site.job("ada@example.com", business_name="Harbor Lane Bakery")
    await site.job("bob@example.com", business_name="Blue Door Plumbing")
    async with site.visitor(staff=True) as page:
        await listening(page)
        await page.focus("#q")
        await page.keyboard.type("harbor", delay=30)
        await expect(page.locator("tr[data-row] th")).to_have_text(["Harbor Lane Bakery"])
        await page.wait_for_url("**q=harbor")
        await expect(page.locator("#q")).to_be_focused()
        await page.keyboard.type(" lane")
        await page.wait_for_url("**q=harbor+lane")
        assert await page.input_value("#q") == "harbor lane"
        # The stream of what was shown before has ended.
        await until_streams(site, 1)
        await site.attempt(accepted())
        queued = page.locator(".figure", has_text="Queued").locator(".number")
        await expect(queued).to_have_text("5")
        await expect(page.locator("tr[data-row]")).to_have_count(1)


async def test_a_chosen_row_stays_the_chosen_one_when_another_comes_above(site: Site) -> None:
    first, _ = await site.job("ada@example.com")
    async with site.visitor(staff=True) as page:
        await listening(page)
        await page.locator("input[name=id]").check()
        second, _ = await site.job("bob@example.com")
        boxes = page.locator("input[name=id]")
        await expect(boxes).to_have_count(2)
        assert await boxes.first.get_attribute("value") == str(second)
        assert await page.locator("input[name=id]:checked").get_attribute("value") == str(first)


async def test_the_focus_and_what_is_open_stay_while_rows_change(site: Site) -> None:
    job_id, key = await site.job()
    typed = TypedValue(
        field=Field.PHONE, control="Tel.", typed="+12125550142", read_back="+12125550142", kept=True
    )
    (slug,) = await site.attempt(accepted(typed=[typed]))
    async with site.visitor(key=key) as page:
        await page.goto(f"/jobs/{job_id}")
        await listening(page)
        row = page.locator(".dir", has=page.locator(f"a[href$='/{slug}']"))
        await row.locator("summary").click()
        waiting = page.locator(".dir", has_not=page.locator("summary")).first.locator(".dir-name a")
        await waiting.focus()
        await site.attempt(not_sent(Reason.PAGE_GONE), not_sent(Reason.PAGE_GONE))
        await expect(page.locator(".dir .pill.red")).to_have_count(2)
        await expect(waiting).to_be_focused()
        await expect(row.locator("details")).to_have_attribute("open", "")


async def test_a_page_comes_back_to_a_stream_that_ended(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "STREAM_S", 0.3)
    await site.job()
    async with site.visitor(staff=True) as page:
        await listening(page)
        async with page.expect_request("**/staff/stream*"):
            pass
        await site.attempt(accepted())
        queued = page.locator(".figure", has_text="Queued").locator(".number")
        await expect(queued).to_have_text("2")
        # Signed out in another tab: the page itself leads to the door, and asks no more.
        await page.context.clear_cookies()
        await expect(page.locator("h1")).to_have_text("Staff sign-in")
        assert "next=/staff" in page.url
        await until_streams(site, 0)


async def test_a_page_that_was_never_seen_begins_no_stream(site: Site) -> None:
    await site.job()
    async with site.visitor(staff=True) as page:
        await page.add_init_script(HIDE % "true")
        await page.goto("/staff/submissions")
        await expect(page.locator("#rows tbody tr")).to_have_count(3)
        await until_streams(site, 0)
        async with page.expect_request("**/staff/submissions/stream*"):
            await page.evaluate(
                HIDE % "false" + "document.dispatchEvent(new Event('visibilitychange'))"
            )
        await listening(page)
        await until_streams(site, 1)


async def test_a_command_that_is_refused_says_so_beside_the_page(site: Site) -> None:
    job_id, _ = await site.job()
    async with site.visitor(staff=True) as page:
        await page.goto(f"/staff/jobs/{job_id}")
        await page.click("text=Cancel job")
        await expect(page.locator("#ask h1")).to_be_visible()
        await page.context.clear_cookies(name="dbolt-form")
        await page.click("button:has-text('Cancel the job')")
        await expect(page.locator("#toasts .problem")).to_contain_text("This form is too old")
        await expect(page.locator("#ask")).to_be_hidden()
        # The page is where it was, and the next try has a form of its own.
        await page.click("text=Cancel job")
        await page.click("button:has-text('Cancel the job')")
        await expect(page.locator("#toasts")).to_have_text("The job is cancelled.")
    assert await site.parts.pool.fetchval("select state from jobs") == "cancelled"
