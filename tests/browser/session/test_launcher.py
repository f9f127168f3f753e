"""No browser outlives its owner, however the owner ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dbolt.browser import launcher
from tests.support.processes import processes_with

pytestmark = pytest.mark.browser

OWNER = Path(__file__).with_name("owner.py")


async def _until(fact: Callable[[], bool], within_s: float, otherwise: Callable[[], str]) -> None:
    try:
        async with asyncio.timeout(within_s):
            while not fact():
                await asyncio.sleep(0.05)
    except TimeoutError:
        pytest.fail(otherwise())


@asynccontextmanager
async def _owner(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """An owner whose run folders are below *folder*, with a page open in its browser."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(OWNER),
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(Path.cwd())},
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        for run in folder.glob("dbolt-browser-*"):
            launcher.clear(run)


def _chromium_of(folder: Path) -> int:
    """The browser process itself."""
    (pid,) = (
        pid
        for pid, words in processes_with(str(folder)).items()
        if "--remote-debugging-pipe" in words and "--type=" not in words
    )
    return pid


def _nothing_left(folder: Path, group: int) -> bool:
    left = processes_with(str(folder)) or list(folder.iterdir())
    return not left and not _group_lives(group)


def _group_lives(group: int) -> bool:
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            return True
    return False


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
async def test_a_killed_owner_leaves_no_process_and_no_folder(
    tmp_path: Path, end: signal.Signals
) -> None:
    async with _owner(tmp_path) as owner:
        group = _chromium_of(tmp_path)
        assert _group_lives(group)
        owner.send_signal(end)
        await owner.wait()
        await _until(
            lambda: _nothing_left(tmp_path, group),
            10,
            lambda: f"left: {processes_with(str(tmp_path))} {list(tmp_path.iterdir())}",
        )


async def test_a_stopped_chromium_dies_with_its_owner_too(tmp_path: Path) -> None:
    async with _owner(tmp_path) as owner:
        group = _chromium_of(tmp_path)
        os.killpg(group, signal.SIGSTOP)
        owner.kill()
        await owner.wait()
        await _until(
            lambda: _nothing_left(tmp_path, group),
            10,
            lambda: f"left: {processes_with(str(tmp_path))} {list(tmp_path.iterdir())}",
        )


async def test_where_the_guard_is_killed_as_well_the_next_sweep_clears_up(tmp_path: Path) -> None:
    async with _owner(tmp_path) as owner:
        group = _chromium_of(tmp_path)
        guards = [pid for pid, words in processes_with(str(tmp_path)).items() if " guard " in words]
        assert len(guards) == 1
        # Stopped first, so that neither sees the other go.
        for pid in (owner.pid, *guards):
            os.kill(pid, signal.SIGSTOP)
        for pid in (owner.pid, *guards):
            os.kill(pid, signal.SIGKILL)
        await owner.wait()
        assert list(tmp_path.glob("dbolt-browser-*"))
        assert await asyncio.to_thread(launcher.sweep, tmp_path) == 1
        await _until(
            lambda: _nothing_left(tmp_path, group),
            5,
            lambda: f"left: {processes_with(str(tmp_path))} {list(tmp_path.iterdir())}",
        )


async def test_a_sweep_spares_the_living_and_what_it_cannot_judge(tmp_path: Path) -> None:
    async with _owner(tmp_path) as owner:
        foreign = tmp_path / "dbolt-browser-elsewhere"
        foreign.mkdir()
        elsewhere = {"pid": 1, "started": -1, "namespace": "pid:[of another container]"}
        (foreign / "owner.json").write_text(json.dumps(elsewhere))
        assert await asyncio.to_thread(launcher.sweep, tmp_path) == 0
        assert foreign.exists()
        assert _group_lives(_chromium_of(tmp_path))
        assert owner.returncode is None


async def test_a_reused_process_id_is_not_taken_for_the_owner(tmp_path: Path) -> None:
    run = launcher.prepare(Path("/bin/true"), Path("/bin/true"), tmp_path)
    owner = json.loads((run / "owner.json").read_text())
    assert launcher.sweep(tmp_path) == 0
    # Our own id, but of a process that started at another time.
    (run / "owner.json").write_text(json.dumps({**owner, "started": owner["started"] - 1}))
    assert launcher.sweep(tmp_path) == 1
    assert not run.exists()
