"""Pages that would keep a visitor for ever: each ends with a reason, and leaves nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from dbolt.browser.chromium import find_chromium
from dbolt.browser.session import Browser
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import NotSent, Result, VerdictKind
from tests.browser.attempt.support import THANKS, as_pressed, form_page, posts, try_at
from tests.support.processes import processes_with
from tests.support.site import Answering, Asked, Said, Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LIMIT_S = 12
"""What the directories here allow for an attempt."""
BOUND_S = 60
"""What an attempt may take all in all, with its evidence and the closing of its context."""

Page = str | Said | Answering


def _renderers(folder: Path) -> list[int]:
    """The processes of *folder*'s Chromium that draw pages."""
    groups = {os.getpgid(pid) for pid, words in _of(folder) if "--remote-debugging-pipe" in words}
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _is_renderer(entry, groups)
    ]


def _of(folder: Path) -> list[tuple[int, str]]:
    return [(p, w) for p, w in processes_with(str(folder)).items() if "--type=" not in w]


def _is_renderer(entry: Path, groups: set[int]) -> bool:
    try:
        return b"--type=renderer" in (entry / "cmdline").read_bytes() and (
            os.getpgid(int(entry.name)) in groups
        )
    except OSError:
        return False


async def _until(fact: Callable[[], bool], within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while not fact():
            await asyncio.sleep(0.1)


async def _tried(browser: Browser, page: Page, folder: Path) -> tuple[Result, float, int]:
    """One attempt at *page*: its result, how long it took, how often something was posted."""
    pages: dict[str, Page] = {"GET /add": page, "/": page, "POST /add": THANKS}
    async with Site(pages) as site:
        began = time.monotonic()
        result, _ = await try_at(browser, site, folder, timeout_s=LIMIT_S)
        return result, time.monotonic() - began, len(posts(site))


async def _is_good(browser: Browser, folder: Path) -> None:
    """The slot takes the next directory as if nothing had been."""
    assert browser.status()["contexts"] == 0
    result, _, posted = await _tried(browser, form_page(), folder)
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert posted == 1


def _next_address(asked: Asked) -> Said:
    return Said("", 302, {"Location": f"/add?n={int(asked.query.get('n', 0)) + 1}"})


def _endless(_asked: Asked) -> Said:
    async def more() -> AsyncIterator[bytes]:
        while True:
            yield b"<p>and another paragraph</p>" * 200
            await asyncio.sleep(0.01)

    return Said("<!doctype html><title>Endless</title>", more=more())


def _huge(_asked: Asked) -> Said:
    async def more() -> AsyncIterator[bytes]:
        row = b"<div class=row><span>One of very many</span> <a href=/x>more</a></div>" * 1_000
        for _ in range(100_000_000 // len(row)):
            yield row

    return Said("<!doctype html><title>Huge</title>", more=more())


_UNWILLING = """<!doctype html><p>Stay</p><script>
onbeforeunload = event => { event.preventDefault(); event.returnValue = 'stay'; for (;;) {} };
</script>"""
_GROWING = """<!doctype html><p>More</p><script>
setInterval(() => {
  for (let i = 0; i < 500; i++) document.body.append('more ', document.createElement('p'));
}, 1);
</script>"""

HOSTILE: dict[str, tuple[Page, set[Reason]]] = {
    "redirects without end": (_next_address, {Reason.SERVER_ERROR}),
    "a document without end": (_endless, {Reason.TIMEOUT, Reason.NO_FORM}),
    "100 MB": (_huge, {Reason.TIMEOUT, Reason.NO_FORM, Reason.BROWSER_CRASHED}),
    "refreshes itself": (
        "<!doctype html><meta http-equiv=refresh content=0><p>Welcome</p>",
        {Reason.TIMEOUT, Reason.NO_FORM},
    ),
    "sends itself on by script": (
        "<!doctype html><script>location.href = '/add?' + Math.random()</script>",
        {Reason.TIMEOUT, Reason.NO_FORM},
    ),
    "opens windows": (
        "<!doctype html><p>Look!</p><script>setInterval(() => open('/add', '_blank'), 5)</script>",
        {Reason.TIMEOUT, Reason.NO_FORM},
    ),
    "a script without end": (
        "<!doctype html><p>Wait</p><script>for (;;) {}</script>",
        {Reason.TIMEOUT},
    ),
    "will not be left": (_UNWILLING, {Reason.NO_FORM}),
    "grows without end": (_GROWING, {Reason.TIMEOUT, Reason.NO_FORM}),
}


TOGETHER = [
    ("a document without end", "100 MB", "a script without end"),
    ("refreshes itself", "sends itself on by script", "opens windows"),
    ("redirects without end", "will not be left", "grows without end"),
]
"""As many at a time as a browser usually has slots."""


@pytest.mark.parametrize(
    "three",
    [TOGETHER[0], TOGETHER[1], pytest.param(TOGETHER[2], marks=pytest.mark.long)],
    ids=" + ".join,
)
async def test_each_ends_in_time_and_the_slots_are_good(
    tmp_path: Path, three: tuple[str, ...]
) -> None:
    async with Browser(find_chromium(), run_parent=tmp_path) as browser:
        ended = await asyncio.gather(
            *(_tried(browser, HOSTILE[what][0], tmp_path / "evidence") for what in three)
        )
        for what, (result, took_s, posted) in zip(three, ended, strict=True):
            assert isinstance(result, NotSent), what
            assert result.reason in HOSTILE[what][1], what
            assert result.detail, what
            assert took_s < BOUND_S, what
            assert posted == 0, what
        # Nothing of them draws, computes or loads any more.
        await _until(lambda: not _renderers(tmp_path), 10)
        await _is_good(browser, tmp_path / "evidence")
        assert browser.status()["replaced"] == {}


async def test_a_page_whose_process_dies_before_the_press_has_sent_nothing(
    tmp_path: Path,
) -> None:
    async with Browser(find_chromium(), run_parent=tmp_path) as browser:
        script = "<script>document.querySelector('[name=zip]').oninput = () => fetch('/x')</script>"
        pages = {"GET /add": form_page(more=script), "/x": _killing(tmp_path), "POST /add": THANKS}
        async with Site(pages) as site:
            result, permit = await try_at(browser, site, tmp_path / "evidence")
            assert posts(site) == []
        assert isinstance(result, NotSent)
        assert result.reason is Reason.BROWSER_CRASHED
        assert permit.asked == 0
        await _is_good(browser, tmp_path / "evidence")


async def test_a_page_whose_process_dies_by_the_press_is_unclear(tmp_path: Path) -> None:
    async with Browser(find_chromium(), run_parent=tmp_path) as browser:
        async with Site({"GET /add": form_page(), "POST /add": _killing(tmp_path)}) as site:
            began = time.monotonic()
            result, _ = await try_at(browser, site, tmp_path / "evidence")
            assert len(posts(site)) == 1
        pressed = as_pressed(result)
        assert (pressed.verdict, pressed.reason) == (
            VerdictKind.UNCLEAR,
            Reason.PRESS_UNCONFIRMED,
        )
        assert time.monotonic() - began < BOUND_S
        await _is_good(browser, tmp_path / "evidence")


def _killing(folder: Path) -> Callable[[Asked], Said]:
    """An answer that comes when the process which asked for it is gone."""

    def kill(_asked: Asked) -> Said:
        found = _renderers(folder)
        assert found
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        return Said(THANKS)

    return kill


async def test_a_page_that_asks_whether_to_leave_is_left(browser: Browser, tmp_path: Path) -> None:
    ask = "<script>onbeforeunload = event => { event.preventDefault(); return 'Stay?' }</script>"
    result, _, posted = await _tried(browser, form_page(more=ask), tmp_path)
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert posted == 1


async def test_windows_that_open_at_the_press_do_not_hide_the_answer(
    browser: Browser, tmp_path: Path
) -> None:
    storm = (
        "<script>onsubmit = () => { for (let i = 0; i < 9; i++) open('/ad', '_blank') }</script>"
    )
    result, _, posted = await _tried(browser, form_page(more=storm), tmp_path)
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
    assert result.page_url.endswith("/add")
    assert posted == 1


async def _late_and_missing(_asked: Asked) -> Said:
    await asyncio.sleep(1)
    return Said("Not found", status=404)


@pytest.mark.parametrize(
    ("more", "thanks"),
    [
        ("<script>onsubmit = () => open('/ad', '_blank')</script>", THANKS),
        ("", THANKS + "<iframe src='/ad'></iframe>"),
    ],
    ids=["a window of its own", "a frame"],
)
async def test_an_advert_that_is_missing_is_not_the_answer(
    browser: Browser, tmp_path: Path, more: str, thanks: str
) -> None:
    pages = {"GET /add": form_page(more=more), "POST /add": thanks, "GET /ad": _late_and_missing}
    async with Site(pages) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED


async def test_a_fault_in_the_window_that_the_form_was_sent_to_is_the_answer(
    browser: Browser, tmp_path: Path
) -> None:
    page = form_page().replace("<form", "<form target=_blank")
    fault = Said(THANKS, status=500)
    async with Site({"GET /add": page, "POST /add": fault}) as site:
        result, _ = await try_at(browser, site, tmp_path)
        assert len(posts(site)) == 1
    assert as_pressed(result).verdict is VerdictKind.UNCLEAR


@pytest.mark.parametrize("where", ["start page", "form page", "answer", "form"])
async def test_an_address_that_is_none_stops_nobody(
    browser: Browser, tmp_path: Path, where: str
) -> None:
    # What a theme leaves behind whose owner never filled it in; Chromium hands it on as it stands.
    broken = (
        '<p><a href="http://[your-site]/add">Add your business</a> <a href="https://[">News</a></p>'
    )
    send = "onsubmit=\"this.action = '/add'\" action='http://[your-site]/'"
    form = form_page(more=broken if where == "form page" else "")
    answer = THANKS + (broken if where == "answer" else "")
    pages: dict[str, Page] = {
        "/add": lambda asked: Said(answer if asked.method == "POST" else form),
        "/": f"<title>Town</title><h1>Town</h1>{broken}<a href=/add>Add a listing</a>",
    }
    if where == "form":
        form = form.replace("action='/add'", send)
    async with Site(pages) as site:
        start = site.url + ("/" if where == "start page" else "/add")
        result, _ = await try_at(browser, site, tmp_path, submit_url=start)
        assert len(posts(site)) == 1
    assert as_pressed(result).verdict is VerdictKind.ACCEPTED
