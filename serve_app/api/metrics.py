"""GET /metrics: what are the numbers, as Prometheus wants them?

*Source:* the Prometheus text exposition format.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from dbolt.domain.figures import Family, Sample, gauge, of_pool, of_queue, of_web
from dbolt.store.figures import web_counters
from dbolt.store.pool import CONNECTION_LOST
from serve_app.identity import Staff, Viewer, viewer_of
from serve_app.parts import Parts, parts_of
from serve_app.problems import Problem
from serve_app.queue import answer_or_away

router = APIRouter(tags=["health"])

DATABASE_S = 2.0
_FORWARDING = frozenset(
    {"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"}
)
"""Headers that only a proxy adds; those that begin with X-Forwarded do too."""


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(
    request: Request, viewer: Annotated[Viewer | None, Depends(viewer_of)]
) -> PlainTextResponse:
    """All numbers in Prometheus' text format, with a key that may read.

    This machine needs none where customers cannot come from elsewhere, or DBOLT_METRICS_LOOPBACK
    says so.
    """
    parts = parts_of(request)
    if not isinstance(viewer, Staff) and not (parts.metrics_loopback and is_loopback(request)):
        raise Problem(
            401 if viewer is None else 403,
            "Metrics are for staff: send an API key that may read as 'Authorization: Bearer KEY'.",
            headers={"WWW-Authenticate": "Bearer"} if viewer is None else {},
        )
    told, pool, web = await asyncio.gather(
        answer_or_away(parts.queue.figures()),
        answer_or_away(parts.browsers.status()),
        _of_web(parts),
    )
    up = gauge(
        "dbolt_orchestrator_up", "1 while the orchestrator answers.", Sample(told is not None)
    )
    families = [up, *of_queue(told or {}), *(of_pool(pool) if pool else ()), *of_web(web)]
    registry = CollectorRegistry()
    registry.register(_Told([rendered(family) for family in families]))
    text = generate_latest(registry)
    return PlainTextResponse(text.decode(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def rendered(family: Family) -> Metric:
    """*family* as Prometheus' own client has it."""
    metric = Metric(family.name, family.words, family.kind)
    suffix = "_total" if family.kind == "counter" else ""
    for sample in family.samples:
        name = family.name + (sample.suffix or suffix)
        metric.add_sample(name, dict(sample.labels), sample.value)
    return metric


async def _of_web(parts: Parts) -> dict[str, float]:
    """What all processes of the web have counted; what this one has, without a database."""
    try:
        async with asyncio.timeout(DATABASE_S):
            await parts.counters.tell(parts.pool)
            return await web_counters(parts.pool)
    except CONNECTION_LOST:
        return parts.counters.counted()


class _Told(Collector):
    """Metrics that are known already."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def is_loopback(request: Request) -> bool:
    """Whether the caller sits on this machine and no proxy shows that it speaks for another.

    A proxy need not show it: nginx's own defaults pass neither the client's address nor the host
    that was asked for. So this alone never opens anything: there must be no public address to hide
    behind one, or an operator must have said that no proxy runs here.
    """
    names = request.headers.keys()
    if not _FORWARDING.isdisjoint(names) or any(name.startswith("x-forwarded") for name in names):
        return False
    try:
        # A page on another site may point its own name at this machine; its requests then say so.
        asked = request.url.hostname or ""
        own = asked == "localhost" or ipaddress.ip_address(asked).is_loopback
        return (
            own and ipaddress.ip_address(request.client.host if request.client else "").is_loopback
        )
    except ValueError:
        return False
