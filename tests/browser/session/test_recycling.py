"""A Chromium is replaced before it grows old, and nothing under way is cut off by that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from dbolt.browser.chromium import find_chromium
from dbolt.browser.session import Browser, Lifetime
from tests.support.listing import a_directory
from tests.support.processes import processes_with

pytestmark = pytest.mark.browser


def _chromiums(folder: Path) -> list[int]:
    """The first processes of the Chromiums whose runs are below *folder*."""
    return [
        pid
        for pid, words in processes_with(str(folder)).items()
        if "--remote-debugging-pipe" in words and "--type=" not in words
    ]


async def _until(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not fact():
            await asyncio.sleep(0.05)


async def _use(browser: Browser) -> None:
    async with browser.new_context(a_directory()) as visit:
        assert await visit.page.evaluate("1 + 1") == 2


async def test_after_its_count_nobody_waits_and_nothing_is_cut_off(tmp_path: Path) -> None:
    lifetime = Lifetime(contexts=2)
    async with Browser(find_chromium(), lifetime=lifetime, run_parent=tmp_path) as browser:
        (old,) = _chromiums(tmp_path)
        async with browser.new_context(a_directory()) as under_way:
            await under_way.page.set_content("<input value='half typed'>")
            await _use(browser)
            assert _chromiums(tmp_path) == [old]
            # The third is served at once, by a fresh one, while the first still works.
            await _use(browser)
            assert len(_chromiums(tmp_path)) == 2
            assert await under_way.page.input_value("input") == "half typed"
            assert browser.status()["retiring"] == 1
        await _until(lambda: len(_chromiums(tmp_path)) == 1)
        assert _chromiums(tmp_path) != [old]
        assert browser.status()["replaced"] == {"count": 1}
        await _until(lambda: len(list(tmp_path.iterdir())) == 1)
    assert list(tmp_path.iterdir()) == []


async def test_after_its_time(tmp_path: Path) -> None:
    lifetime = Lifetime(age_s=0.0)
    async with Browser(find_chromium(), lifetime=lifetime, run_parent=tmp_path) as browser:
        (old,) = _chromiums(tmp_path)
        await _use(browser)
        await _until(lambda: old not in _chromiums(tmp_path))
        assert browser.status()["replaced"] == {"age": 1}


async def test_when_it_takes_too_much_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dbolt.browser.session._WEIGHED_S", 0.0)
    async with Browser(find_chromium(), run_parent=tmp_path) as measured:
        await _use(measured)
        usual_mb = measured.memory_bytes() // 1_000_000
    lifetime = Lifetime(memory_mb=usual_mb + 150)
    async with Browser(find_chromium(), lifetime=lifetime, run_parent=tmp_path) as browser:
        await _use(browser)
        await _use(browser)
        assert browser.status()["replaced"] == {}
        async with browser.new_context(a_directory()) as greedy:
            await greedy.page.evaluate("void (window.hoard = new Uint8Array(300_000_000).fill(1))")
            await _use(browser)
            assert browser.status()["replaced"] == {"memory": 1}
            assert await greedy.page.evaluate("hoard.length") == 300_000_000
        await _until(lambda: len(_chromiums(tmp_path)) == 1)
        await _use(browser)
        assert browser.status()["replaced"] == {"memory": 1}


async def test_shared_pages_are_counted_once(tmp_path: Path) -> None:
    async with Browser(find_chromium(), run_parent=tmp_path) as browser:
        before = browser.memory_bytes()
        assert 20_000_000 < before < 600_000_000
        async with browser.new_context(a_directory()) as visit:
            await visit.page.evaluate("void (window.hoard = new Uint8Array(200_000_000).fill(1))")
            grown = browser.memory_bytes() - before
    assert 190_000_000 < grown < 400_000_000


async def test_a_stop_ends_the_retired_as_well(tmp_path: Path) -> None:
    browser = Browser(find_chromium(), lifetime=Lifetime(contexts=1), run_parent=tmp_path)
    async with browser:
        held = browser.new_context(a_directory())
        visit = await held.__aenter__()
        await _use(browser)
        assert len(_chromiums(tmp_path)) == 2
    assert not processes_with(str(tmp_path))
    assert list(tmp_path.iterdir()) == []
    await visit.close()
