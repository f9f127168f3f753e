"""How does the web learn about the browser pool? It asks the actor, within a bounded time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from dbolt.domain.browsers import BrowserState, Cause, PoolStatus
from serve_app.queue import STATUS_WAIT_S, ActorLine

ACTOR = "pool"
PRINT_WAIT_S = 75.0
"""A page of 500 rows prints in two seconds; a browser that has to be started takes its time."""


class Browsers(Protocol):
    """The pool as the web sees it."""

    async def status(self) -> PoolStatus:
        """How it stands. Raises `QueueAway` where it does not answer."""
        ...

    async def print_page(self, html: str) -> bytes | None:
        """*html*, which needs nothing from elsewhere, as PDF; None where no browser is free.

        Raises `QueueAway` or `QueueFailed`.
        """
        ...


class RayBrowsers(ActorLine):
    """The pool behind its actor's name."""

    def __init__(self) -> None:
        super().__init__(name=ACTOR)

    async def status(self) -> PoolStatus:
        answer: PoolStatus = await self._call(STATUS_WAIT_S, "status")
        return answer

    async def print_page(self, html: str) -> bytes | None:
        answer: bytes | None = await self._call(PRINT_WAIT_S, "print_page", html)
        return answer


def metrics_of(pool: PoolStatus) -> Iterator[Metric]:
    """The pool's size, why it is that, and what its workers do."""
    for name, words, number in (
        ("target", "Browsers that there should be.", pool.target),
        ("needed", "Browsers that the work of this moment needs, within the bounds.", pool.needed),
        ("slots", "Submissions that the browsers carry at a time.", _slots(pool)),
        ("slots_busy", "Slots in use.", sum(len(one.doing) for one in pool.browsers)),
        ("memory_megabytes", "Memory of all browsers.", sum(b.memory_mb for b in pool.browsers)),
    ):
        yield GaugeMetricFamily(f"dbolt_pool_{name}", words, value=number)
    why = GaugeMetricFamily("dbolt_pool_cause", "1 for why the target is as it is.", labels=["why"])
    for cause in Cause:
        why.add_metric([cause], float(cause is pool.cause))
    states = GaugeMetricFamily("dbolt_pool_browsers", "Browsers by state.", labels=["state"])
    for state in BrowserState:
        states.add_metric([state], pool.count(state))
    yield from (why, states)
    yield CounterMetricFamily("dbolt_pool_hired", "Browsers started.", value=pool.hired)
    yield CounterMetricFamily("dbolt_pool_crashed", "Browsers that died.", value=pool.crashed)
    if pool.service_s is not None:
        words = "How long a submission takes of late."
        yield GaugeMetricFamily("dbolt_pool_service_seconds", words, value=pool.service_s)


def _slots(pool: PoolStatus) -> int:
    return sum(one.slots for one in pool.browsers)
