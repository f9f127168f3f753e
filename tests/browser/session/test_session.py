"""A context belongs to one submission, and the browser stays usable whatever happens in it."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from dbolt.browser.chromium import NoBrowser, find_chromium, version
from dbolt.browser.session import Browser
from tests.support.listing import a_directory
from tests.support.processes import processes_with
from tests.support.site import Asked, Said, Site

PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


async def test_a_context_knows_nothing_of_another(browser: Browser) -> None:
    page = Said("<title>set</title>", headers={"Set-Cookie": "customer=first"})
    async with Site({"/": page, "/next": "<title>next</title>"}) as site:
        async with browser.new_context(a_directory()) as first:
            await first.page.goto(site.url + "/")
            await first.page.evaluate("localStorage.setItem('customer', 'first')")
        async with browser.new_context(a_directory()) as second:
            await second.page.goto(site.url + "/next")
            assert await second.page.evaluate("localStorage.getItem('customer')") is None
        (asked,) = site.to("/next")
        assert "cookie" not in asked.headers


async def test_it_says_honestly_who_it_is(browser: Browser) -> None:
    async with Site({"/": "<title>hello</title>"}) as site:
        async with browser.new_context(a_directory(language="de")) as visit:
            await visit.page.goto(site.url + "/")
            assert await visit.page.evaluate("navigator.webdriver") is True
        (asked,) = site.to("/")
    assert asked.headers["user-agent"].endswith(" DirectoryBolt/0.1")
    assert "Chrome/" in asked.headers["user-agent"]
    assert asked.headers["accept-language"].startswith("de")


@pytest.mark.parametrize("block", [True, False])
async def test_pictures_are_loaded_only_where_the_site_needs_them(
    browser: Browser, *, block: bool
) -> None:
    html = "<img src='/a.gif'><img src='/b.png?v=2'><script src='/c.js'></script>"
    picture = Said(PIXEL, headers={"Content-Type": "image/gif"})
    script = Said("window.ran = true", headers={"Content-Type": "text/javascript"})
    pages = {"/": html, "/a.gif": picture, "/b.png": picture, "/c.js": script}
    async with Site(pages) as site:
        async with browser.new_context(a_directory(block_media=block)) as visit:
            await visit.page.goto(site.url + "/", wait_until="load")
            assert await visit.page.evaluate("window.ran") is True
        fetched = {a.path for a in site.asked} & {"/a.gif", "/b.png"}
    assert fetched == (set() if block else {"/a.gif", "/b.png"})
    assert visit.log.console_errors == []


async def test_from_an_upload_on_pictures_are_loaded(browser: Browser) -> None:
    picture = Said(PIXEL, headers={"Content-Type": "image/gif"})
    async with Site({"/": "<img src=/a.gif>", "/a.gif": picture, "/b.gif": picture}) as site:
        async with browser.new_context(a_directory()) as visit:
            await visit.page.goto(site.url + "/", wait_until="load")
            await visit.load_media()
            width = await visit.page.evaluate("""async () => {
              const preview = new Image();
              preview.src = '/b.gif';
              await preview.decode();
              return preview.naturalWidth;
            }""")
        assert width == 1
        assert site.to("/a.gif") == []


async def test_a_download_is_refused_and_noted(browser: Browser) -> None:
    file = Said(b"MZ", headers={"Content-Disposition": 'attachment; filename="setup.exe"'})
    async with Site({"/": "<a href='/file'>get</a>", "/file": file}) as site:
        async with browser.new_context(a_directory()) as visit:
            await visit.page.goto(site.url + "/")
            async with visit.page.expect_download() as waiting:
                await visit.page.click("a")
            assert await (await waiting.value).failure()
            assert visit.log.downloads == ["setup.exe"]


async def test_dialogs_are_answered_and_noted(browser: Browser) -> None:
    async with browser.new_context(a_directory()) as visit:
        page = visit.page
        assert await page.evaluate("[alert('saved'), confirm('sure?'), prompt('name?')]") == [
            None,
            False,
            None,
        ]
        visit.agreeing = True
        assert await page.evaluate("confirm('send?')") is True
        assert visit.log.dialogs == ["saved", "sure?", "name?", "send?"]


async def test_a_page_that_never_stops_opening_dialogs_is_closed(browser: Browser) -> None:
    async with browser.new_context(a_directory()) as visit:
        closed = asyncio.Event()
        visit.page.on("close", lambda _: closed.set())
        await visit.page.evaluate("setTimeout(() => { for (;;) alert('again') })")
        async with asyncio.timeout(20):
            await closed.wait()
        assert visit.log.stuck
        assert len(visit.log.dialogs) <= 20
    async with browser.new_context(a_directory()) as after:
        assert await after.page.evaluate("1 + 1") == 2


async def test_permissions_are_denied(browser: Browser) -> None:
    async with Site({"/": "<title>where?</title>"}) as site:
        async with browser.new_context(a_directory()) as visit:
            await visit.page.goto(site.url + "/")
            for name in ("geolocation", "notifications", "camera"):
                state = await visit.page.evaluate(
                    "name => navigator.permissions.query({name}).then(p => p.state)", name
                )
                assert state == "denied", name


async def test_a_window_that_the_page_opens_is_followed(browser: Browser) -> None:
    pages = {"/": "<a href='/new' target='_blank'>open</a>", "/new": "<title>new one</title>"}
    async with Site(pages) as site, browser.new_context(a_directory()) as visit:
        await visit.page.goto(site.url + "/")
        async with visit.context.expect_page():
            await visit.page.click("a")
        await visit.newest().wait_for_load_state()
        assert await visit.newest().title() == "new one"
        await visit.newest().close()
        assert visit.newest() is visit.page


async def test_it_knows_what_is_still_on_its_way_and_what_was_answered(browser: Browser) -> None:
    released = asyncio.Event()

    async def slow(_asked: Asked) -> Said:
        await released.wait()
        return Said("{}", 422)

    async with Site({"/": "<p>form</p>", "POST /api": slow}) as site:
        async with browser.new_context(a_directory()) as visit:
            await visit.page.goto(site.url + "/")
            assert visit.status_since(0) == 200
            moment = asyncio.get_running_loop().time()
            async with visit.page.expect_response("**/api"):
                await visit.page.evaluate("void fetch('/api', {method: 'POST'})")
                assert visit.busy()
                released.set()
            assert visit.status_since(moment) == 422


@pytest.mark.parametrize("noticed", [True, False])
async def test_after_chromium_was_killed_the_next_context_gets_a_new_one(
    tmp_path: Path, *, noticed: bool
) -> None:
    async with Browser(find_chromium(), run_parent=tmp_path) as browser:
        async with browser.new_context(a_directory()) as visit:
            await visit.page.goto("data:text/html,x")
        for pid in _chromiums_of(tmp_path):
            os.kill(pid, signal.SIGKILL)
        while _chromiums_of(tmp_path):
            pass  # the loop does not run meanwhile, and so nobody here hears of it
        async with asyncio.timeout(20):
            while noticed and browser.is_alive():
                await asyncio.sleep(0.02)
        async with browser.new_context(a_directory()) as visit:
            assert await visit.page.evaluate("1 + 1") == 2


def _chromiums_of(run_parent: Path) -> list[int]:
    """The first processes of the Chromiums whose runs are below *run_parent*; no other's."""
    found = processes_with(str(run_parent))
    return [
        p
        for p, words in found.items()
        if "--remote-debugging-pipe" in words and "--type=" not in words
    ]


