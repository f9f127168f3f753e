"""Can a customer buy, tell of the business and watch? With and without scripts."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import asyncpg
import pytest
from PIL import Image
from playwright.async_api import expect

from dbolt.browser.chromium import find_chromium, launch_args
from dbolt.domain.fields import Field
from dbolt.domain.reasons import WORDS, Reason
from dbolt.domain.submission import EvidenceKind, EvidenceRef, TypedValue
from dbolt.providers.payments.standin import StandinCheckout, Step
from tests.support.filling import fill_in
from tests.support.queue import accepted, not_sent
from tests.support.seeds import move
from tests.support.visiting import Site


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (320, 200), colour).save(file, "PNG")
    return file.getvalue()


async def test_the_landing_page_is_light_and_tells_the_plans(site: Site) -> None:
    sizes: list[int] = []
    async with site.visitor() as page:
        page.on("response", lambda r: sizes.append(int(r.headers.get("content-length", 0))))
        await page.goto("/", wait_until="networkidle")
        first_page = sum(sizes)
        await expect(page.locator(".plan h3")).to_have_text(
            ["Starter", "Growth", "Professional", "Enterprise"]
        )
        await page.click("text=Choose Professional")
        await expect(page.locator("input:checked")).to_have_value("professional")
    assert 10_000 < first_page < 100_000


async def test_a_customer_buys_and_tells_of_the_business_without_scripts(site: Site) -> None:
    async with site.visitor(java_script_enabled=False) as page:
        await page.goto("/order?plan=growth")
        await page.fill("#email", "Ada@Example.com")
        await page.click("text=Continue to payment")
        await page.click("button:has-text('Pay $299')")
        await page.wait_for_url("**/jobs/*/profile")
        await fill_in(page)
        await page.click("text=Start the work")
        await page.wait_for_url(lambda url: not url.endswith("/profile"))
        await expect(page.locator("h1")).to_have_text("Harbor Lane Bakery")
        await expect(page.locator(".dir")).to_have_count(3)
    order = await site.parts.pool.fetchrow("select state, plan, amount_cents from orders")
    assert order is not None
    assert (order["state"], order["plan"], order["amount_cents"]) == ("paid", "growth", 29_900)
    doc = await site.parts.pool.fetchval(
        "select p.doc from jobs j join profiles p on p.id = j.profile_id"
    )
    assert doc["phone"] == "+12125550142"
    assert doc["hours"] == {"mon": [{"opens": "07:00:00", "closes": "15:30:00"}], "sun": []}


async def test_the_job_page_follows_the_work_without_a_reload(site: Site) -> None:
    job_id, key = await site.job()
    async with site.visitor(key=key) as page:
        await page.goto(f"/jobs/{job_id}")
        await expect(page.locator(".live")).to_have_attribute("data-live", "on")
        await page.evaluate("document.body.dataset.same = 'yes'")
        slugs = await site.attempt(accepted(), not_sent(Reason.PAGE_GONE))
        first = page.locator(".dir", has=page.locator(f"a[href$='/{slugs[0]}']"))
        await expect(first.locator(".pill")).to_have_text("handed in")
        await expect(first).to_contain_text(WORDS[Reason.ACCEPTED].customer)
        await expect(page.locator(".ring-small")).to_have_text("2 of 3")
        await expect(page.locator("#timeline")).to_contain_text("took the listing")
        assert await page.evaluate("document.body.dataset.same") == "yes"


async def test_what_is_open_stays_open_while_rows_change(site: Site) -> None:
    job_id, key = await site.job()
    typed = TypedValue(
        field=Field.BUSINESS_NAME,
        control="Company",
        typed="Harbor Lane Bakery",
        read_back="Harbor Lane Bakery",
        kept=True,
    )
    (slug,) = await site.attempt(accepted(typed=[typed]))
    async with site.visitor(key=key) as page:
        await page.goto(f"/jobs/{job_id}")
        row = page.locator(".dir", has=page.locator(f"a[href$='/{slug}']"))
        await row.locator("summary").click()
        await expect(row.locator("td").first).to_be_visible()
        submission_id = await site.parts.pool.fetchval(
            "select id from job_results where directory = $1", slug
        )
        await move(site.database, submission_id, "live", "found_live")
        await expect(row.locator(".pill")).to_have_text("live")
        await expect(row.locator("td").first).to_be_visible()


async def test_live_updates_survive_a_lost_connection(site: Site) -> None:
    job_id, key = await site.job()
    async with site.visitor(key=key) as page:
        await page.goto(f"/jobs/{job_id}")
        await expect(page.locator(".live")).to_have_attribute("data-live", "on")
        owner = await asyncpg.connect(site.database)
        ended = await owner.fetchval(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where query ilike 'listen%' and datname = current_database()"
        )
        await owner.close()
        assert ended >= 1
        await site.attempt(accepted())
        await expect(page.locator(".ring-small")).to_have_text("1 of 3")


async def test_evidence_is_seen_and_values_are_told(site: Site) -> None:
    job_id, key = await site.job()
    shots = [
        EvidenceRef(
            kind=kind,
            sha256=site.keep(picture(colour)),
            media_type="image/png",
            size_bytes=1,
            taken_at=datetime.now(UTC),
        )
        for kind, colour in ((EvidenceKind.BEFORE, "navy"), (EvidenceKind.AFTER, "green"))
    ]
    typed = TypedValue(
        field=Field.PHONE, control="Tel.", typed="+12125550142", read_back="(212)", kept=False
    )
    (slug,) = await site.attempt(accepted(evidence=shots, typed=[typed]))
    async with site.visitor(key=key) as page:
        await page.goto(f"/jobs/{job_id}")
        await expect(page.locator(".thumbs img")).to_have_count(2)
        await page.click(f"a[href$='/directories/{slug}']")
        pictures = page.locator(".shots img")
        await expect(pictures).to_have_count(2)
        for number in range(2):
            await pictures.nth(number).scroll_into_view_if_needed()
            await expect(pictures.nth(number)).to_have_js_property("naturalWidth", 320)
        await expect(page.locator(".typed")).to_contain_text("not kept")


async def test_what_others_wrote_is_text_and_not_markup(site: Site) -> None:
    nasty = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
    job_id, key = await site.job(business_name=nasty)
    await site.attempt(accepted(listing_url="javascript:alert(1)"))
    async with site.visitor(key=key) as page:
        await page.goto(f"/jobs/{job_id}")
        await expect(page.locator("h1")).to_have_text(nasty)
        assert "owned" not in (await page.title()).split("·")[0].replace(nasty, "")
        assert await page.locator("a[href^='javascript']").count() == 0


async def test_a_link_with_the_key_behind_the_hash_signs_in(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor() as page:
        await page.goto(f"/sign-in/key?next=/jobs/{job_id}#{key}")
        await page.wait_for_url(f"**/jobs/{job_id}")
        await expect(page.locator("#next_step")).to_contain_text("your business")
        await page.click("text=Sign out")
        await page.goto(f"/jobs/{job_id}")
        await expect(page.locator("h1")).to_have_text("Sign in")


async def test_another_customers_job_is_not_there(site: Site) -> None:
    job_id, _ = await site.paid_job("ada@example.com")
    _, bob = await site.paid_job("bob@example.com")
    async with site.visitor(key=bob) as page:
        answer = await page.goto(f"/jobs/{job_id}")
        assert answer is not None
        assert answer.status == 404
        await expect(page.locator("h1")).to_have_text("Nothing here")


async def test_an_order_without_an_orchestrator_says_so_and_goes_on_later(site: Site) -> None:
    async with site.visitor() as page:
        await page.goto("/order")
        await page.fill("#email", "ada@example.com")
        await page.click("text=Continue to payment")
        site.line.away = True
        with_pay = page.locator("button:has-text('Pay $')")
        await with_pay.click()
        await expect(page.locator("h1")).to_have_text("Back in a moment")
        site.line.away = False
        await page.go_back()
        await with_pay.click()
        await page.wait_for_url("**/profile")
    site.complaints = [text for text in site.complaints if "status of 503" not in text]


async def test_over_plain_http_on_another_machines_name_forms_work(site: Site) -> None:
    # Browsers send no Sec-Fetch-Site there, so all hangs on the Origin.
    mapped = [*launch_args(), "--host-resolver-rules=MAP shop.test 127.0.0.1"]
    chromium = await site.chromium.browser_type.launch(executable_path=find_chromium(), args=mapped)
    page = await chromium.new_page(base_url=site.url.replace("127.0.0.1", "shop.test"))
    await page.goto("/sign-in/key")
    await page.fill("#key", "guess")
    await page.click("main button")
    await expect(page.locator("[role=alert]")).to_contain_text("This key opens nothing")
    await chromium.close()


async def test_the_link_that_is_to_be_kept_opens_the_job_elsewhere(site: Site) -> None:
    async with site.visitor() as page:
        await page.goto("/order")
        await page.fill("#email", "ada@example.com")
        await page.click("text=Continue to payment")
        await page.click("button:has-text('Pay $')")
        await page.wait_for_url("**/profile")
        link = await page.locator("#keep a").get_attribute("href")
        assert link is not None
        # Whatever others order with the address, and after a sign-out here.
        await site.paid_job("ada@example.com")
        await page.goto(page.url.removesuffix("/profile"))
        await page.click("text=Sign out")
    async with site.visitor() as page:
        await page.goto(link)
        await page.wait_for_url("**/jobs/*")
        await expect(page.locator("#next_step")).to_contain_text("your business")
        assert "#" not in page.url


async def test_a_key_in_a_link_never_takes_the_place_of_a_session_unasked(site: Site) -> None:
    mine, key = await site.paid_job("ada@example.com")
    theirs, other = await site.paid_job("eve@example.com")
    async with site.visitor(key=key) as page:
        await page.goto(f"/sign-in/key?next=/jobs/{theirs}#{other}")
        await expect(page.locator("#open-session")).to_contain_text("ada@example.com")
        await expect(page.locator("#key")).to_have_value(other)
        assert "#" not in page.url
        await page.goto(f"/jobs/{mine}")
        await expect(page.locator("#next_step")).to_contain_text("your business")


async def test_without_scripts_a_key_leaves_the_address_with_the_sign_in(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(java_script_enabled=False) as page:
        await page.goto(f"/sign-in/key?next=/jobs/{job_id}#{key}")
        await expect(page.locator("noscript p")).to_contain_text("copy what stands behind the #")
        await page.fill("#key", key)
        await page.click("main button")
        await page.wait_for_url("**/jobs/*")
        assert "#" not in page.url


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_long_name_stays_inside_the_page(site: Site, width: int) -> None:
    job_id, _ = await site.job(business_name="W" * 200)
    await site.attempt(accepted())
    async with site.visitor(staff=True, viewport={"width": width, "height": 800}) as page:
        for path in (f"/jobs/{job_id}", "/staff", f"/staff/jobs/{job_id}"):
            await page.goto(path)
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, wide)
            outside = await page.evaluate(
                "[...document.querySelectorAll('.feed')].filter("
                "box => box.scrollWidth > box.clientWidth).length"
            )
            assert outside == 0, path


async def test_a_customer_who_pays_by_bank_is_told_to_wait_and_not_to_pay_again(
    site: Site,
) -> None:
    async with site.visitor(java_script_enabled=False) as page:
        await page.goto("/order")
        await page.fill("#email", "ada@example.com")
        await page.click("text=Continue to payment")
        pay_page = page.url
        await page.click("text=Pay by bank transfer")
        await expect(page.locator("h1")).to_have_text("Your bank is sending the payment")
        await expect(page.locator("text=/pay again/i")).to_have_count(0)
        order_page = page.url.split("?")[0]
        await page.goto(pay_page)
        await page.click("text=Let it fail")
        await expect(page.locator("h1")).to_have_text("The payment did not go through")
        await page.click("text=Pay again")
        await page.click("text=Let a day pass")
        await expect(page.locator("h1")).to_have_text("The payment page has closed")
        assert page.url.startswith(order_page)
        await page.click("text=Pay again")
        await page.click("text=Pay by bank transfer")
        await page.goto(pay_page)
        await page.click("text=Let the money arrive")
        await page.wait_for_url("**/jobs/*/profile")


async def test_the_page_after_paying_does_not_need_the_notice(site: Site) -> None:
    async with site.visitor() as page:
        await page.goto("/order")
        await page.fill("#email", "ada@example.com")
        await page.click("text=Continue to payment")
        order_id = page.url.rpartition("/")[2]
        ref = await site.parts.pool.fetchval("select session_ref from checkouts")
        # The money is there, and the notice of it is lost.
        assert isinstance(site.parts.checkout, StandinCheckout)
        secret = site.parts.secrets.stripe_webhook_secret
        assert site.parts.checkout.take(ref, Step.CARD, secret) is not None
        await page.goto(f"/orders/{order_id}?session_id=cs_test_of_somebody_else")
        await expect(page.locator("h1")).to_have_text("Waiting for the payment")
        assert await site.parts.pool.fetchval("select count(*) from jobs") == 0
        await page.goto(f"/orders/{order_id}?session_id={ref}")
        await page.wait_for_url("**/jobs/*/profile")
