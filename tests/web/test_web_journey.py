"""Can a customer answer tasks, correct details and take the result along? Scripts or not."""

from __future__ import annotations

import csv
import io
import zipfile
from uuid import UUID

import asyncpg
import pytest
from playwright.async_api import Page, expect

from dbolt.domain.directory import Pace
from dbolt.domain.fields import Field
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Account, HandOver, TypedValue, VerdictKind
from tests.support.queue import accepted, directory, not_sent, pressed
from tests.support.seeds import move
from tests.support.serving import Staffed, as_role
from tests.support.visiting import Site

ADA = "ada@example.com"
PIN = pressed(
    VerdictKind.PENDING_CUSTOMER,
    Reason.CONFIRM_BY_CUSTOMER,
    detail="A postcard with a PIN is on its way; enter it within 14 days.",
)
MAIL = pressed(VerdictKind.PENDING_EMAIL, Reason.CONFIRM_EMAIL)
MISSING = HandOver(reason=Reason.MISSING_VALUE, missing=[Field.VAT_ID])


async def state_of(site: Site, slug: str) -> tuple[str, str]:
    row = await site.parts.pool.fetchrow(
        "select state, reason from job_results where directory = $1", slug
    )
    assert row is not None
    return row["state"], row["reason"]


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_customer_answers_every_task_and_staff_enter_the_pin(
    site: Site, *, scripts: bool
) -> None:
    job_id, key = await site.job()
    by_pin, by_mail, missing = await site.attempt(PIN, MAIL, MISSING)
    async with site.visitor(key=key, java_script_enabled=scripts) as page:
        await page.goto(f"/jobs/{job_id}")
        await expect(page.locator("#next_step")).to_contain_text("3 directories wait for you")
        await page.click("text=Open the inbox")
        # What the directory itself gave a time for comes first.
        first = page.locator(".task").first
        await expect(first).to_contain_text("Answer a call")
        await expect(first.locator(".pill")).to_contain_text("until")
        await expect(page.locator(f"#task-{missing}")).to_contain_text("VAT")
        await page.fill(f"#pin-{by_pin}", "482 913")
        await page.keyboard.press("Enter")
        await expect(page.locator("[role=status]")).to_contain_text("enters the PIN")
        await expect(page.locator(".task")).to_have_count(2)
        await page.click(f"#task-{by_mail} button:has-text('It is done')")
        await page.click(f"#task-{missing} button:has-text('Leave')")
        await expect(page.locator("main")).to_contain_text("Nothing waits for you")
        assert "482 913" not in await page.content()
    assert await state_of(site, by_pin) == ("awaiting_customer", "pin_given")
    assert await state_of(site, by_mail) == ("submitted", "done_by_customer")
    assert await state_of(site, missing) == ("skipped", "left_by_customer")
    async with site.visitor(staff=True, java_script_enabled=scripts) as page:
        await page.goto("/staff/pins")
        await page.click("text=Enter it")
        await expect(page.locator(".secret-big")).to_have_text("482 913")
        await page.click("text=It was refused")
        await expect(page.locator("main")).to_contain_text("No customer has given a PIN")
    assert await state_of(site, by_pin) == ("awaiting_customer", "confirm_by_customer")


async def test_an_answer_shows_on_the_open_job_page_without_a_reload(site: Site) -> None:
    job_id, key = await site.job()
    (slug,) = await site.attempt(MAIL)
    async with site.visitor(key=key) as watching, site.visitor(key=key) as page:
        await watching.goto(f"/jobs/{job_id}")
        await expect(watching.locator(".live")).to_have_attribute("data-live", "on")
        await expect(watching.locator("#nav .count")).to_contain_text("1")
        await page.goto(f"/jobs/{job_id}/inbox")
        await page.click(f"#task-{slug} button:has-text('It is done')")
        await expect(watching.locator("#nav .count")).to_have_count(0)
        await expect(watching.locator("#timeline")).to_contain_text("yourself")


