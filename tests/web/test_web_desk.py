"""Can staff find, choose and change many submissions, and hand in what wants a person?"""

from __future__ import annotations

from playwright.async_api import Page, expect

from dbolt.domain.captcha import Captcha, CaptchaKind, CaptchaOutcome
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import FieldError, HandOver, Pressed, VerdictKind
from serve_app.staff.roles import StaffRole
from tests.support.colleagues import colleague
from tests.support.queue import accepted, not_sent
from tests.support.visiting import Site

COUNT = "select count(*) from job_results where state = $1"


async def enter(site: Site, page: Page, role: StaffRole) -> None:
    """Gives *page* the session of a colleague with that role."""
    one = await colleague(site.parts, role)
    await page.context.add_cookies([{"name": "dbolt-staff", "value": one.token, "url": site.url}])


async def test_chosen_rows_are_retried_with_count_and_progress_without_scripts(
    site: Site,
) -> None:
    await site.job()
    await site.attempt(*[not_sent(Reason.PAGE_GONE)] * 3)
    async with site.visitor(java_script_enabled=False) as page:
        await enter(site, page, StaffRole.STAFF)
        await page.goto("/staff/submissions?state=failed")
        await expect(page.locator("#found")).to_have_text("3 submissions")
        for number in (0, 1):
            await page.locator("input[name=id]").nth(number).check()
        await page.click("button[value=retry]")
        await expect(page.locator("h1")).to_have_text("Retry 2 submissions?")
        assert await site.parts.pool.fetchval(COUNT, "failed") == 3
        await page.click("button:has-text('Retry 2')")
        await page.wait_for_url("**/staff/bulk/*")
        await expect(page.locator("#batch")).to_contain_text("Done: 2 of 2 changed")
        assert await site.parts.pool.fetchval(COUNT, "failed") == 1


async def test_a_whole_filter_is_cancelled_as_its_progress_shows(site: Site) -> None:
    job_id, _ = await site.job("ada@example.com", business_name="Harbor Lane Bakery")
    await site.job("bob@example.com", business_name="Blue Door Plumbing")
    async with site.visitor(staff=True) as page:
        await page.goto("/staff/submissions")
        await page.fill("[data-search]", "harbor lane")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**q=harbor*")
        await expect(page.locator("#found")).to_have_text("3 submissions")
        await page.check("#all")
        await expect(page.locator("[data-chosen-count]")).to_have_text("everything that matches")
        await page.click("button[value=cancel]")
        await page.click("button:has-text('Cancel 3')")
        await expect(page.locator("#batch")).to_contain_text("Done: 3 of 3 changed")
    rows = await site.parts.pool.fetch(
        "select job_id from job_results where state = 'cancelled' group by job_id"
    )
    assert [row["job_id"] for row in rows] == [job_id]
    assert await site.parts.pool.fetchval("select state from jobs where id = $1", job_id) in {
        "complete",
        "cancelled",
    }


async def test_jobs_are_given_a_priority_together(site: Site) -> None:
    for name in ("ada", "bob"):
        await site.job(f"{name}@example.com")
    async with site.visitor(staff=True) as page:
        await page.keyboard.press("j")
        await page.keyboard.press("x")
        await page.keyboard.press("j")
        await page.keyboard.press("x")
        await expect(page.locator("[data-chosen-count]")).to_have_text("2 chosen")
        await page.click("button[value=priority]")
        await page.fill("#priority", "40")
        await page.click("button:has-text('Change 2')")
        await expect(page.locator("#batch")).to_contain_text("Done: 2 of 2 changed")
    assert await site.parts.pool.fetchval("select min(priority) from jobs") == 40


async def test_what_is_chosen_stays_so_while_the_table_changes(site: Site) -> None:
    await site.job()
    async with site.visitor(staff=True) as page:
        await page.goto("/staff/submissions")
        await expect(page.locator(".live").first).to_have_attribute("data-live", "on")
        box = page.locator("input[name=id]").last
        await box.check()
        await site.attempt(accepted())
        await expect(page.locator("#rows")).to_contain_text("handed in")
        await expect(box).to_be_checked()


async def test_failures_alike_are_one_line_with_one_retry(site: Site) -> None:
    await site.job("ada@example.com")
    await site.job("bob@example.com")
    await site.attempt(*[not_sent(Reason.PAGE_GONE)] * 2)
    async with site.visitor(staff=True) as page:
        await page.goto("/staff/overview")
        row = page.locator("#troubles tbody tr")
        await expect(row.first).to_contain_text("page gone")
        counted = sum([int(text) for text in await row.locator("td.num").all_inner_texts()])
        assert counted == 2
        for key in ("24h", "7d"):
            await page.click(f"a[href='/staff/overview?range={key}']")
            await expect(page.locator("#chart .pill.red")).to_have_text("failed 2")
        before = await site.parts.pool.fetchval(COUNT, "failed")
        await page.locator("text=Retry all").first.click()
        await page.click("main button.primary")
        await expect(page.locator("#batch")).to_contain_text("Done")
        assert await site.parts.pool.fetchval(COUNT, "failed") < before


