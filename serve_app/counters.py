"""How often was what asked for? HTTP and webhook counters of this replica, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Counters:
    """One registry per app, so that two apps in one process do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "dbolt_http_requests",
            "Requests answered by this replica.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "dbolt_http_request_seconds",
            "Time until the answer's first byte.",
            ["route"],
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self.webhooks = Counter(
            "dbolt_webhook_events",
            "Payment events by what became of them.",
            ["outcome"],
            registry=self.registry,
        )
        self.swept = Counter(
            "dbolt_payments_swept",
            "Checkouts settled because the provider was asked, not because it told.",
            registry=self.registry,
        )
