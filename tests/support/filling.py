"""Fills in the business form as a customer would, page by page."""

from __future__ import annotations

from playwright.async_api import Page

PAGES: dict[str, dict[str, str]] = {
    "basics": {"business_name": "Harbor Lane Bakery"},
    "address": {
        "address.street": "12 Harbor Lane",
        "address.city": "Portland",
        "address.state": "ME",
        "address.postal_code": "04101",
    },
    "contact": {
        "contact.first_name": "Ada",
        "contact.last_name": "Moreno",
        "email": "hello@harborlane.example.com",
        "phone": "+1 212 555 0142",
    },
    "description": {"description": "Sourdough and rye, baked before dawn."},
    "categories": {"category": "Bakery"},
    "hours": {"hours.mon.opens": "07:00", "hours.mon.closes": "15:30"},
    "media": {},
}


async def fill(page: Page, **values: str) -> None:
    """Types into the controls of the page that is open."""
    for name, value in values.items():
        await page.fill(f'[name="{name}"]', value)


async def fill_in(page: Page, **more: str) -> None:
    """From the form's overview through all its pages to the one that checks and sends.

    more: other values by field; they go where the field is.
    """
    await page.goto(page.url + "/basics")
    for step, values in PAGES.items():
        await page.wait_for_url(f"**/profile/{step}")
        await fill(page, **(values | {k: v for k, v in more.items() if k in values}))
        if step == "hours":
            await page.check('[name="hours.sun.closed"]')
        await page.locator(".wizard-main").get_by_role("button", name="Save and continue").click()
    await page.wait_for_url("**/profile/review")
