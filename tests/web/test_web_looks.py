"""Can everybody read and use the pages? Light and dark, wide and narrow, with labels and names."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page

from dbolt.domain.fields import Field
from dbolt.domain.override import Override, Rules
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver, VerdictKind
from tests.support.queue import accepted, not_sent, pressed, unclear
from tests.support.visiting import Site

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()

NAMELESS = """() => [...document.querySelectorAll('input,select,textarea,button,a[href],summary')]
  .filter((e) => e.type !== 'hidden' && !e.labels?.length && !e.getAttribute('aria-label')
    && !e.textContent.trim() && !e.querySelector('img[alt]:not([alt=""])'))
  .map((e) => e.outerHTML.slice(0, 120))"""
DOUBLE_IDS = """() => { const all = [...document.querySelectorAll('[id]')].map((e) => e.id);
  return all.filter((id, n) => all.indexOf(id) !== n); }"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


LOOKS = pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", 390),
        ("dark", 1360),
        pytest.param("dark", 390, marks=pytest.mark.long),
        pytest.param("light", 1360, marks=pytest.mark.long),
    ],
)
"""Each scheme and each width in every run, all of them together in the long one."""


async def paths(site: Site) -> tuple[dict[str, list[str]], list[str]]:
    """Every page of customers, by the key that opens it, and of staff, with work of all kinds."""
    job_id, key = await site.job()
    slugs = await site.attempt(accepted(), unclear(), not_sent(Reason.PAGE_GONE))
    waiting, second = await site.paid_job("bob@example.com")
    customer = ["/", "/order", "/sign-in", "/sign-in/key", "/nothing", f"/jobs/{job_id}"]
    customer += [
        "/qualify",
        "/qualify?country=US&category=Bakery&town=Portland",
        "/qualify?country=x",
    ]
    customer += ["/qualify?country=US&show=others", "/order?country=US&category=Bakery"]
    customer += ["/sign-up", "/forgot", "/account", "/link/used-up"]
    customer += [f"/jobs/{job_id}/directories/{slugs[0]}", f"/jobs/{job_id}?q=nothing"]
    customer += [f"/jobs/{job_id}/{name}" for name in ("inbox", "report", "history", "details")]
    busy, third = await site.job("carl@example.com")
    await site.attempt(
        pressed(
            VerdictKind.PENDING_CUSTOMER, Reason.CONFIRM_BY_CUSTOMER, detail="Valid for 9 days"
        ),
        HandOver(reason=Reason.MISSING_VALUE, missing=[Field.VAT_ID]),
        pressed(VerdictKind.PENDING_EMAIL, Reason.CONFIRM_EMAIL),
    )
    staff = ["/staff", "/staff?tab=failed", "/staff/directories", "/staff/health"]
    staff += ["/staff/updates", "/staff/updates?state=done"]
    staff += ["/staff/retry?state=failed", "/staff/pause?level=global", f"/staff/jobs/{job_id}"]
    staff += [f"/staff/jobs/{job_id}/directories/{slugs[1]}", f"/jobs/{waiting}/profile"]
    steps = (
        "basics",
        "address",
        "contact",
        "description",
        "categories",
        "hours",
        "media",
        "review",
    )
    form = [f"/jobs/{waiting}/profile", *(f"/jobs/{waiting}/profile/{step}" for step in steps)]
    await site.paid_twice(job_id)
    staff += ["/staff/payments", "/staff/pins"]
    tasks = [f"/jobs/{busy}", f"/jobs/{busy}/inbox"]
    customer_id = await site.parts.pool.fetchval("select id from customers limit 1")
    staff += ["/staff/overview", "/staff/submissions", "/staff/submissions?state=live"]
    staff += ["/staff/person", "/staff/directories/d000", "/staff/find?q=harbor", "/staff/team"]
    slower = Override(rules=Rules(per_day=5), reason="Their server is slow.")
    assert await site.line.override("d000", slower, "staff") is None
    staff += ["/staff/customers", f"/staff/customers/{customer_id}", "/staff/settings"]
    staff += ["/staff/audit", "/staff/sign-in", "/staff/bulk?do=retry&all=yes&state=failed"]
    staff += [f"/staff/jobs/{job_id}/directories/{slugs[2]}/edit"]
    return {key: customer, second: form, third: tasks}, staff


async def faults(page: Page, path: str) -> list[str]:
    """What is wrong with one page for its readers."""
    await page.goto(path)
    return await faults_here(page, path)


async def faults_here(page: Page, path: str) -> list[str]:
    """The same for the page that is open."""
    found = [f"contrast {text}" for text in await page.evaluate(CONTRAST)]
    found += [f"no name {html}" for html in await page.evaluate(NAMELESS)]
    found += [f"id twice {name}" for name in await page.evaluate(DOUBLE_IDS)]
    if await page.locator("h1").count() != 1:
        found.append("not one h1")
    if (wider := await page.evaluate(WIDER)) > 0:
        found.append(f"{wider} px too wide")
    return [f"{path}: {text}" for text in found]


@LOOKS
async def test_every_page_is_readable(site: Site, scheme: str, width: int) -> None:
    customers, staff = await paths(site)
    how = {"color_scheme": scheme, "viewport": {"width": width, "height": 844}}
    found: list[str] = []
    for key, pages in customers.items():
        async with site.visitor(key=key, **how) as page:
            for path in pages:
                found += await faults(page, path)
    async with site.visitor(staff=True, **how) as page:
        for path in staff:
            found += await faults(page, path)
    assert found == []


ACCOUNT = [
    "/account",
    "/account/passwords",
    "/account?done=password",
    "/account/password",
    "/account/confirm",
]
ACCOUNT += ["/account/delete", "/account/delete/now", "/order"]


@LOOKS
async def test_every_page_of_an_account_is_readable(site: Site, scheme: str, width: int) -> None:
    email = f"{'a-very-long-name' * 3}@{'long-domain' * 4}.example.com"
    await site.job(email)
    how = {"color_scheme": scheme, "viewport": {"width": width, "height": 844}}
    async with site.visitor(**how) as page:
        await site.prove(page, email)
        found = [fault for path in ACCOUNT for fault in await faults(page, path)]
        await page.goto("/account/password")
        await page.fill("#password", "password1")
        await page.click("text=Set the password")
        found += await faults_here(page, "a password that everybody uses")
        await page.goto("/forgot")
        await page.fill("#email", email)
        await page.click("main button")
        found += await faults_here(page, "a letter is sent")
        found += await faults(page, await site.link(email))
    async with site.visitor(**how) as page:
        await page.goto("/sign-in")
        await page.fill("#email", email)
        await page.fill("#password", "a wrong password")
        await page.click("main button")
        found += await faults_here(page, "a wrong password")
        await page.click("text=Mail me a sign-in link")
        found += await faults(page, await site.link(email))
    assert found == []


async def test_motion_is_reduced_where_the_reader_wishes(site: Site) -> None:
    async with site.visitor(reduced_motion="reduce") as page:
        await page.goto("/")
        running = "() => document.getAnimations().filter((a) => a.playState === 'running').length"
        assert await page.evaluate(running) == 0
