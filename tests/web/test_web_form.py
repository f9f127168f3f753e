"""Is the business form pleasant and safe? On a phone, by keyboard, in two tabs, with bad input."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import io
from uuid import UUID

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from tests.support.filling import fill, fill_in
from tests.support.serving import Staffed
from tests.support.site import Said
from tests.support.site import Site as Pages
from tests.support.visiting import Site

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NASTY = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"


def picture(width: int = 320, height: int = 200, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image = Image.new("RGB", (width, height), "navy")
    image.paste("orange", (0, 0, height, height))
    image.save(file, kind)
    return file.getvalue()


def huge() -> bytes:
    """Many pixels in few bytes."""
    file = io.BytesIO()
    Image.new("1", (6400, 6400)).save(file, "PNG")
    return file.getvalue()


def upload(data: bytes, name: str = "logo.png", kind: str = "image/png") -> FilePayload:
    return FilePayload(name=name, mimeType=kind, buffer=data)


async def saved(page: Page) -> None:
    await expect(page.locator("#saved")).to_have_attribute("data-saved", "yes")


async def fields(site: Site, step: str) -> dict[str, str]:
    found: dict[str, str] = await site.parts.pool.fetchval(
        "select fields from drafts where step = $1", step
    )
    return found


@pytest.mark.parametrize("how", [PHONE, {"java_script_enabled": False}])
async def test_the_form_is_filled_in_and_the_work_starts(
    site: Site, how: dict[str, object]
) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, **how) as page:
        await page.goto(f"/jobs/{job_id}/profile")
        await fill_in(page)
        await expect(page.locator("dd", has_text="12 Harbor Lane")).to_be_visible()
        await page.check('[name="terms_agreed"]')
        await page.click("text=Start the work")
        await page.wait_for_url(f"**/jobs/{job_id}")
        await page.goto(f"/jobs/{job_id}/profile/basics")
        await page.wait_for_url(f"**/jobs/{job_id}")
    doc = await site.parts.pool.fetchval("select doc from profiles")
    assert doc["phone"] == "+12125550142"
    assert doc["terms_agreed"] is True
    assert doc["hours"] == {"mon": [{"opens": "07:00:00", "closes": "15:30:00"}], "sun": []}
    assert await site.parts.pool.fetchval("select count(*) from drafts") == 0


async def test_the_form_needs_no_mouse(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key) as page:
        await page.goto(f"/jobs/{job_id}/profile/basics")

        async def tab_to(selector: str) -> None:
            for _ in range(60):
                await page.keyboard.press("Tab")
                if await page.locator(f"{selector}:focus").count():
                    return
            raise AssertionError(f"{selector} is not reached by Tab")

        await tab_to('[name="business_name"]')
        await page.keyboard.type("Harbor Lane Bakery")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/profile/address")
        await tab_to('[name="address.street"]')
        await page.keyboard.type("12 Harbor Lane")
        await tab_to(".actions .button.primary")
        await page.keyboard.press("Space")
        await page.wait_for_url("**/profile/contact")
        await tab_to('.actions [value="back"]')
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/profile/address")
        await expect(page.locator('[name="address.street"]')).to_have_value("12 Harbor Lane")
    assert (await fields(site, "basics"))["business_name"] == "Harbor Lane Bakery"


async def test_what_is_typed_is_saved_without_a_button_and_checked_at_once(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key) as page:
        await page.goto(f"/jobs/{job_id}/profile/contact")
        await page.fill('[name="website"]', "not a site")
        await page.fill('[name="phone"]', "12")
        await expect(page.locator(".field.wrong")).to_have_count(2)
        await expect(page.locator('[name="phone"]')).to_have_attribute("aria-invalid", "true")
        await page.fill('[name="phone"]', "(207) 774-1234")
        await expect(page.locator("[id='n-phone']")).to_have_text("Read as +1 207-774-1234.")
        await page.fill('[name="website"]', "harborlane.example.com")
        await expect(page.locator(".field.wrong")).to_have_count(0)
        await saved(page)
        await page.reload()
        await expect(page.locator('[name="phone"]')).to_have_value("(207) 774-1234")
        await expect(page.locator("#saved")).to_contain_text("Saved")


@pytest.mark.parametrize("scripts", [True, False])
async def test_two_tabs_do_not_overwrite_each_other_unseen(site: Site, *, scripts: bool) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, java_script_enabled=scripts) as page:
        other = await page.context.new_page()
        for tab in (page, other):
            await tab.goto(f"/jobs/{job_id}/profile/basics")
        await page.fill('[name="business_name"]', "The first")
        await page.locator(".actions .primary").click()
        await page.wait_for_url("**/profile/address")
        await other.fill('[name="business_name"]', "The second")
        if scripts:
            await expect(other.locator("#saved")).to_have_attribute("data-saved", "conflict")
        await other.locator(".actions .primary").click()
        await expect(other.locator("[role=alert]")).to_contain_text("Business name: The first")
        await expect(other.locator('[name="business_name"]')).to_have_value("The second")
        assert (await fields(site, "basics"))["business_name"] == "The first"
        await other.locator(".actions .primary").click()
        await other.wait_for_url("**/profile/address")
    assert (await fields(site, "basics"))["business_name"] == "The second"


async def test_what_another_tab_changed_is_not_sent_unread(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key) as page:
        await page.goto(f"/jobs/{job_id}/profile")
        await fill_in(page)
        other = await page.context.new_page()
        await other.goto(f"/jobs/{job_id}/profile/basics")
        await other.fill('[name="business_name"]', "Another name")
        await saved(other)
        await page.click("text=Start the work")
        await expect(page.locator("[role=alert]")).to_contain_text("changed in another tab")
        await expect(page.locator("dd", has_text="Another name")).to_be_visible()
        await page.click("text=Start the work")
        await page.wait_for_url(f"**/jobs/{job_id}")
    assert await site.parts.pool.fetchval("select doc ->> 'business_name' from profiles") == (
        "Another name"
    )


async def test_what_was_taken_out_comes_back(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, java_script_enabled=False) as page:
        for text in ("Sourdough and rye.", ""):
            await page.goto(f"/jobs/{job_id}/profile/description")
            await page.fill('[name="description"]', text)
            await page.locator(".actions .primary").click()
            await page.wait_for_url("**/profile/categories")
        await page.goto(f"/jobs/{job_id}/profile/description")
        await page.click("text=Bring back what was taken out")
        await expect(page.locator('[name="description"]')).to_have_value("Sourdough and rye.")


async def test_a_form_that_is_not_complete_says_what_is_missing_and_where(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, java_script_enabled=False) as page:
        await page.goto(f"/jobs/{job_id}/profile/review")
        await page.click("text=Start the work")
        await expect(page.locator("[role=alert] li")).to_have_count(8)
        await page.click("[role=alert] >> text=Street address")
        await page.wait_for_url("**/profile/address#f-address.street")
    assert await site.parts.pool.fetchval("select count(*) from profiles") == 0


async def test_html_in_every_field_stays_text(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, java_script_enabled=True) as page:
        for step in ("basics", "contact", "description", "categories"):
            await page.goto(f"/jobs/{job_id}/profile/{step}")
            for box in await page.locator(
                "form[data-autosave] input[name]:visible, textarea"
            ).all():
                if await box.get_attribute("type") != "time":
                    await box.fill(NASTY)
            await saved(page)
            await page.reload()
            assert await page.title() == "Your business · DirectoryBolt"
        for path in ("", "/review", "/categories"):
            await page.goto(f"/jobs/{job_id}/profile{path}")
            assert await page.title() == "Your business · DirectoryBolt"
            assert await page.locator("main img[onerror], main script").count() == 0


async def test_a_name_of_four_thousand_characters_is_told_and_kept(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, **PHONE) as page:
        await page.goto(f"/jobs/{job_id}/profile/basics")
        # As it comes from a browser that does not hold to maxlength.
        await page.evaluate("document.querySelector('[name=business_name]').maxLength = 9999")
        await page.fill('[name="business_name"]', "W" * 4000)
        await page.locator(".actions .primary").click()
        told = "At most 200 characters; this has 4,000."
        await expect(page.locator("[id='n-business_name']")).to_have_text(told)
        await expect(page.locator('[name="business_name"]')).to_have_value("W" * 4000)
        for path in ("", "/review"):
            await page.goto(f"/jobs/{job_id}/profile{path}")
            assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_a_logo_is_cropped_replaced_taken_out_and_brought_back(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, java_script_enabled=False) as page:
        await page.goto(f"/jobs/{job_id}/profile/media")
        await page.set_input_files("#f-logo", upload(picture()))
        await page.click("text=Upload")
        await expect(page.locator("#crop-x")).to_have_value("60")
        await fill(page, x="0", size="200")
        await page.click("text=Use this square")
        await fill(page, x="200")
        await page.click("text=Use this square")
        await expect(page.locator("[role=alert]")).to_contain_text("not inside the picture")
        await expect(page.locator("#crop-x")).to_have_value("0")
        await page.click("text=Take the logo out")
        await expect(page.locator(".logo-now")).to_have_count(0)
        await page.click("text=Bring it back")
        await expect(page.locator(".logo-now img")).to_have_count(2)
        await page.goto(f"/jobs/{job_id}/profile")
        await fill_in(page)
        await page.click("text=Start the work")
        await page.wait_for_url(f"**/jobs/{job_id}")
    doc = await site.parts.pool.fetchval("select doc -> 'logo' from profiles")
    logo = Image.open(io.BytesIO(base64.urlsafe_b64decode(doc["data"])))
    assert logo.size == (200, 200)
    red, green, blue = logo.convert("RGB").getpixel((100, 100))  # type: ignore[misc]  # of RGB
    assert (red > 200, blue < 60) == (True, True), (red, green, blue)


BAD_LOGOS = [
    (picture() + b"\0" * 10_000_000, "larger than 5 MB"),
    (b"hello", "no picture that we can read"),
    (picture(8, 8), "less than 16 pixels"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture that we can read"),
    (picture()[:200], "no picture that we can read"),
    (huge(), "40 million pixels"),
]


async def test_a_bad_logo_gives_one_clear_sentence(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key) as page:
        for data, told in BAD_LOGOS:
            await page.goto(f"/jobs/{job_id}/profile/media")
            await page.set_input_files("#f-logo", upload(data))
            await page.click("text=Upload")
            await expect(page.locator("[role=alert]")).to_have_count(1)
            await expect(page.locator("[role=alert]")).to_contain_text(told)
    assert await site.parts.pool.fetchval("select count(*) from draft_logos") == 0


async def test_kinds_of_business_are_found_with_and_without_scripts(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, java_script_enabled=False) as page:
        await page.goto(f"/jobs/{job_id}/profile/categories")
        await page.fill('[name="category"]', "Zahnarzt")
        await page.click("text=Search kinds of business")
        await page.check("text=Dentist")
        await page.locator(".actions .primary").click()
        await page.wait_for_url("**/profile/hours")
        assert (await fields(site, "categories"))["category"] == "Dentist"
    async with site.visitor(key=key) as page:
        await page.goto(f"/jobs/{job_id}/profile/categories")
        await page.fill('[name="category"]', "bak")
        await expect(page.locator("#kinds option")).to_have_attribute("value", "Bakery")


async def test_addresses_are_asked_for_as_their_country_writes_them(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, java_script_enabled=False) as page:
        await page.goto(f"/jobs/{job_id}/profile/address")
        await page.select_option('[name="address.country"]', "AU")
        await page.fill('[name="address.postal_code"]', "ABC")
        await page.click("text=Show how addresses are written there")
        await expect(page.locator("[id='n-address.postal_code']")).to_contain_text("In Australia")
        await expect(page.locator("#regions option").first).to_have_attribute(
            "value", "Australian Capital Territory"
        )
        await page.select_option('[name="address.country"]', "AE")
        await page.click("text=Show how addresses are written there")
        await expect(page.locator("[id='n-address.postal_code']")).to_contain_text("Not part of")


HOME = """<title>Harbor Lane Bakery | Home</title><script type="application/ld+json">
{"@type": "Bakery", "name": "Harbor Lane Bakery", "telephone": "(207) 774-1234", "email": "no mail",
"openingHours": ["Mo-Tu 07:00-15:30"], "url": "javascript:alert(1)"}</script>"""


def websites(site: Site) -> None:
    """Businesses' websites may be on this machine."""
    object.__setattr__(site.parts, "prefill_private", True)
    assert dataclasses.replace(site.parts).prefill_private


