"""Do the sites' own scripts work for a person with a browser?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, expect

from dbolt.browser.session import Browser
from dbolt.sandbox.compare import mismatches
from dbolt.sandbox.demo import load_demo_profile
from dbolt.sandbox.sites import discover
from tests.sandbox.people import (
    CITY,
    EMAIL,
    INSTALIST,
    LONG,
    MIDDLE,
    NAME,
    PHONE,
    REACTORY,
    STREET,
    WEB,
    ZIP,
)
from tests.support.town import RunningTown

SITES = discover()


@asynccontextmanager
async def at_form(browser: Browser, town: RunningTown, slug: str) -> AsyncIterator[Page]:
    """The page with the site's form; afterwards exactly one right listing has to be stored."""
    directory = town.directory(slug)
    async with browser.new_context(directory) as visit:
        await visit.page.goto(directory.submit_url)
        yield visit.page
        assert visit.log.console_errors == []
    (listing,) = town.listings(slug)
    assert listing["fields"]["business_name"] == NAME
    assert mismatches(load_demo_profile(), listing["fields"], SITES[slug].right_categories) == []


async def fill(page: Page, values: dict[str, str]) -> None:
    """Types into inputs by name."""
    for name, value in values.items():
        await page.fill(f"main [name={name}], #bd [name={name}], form [name={name}]", value)


async def test_a_tree_is_climbed_level_by_level(browser: Browser, town: RunningTown) -> None:
    async with at_form(browser, town, "tradetree") as page:
        await page.select_option("#cat1", label="Food & Drink")
        await page.select_option("#cat2", label="Production")
        await page.select_option("#cat3", label="Bakeries")
        await page.select_option("[name=addr_state]", label="Maine")
        await fill(page, {"company_title": NAME, "addr_street": STREET, "addr_city": CITY})
        await fill(page, {"addr_zip": ZIP, "c_phone": PHONE, "c_email": EMAIL, "c_web": WEB})
        await page.click("text=Suggest company")
        await expect(page.locator("h2")).to_have_text("Company added")


async def test_a_skinned_select_is_opened_searched_and_chosen(
    browser: Browser, town: RunningTown
) -> None:
    async with at_form(browser, town, "pickwell") as page:
        await page.locator("[role=combobox]").nth(0).click()
        await page.locator("body > .pw-dropdown [role=option]", has_text="Bakeries").click()
        await page.locator("[role=combobox]").nth(1).click()
        await page.locator(".pw-search").fill("Maine")
        await page.keyboard.press("Enter")
        assert await page.input_value("[name=pw_region]") == "me"
        await fill(page, {"post_title": NAME, "post_content": LONG, "pw_street": STREET})
        await fill(page, {"pw_city": CITY, "pw_zip": ZIP, "pw_phone": PHONE, "pw_email": EMAIL})
        await page.click("text=Submit listing")
        await expect(page.locator("h1")).to_have_text("Listing submitted")


async def test_the_second_panel_shows_when_the_first_is_complete(
    browser: Browser, town: RunningTown
) -> None:
    async with at_form(browser, town, "slidebook") as page:
        await page.click("text=Next")
        await expect(page.locator("[name=b_addr]")).to_be_hidden()
        await page.select_option("[name=b_type]", label="Bakery / Patisserie")
        await fill(page, {"b_name": NAME, "b_email": EMAIL, "b_area": "207", "b_num": "555-0142"})
        await page.click("text=Next")
        await fill(page, {"b_addr": STREET, "b_city": CITY, "b_state": "ME", "b_zip": ZIP})
        await fill(page, {"b_web": WEB, "b_about": MIDDLE})
        await page.click("text=Add my business")
        await expect(page.locator("h2")).to_have_text("All set!")


async def test_the_success_sentence_stands_by_the_form(browser: Browser, town: RunningTown) -> None:
    async with at_form(browser, town, "instalist") as page:
        await page.select_option("[data-k=cat]", label="Bakeries")
        for key in set(INSTALIST) - {"cat"}:
            await page.fill(f"[data-k={key}]", INSTALIST[key])
        await page.click("#send")
        await expect(page.locator("#said")).to_contain_text("has been posted")
        assert page.url == town.directory("instalist").submit_url
        await expect(page.locator("[data-k=title]")).to_have_value("")


async def test_what_is_typed_into_the_editor_reaches_its_twin(
    browser: Browser, town: RunningTown
) -> None:
    async with at_form(browser, town, "storyfront") as page:
        await page.locator("[contenteditable]").fill(LONG)
        await page.select_option("[name=guild]", label="Bakers")
        await fill(page, {"shop": NAME, "street": STREET, "city": CITY, "province": "ME"})
        await fill(page, {"postal": ZIP, "ring": PHONE, "letters": EMAIL, "web": WEB})
        await page.click("text=Publish my story")
        await page.wait_for_url("**/story/1?published=yes")


async def test_the_button_opens_when_the_puzzle_is_solved(
    browser: Browser, town: RunningTown
) -> None:
    async with at_form(browser, town, "hashgate") as page:
        await page.select_option("[name=section]", label="bakeries")
        await fill(page, {"entry_name": NAME, "homepage": WEB, "street": STREET, "city": CITY})
        await fill(page, {"state": "ME", "zip": ZIP, "phone": PHONE, "email": EMAIL})
        await expect(page.locator("#go")).to_be_enabled(timeout=20_000)
        await page.click("#go")
        await expect(page.locator("h2")).to_have_text("ok")


async def test_an_app_keeps_what_it_heard_of_and_drops_the_rest(
    browser: Browser, town: RunningTown
) -> None:
    async with at_form(browser, town, "reactory") as page:
        box = page.get_by_label("Business name")
        await box.evaluate("box => { box.value = 'typed without any event' }")
        await expect(box).to_have_value("")
        words = {"businessName": "Business name", "streetAddress": "Street address"}
        words |= {"locality": "City", "region": "State", "zip": "ZIP", "websiteUrl": "Website"}
        words |= {"telephone": "Phone number", "emailAddress": "Email", "summary": "Description"}
        for key, label in words.items():
            await page.get_by_label(label).fill(REACTORY[key])
        await page.get_by_label("Category").select_option("Bakery")
        assert await page.locator("form").count() == 0
        await page.get_by_role("button", name="Add listing").click()
        await expect(page.locator("h1")).to_have_text("Listing added")


async def test_choosing_a_category_wipes_the_title(browser: Browser, town: RunningTown) -> None:
    async with at_form(browser, town, "shuffle") as page:
        await page.fill("[name=sh_title]", "lost")
        await page.select_option("[name=sh_suit]", label="Bakeries")
        await page.fill("[name=sh_text]", LONG)
        await expect(page.locator("[name=sh_title]")).to_have_value("")
        await page.select_option("[name=sh_state]", label="Maine")
        await fill(page, {"sh_title": NAME, "sh_addr": STREET, "sh_city": CITY, "sh_zip": ZIP})
        await fill(page, {"sh_phone": PHONE, "sh_mail": EMAIL, "sh_web": WEB})
        await page.click("button:has-text('Deal')")
        await expect(page.locator("h1")).to_have_text("You are in the game")


async def test_no_person_sees_a_trap(browser: Browser, town: RunningTown) -> None:
    directory = town.directory("cleanlist")
    async with browser.new_context(directory) as visit:
        await visit.page.goto(directory.submit_url)
        for name in ("website", "url", "second-name"):
            trap = visit.page.locator(f"[name={name}]")
            seen = await trap.evaluate(
                "box => { const r = box.getBoundingClientRect();"
                " const hit = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);"
                " return hit === box }"
            )
            assert not seen, name
