"""Is a paid job carried out once and truly, even if everything is killed half-way?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from dbolt.domain.lifecycle import HANDED_IN, MOVING

pytestmark = [pytest.mark.ray, pytest.mark.browser, pytest.mark.timeout(900)]

START_S = 120.0
RUN_S = 600.0


def start_demo(folder: Path, report: Path) -> subprocess.Popen[bytes]:
    hidden = ("DBOLT_", "DATABASE_", "RAY_")
    env = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "dbolt.cli", "demo", "--once", "--json", str(report)],
            cwd=folder,
            env=env
            | {"DBOLT_PORT": "0", "DBOLT_DASHBOARD_PORT": "0", "DBOLT_HOME": str(folder / "h")},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def until(seen: Callable[[], Any], limit_s: float, process: subprocess.Popen[bytes]) -> Any:
    """What *seen* returns once it is true; fails if the process ends or time runs out."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if found := seen():
            return found
        assert process.poll() is None, "the demo ended too early"
        time.sleep(0.1)
    pytest.fail(f"waited {limit_s} s in vain")


def settled(home: Path) -> int:
    """Submissions of the demo's job that have ended, as its own API tells; 0 before it answers."""
    try:
        url = json.loads((home / "run" / "server.json").read_text())["url"]
        token = json.loads((home / "run" / "secrets.json").read_text())["staff_token"]
        answer = httpx.get(f"{url}/api/v1/jobs", headers={"Authorization": f"Bearer {token}"})
        return int(answer.json()["items"][0]["settled"])
    except (OSError, ValueError, LookupError, httpx.HTTPError):
        return 0


def test_a_demo_killed_half_way_is_taken_up_again_and_no_site_holds_two_listings(
    tmp_path: Path,
) -> None:
    report, home = tmp_path / "report.json", tmp_path / "h" / "demo"
    first = start_demo(tmp_path, report)
    until(lambda: settled(home) >= 8, START_S + RUN_S, first)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert not report.exists()
    job = json.loads((home / "demo.json").read_text())["order_id"]

    second = start_demo(tmp_path, report)
    code = second.wait(START_S + RUN_S)
    told = json.loads(report.read_text())
    log = (tmp_path / "log").read_text()
    assert job == json.loads((home / "demo.json").read_text())["order_id"], "another job"
    assert "Taking up the job of the run before" in log
    assert told["state"] == "complete"
    lines = told["directories"]
    assert len(lines) >= 16
    assert not [line["slug"] for line in lines if len(line["stored"]) > 1], "listed twice"
    assert not [line["slug"] for line in lines if line["outcome"] in MOVING]
    lies = [
        line["slug"]
        for line in lines
        if line["outcome"] in HANDED_IN and (len(line["stored"]) != 1 or line["wrong"])
    ]
    assert not lies, "said to be handed in, and the site does not hold it as typed"
    assert code == 0, [(x["slug"], x["outcome"], x["reason"]) for x in lines if not x["honest"]]
    assert nothing_is_left(tmp_path)


def nothing_is_left(folder: Path) -> bool:
    """Whether no process of the demo is there ten seconds after its end."""
    end = time.monotonic() + 10
    while True:
        left = [
            p.info for p in psutil.process_iter(["pid", "name", "cmdline"]) if _is_of(p, folder)
        ]
        if not left:
            return True
        if time.monotonic() > end:
            pytest.fail(f"left behind: {left}")
        time.sleep(0.2)


def _is_of(process: psutil.Process, folder: Path) -> bool:
    try:
        return str(folder) in " ".join(process.cmdline()) or process.cwd().startswith(str(folder))
    except psutil.Error:
        return False
