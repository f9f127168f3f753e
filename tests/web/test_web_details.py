"""Does a missing fact lead to where it can be told, and is every kind of fact taken there?"""

from __future__ import annotations

from playwright.async_api import expect

from dbolt.domain.facts import FACTS, anchor_of
from dbolt.domain.fields import Field
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver
from tests.support.visiting import Site

TOLD = {
    "vat_id": "DE123456789",
    "categories": "Café, Deli",
    "languages": "en, es",
    "year_founded": "1998",
    "fax": "(212) 555-0199",
    "social.instagram": "instagram.com/harborlane",
    "contact.title": "Ms",
    "hours.mon.opens": "07:00",
    "hours.mon.closes": "15:30",
}


async def test_a_missing_fact_is_told_where_the_inbox_leads_to(site: Site) -> None:
    job_id, key = await site.job()
    missing = HandOver(reason=Reason.MISSING_VALUE, missing=[Field.VAT_ID, Field.HOURS])
    [slug] = await site.attempt(missing)
    async with site.visitor(key=key, java_script_enabled=False) as page:
        await page.goto(f"/jobs/{job_id}/inbox")
        await page.get_by_role("link", name="Opening hours").click()
        await page.wait_for_url("**/details#hours")
        await expect(page.locator("#hours")).to_be_visible()
        await page.goto(f"/jobs/{job_id}/inbox")
        await page.get_by_role("link", name="VAT or tax number").click()
        await page.wait_for_url("**/details#vat_id")
        for name, value in TOLD.items():
            await page.fill(f'[name="{name}"]', value)
        await page.select_option('[name="price_range"]', "2")
        await page.check('[name="hours.sun.closed"]')
        await page.click("text=Save the changes")
        await expect(page.locator(".notice.green")).to_contain_text("1 directory is tried again")
        await expect(page.locator('[name="hours.mon.closes"]')).to_have_value("15:30")
        await page.fill('[name="languages"]', "English")
        await page.fill('[name="hours.tue.opens"]', "09:00")
        await page.click("text=Save the changes")
        await expect(page.locator("#languages-note")).to_contain_text("two letters")
    row = await site.parts.pool.fetchrow("select doc from profiles order by version desc limit 1")
    assert row is not None
    doc = row["doc"]
    assert doc["vat_id"] == "DE123456789"
    assert (doc["categories"], doc["languages"]) == (["Café", "Deli"], ["en", "es"])
    assert (doc["year_founded"], doc["price_range"]) == (1998, 2)
    assert (doc["fax"], doc["contact"]["title"]) == ("+12125550199", "Ms")
    assert doc["social"]["instagram"] == "https://instagram.com/harborlane"
    assert doc["hours"] == {"mon": [{"opens": "07:00:00", "closes": "15:30:00"}], "sun": []}
    state = await site.parts.pool.fetchval(
        "select state from job_results where job_id = $1 and directory = $2", job_id, slug
    )
    assert state == "queued"


def test_every_fact_of_a_business_has_its_place() -> None:
    nowhere = {field for field in Field if not anchor_of(field)}
    assert nowhere == {
        # The country would mean other directories; pictures are told before the work starts.
        *(Field.COUNTRY, Field.LATITUDE, Field.LONGITUDE, Field.LOGO, Field.PHOTO),
        *(Field.ACCOUNT_USERNAME, Field.ACCOUNT_PASSWORD, Field.ACCOUNT_PASSWORD_CONFIRM),
        *(Field.PLAN, Field.TERMS, Field.NEWSLETTER, Field.CAPTCHA),
    }
    assert len({fact.label for fact in FACTS}) == len(FACTS)
    assert not [fact.label for fact in FACTS if ", " in fact.label], "labels are joined so"


async def test_a_window_that_was_open_before_takes_no_other_change_back(site: Site) -> None:
    job_id, key = await site.job()
    async with site.visitor(key=key, java_script_enabled=False) as page:
        await page.goto(f"/jobs/{job_id}/details")
        other = await page.context.new_page()
        await other.goto(page.url)
        await other.fill('[name="phone"]', "(212) 555-0199")
        await other.fill('[name="address.city"]', "Albany")
        await other.click("text=Save the changes")
        await expect(other.locator(".notice.green")).to_contain_text("changed")
        await page.fill('[name="fax"]', "(212) 555-0177")
        await page.fill('[name="address.postal_code"]', "12207")
        await page.click("text=Save the changes")
        await expect(page.locator(".notice.green")).to_contain_text("changed")
    row = await site.parts.pool.fetchrow("select doc from profiles order by version desc limit 1")
    assert row is not None
    doc = row["doc"]
    assert (doc["phone"], doc["fax"]) == ("+12125550199", "+12125550177")
    assert (doc["address"]["city"], doc["address"]["postal_code"]) == ("Albany", "12207")
