"""Does Ctrl-C end `dbolt up` cleanly even before everything has come up?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.processes import processes_with

pytestmark = [pytest.mark.ray, pytest.mark.timeout(240)]


def until(fact: Callable[[], bool], within_s: float) -> bool:
    """Whether *fact* came true in time."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if fact():
            return True
        time.sleep(0.05)
    return False


def test_an_interrupt_while_ray_starts_leaves_no_process(tmp_path: Path) -> None:
    hidden = ("DBOLT_", "DATABASE_", "RAY_")
    env = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
    env |= {"DBOLT_HOME": str(tmp_path), "DBOLT_PORT": "0", "DBOLT_DASHBOARD_PORT": "0"}
    with (tmp_path / "log").open("wb") as log:
        up = subprocess.Popen(
            [sys.executable, "-m", "dbolt.cli", "up"], env=env, stdout=log, stderr=log
        )

    def ray_is_starting() -> bool:
        assert up.poll() is None, (tmp_path / "log").read_text()
        return any("gcs_server" in words for words in processes_with(str(tmp_path)).values())

    try:
        assert until(ray_is_starting, 90)
        up.send_signal(signal.SIGINT)
        assert up.wait(60) == 0
        assert until(lambda: not processes_with(str(tmp_path)), 10), processes_with(str(tmp_path))
    finally:
        up.kill()
        up.wait()