async def test_a_person_copies_hands_in_and_goes_on_by_keys(site: Site) -> None:
    await site.job(business_name="Harbor Lane Bakery")
    await site.attempt(HandOver(reason=Reason.CAPTCHA), HandOver(reason=Reason.LOGIN_REQUIRED))
    async with site.visitor(staff=True, permissions=["clipboard-read", "clipboard-write"]) as page:
        await page.goto("/staff/person")
        cards = page.locator("[data-row]")
        await expect(cards).to_have_count(2)
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        await expect(cards.nth(1)).to_have_attribute("open", "")
        await expect(cards.nth(0)).not_to_have_attribute("open", "")
        await cards.nth(1).get_by_label("Copy Business name").click()
        assert await page.evaluate("navigator.clipboard.readText()") == "Harbor Lane Bakery"
        await cards.nth(1).locator("summary").focus()
        await page.keyboard.press("d")
        await page.keyboard.type("https://d000.example/listing/1")
        await page.keyboard.press("Enter")
        await expect(page.locator("[role=status]").first).to_contain_text("Marked as handed in")
        await expect(cards).to_have_count(1)
    url = "select listing_url from job_results where reason = 'done_by_hand'"
    assert await site.parts.pool.fetchval(url) == "https://d000.example/listing/1"


async def test_the_story_tells_all_and_a_retry_takes_corrections(site: Site) -> None:
    job_id, _ = await site.job()
    said = FieldError(field=None, control="Phone", message="Enter a local number.")
    refused = Pressed(
        verdict=VerdictKind.REJECTED, reason=Reason.VALIDATION, field_errors=[said], proxy_id="p-7",
        captchas=[
            Captcha(kind=CaptchaKind.PROOF_OF_WORK, outcome=CaptchaOutcome.SOLVED, seconds=3.21),
            Captcha(kind=CaptchaKind.CHALLENGE, outcome=CaptchaOutcome.HANDED_OVER),
        ],
    )  # fmt: skip
    (slug,) = await site.attempt(refused)
    async with site.visitor(staff=True) as page:
        await page.goto(f"/staff/jobs/{job_id}/directories/{slug}")
        await expect(page.locator("#story-events b")).to_have_text(
            ["rejected", "permitted", "leased", "created"]
        )
        await expect(page.locator("#story-tries")).to_contain_text("proxy p-7")
        captchas = page.locator("#story-tries p", has_text="Captcha:")
        await expect(captchas).to_have_text(
            [
                "Captcha: the browser computed for 3.2 s, no cost",
                "Captcha: left to a person",
            ]
        )
        await expect(page.locator("#story-tries")).to_contain_text("Enter a local number.")
        await page.click("text=Retry with changes")
        await expect(page.locator("main")).to_contain_text("Enter a local number.")
        await page.fill("[name='field.phone']", "not a number")
        await page.click("main button.primary")
        await expect(page.locator("[role=alert]")).to_be_visible()
        await page.fill("[name='field.phone']", "+1 212 555 0199")
        await page.click("main button.primary")
        await expect(page.locator(".notice[role=status]")).to_contain_text("in the queue again")
    row = await site.parts.pool.fetchrow(
        "select p.version, p.doc ->> 'phone' as phone from jobs j"
        " join profiles p on p.id = j.profile_id"
    )
    assert row is not None
    assert (row["version"], row["phone"]) == (2, "+12125550199")
    detail = "select detail from audit_outcomes order by audit_id desc limit 1"
    assert (await site.parts.pool.fetchval(detail))["changed"] == ["phone"]


async def test_a_viewer_sees_no_commands(site: Site) -> None:
    job_id, _ = await site.job()
    (slug,) = await site.attempt(not_sent(Reason.PAGE_GONE))
    async with site.visitor() as page:
        await enter(site, page, StaffRole.VIEWER)
        for path in ("/staff", "/staff/submissions", "/staff/overview", "/staff/directories"):
            await page.goto(path)
            await expect(page.locator(".side-who")).to_contain_text("viewer")
            said = await page.locator("main").inner_text()
            assert "Retry" not in said, path
            assert "Pause" not in said, path
        await page.goto(f"/staff/jobs/{job_id}/directories/{slug}")
        assert await page.locator("main .commands a").count() == 0


async def test_the_palette_jumps_to_what_is_named(site: Site) -> None:
    job_id, _ = await site.job(business_name="Juniper Yoga")
    async with site.visitor(staff=True) as page:
        await page.keyboard.press("Control+k")
        await expect(page.locator("#palette-q")).to_be_focused()
        await page.keyboard.type("junip")
        await expect(page.locator("#palette-found")).to_contain_text("Juniper Yoga")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/staff/jobs/{job_id}")
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_visible()


async def test_a_hidden_page_asks_for_nothing(site: Site) -> None:
    await site.job()
    async with site.visitor(staff=True) as page:
        await expect(page.locator(".live").first).to_have_attribute("data-live", "on")
        await page.evaluate(
            "Object.defineProperty(document, 'hidden', {get: () => true, configurable: true});"
            "document.dispatchEvent(new Event('visibilitychange'))"
        )
        await site.attempt(accepted())
        async with page.expect_request("**/staff/stream*"):
            await page.evaluate(
                "Object.defineProperty(document, 'hidden', {get: () => false});"
                "document.dispatchEvent(new Event('visibilitychange'))"
            )
        queued = page.locator(".figure", has_text="Queued").locator(".number")
        await expect(queued).to_have_text("2")
