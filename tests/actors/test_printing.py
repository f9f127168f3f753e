"""Is a report printed where no worker runs, and is it said where no browser may run?"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import ray

from actors import printing
from actors.ray_actors import RESOURCE

pytestmark = [pytest.mark.ray, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """Ray with a place for one browser."""
    ray.init(include_dashboard=False, log_to_driver=False, num_cpus=1, resources={RESOURCE: 1})
    yield
    ray.shutdown()


@ray.remote(resources={RESOURCE: 1}, num_cpus=0)
class Busy:
    """A worker that takes the only place and prints nothing."""

    async def status(self) -> str:
        return "there"

    async def print_page(self, html: str) -> bytes | None:
        return None


async def test_without_a_worker_a_chromium_is_started_for_it(cluster: None) -> None:
    printed = await printing.print_page("<h1>Report</h1>", [])
    assert printed is not None
    assert printed.startswith(b"%PDF-")


async def test_where_no_browser_may_run_the_answer_comes_in_time(
    cluster: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "OWN_S", 1.0)
    busy = Busy.remote()
    started = time.monotonic()
    assert await printing.print_page("<h1>Report</h1>", [busy]) is None
    assert time.monotonic() - started < printing.WORKER_S + 10
    ray.kill(busy)
