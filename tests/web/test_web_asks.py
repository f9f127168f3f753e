"""Does the meter say what an empty field costs, by what earlier attempts have met and no more?"""

from __future__ import annotations

import asyncio

from playwright.async_api import Page, expect

from dbolt.domain.fields import Field
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver, TypedValue
from serve_app.asks import Asks, Cost, costs_of
from tests.support.queue import accepted, catalogue
from tests.support.serving import as_role
from tests.support.visiting import Site


def typed(*fields: Field) -> list[TypedValue]:
    return [
        TypedValue(field=field, control="x", typed="x", read_back="x", kept=True)
        for field in fields
    ]


async def met(site: Site) -> None:
    """Two attempts for somebody else: one that sent, and one that lacked something."""
    await site.job("earlier@example.com")
    hand_over = HandOver(
        reason=Reason.MISSING_VALUE, missing=[Field.VAT_ID], typed=typed(Field.BUSINESS_NAME)
    )
    sent = accepted().model_copy(update={"typed": typed(Field.FAX, Field.HOURS, Field.PHONE)})
    await site.attempt(sent, hand_over)


async def learnt(site: Site) -> None:
    """Has the attempts read, as a page does beside its answer."""
    asks = Asks(fresh_s=0)
    async with asyncio.timeout(20):
        while not await asks.known(site.parts.pool):
            await asyncio.sleep(0.05)


async def overview(page: Page, job_id: object) -> None:
    await page.goto(f"/jobs/{job_id}/profile")


async def test_nothing_is_said_of_what_nobody_has_met(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, java_script_enabled=False) as page:
        await overview(page, job_id)
        await expect(page.locator(".meter-card")).to_contain_text("is not known yet")
        await expect(page.locator(".meter-card")).not_to_contain_text("asked by")


async def test_an_empty_field_says_how_many_directories_ask_for_it(site: Site) -> None:
    await met(site)
    await learnt(site)
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, java_script_enabled=False) as page:
        await overview(page, job_id)
        meter = page.locator(".meter-card")
        await expect(meter).to_contain_text(
            "VAT or tax number is empty: asked by 1 of the 3 directories that you qualify for,"
            " and 1 of them takes no listing without it."
        )
        await expect(meter).to_contain_text(
            "Opening hours is empty: asked by 1 of the 3 directories that you qualify for."
        )
        await expect(meter).to_contain_text("Of 2 of them we have seen")
        await expect(meter).to_contain_text("of 1 that is not known yet")
        await meter.get_by_role("link", name="VAT or tax number").click()
        await page.wait_for_url("**/profile/basics#f-vat_id")
        await page.fill('[name="vat_id"]', "DE123456789")
        await page.locator(".actions .primary").click()
        await overview(page, job_id)
        await expect(meter).not_to_contain_text("VAT or tax number")


async def test_attempts_are_read_once_and_nothing_of_a_customer_is_kept(site: Site) -> None:
    await met(site)
    pool = site.parts.pool
    assert await pool.fetchval("select read_asks()") == 5
    assert await pool.fetchval("select read_asks()") == 0
    rows = await pool.fetch("select field, required from directory_asks order by field")
    assert [tuple(row) for row in rows] == [
        ("business_name", False),
        ("fax", False),
        ("hours", False),
        ("phone", False),
        ("vat_id", True),
    ]
    columns = await pool.fetch(
        "select column_name from information_schema.columns where table_name = 'directory_asks'"
    )
    assert {row[0] for row in columns} == {"directory", "field", "required", "seen_at"}
    async with as_role(site.database, "dbolt_web") as connection:
        assert await connection.fetchval("select count(*) from directory_asks") == 5


def test_recipes_count_too_and_a_directory_counts_once() -> None:
    entries = catalogue(3)
    known = {entries[0].slug: {Field.FAX: True}, "gone": {Field.FAX: True}}
    costs = costs_of(entries, known)
    assert (costs.of, costs.known) == (3, 1)
    assert costs.of_any([Field.FAX, Field.VIDEO]) == Cost(1, 1)
    assert costs.of_any([Field.VIDEO]) == Cost(0, 0)
