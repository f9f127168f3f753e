"""Whatever breaks, an attempt ends in time and says truly whether something was sent."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from datetime import datetime
from pathlib import Path

import pytest

from dbolt.browser.attempt import attempt
from dbolt.browser.chromium import find_chromium
from dbolt.browser.session import Browser
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import EvidenceKind, EvidenceRef, NotSent, VerdictKind
from dbolt.providers.evidence.folder import FolderEvidence
from tests.browser.attempt.support import (
    FIELDS,
    THANKS,
    Permits,
    as_pressed,
    form_page,
    posts,
    try_at,
)
from tests.support.listing import a_directory, an_assignment
from tests.support.processes import processes_with
from tests.support.site import Asked, Said, Site


def _kill_chromium(folder: Path) -> None:
    for pid, words in processes_with(str(folder)).items():
        if "--remote-debugging-pipe" in words and "--type=" not in words:
            os.kill(pid, signal.SIGKILL)


async def test_a_chromium_killed_before_the_permit_has_sent_nothing(tmp_path: Path) -> None:
    def kill(_asked: Asked) -> Said:
        _kill_chromium(tmp_path)
        return Said("{}")

    script = "<script>document.querySelector('[name=zip]').oninput = () => fetch('/x')</script>"
    pages = {"GET /add": form_page(more=script), "/x": kill, "POST /add": THANKS}
    async with Site(pages) as site, Browser(find_chromium(), run_parent=tmp_path) as own:
        result, permit = await try_at(own, site, tmp_path)
        assert posts(site) == []
    assert isinstance(result, NotSent)
    assert result.reason is Reason.BROWSER_CRASHED
    assert permit.asked == 0


async def test_a_chromium_killed_by_the_press_is_a_press_without_an_answer(
    tmp_path: Path,
) -> None:
    def kill(_asked: Asked) -> Said:
        _kill_chromium(tmp_path)
        return Said(THANKS)

    async with Site({"GET /add": form_page(), "POST /add": kill}) as site:
        async with Browser(find_chromium(), run_parent=tmp_path) as own:
            result, _ = await try_at(own, site, tmp_path / "evidence")
        assert len(posts(site)) == 1
    pressed = as_pressed(result)
    assert (pressed.verdict, pressed.reason) == (
        VerdictKind.UNCLEAR,
        Reason.PRESS_UNCONFIRMED,
    )
    assert [ref.kind for ref in pressed.evidence] == [EvidenceKind.BEFORE]


async def test_a_crashed_page_ends_the_attempt(browser: Browser, tmp_path: Path) -> None:
    page = form_page(more="<script>setTimeout(() => { location = 'chrome://crash' }, 50)</script>")
    async with Site({"GET /add": page, "POST /add": THANKS}) as site:
        directory = a_directory(submit_url="chrome://crash", home_url=site.url)
        began = time.monotonic()
        result = await attempt(
            browser,
            an_assignment(directory),
            permit=Permits(site),
            evidence=FolderEvidence(tmp_path),
        )
    assert isinstance(result, NotSent)
    assert time.monotonic() - began < 60


async def test_a_page_that_never_stops_asking_ends_in_time(
    browser: Browser, tmp_path: Path
) -> None:
    page = form_page(more="<script>setTimeout(() => { for (;;) alert('Hello!') }, 20)</script>")
    async with Site({"GET /add": page, "POST /add": THANKS}) as site:
        began = time.monotonic()
        result, permit = await try_at(browser, site, tmp_path, timeout_s=30)
        assert posts(site) == []
    assert isinstance(result, NotSent)
    assert result.reason is Reason.TIMEOUT
    assert permit.asked == 0
    assert time.monotonic() - began < 60


async def test_a_page_whose_script_never_ends_is_given_up(browser: Browser, tmp_path: Path) -> None:
    page = form_page(more="<script>setTimeout(() => { for (;;) {} }, 20)</script>")
    async with Site({"GET /add": page, "POST /add": THANKS}) as site:
        began = time.monotonic()
        result, _ = await try_at(browser, site, tmp_path, timeout_s=15)
        assert posts(site) == []
    assert isinstance(result, NotSent)
    assert result.reason is Reason.TIMEOUT
    assert time.monotonic() - began < 75


async def test_a_huge_page_is_read_in_bounded_time(browser: Browser, tmp_path: Path) -> None:
    rows = "".join(
        f"<tr><td>Row {i}</td><td><a href=/r/{i}>more</a></td></tr>" for i in range(20_000)
    )
    page = form_page(more=f"<table>{rows}</table>")
    async with Site({"GET /add": page, "POST /add": THANKS}) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    pressed = as_pressed(result)
    assert pressed.verdict is VerdictKind.ACCEPTED
    assert all(ref.size_bytes < 3_000_000 for ref in pressed.evidence)


class FullDisk:
    """An evidence store with no room left."""

    async def put(
        self, data: bytes, *, kind: EvidenceKind, media_type: str, taken_at: datetime
    ) -> EvidenceRef:
        """Refuses."""
        raise OSError(28, "No space left on device")


async def test_without_room_for_evidence_nothing_is_sent(browser: Browser) -> None:
    async with Site({"GET /add": form_page(), "POST /add": THANKS}) as site:
        permit = Permits(site)
        result = await attempt(
            browser,
            an_assignment(a_directory(submit_url=site.url + "/add")),
            permit=permit,
            evidence=FullDisk(),
        )
        assert posts(site) == []
    assert isinstance(result, NotSent)
    assert "No space left" in result.detail
    assert permit.asked == 0


async def test_a_download_in_place_of_an_answer_is_unclear(
    browser: Browser, tmp_path: Path
) -> None:
    file = Said(b"%PDF", headers={"Content-Disposition": "attachment; filename=receipt.pdf"})
    async with Site({"GET /add": form_page(), "POST /add": file}) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert as_pressed(result).verdict is VerdictKind.UNCLEAR


async def test_a_button_that_says_next_and_sends_is_told_as_a_press(
    browser: Browser, tmp_path: Path
) -> None:
    button = "<button type=submit>Next</button>"
    fields = "<p>Step 1 of 2</p>" + FIELDS
    async with Site({"GET /add": form_page(fields, button=button), "POST /add": THANKS}) as site:
        result, permit = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert permit.asked == 1


async def test_a_cancelled_attempt_closes_its_context(browser: Browser, tmp_path: Path) -> None:
    reached = asyncio.Event()

    async def wait(_asked: Asked) -> Said:
        reached.set()
        await asyncio.Event().wait()
        return Said("")

    async with Site({"GET /add": wait}) as site:
        task = asyncio.create_task(try_at(browser, site, tmp_path))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with browser.new_context(a_directory()) as visit:
        assert visit.context.browser is not None
        assert len(visit.context.browser.contexts) == 1
