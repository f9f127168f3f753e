"""Is a visitor told the truth about what a plan would come to, before the payment?"""

from __future__ import annotations

import re

from playwright.async_api import expect

from dbolt.domain.directory import Cost, Policy
from serve_app.limits import QUALIFY
from tests.support.filling import fill, fill_in
from tests.support.queue import catalogue, directory
from tests.support.visiting import Site

MANY = [
    *catalogue(60, market="us"),
    *[directory(f"hand{n}", market="us", policy=Policy.ASSISTED) for n in range(10)],
    *[directory(f"abroad{n}", market="de") for n in range(5)],
    directory("roofs", categories=["roofing"]),
    directory("dear", cost=Cost.PAID),
    directory("html", name="<b>Bold</b> & co", market="us"),
]


async def test_what_is_promised_is_what_the_job_is_made_of(site: Site) -> None:
    await site.line.orchestrator.sync_directories(MANY)
    async with site.visitor(java_script_enabled=False) as page:
        await page.goto("/")
        await fill(page, website="harborlane.example.com", town="Portland", category="Bakery")
        await page.click("text=See what I qualify for >> visible=true")
        await expect(page.locator("h1")).to_have_text("You qualify for 71 of 78 directories")
        numbers = page.locator(".split b")
        await expect(numbers).to_have_text(["61", "10", "71", "7"])
        await page.click("text=Next")
        await expect(page.locator(".entries b", has_text="<b>Bold</b> & co")).to_be_visible()
        # Two plans come to the same: the larger ones are not sold.
        await expect(page.locator(".plan a")).to_have_text(["Choose Starter", "Choose Growth"])
        await page.click(".tabs >> text=Do not fit")
        dear = page.locator(".entries li", has_text="dear")
        await expect(dear).to_contain_text("charges for every listing")
        await page.click("text=Choose Starter")
        await page.fill("#email", "ada@example.com")
        await page.click("text=Continue to payment")
        await page.click("button:has-text('Pay $')")
        await page.wait_for_url("**/profile")
        # What was told stands in the form.
        await page.goto(page.url + "/address")
        await expect(page.locator('[name="address.city"]')).to_have_value("Portland")
        await page.goto(page.url.replace("/address", "/contact"))
        await expect(page.locator('[name="website"]')).to_have_value(
            "https://harborlane.example.com/"
        )
        await expect(page.locator('[name="email"]')).to_have_value("ada@example.com")
        await page.goto(page.url.removesuffix("/contact"))
        await fill_in(page)
        await page.click("text=Start the work")
        await page.wait_for_url(re.compile(r"/jobs/[0-9a-f-]+$"))
    rows = await site.parts.pool.fetch("select directory, state from job_results")
    assert len(rows) == 50
    assert {row["state"] for row in rows} == {"queued"}
    assert not {row["directory"] for row in rows} & {"roofs", "dear", "abroad0", "hand0"}


async def test_where_nothing_fits_nothing_is_sold(site: Site) -> None:
    await site.line.orchestrator.sync_directories(catalogue(3, market="de"))
    async with site.visitor(java_script_enabled=False) as page:
        await page.goto("/qualify?country=US&category=Bakery&website=a.example")
        await expect(page.locator("h1")).to_have_text("No directory of ours fits")
        await expect(page.locator("[role=status]")).to_contain_text("We will not sell you a plan")
        await expect(page.locator("main a[href*='/order']")).to_have_count(0)
        await page.goto("/order?country=US&category=Bakery&plan=starter")
        await page.fill("#email", "ada@example.com")
        await page.click("text=Continue to payment")
        await expect(page.locator("[role=alert]")).to_contain_text("nothing to sell you")
    assert await site.parts.pool.fetchval("select count(*) from orders") == 0


async def test_odd_questions_get_plain_answers(site: Site) -> None:
    async with site.visitor() as page:
        for query, told in (
            ("country=XX&town=a", "Choose the country"),
            ("country=US&website=not%20a%20site", "This is not a web address"),
            ("country=us&page=999", "directories"),
            ("country=US&category=%3Cscript%3Ealert(1)%3C/script%3E", "directories"),
            ("country=US&town=" + "x" * 5000, "directories"),
        ):
            await page.goto(f"/qualify?{query}")
            await expect(page.locator("main")).to_contain_text(told)
            assert await page.locator("main script").count() == 0
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert await page.evaluate(wide) == 0, query


async def test_who_asks_without_end_is_asked_to_wait(site: Site) -> None:
    async with site.visitor(java_script_enabled=False) as page:
        answers = [await page.request.get("/qualify?country=US") for _ in range(QUALIFY.burst + 5)]
        assert [answer.status for answer in answers[: QUALIFY.burst]] == [200] * QUALIFY.burst
        assert answers[-1].status == 429
        assert int(answers[-1].headers["retry-after"]) >= 1