async def test_a_stopped_browser_leaves_nothing(tmp_path: Path) -> None:
    browser = Browser(find_chromium(), run_parent=tmp_path)
    async with browser, browser.new_context(a_directory()):
        assert processes_with(str(tmp_path))
    assert not processes_with(str(tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert not browser.is_alive()
    with pytest.raises(NoBrowser, match="not started"):
        async with browser.new_context(a_directory()):
            pass


async def test_a_hung_chromium_can_be_stopped(tmp_path: Path) -> None:
    browser = Browser(find_chromium(), run_parent=tmp_path)
    await browser.start()
    (group,) = {
        os.getpgid(pid)
        for pid, words in processes_with(str(tmp_path)).items()
        if "--remote-debugging-pipe" in words
    }
    os.killpg(group, signal.SIGSTOP)
    async with asyncio.timeout(30):
        await browser.stop()
    assert not processes_with(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


async def test_a_program_that_is_no_browser_is_one_clear_sentence(tmp_path: Path) -> None:
    fake = tmp_path / "chromium"
    fake.write_text("#!/bin/sh\nexit 3\n")
    fake.chmod(0o755)
    browser = Browser(find_chromium(fake), run_parent=tmp_path)
    with pytest.raises(NoBrowser, match="does not start"):
        await browser.start()
    with pytest.raises(NoBrowser, match="does not start"):
        version(fake)
    assert [p.name for p in tmp_path.iterdir()] == ["chromium"]
