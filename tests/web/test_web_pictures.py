"""Are pictures handled with and without scripts, by mouse and by keyboard?"""

from __future__ import annotations

import base64
import io
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from tests.support.filling import fill_in
from tests.support.visiting import Site
from tests.web.test_web_axe import serious

COLOURS = ["red", "lime", "blue"]


def shot(colour: str, width: int = 400, height: int = 300) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "JPEG")
    return file.getvalue()


def upload(colour: str) -> FilePayload:
    return FilePayload(name=f"{colour}.jpg", mimeType="image/jpeg", buffer=shot(colour))


async def kept(site: Site) -> list[tuple[str, str]]:
    """Names and descriptions of the photos in their order."""
    rows = await site.parts.pool.fetch(
        "select name, alt from draft_photos where removed_at is null order by place"
    )
    return [(row["name"], row["alt"]) for row in rows]


async def opened(page: Page, job_id: UUID) -> None:
    await page.goto(f"/jobs/{job_id}/profile/media")


async def test_photos_are_described_ordered_taken_out_and_sent_without_scripts(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, java_script_enabled=False) as page:
        await opened(page, job_id)
        await page.set_input_files("#f-photos", [upload(one) for one in COLOURS])
        await page.click("#photos >> text=Upload")
        await expect(page.locator(".photo")).to_have_count(3)
        await page.locator(".photo input").nth(2).fill("The front door")
        await page.locator(".photo").nth(2).get_by_role("button", name="Earlier").click()
        await expect(page.locator(".photo input").nth(1)).to_have_value("The front door")
        assert await kept(site) == [
            ("red.jpg", ""),
            ("blue.jpg", "The front door"),
            ("lime.jpg", ""),
        ]
        await page.locator(".photo").nth(0).get_by_role("button", name="Take out").click()
        await expect(page.locator(".photo")).to_have_count(2)
        await page.locator(".gone-photos .button").click()
        await expect(page.locator(".photo")).to_have_count(3)
        await page.locator(".photo").nth(2).get_by_role("button", name="Take out").click()
        await page.goto(f"/jobs/{job_id}/profile")
        await fill_in(page)
        await expect(page.locator(".small-photos img")).to_have_count(2)
        await page.click("text=Start the work")
        await page.wait_for_url(f"**/jobs/{job_id}")
    doc = await site.parts.pool.fetchval("select doc -> 'photos' from profiles")
    assert [(one["name"], one["alt"]) for one in doc] == [
        ("red.jpg", ""),
        ("blue.jpg", "The front door"),
    ]
    assert Image.open(io.BytesIO(base64.urlsafe_b64decode(doc[1]["data"]))).size == (400, 300)
    assert await site.parts.pool.fetchval("select count(*) from draft_photos") == 0


async def test_there_are_eight_photos_at_most_and_a_bad_one_says_so(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, java_script_enabled=False) as page:
        await opened(page, job_id)
        bad = FilePayload(name="notes.txt", mimeType="image/png", buffer=b"hello")
        await page.set_input_files("#f-photos", [upload("red"), bad])
        await page.click("#photos >> text=Upload")
        await expect(page.locator("#photos [role=alert]")).to_contain_text("notes.txt: This is no")
        await expect(page.locator(".photo")).to_have_count(1)
        await page.set_input_files("#f-photos", [upload("lime")] * 8)
        await page.click("#photos >> text=Upload")
        await expect(page.locator("#photos [role=alert]")).to_contain_text("8 photos already")
        await expect(page.locator(".photo")).to_have_count(8)
        await expect(page.locator("#f-photos")).to_have_count(0)


async def test_nobody_sees_or_changes_anothers_photos(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key, java_script_enabled=False) as page:
        await opened(page, job_id)
        await page.set_input_files("#f-photos", upload("red"))
        await page.click("#photos >> text=Upload")
        address = await page.locator(".photo img").get_attribute("src")
        assert address is not None
        assert (await page.request.get(address)).headers["content-type"] == "image/jpeg"
    other_id, other_key = await site.paid_job("bo@example.com")
    async with site.visitor(key=other_key) as page:
        assert (await page.request.get(address)).status == 404
        own = address.replace(str(job_id), str(other_id))
        assert (await page.request.get(own)).status == 404


