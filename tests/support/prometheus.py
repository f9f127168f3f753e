"""A real Prometheus for tests: the machine's own, or the one of the distribution's package.

`python -m tests.support.prometheus` unpacks that package into .artefacts, for which nobody's rights
are needed; without it the tests that want it are skipped.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

MONITORING = Path(__file__).parents[2] / "monitoring"
CACHE = Path(__file__).parents[2] / ".artefacts" / "prometheus"
AUTHORIZATION = {"credentials_file": "dbolt.key"}
"""The key's file, beside the configuration."""
FETCH_S = 180
START_S = 60.0


@dataclass(frozen=True)
class Programs:
    """Where the two programs are."""

    prometheus: str
    promtool: str


def found() -> Programs | None:
    """The programs of the package that was unpacked, else the machine's own."""
    path = os.pathsep.join((str(CACHE / "usr" / "bin"), os.environ.get("PATH", "")))
    server, tool = (shutil.which(name, path=path) for name in ("prometheus", "promtool"))
    return Programs(server, tool) if server and tool else None


@pytest.fixture(scope="session")
def programs() -> Programs:
    """Prometheus and promtool; skips the test where they cannot be had."""
    there = found()
    if there is None:
        pytest.skip(
            "Prometheus is not here: install the package `prometheus`, or on Debian run "
            "`python -m tests.support.prometheus`"
        )
    return there


@dataclass(frozen=True)
class Scraping:
    """A running Prometheus."""

    client: httpx.AsyncClient

    async def ask(self, query: str) -> list[dict[str, Any]]:
        """What a query answers: labels as "metric", time and text of the number as "value"."""
        answer = await self.client.get("/api/v1/query", params={"query": query})
        told = answer.json()
        assert told["status"] == "success", (query, told)
        result: list[dict[str, Any]] = told["data"]["result"]
        return result

    async def value(self, query: str) -> float | None:
        """The one number that a query answers; None while there is none."""
        result = await self.ask(query)
        assert len(result) <= 1, (query, result)
        return float(result[0]["value"][1]) if result else None

    async def until(self, query: str, wanted: float, wait_s: float = 45.0) -> None:
        """Returns once *query* answers *wanted*."""
        last = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while (last := await self.value(query)) != wanted:
                    await asyncio.sleep(0.25)
                return
        raise AssertionError(f"{query} is {last} after {wait_s} s, not {wanted}")


@contextlib.asynccontextmanager
async def scraping(
    programs: Programs, folder: Path, targets: dict[str, str], key: str
) -> AsyncIterator[Scraping]:
    """Prometheus with our rules, which asks each of *targets* (job → host:port) every second.

    key: the API key, which is shown to the job directorybolt alone.
    """
    (folder / "dbolt.key").write_text(key)
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(MONITORING / "rules.yml")],
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": [target]}]}
            | ({"authorization": AUTHORIZATION} if job == "directorybolt" else {})
            for job, target in targets.items()
        ],
    }
    (folder / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
    process = await asyncio.create_subprocess_exec(
        programs.prometheus,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--web.listen-address=127.0.0.1:0",
        "--log.format=json",
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    reading: asyncio.Task[None] | None = None
    try:
        assert process.stderr is not None
        async with asyncio.timeout(START_S):
            url = await _address(process.stderr)
        reading = asyncio.create_task(_drain(process.stderr))
        async with httpx.AsyncClient(base_url=url, timeout=20) as client:
            async with asyncio.timeout(START_S):
                while (await client.get("/-/ready")).status_code != 200:
                    await asyncio.sleep(0.1)
            yield Scraping(client)
    finally:
        process.terminate()
        await process.wait()
        if reading is not None:
            await reading


async def _address(lines: asyncio.StreamReader) -> str:
    """Where it listens, as it says at its start."""
    heard = []
    async for line in lines:
        heard.append(line.decode())
        said = json.loads(line)
        if said.get("msg") == "Listening on":
            return f"http://{said['address']}"
    raise AssertionError(f"Prometheus ended: {''.join(heard)[-2000:]}")


async def _drain(lines: asyncio.StreamReader) -> None:
    async for _ in lines:
        pass


def main() -> int:
    """Unpacks the package where Prometheus is missing. Always 0: the tests tell what is missing."""
    if found() is None:
        apt, dpkg = shutil.which("apt-get"), shutil.which("dpkg")
        if apt is None or dpkg is None:
            sys.stderr.write("Prometheus: no apt here; the tests that want it are skipped\n")
            return 0
        try:
            _unpack(apt, dpkg)
        except (OSError, subprocess.SubprocessError, StopIteration) as error:
            sys.stderr.write(f"Prometheus: could not be had ({error})\n")
            return 0
    sys.stdout.write("Prometheus: here\n")
    return 0


def _unpack(apt: str, dpkg: str) -> None:
    CACHE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE.parent) as name:
        folder = Path(name)
        folder.chmod(0o755)
        if not _run([apt, "download", "-qq", "prometheus"], folder):
            # A fresh machine knows no packages yet.
            sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
            _run([*sudo, apt, "update", "-qq"], folder)
            _run([apt, "download", "-qq", "prometheus"], folder)
        package = next(folder.glob("prometheus_*.deb"))
        subprocess.run([dpkg, "-x", package, folder / "x"], check=True, timeout=FETCH_S)
        with contextlib.suppress(OSError):  # somebody else was quicker
            (folder / "x").rename(CACHE)


def _run(command: list[str], folder: Path) -> bool:
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=FETCH_S, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    raise SystemExit(main())