def browsers(site: Site) -> Staffed:
    """The pool, as far as the web sees it."""
    assert isinstance(site.parts.browsers, Staffed)
    return site.parts.browsers


async def propose(page: Page, job_id: UUID, url: str) -> None:
    await page.goto(f"/jobs/{job_id}/profile")
    await page.fill("#site", url)
    await page.locator("#prefill form .button").first.click()


async def test_the_website_proposes_and_the_customer_decides(site: Site) -> None:
    websites(site)
    job_id, key = await site.paid_job()
    async with (
        Pages({"/": HOME}) as home,
        site.visitor(key=key, java_script_enabled=False) as page,
    ):
        await page.goto(f"/jobs/{job_id}/profile/basics")
        await page.fill('[name="business_name"]', "My own words")
        await page.locator(".actions .primary").click()
        await propose(page, job_id, home.url)
        await page.goto(f"/jobs/{job_id}/profile/basics")
        # What was typed is not spoken against.
        await expect(page.locator(".proposal")).to_have_count(0)
        await page.goto(f"/jobs/{job_id}/profile/contact")
        proposal = page.locator(".proposal", has_text="(207) 774-1234")
        await expect(proposal).to_contain_text("business data (JSON-LD)")
        await page.fill('[name="contact.first_name"]', "Ada")
        await proposal.get_by_role("button").click()
        await expect(page.locator('[name="phone"]')).to_have_value("(207) 774-1234")
        await expect(page.locator('[name="contact.first_name"]')).to_have_value("Ada")
        await page.goto(f"/jobs/{job_id}/profile")
        await page.click("text=Fill all empty fields")
        assert (await fields(site, "hours"))["hours.tue.closes"] == "15:30"
        assert (await fields(site, "categories"))["category"] == "Bakery"
        # What the form itself would refuse is not proposed at all.
        contact = await fields(site, "contact")
        assert contact["email"] == "ada@example.com"
        assert contact["website"] == home.url + "/"
        assert (await fields(site, "basics"))["business_name"] == "My own words"
        assert home.to("/")[0].headers["user-agent"].startswith("DirectoryBolt/")


