"""Is a whole job done through proxies that want passwords, with nothing of them left anywhere?"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.proxies import PASSWORD, free_port, http_proxy, socks_proxy

pytestmark = [pytest.mark.ray, pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(1200)]


@pytest.fixture
def ray_folder() -> Iterator[Path]:
    """Where Ray logs; short, because paths of sockets have to be."""
    with tempfile.TemporaryDirectory(prefix="dbray") as folder:
        yield Path(folder)


async def test_a_demo_through_proxies_ends_as_one_without(tmp_path: Path, ray_folder: Path) -> None:
    report = tmp_path / "report.json"
    async with http_proxy(tmp_path) as http, socks_proxy(tmp_path) as socks:
        listed = [
            http.line("id=web", "concurrency=2"),
            socks.line("id=sock", "concurrency=2"),
            f"http://walter:no@127.0.0.1:{http.port} id=wrong",
            f"socks5://127.0.0.1:{free_port()} id=dead",
        ]
        hidden = ("DBOLT_", "DATABASE_", "RAY_")
        env = {k: v for k, v in os.environ.items() if not k.startswith(hidden)} | {
            "DBOLT_PORT": "0",
            "DBOLT_DASHBOARD_PORT": "0",
            "DBOLT_HOME": str(tmp_path / "h"),
            "DBOLT_PROXY_URLS": ",".join(listed),
            "DBOLT_PROXY_POLICY": "require",
            "RAY_TMPDIR": str(ray_folder),
        }
        with (tmp_path / "log").open("wb") as log:
            demo = subprocess.Popen(
                [sys.executable, "-m", "dbolt.cli", "demo", "--once", "--json", str(report)],
                cwd=tmp_path,
                env=env,
                stdout=log,
                stderr=log,
            )
        code = await asyncio.to_thread(demo.wait, 1100)
        told = json.loads(report.read_text())
        assert code == 0, (tmp_path / "log").read_text()
        carried = "\n".join(http.served() + socks.served())
    visited: list[dict[str, Any]] = [d for d in told["directories"] if d["typed"]]
    assert len(visited) >= 16
    assert not [d["slug"] for d in visited if f"{d['slug']}.localhost" not in carried]
    assert list(ray_folder.glob("*/session_*/logs/*")), "Ray has logged there"
    found = [*_files_with(PASSWORD, tmp_path), *_files_with(PASSWORD, ray_folder)]
    assert found == [tmp_path / "h/demo/run/proxies.txt"]


def _files_with(word: str, folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and word.encode() in path.read_bytes():
            yield path