async def many(site: Site, job_id: UUID, count: int) -> None:
    """More rows, as the orchestrator would have made them."""
    async with as_role(site.database, "dbolt_orchestrator") as connection:
        await connection.execute(
            "insert into directories (slug, doc) select 'm' || lpad(n::text, 3, '0'),"
            " jsonb_build_object('name', 'Market ' || lpad(n::text, 3, '0'), 'home_url',"
            " 'https://m' || n || '.example/') from generate_series(1, $1) n",
            count,
        )
        await connection.execute(
            "insert into submissions (job_id, directory, state, reason)"
            " select $1, slug, 'failed', 'page_gone' from directories where slug like 'm%'",
            job_id,
        )


@pytest.mark.parametrize("scripts", [True, False])
async def test_five_hundred_rows_are_found_filtered_and_paged(site: Site, *, scripts: bool) -> None:
    job_id, key = await site.job()
    await many(site, job_id, 500)
    async with site.visitor(key=key, java_script_enabled=scripts) as page:
        await page.goto(f"/jobs/{job_id}")
        await expect(page.locator(".pager")).to_contain_text("Page 1 of 11")
        await page.click("text=Next")
        await expect(page.locator(".dir").first).to_contain_text("Market 048")
        await page.fill("[name=q]", "market 25")
        await page.keyboard.press("Enter")
        await expect(page.locator(".dir")).to_have_count(10)
        await expect(page.locator(".pager")).to_have_count(0)
        await page.click("#tabs >> text=Still to do")
        await expect(page.locator("#rows")).to_contain_text("No directory here is called")
        await expect(page.locator("[name=q]")).to_have_value("market 25")
        await page.click("text=Show all")
        await expect(page.locator(".dir")).to_have_count(50)


async def test_the_time_left_is_not_known_before_it_is_measured(site: Site) -> None:
    job_id, key = await site.job()
    await site.attempt(accepted())
    async with site.visitor(key=key) as page:
        await page.goto(f"/jobs/{job_id}")
        await expect(page.locator(".time-left")).to_contain_text("not known yet")
        await site.attempt(accepted(), accepted())
        await expect(page.locator(".time-left")).to_have_count(0)
        await expect(page.locator("#next_step")).to_contain_text("The work is done")


async def test_changed_details_are_used_again_and_old_listings_are_told(site: Site) -> None:
    job_id, key = await site.job()
    phone = TypedValue(
        field=Field.PHONE, control="Tel.", typed="+12125550142", read_back="+12125550142", kept=True
    )
    sent, untouched, missing = await site.attempt(accepted(typed=[phone]), accepted(), MISSING)
    async with site.visitor(key=key, java_script_enabled=False) as page:
        await page.goto(f"/jobs/{job_id}/details")
        await page.fill("[name=phone]", "12")
        await page.click("text=Save the changes")
        await expect(page.locator(".field.wrong label")).to_have_text("Phone")
        await page.fill("[name=phone]", "(212) 555-0199")
        await page.click("text=Save the changes")
        await expect(page.locator("[role=status]")).to_contain_text("1 directory is tried again")
        await expect(page.locator("[name=phone]")).to_have_value("+12125550199")
        old = page.locator(".lines li")
        await expect(old).to_have_count(1)
        await expect(old).to_contain_text("old: Phone")
        await expect(old.locator("b a")).to_have_attribute(
            "href", f"/jobs/{job_id}/directories/{sent}"
        )
        await page.goto(f"/jobs/{job_id}/history")
        await expect(page.locator(".log")).to_contain_text("The details of the business changed")
    states = {slug: (await state_of(site, slug))[0] for slug in (sent, untouched, missing)}
    assert states == {sent: "submitted", untouched: "submitted", missing: "queued"}
    doc = await site.parts.pool.fetchval(
        "select p.doc from jobs j join profiles p on p.id = j.profile_id where j.id = $1", job_id
    )
    assert doc["phone"] == "+12125550199"