async def test_a_website_that_says_nothing_or_is_not_there_is_told(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with (
        Pages({"/": "<p>Hi", "/x": Said("", 500)}) as home,
        site.visitor(key=key) as page,
    ):
        await propose(page, job_id, home.url)
        await expect(page.locator("[role=alert]")).to_contain_text("without a port")
        await propose(page, job_id, "http://127.0.0.1/")
        await expect(page.locator("[role=alert]")).to_contain_text("not on the public internet")
        assert home.asked == []
        websites(site)
        browsers(site).away = True
        await propose(page, job_id, home.url)
        await expect(page.locator("#prefill [role=status]")).to_contain_text("do not answer")
        browsers(site).away = False
        browsers(site).may_open.set()
        await propose(page, job_id, home.url)
        await expect(page.locator("#prefill [role=status]")).to_contain_text("found nothing")
        await propose(page, job_id, f"{home.url}/x")
        await expect(page.locator("[role=alert]")).to_contain_text("an error (500)")
        await expect(page.locator("#site")).to_have_value(f"{home.url}/x")


DRAWN = """<title>Harbor Lane Bakery</title><div id="app"></div><script>
document.getElementById("app").innerHTML = '<a href="/contact">Contact</a>';</script>"""
REACH = """<title>Contact</title><body><script>document.body.innerHTML =
'<a href="tel:+12077741234">Call</a><a href="mailto:hello@harborlane.example.com">Write</a>';
</script>"""


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_website_that_scripts_draw_is_opened_in_a_browser(
    site: Site, *, scripts: bool
) -> None:
    websites(site)
    job_id, key = await site.paid_job()
    async with (
        Pages({"/": DRAWN, "/contact": REACH}) as home,
        site.visitor(key=key, java_script_enabled=scripts) as page,
    ):
        await propose(page, job_id, home.url)
        status = page.locator("#prefill [role=status]")
        await expect(status).to_contain_text("A browser is being started for it")
        # A second wish while one is under way asks for no second browser.
        await propose(page, job_id, home.url)
        await expect(status).to_contain_text("A browser is being started for it")
        browsers(site).may_open.set()
        if scripts:
            await expect(status).to_have_count(0, timeout=30_000)
        else:
            async with asyncio.timeout(30):
                while await status.count():
                    await page.click("text=Look again")
        await expect(page.locator("#prefill .sub")).to_contain_text("4 details were found")
        assert len(browsers(site).opened) == 1
        await page.goto(f"/jobs/{job_id}/profile/contact")
        await expect(page.locator(".proposal", has_text="+12077741234")).to_have_count(1)
        await page.goto(f"/jobs/{job_id}/profile/basics")
        await expect(page.locator(".proposal", has_text="Harbor Lane Bakery")).to_have_count(1)


async def test_what_a_browser_finds_does_not_hold_up_the_sending(site: Site) -> None:
    websites(site)
    job_id, key = await site.paid_job()
    async with Pages({"/": DRAWN, "/contact": REACH}) as home, site.visitor(key=key) as page:
        await propose(page, job_id, home.url)
        await page.goto(f"/jobs/{job_id}/profile")
        await fill_in(page)
        browsers(site).may_open.set()
        async with asyncio.timeout(30):
            while not await site.parts.pool.fetchval(
                "select fields ->> 'ended' = 'yes' from drafts where step = 'reading'"
            ):
                await asyncio.sleep(0.05)
        await page.click("text=Start the work")
        await page.wait_for_url(f"**/jobs/{job_id}")
