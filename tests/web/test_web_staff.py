"""Do staff see the queue as it is, and change it only on purpose?"""

from __future__ import annotations

from playwright.async_api import expect

from dbolt.domain.reasons import Reason
from tests.support.queue import accepted, not_sent
from tests.support.visiting import Site


async def test_only_the_token_opens_the_staffs_door(site: Site) -> None:
    async with site.visitor() as page:
        await page.goto("/staff")
        await expect(page.locator("h1")).to_have_text("Staff sign-in")
        await page.click("text=use the staff token")
        await page.fill("#key", "guess")
        await page.click("main button")
        await expect(page.locator("[role=alert]")).to_have_text("This is not the staff token.")
    async with site.visitor(staff=True) as page:
        await expect(page.locator("h1")).to_have_text("Live queue")
        cookies = [c for c in await page.context.cookies() if "staff" in c["name"]]
        assert len(cookies) == 2, "the session, and the mark by which the browser is known again"
        for cookie in cookies:
            assert cookie["httpOnly"]
            assert site.parts.secrets.staff_token.get_secret_value() not in cookie["value"]
        await page.click("text=Sign out")
        await page.goto("/staff")
        await expect(page.locator("h1")).to_have_text("Staff sign-in")


async def test_a_customer_is_no_staff(site: Site) -> None:
    job_id, key = await site.job()
    async with site.visitor(key=key) as page:
        for path in ("/staff", f"/staff/jobs/{job_id}", "/staff/retry", "/staff/directories"):
            answer = await page.goto(path)
            assert answer is not None
            assert answer.status == 403, path


async def test_an_empty_queue_says_so(site: Site) -> None:
    async with site.visitor(staff=True) as page:
        await expect(page.locator("#jobs")).to_contain_text("No jobs yet")
        await expect(page.locator("#activity")).to_contain_text("Quiet so far")
        await expect(page.locator("#commands")).to_contain_text("Nothing failed")


async def test_the_queue_page_follows_the_work(site: Site) -> None:
    await site.job()
    async with site.visitor(staff=True) as page:
        queued = page.locator(".figure", has_text="Queued").locator(".number")
        await expect(queued).to_have_text("3")
        await expect(page.locator(".live").first).to_have_attribute("data-live", "on")
        await site.attempt(accepted(), not_sent(Reason.PAGE_GONE))
        await expect(queued).to_have_text("1")
        await expect(page.locator(".figure", has_text="Failed").locator(".number")).to_have_text(
            "1"
        )
        await expect(page.locator("#activity")).to_contain_text("took the listing")
        await expect(page.locator("tr[data-row] progress")).to_have_js_property("value", 2)
        await expect(page.locator("#nav-queue")).to_have_text("1")


async def test_a_retry_shows_its_count_before_it_is_done(site: Site) -> None:
    await site.job()
    await site.attempt(not_sent(Reason.PAGE_GONE), not_sent(Reason.PAGE_GONE))
    async with site.visitor(staff=True) as page:
        await page.click("text=Retry failed (2)")
        await expect(page.locator("dialog h1")).to_have_text("Retry 2 submissions?")
        failed = "select count(*) from job_results where state = 'failed'"
        assert await site.parts.pool.fetchval(failed) == 2
        await page.click("button:has-text('Retry 2')")
        await expect(page.locator("#toasts")).to_contain_text("2 submissions are in the queue")
        assert await site.parts.pool.fetchval(failed) == 0


async def test_one_row_is_retried_from_its_job(site: Site) -> None:
    job_id, _ = await site.job()
    (slug,) = await site.attempt(not_sent(Reason.PAGE_GONE))
    async with site.visitor(staff=True) as page:
        await page.goto(f"/staff/jobs/{job_id}")
        await page.click(".dir a:has-text('Retry')")
        await page.click("dialog button:has-text('Retry')")
        await expect(page.locator(".dir a:has-text('Retry')")).to_have_count(0)
        assert page.url.endswith(f"/staff/jobs/{job_id}")
    state = await site.parts.pool.fetchval(
        "select state from job_results where directory = $1", slug
    )
    assert state == "queued"


async def test_the_queue_is_paused_and_resumed_without_scripts(site: Site) -> None:
    async with site.visitor(staff=True, java_script_enabled=False) as page:
        await page.click("text=Pause queue")
        await page.click("button:has-text('Pause')")
        await expect(page.locator("#commands")).to_contain_text("Resume queue")
        assert await site.parts.pool.fetchval("select level from pauses") == "global"
        await page.click("text=Resume queue")
        await page.click("button:has-text('Resume')")
        await expect(page.locator("#commands")).to_contain_text("Pause queue")
        assert await site.parts.pool.fetchval("select count(*) from pauses") == 0


async def test_a_job_is_cancelled_after_a_question(site: Site) -> None:
    job_id, _ = await site.job()
    async with site.visitor(staff=True) as page:
        await page.goto(f"/staff/jobs/{job_id}")
        await page.click("text=Cancel job")
        await expect(page.locator("#ask")).to_contain_text("3 of its 3 submissions")
        await page.click("text=No, go back")
        await expect(page.locator("#ask")).to_be_hidden()
        await page.click("text=Cancel job")
        await page.click("button:has-text('Cancel the job')")
        await expect(page.locator("#toasts")).to_have_text("The job is cancelled.")
        await expect(page.locator("main")).not_to_contain_text("Cancel job")
    assert await site.parts.pool.fetchval("select state from jobs") == "cancelled"


async def test_the_keys_move_through_the_jobs(site: Site) -> None:
    await site.job("ada@example.com")
    second, _ = await site.job("bob@example.com")
    async with site.visitor(staff=True) as page:
        await page.keyboard.press("/")
        await expect(page.locator("#q")).to_be_focused()
        await page.keyboard.press("Escape")
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/staff/jobs/{second}")


async def test_a_search_and_the_tabs_narrow_the_list(site: Site) -> None:
    await site.job("ada@example.com", business_name="Harbor Lane Bakery")
    await site.paid_job("bob@example.com")
    async with site.visitor(staff=True) as page:
        await page.fill("#q", "harbor")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**q=harbor*")
        await expect(page.locator("tr[data-row] th")).to_have_text(["Harbor Lane Bakery"])
        await page.click(".tabs a:has-text('Needs profile')")
        await expect(page.locator("tr[data-row] th")).to_have_text(["bob@example.com"])


async def test_health_tells_that_the_orchestrator_is_away(site: Site) -> None:
    async with site.visitor(staff=True) as page:
        await page.goto("/staff/health")
        await expect(page.locator(".facts").first).to_contain_text("Orchestratorok")
        site.line.away = True
        await page.reload()
        await expect(page.locator(".facts").first).to_contain_text("does not answer")


async def test_a_second_payment_is_put_before_staff_until_somebody_has_seen_to_it(
    site: Site,
) -> None:
    job_id, _ = await site.job()
    async with site.visitor(staff=True) as page:
        await expect(page.locator(".live").first).to_have_attribute("data-live", "on")
        await site.paid_twice(job_id)
        await expect(page.locator("#nav-payments")).to_have_text("1")
        await page.click("nav >> text=Payments")
        row = page.locator("tbody tr")
        await expect(row).to_contain_text(["Paid twice"])
        await expect(row).to_contain_text(["refund this payment"])
        await expect(row).to_contain_text(["pi_2"])
        await row.locator("button").click()
        await expect(page.locator("[role=status]")).to_have_text("Marked as seen to.")
        await expect(row).to_contain_text(["by staff"])
        await expect(page.locator("#nav-payments")).to_have_text("0")
