"""GET /metrics: what are the numbers, as Prometheus wants them?

*Source:* the Prometheus text exposition format.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from serve_app import browsers
from serve_app.identity import Staff, Viewer, viewer_of
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.queue import answer_or_away

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(
    request: Request, viewer: Annotated[Viewer | None, Depends(viewer_of)]
) -> PlainTextResponse:
    """The orchestrator's numbers and this replica's own: for this machine, or for staff."""
    if not isinstance(viewer, Staff) and not is_loopback(request):
        raise Problem(403, "Metrics are for this machine: ask it there, or send the staff token.")
    parts = parts_of(request)
    told = await answer_or_away(parts.queue.status())
    up = GaugeMetricFamily(
        "dbolt_orchestrator_up", "1 while the orchestrator answers.", value=float(told is not None)
    )
    pool = await answer_or_away(parts.browsers.status())
    registry = CollectorRegistry()
    of_pool = browsers.metrics_of(pool) if pool else ()
    registry.register(_Told([up, *metrics_of(told or {}), *of_pool]))
    text = generate_latest(registry) + generate_latest(parts.counters.registry)
    return PlainTextResponse(text.decode(), headers={"Content-Type": CONTENT_TYPE_LATEST})


_BY_KIND = (("submissions", "state"), ("jobs", "state"), ("leases", "kind"))
_NUMBERS = (
    ("startable", "dbolt_startable", "Submissions that could begin now."),
    ("outbox", "dbolt_outbox_waiting", "Messages to the world that wait."),
    ("epoch", "dbolt_orchestrator_epoch", "Starts of the orchestrator so far."),
    ("directories", "dbolt_directories", "Directories in use."),
    ("database", "dbolt_database_up", "1 while the queue reaches it."),
)
_COUNTS = (
    ("workers", "dbolt_workers", "Browser workers heard of lately."),
    ("pauses", "dbolt_pauses", "Pauses in force."),
)
_COMMIT = (
    ("batches", "dbolt_commit_batches", "Transactions of the queue."),
    ("calls", "dbolt_commit_calls", "Calls that those transactions answered."),
    ("seconds", "dbolt_commit_seconds", "Time spent in those transactions."),
    ("outages", "dbolt_database_outages", "Times the database went away."),
)

_PROXY_NUMBERS = (
    ("in_use", "dbolt_proxy_in_use", "Attempts that go through it now."),
    ("score", "dbolt_proxy_score", "How likely it works, up to 1."),
    ("cooling_s", "dbolt_proxy_cooling_seconds", "For how long it is left alone still."),
)
_PROXY_COUNTS = (
    ("leases", "dbolt_proxy_leases", "Attempts that were given it."),
    ("faults", "dbolt_proxy_faults", "Failures of its own."),
)


def metrics_of(status: Mapping[str, Any]) -> Iterator[Metric]:
    """The orchestrator's status as metrics; what it does not tell is left out."""
    for name, label in _BY_KIND:
        if name in status:
            words = f"How many {name} by {label}."
            family = GaugeMetricFamily(f"dbolt_{name}", words, labels=[label])
            for key, number in status[name].items():
                family.add_metric([key], number)
            yield family
    numbers = dict(status) | {name: len(status[name]) for name, *_ in _COUNTS if name in status}
    if "database" in status:
        numbers["database"] = float(status["database"] == "up")
    for name, metric, words in (*_NUMBERS, *_COUNTS):
        if name in numbers:
            yield GaugeMetricFamily(metric, words, value=numbers[name])
    yield from _of_proxies(status.get("proxies", []))
    commit = status.get("commit", {})
    for name, metric, words in _COMMIT:
        if name in commit:
            yield CounterMetricFamily(metric, words, value=commit[name])


def _of_proxies(proxies: Sequence[Mapping[str, Any]]) -> Iterator[Metric]:
    for name, metric, words in _PROXY_NUMBERS:
        gauge = GaugeMetricFamily(metric, words, labels=["proxy"])
        for proxy in proxies:
            gauge.add_metric([proxy["id"]], proxy[name])
        yield gauge
    for name, metric, words in _PROXY_COUNTS:
        counter = CounterMetricFamily(metric, words, labels=["proxy"])
        for proxy in proxies:
            counter.add_metric([proxy["id"]], proxy[name])
        yield counter


class _Told(Collector):
    """Metrics that are known already."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def is_loopback(request: Request) -> bool:
    """Whether the caller sits on this machine. A forwarded request came from elsewhere."""
    if {"x-forwarded-for", "forwarded"} & set(request.headers.keys()):
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
