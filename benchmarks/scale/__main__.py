"""Prints how long each staff page takes with many submissions in the table, beside 100 ms.

`make bench-scale ARGS="--jobs 1000"`; a hundred submissions for each job.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path

import httpx

from benchmarks.scale.pages import addresses, measure
from benchmarks.scale.seed import seed
from benchmarks.scale.viewers import seen_after
from dbolt.domain.protocol import Exchange
from dbolt.store import embedded
from dbolt.store.migrate import migrate
from serve_app.parts import Parts
from serve_app.site import build_site
from tests.support.selling import given
from tests.support.served import served
from tests.support.serving import STAFF, client_of, parts_on

BOUND_MS = 100.0
VIEWERS = 50


async def run(url: str, jobs: int) -> bool:
    """Whether every page's middle time is within the bound."""
    await migrate(url)
    await seed(url, jobs=jobs)
    print(f"{jobs * 100:,} submissions; milliseconds in the server, without a network\n")
    print(f"{'page':<28}{'first':>8}{'median':>8}{'slowest':>9}")
    async with (
        parts_on(url, keep_directories=True) as parts,
        client_of(build_site(lambda: given(parts))) as client,
    ):
        client.headers.update(STAFF)
        good = await _pages(client, await addresses(parts))
    async with served(url, keep_directories=True) as parts:
        times = await seen_after(parts.base_url, STAFF, VIEWERS, lambda: lease(parts))
    print(f"\n{VIEWERS} viewers of the live queue on one replica see a change after")
    print(f"{1000 * statistics.median(times):.0f} ms (median), {1000 * max(times):.0f} ms (last)")
    return good


async def lease(parts: Parts) -> None:
    """Somebody begins a submission."""
    await parts.queue.exchange(Exchange(worker="bench", want=1, wait_s=5))


async def _pages(client: httpx.AsyncClient, paths: Mapping[str, str]) -> bool:
    good = True
    for name, path in paths.items():
        found = await measure(client, name, path)
        over = "" if found.median <= BOUND_MS else "  over"
        good = good and not over
        print(f"{name:<28}{found.first:8.0f}{found.median:8.0f}{found.slowest:9.0f}{over}")
    return good


def main() -> int:
    """0 where every page keeps the bound."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--jobs", type=int, default=1000)
    jobs = asked.parse_args().jobs
    with tempfile.TemporaryDirectory(prefix="dbolt-scale-", ignore_cleanup_errors=True) as folder:
        server = embedded.start(Path(folder))
        try:
            return 0 if asyncio.run(run(server.url, jobs)) else 1
        finally:
            server.stop()


if __name__ == "__main__":
    raise SystemExit(main())