async def test_an_old_listing_is_changed_by_hand_and_its_customer_sees_it(site: Site) -> None:
    job_id, key = await site.job()
    number = "+12125550142"
    phone = TypedValue(field=Field.PHONE, control="Tel", typed=number, read_back=number, kept=True)
    await site.attempt(*(accepted(typed=[phone]) for _ in range(3)))
    plain = {"java_script_enabled": False}
    async with site.visitor(key=key, **plain) as page, site.visitor(staff=True, **plain) as desk:
        await page.goto(f"/jobs/{job_id}/details")
        await page.fill("[name=phone]", "(212) 555-0199")
        await page.click("text=Save the changes")
        await expect(page.locator(".lines li")).to_have_count(3)
        await expect(page.locator(".lines")).to_contain_text("Waits to be changed")
        await page.goto(f"/jobs/{job_id}/inbox")
        await page.locator("#old button").first.click()
        await expect(page.locator("[role=status]")).to_contain_text("holds your details")
        await expect(page.locator("#old li")).to_have_count(2)
        # What the customer did is not staff's work any more.
        await desk.goto("/staff/person")
        await desk.get_by_role("link", name="Listings to update 2").click()
        first = desk.locator(".packet-card").first
        await expect(first.locator(".packet")).to_contain_text("+12125550199")
        await expect(first.locator(".was")).to_have_text(f"was: {number}")
        await first.get_by_role("button", name="Done").click()
        await expect(desk.locator("[role=status]")).to_contain_text("Marked as updated")
        last = desk.locator(".packet-card")
        await last.locator("[name=reason]").fill("They change no listing. <b>Sorry</b>")
        await last.get_by_role("button", name="Not possible").click()
        await expect(desk.locator(".empty")).to_have_text("No listing waits to be changed.")
        await page.goto(f"/jobs/{job_id}/details")
        for words in ("Updated by you on", "Updated on", "Cannot be changed: They change no"):
            await expect(page.locator(".lines li", has_text=words)).to_have_count(1)
        await page.goto(f"/jobs/{job_id}/history")
        await expect(page.locator(".log")).to_contain_text("A listing was changed to the new")
        await desk.goto("/staff/updates?state=impossible")
        await desk.locator("summary").click()
        await desk.get_by_role("button", name="Reopen").click()
        await expect(desk.locator(".packet-card")).to_have_count(1)


async def made_account(site: Site) -> str:
    """A job of Ada's on whose directory an account was made; its slug."""
    await site.job(ADA)
    account = Account(username="harborlane1234", password="is-not-kept")
    (slug,) = await site.attempt(accepted(account=account))
    return slug


async def shown_secrets(page: Page) -> list[str]:
    return await page.locator(".secret dd").all_inner_texts()


async def test_a_password_is_shown_on_demand_after_a_proof_and_the_log_says_so(site: Site) -> None:
    slug = await made_account(site)
    async with site.visitor(accept_downloads=True) as page:
        await site.prove(page, ADA)
        await page.click("text=Open the accounts on directories")
        assert "harborlane1234" not in await page.content()
        async with page.expect_response(lambda r: r.request.method == "POST") as said:
            await page.click("text=Show the password")
        assert (await said.value).headers["cache-control"] == "no-store"
        username, password = await shown_secrets(page)
        assert username == "harborlane1234"
        assert len(password) == 20
        assert password != "is-not-kept"
        async with page.expect_download() as fetched:
            await page.click("text=Download all as CSV")
        content = (await (await fetched.value).path()).read_text("utf-8-sig")
        (line,) = list(csv.reader(io.StringIO(content)))[1:]
        assert line[2:] == [username, password]
        # An hour later somebody else may sit there.
        owner = await asyncpg.connect(site.database)
        await owner.execute("update sessions set proved_at = now() - interval '1 hour'")
        log = await owner.fetch("select actor, detail from events where event = 'revealed'")
        await owner.close()
        await page.goto("/account/passwords")
        await page.click("text=Show the password")
        await expect(page.locator("h1")).to_have_text("Is it you?")
        assert password not in await page.content()
    assert [(row["actor"], row["detail"]) for row in log] == [("customer", slug.title())] * 2


