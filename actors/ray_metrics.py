"""How do our numbers get into Ray's own metrics? Prometheus finds them there as `ray_dbolt_…`.

Ray's export has no set-to for counters and keeps every label that it ever heard of, so what was
told last is remembered here: a counter is told its growth, a gauge that is gone is told as 0.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from ray.util.metrics import Counter, Gauge

from dbolt.domain.figures import Family, Sample

log = logging.getLogger(__name__)

EVERY_S = 5.0

_Key = tuple[str, tuple[tuple[str, str], ...]]


class Export:
    """One process's way into Ray's metrics."""

    def __init__(self) -> None:
        self._metrics: dict[str, Any] = {}
        self._told: dict[_Key, float] = {}

    def put(self, families: Iterable[Family]) -> None:
        """Tells Ray what *families* say, and that all else is 0."""
        seen: set[_Key] = set()
        for family in families:
            for sample in family.samples:
                seen.add(self._tell(family, sample))
        for key in self._told.keys() - seen:
            name, labels = key
            if isinstance(self._metrics[name], Gauge) and self._told[key]:
                self._metrics[name].set(0.0, dict(labels))
                self._told[key] = 0.0

    def _tell(self, family: Family, sample: Sample) -> _Key:
        name = family.name + sample.suffix
        labels = {label: value or "none" for label, value in sample.labels.items()}
        key = (name, tuple(sorted(labels.items())))
        metric = self._metrics.get(name)
        if metric is None:
            # The parts of a histogram are told as they are: Ray's own would count anew.
            kind = Counter if family.kind == "counter" else Gauge
            metric = kind(name, description=family.words, tag_keys=tuple(sorted(labels)))
            self._metrics[name] = metric
        before = self._told.get(key, 0.0)
        if isinstance(metric, Gauge):
            metric.set(sample.value, labels)
        elif sample.value > before:
            metric.inc(sample.value - before, labels)
        self._told[key] = max(before, sample.value) if family.kind == "counter" else sample.value
        return key


async def exporting(
    families: Callable[[], Awaitable[Iterable[Family]]], every_s: float = EVERY_S
) -> None:
    """Tells Ray again and again, until cancelled."""
    export = Export()
    while True:
        try:
            export.put(await families())
        except Exception:  # metrics must not end what they measure
            log.warning("the metrics could not be told to Ray", exc_info=True)
        await asyncio.sleep(every_s)
