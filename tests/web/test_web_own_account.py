"""Can our own people join, renew their device and keep their codes, with a camera or by typing?"""

from __future__ import annotations

import base64
import io
import time
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, expect

from serve_app.staff import members
from serve_app.staff.roles import StaffRole
from serve_app.staff.totp import code
from tests.support.colleagues import colleague
from tests.support.signing import PASSWORD
from tests.support.visiting import Site
from tests.web.test_web_looks import LOOKS, faults, faults_here


async def invited(site: Site, role: StaffRole = StaffRole.STAFF) -> str:
    """The path of an invitation."""
    key = site.parts.secrets.vault_key
    async with site.parts.pool.acquire() as connection, connection.transaction():
        token = await members.invite(connection, key, "eva@directorybolt.example", role, "test")
    assert token is not None
    return f"/staff/join/{token.get_secret_value()}"


async def now_of(page: Page) -> str:
    """What an app shows into which the page's key was typed."""
    typed = (await page.inner_text("#secret")).replace(" ", "")
    return code(base64.b32decode(typed), int(time.time()) // 30)


async def edges(page: Page) -> set[tuple[int, int, int]]:
    """The colours around the code, as a camera sees them."""
    png = await page.locator(".qr").screenshot()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    across = [(x, y) for x in range(12, image.width - 12) for y in (2, 8, image.height - 3)]
    found = {image.getpixel(place) for place in across}
    assert all(isinstance(one, tuple) for one in found)
    return found  # type: ignore[return-value]  # RGB pixels are triples


async def test_one_joins_without_scripts_and_keeps_the_codes_as_a_file(
    site: Site, tmp_path: Path
) -> None:
    async with site.visitor(java_script_enabled=False) as page:
        await page.goto(await invited(site))
        await page.fill("#password", PASSWORD)
        await page.fill("#code", await now_of(page))
        await page.click("button:has-text('Join')")
        codes = await page.locator(".codes li").all_inner_texts()
        assert len(codes) == 8
        async with page.expect_download() as coming:
            await page.click("text=Download as text")
        download = await coming.value
        assert download.suggested_filename == "directorybolt-recovery-codes.txt"
        await download.save_as(tmp_path / "codes.txt")
        kept = (tmp_path / "codes.txt").read_text()
        assert kept.splitlines()[1:] == codes
        await page.click("text=I have kept them")
        await expect(page.locator("h1")).to_have_text("Live queue")


async def test_the_code_to_scan_is_light_around_whatever_the_colours(site: Site) -> None:
    link = await invited(site)
    for scheme in ("light", "dark"):
        async with site.visitor(color_scheme=scheme) as page:
            await page.goto(link)
            assert await edges(page) == {(255, 255, 255)}, scheme


@LOOKS
async def test_every_page_of_ones_own_account_is_readable(
    site: Site, scheme: str, width: int
) -> None:
    one = await colleague(site.parts, StaffRole.ADMIN)
    how = {"color_scheme": scheme, "viewport": {"width": width, "height": 844}}
    async with site.visitor(**how) as page:
        found = await faults(page, await invited(site))
        token = {"name": "dbolt-staff", "value": one.token, "url": site.url}
        await page.context.add_cookies([token])
        found += await faults(page, "/staff/account")
        await page.fill("#device-password", "a wrong one")
        await page.fill("#device-code", "000000")
        await page.click("text=Use another device")
        found += await faults_here(page, "a wrong code")
        await page.fill("#device-password", PASSWORD)
        await page.fill("#device-code", one.codes[0])
        await page.click("text=Use another device")
        found += await faults_here(page, "a new device")
        await page.fill("#code", await now_of(page))
        await page.click("text=Use this device")
        await expect(page.locator("[role=status]")).to_contain_text("new device")
        await page.fill("#codes-password", PASSWORD)
        await page.fill("#codes-code", one.codes[1])
        await page.click("text=Make new ones")
        found += await faults_here(page, "new codes")
    assert found == []