async def test_the_report_is_true_and_comes_as_csv_xlsx_and_pdf(site: Site) -> None:
    job_id, key = await site.job(business_name="=cmd()")
    live, failed = await site.attempt(accepted(), not_sent(Reason.PAGE_GONE))
    await move(
        site.database,
        await site.parts.pool.fetchval("select id from job_results where directory = $1", live),
        "live",
        "found_live",
    )
    async with as_role(site.database, "dbolt_orchestrator") as connection:
        await connection.execute(
            "update directories set doc = jsonb_set(doc, '{name}', '\"=HYPERLINK(1)\"')"
            " where slug = $1",
            failed,
        )
    async with site.visitor(key=key, accept_downloads=True) as page:
        await page.goto(f"/jobs/{job_id}/report")
        rows = page.locator(".report-table tbody tr")
        await expect(rows).to_have_count(3)
        await expect(page.locator("#g-live + table")).to_contain_text("We found the listing")
        await expect(page.locator("#g-failed + table")).to_contain_text("No picture")
        await expect(page.locator("#g-working + table")).to_contain_text("Not tried")
        files = {}
        for name in ("CSV", "Excel", "PDF"):
            async with page.expect_download() as fetched:
                await page.click(f".commands >> text={name}")
            files[name] = (await (await fetched.value).path()).read_bytes()
    table = list(csv.reader(io.StringIO(files["CSV"].decode("utf-8-sig"))))
    assert table[1][0] == "'=HYPERLINK(1)"
    assert len(table) == 4
    with zipfile.ZipFile(io.BytesIO(files["Excel"])) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK(1)" in texts
    assert isinstance(site.parts.browsers, Staffed)
    (printed,) = site.parts.browsers.printed
    assert "We found the listing" in printed
    assert "<script" not in printed
    assert files["PDF"].startswith(b"%PDF-")


async def test_without_a_browser_the_pdf_says_what_to_do_instead(site: Site) -> None:
    job_id, key = await site.job()
    assert isinstance(site.parts.browsers, Staffed)
    site.parts.browsers.away = True
    async with site.visitor(key=key) as page:
        answer = await page.goto(f"/jobs/{job_id}/report.pdf")
        assert answer is not None
        assert answer.status == 503
        await expect(page.locator("main")).to_contain_text("Print the report page")
    site.complaints = [text for text in site.complaints if "status of 503" not in text]


async def test_a_slow_directory_is_named_with_the_wait_that_it_imposes(site: Site) -> None:
    slow = Pace(concurrency=1, spacing_s=3600, per_day=50)
    entries = [directory("quick"), directory("slow", name="Slow Pages", pace=slow)]
    await site.line.orchestrator.sync_directories(entries)
    await site.job("first@example.com")
    await site.job("second@example.com")
    job_id, key = await site.job()
    async with as_role(site.database, "dbolt_orchestrator") as connection:
        later = "update submissions set turn = turn + 10 where job_id = $1"
        await connection.execute(later, job_id)
    async with site.visitor(key=key, java_script_enabled=False) as page:
        await page.goto(f"/jobs/{job_id}")
        # Two stand before it in that line.
        told = "At least 2 h left: Slow Pages takes listings only so fast."
        await expect(page.locator(".time-left")).to_have_text(told)
        # Nothing of what others do is told beyond that.
        assert "first@" not in await page.content()


async def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the field of that name has the focus."""
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.name ?? ''") == name:
            return
    pytest.fail(f"the keyboard does not reach {name}")


async def test_by_keyboard_alone_on_a_phone_a_task_is_answered_and_a_row_is_found(
    site: Site,
) -> None:
    job_id, key = await site.job()
    (slug,) = await site.attempt(PIN)
    async with site.visitor(key=key, viewport={"width": 390, "height": 844}) as page:
        await page.goto(f"/jobs/{job_id}")
        await tab_to(page, "q")
        await page.keyboard.type(slug)
        await page.keyboard.press("Enter")
        await expect(page.locator(".dir")).to_have_count(1)
        await page.goto(f"/jobs/{job_id}/inbox")
        await tab_to(page, "pin")
        await page.keyboard.type("4711")
        await page.keyboard.press("Enter")
        await expect(page.locator("[role=status]")).to_contain_text("enters the PIN")
    assert await site.parts.pool.fetchval("select pin from answers") == "4711"