async def test_photos_are_dropped_onto_the_page_and_dragged_into_order(site: Site) -> None:
    job_id, key = await site.paid_job()
    async with site.visitor(key=key) as page:
        await opened(page, job_id)
        data = {one: base64.b64encode(shot(one)).decode() for one in COLOURS}
        await page.evaluate(
            """data => {
              const given = new DataTransfer();
              for (const [name, text] of Object.entries(data)) {
                const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
                given.items.add(new File([bytes], name + ".jpg", {type: "image/jpeg"}));
              }
              const place = document.querySelector("[data-drop]");
              place.dispatchEvent(new DragEvent("drop", {dataTransfer: given, bubbles: true,
                cancelable: true}));
            }""",
            data,
        )
        await expect(page.locator(".photo")).to_have_count(3)
        await page.locator(".photo input").nth(0).fill("Typed, not saved")
        async with page.expect_navigation():
            await page.locator(".photo img").nth(0).drag_to(page.locator(".photo img").nth(2))
        await expect(page.locator(".photo input").nth(2)).to_have_value("Typed, not saved")
    assert [name for name, _ in await kept(site)] == ["lime.jpg", "blue.jpg", "red.jpg"]


@pytest.mark.parametrize("phone", [False, pytest.param(True, marks=pytest.mark.long)])
async def test_the_logos_square_is_moved_by_hand_and_by_keys(site: Site, *, phone: bool) -> None:
    job_id, key = await site.paid_job()
    how = {"viewport": {"width": 390, "height": 844}} if phone else {}
    async with site.visitor(key=key, **how) as page:
        await opened(page, job_id)
        file = FilePayload(name="l.png", mimeType="image/jpeg", buffer=shot("red", 400, 200))
        await page.set_input_files("#f-logo", file)
        await page.click("#logo >> text=Upload")
        square = page.locator(".crop-square")
        # In its middle at first.
        await expect(square).to_have_attribute(
            "aria-label", "Square: 100 from the left, 0 from the top, edge 200"
        )
        box = await square.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await page.mouse.move(x, y)
        await page.mouse.down()
        await page.mouse.move(x - 500, y + 80, steps=4)
        await page.mouse.up()
        await expect(page.locator("#crop-x")).to_have_value("0")
        await expect(page.locator("#crop-y")).to_have_value("0")
        for key_name in ("-", "-", "ArrowRight", "ArrowDown", "Shift+ArrowRight", "ArrowLeft"):
            await page.keyboard.press(key_name)
        await expect(page.locator("#crop-size")).to_have_value("192")
        await expect(page.locator("#crop-x")).to_have_value("40")
        await expect(page.locator("#crop-y")).to_have_value("4")
        box = await page.locator(".crop-corner").bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + 12, box["y"] + 12)
        await page.mouse.down()
        await page.mouse.move(box["x"] - 30, box["y"] - 30, steps=4)
        await page.mouse.up()
        size = int(await page.locator("#crop-size").input_value())
        assert 16 <= size < 192
        await page.click("text=Use this square")
        await expect(page.locator("#crop-size")).to_have_value(str(size))
        assert (
            await page.evaluate("document.documentElement.scrollWidth")
            <= page.viewport_size["width"]
        )
    row = await site.parts.pool.fetchrow("select crop_x, crop_y, crop_size from draft_logos")
    assert row is not None
    assert tuple(row) == (40, 4, size)


@pytest.mark.parametrize(
    ("scheme", "width"),
    [("dark", 390), pytest.param("light", 1360, marks=pytest.mark.long)],
)
async def test_the_page_with_pictures_has_no_serious_fault(
    site: Site, axe_source: str, tmp_path: Path, *, scheme: str, width: int
) -> None:
    job_id, key = await site.paid_job()
    how = {"color_scheme": scheme, "viewport": {"width": width, "height": 844}}
    async with site.visitor(key=key, **how) as page:
        await opened(page, job_id)
        await page.set_input_files("#f-logo", upload("red"))
        await page.click("#logo >> text=Upload")
        await page.wait_for_selector(".crop-square")
        await page.set_input_files("#f-photos", [upload(one) for one in COLOURS])
        await page.click("#photos >> text=Upload")
        await page.locator(".photo").nth(2).get_by_role("button", name="Take out").click()
        await page.wait_for_selector(".gone-photos")
        assert await serious(page, f"/jobs/{job_id}/profile/media", axe_source, tmp_path) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
