"""Which numbers does a running DirectoryBolt tell? One list, for /metrics and for Ray's export.

docs/operations.md says what each is for. Counters count since the first row of the tables, not
since the last start, so they equal the tables whoever is asked.

*Source:* the OpenMetrics text format; Prometheus, "Metric and label naming".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from dbolt.domain.browsers import BrowserState, Cause, PoolStatus

Kind = Literal["counter", "gauge", "histogram"]
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """One number. `suffix`: what OpenMetrics puts after the family's name, as in "_bucket"."""

    value: float
    labels: Labels = field(default_factory=dict)
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """Numbers of one name; a counter's name is without its "_total"."""

    name: str
    kind: Kind
    words: str
    samples: Sequence[Sample]


AGES_S = (60, 600, 3600, 6 * 3600, 24 * 3600)
"""How long submissions have waited, for the queue's depth by age."""

WEB: dict[str, tuple[Kind, str]] = {
    "dbolt_http_requests": ("counter", "Requests answered."),
    "dbolt_http_request_seconds": ("histogram", "Time until the answer's first byte."),
    "dbolt_webhook_events": ("counter", "Payment events by what became of them."),
    "dbolt_payments_swept": (
        "counter",
        "Checkouts settled because the provider was asked, not because it told.",
    ),
}
"""What each process of the web counts by itself."""


def counter(name: str, words: str, *samples: Sample) -> Family:
    """A counter's family."""
    return Family(name, "counter", words, samples)


def gauge(name: str, words: str, *samples: Sample) -> Family:
    """A gauge's family."""
    return Family(name, "gauge", words, samples)


def of_queue(told: Mapping[str, Any]) -> Iterator[Family]:
    """The orchestrator's `status()` or `figures()` as metrics; what is not told is left out."""
    for name, label in (("submissions", "state"), ("jobs", "state"), ("leases", "kind")):
        if name in told:
            words = f"How many {name} by {label}."
            samples = (Sample(number, {label: key}) for key, number in told[name].items())
            yield gauge(f"dbolt_{name}", words, *samples)
    numbers = dict(told) | {name: len(told[name]) for name in _COUNTED if name in told}
    if "database" in told:
        numbers["database"] = float(told["database"] == "up")
    for name, metric, words in (*_NUMBERS, *_COUNTED.values()):
        if name in numbers:
            yield gauge(metric, words, Sample(numbers[name]))
    yield from _of_commits(told.get("commit", {}))
    if "proxies" in told:
        yield from _of_proxies(told["proxies"])
    if "totals" in told:
        yield from _of_totals(told["totals"])


_NUMBERS = (
    ("startable", "dbolt_startable", "Submissions that could begin now."),
    ("outbox", "dbolt_outbox_waiting", "Messages to the world that wait."),
    ("epoch", "dbolt_orchestrator_epoch", "Starts of the orchestrator so far."),
    ("directories", "dbolt_directories", "Directories in use."),
    ("database", "dbolt_database_up", "1 while the queue reaches it."),
)
_COUNTED = {
    "workers": ("workers", "dbolt_workers", "Browser workers heard of lately."),
    "pauses": ("pauses", "dbolt_pauses", "Pauses in force."),
    "resting": (
        "resting",
        "dbolt_directories_resting",
        "Directories left alone because their circuit is open.",
    ),
}


def _of_commits(commit: Mapping[str, float]) -> Iterator[Family]:
    for name, metric, words in (
        ("batches", "dbolt_commit_batches", "Transactions of the queue."),
        ("calls", "dbolt_commit_calls", "Calls that those transactions answered."),
        ("seconds", "dbolt_commit_seconds", "Time spent in those transactions."),
        ("outages", "dbolt_database_outages", "Times the database went away."),
    ):
        if name in commit:
            yield counter(metric, words, Sample(commit[name]))
    if "slowest_s" in commit:
        words = "The longest of those transactions."
        yield gauge("dbolt_commit_slowest_seconds", words, Sample(commit["slowest_s"]))


def _of_proxies(proxies: Sequence[Mapping[str, Any]]) -> Iterator[Family]:
    def one(name: str) -> Iterator[Sample]:
        return (Sample(proxy[name], {"proxy": proxy["id"]}) for proxy in proxies)

    yield gauge("dbolt_proxy_in_use", "Attempts that go through it now.", *one("in_use"))
    yield gauge("dbolt_proxy_score", "How likely it works, up to 1.", *one("score"))
    words = "For how long it is left alone still."
    yield gauge("dbolt_proxy_cooling_seconds", words, *one("cooling_s"))
    yield counter("dbolt_proxy_leases", "Attempts that were given it.", *one("leases"))
    yield counter("dbolt_proxy_faults", "Failures of its own.", *one("faults"))


class Total(StrEnum):
    """What is counted in the tables; see sql/figures.sql."""

    PRESSES = "presses"
    ATTEMPTS = "attempts"
    CAPTCHAS = "captchas"
    CAPTCHA_COST = "captcha_cost"
    OLDEST = "oldest"
    OLDER = "older"
    MESSAGES = "messages"
    OLDEST_MESSAGE = "oldest_message"
    ORDERS = "orders"
    ATTENTION = "attention"


_TOTALS: dict[Total, tuple[str, Kind, str]] = {
    Total.PRESSES: ("dbolt_presses", "counter", "Forms handed in, by directory."),
    Total.ATTEMPTS: (
        "dbolt_attempts",
        "counter",
        "Attempts that have ended, by directory, what came of them and why.",
    ),
    Total.CAPTCHAS: (
        "dbolt_captchas",
        "counter",
        "Captchas that attempts have met, by kind and what became of them.",
    ),
    Total.CAPTCHA_COST: (
        "dbolt_captcha_cost_cents",
        "counter",
        "What services took for captchas, in US cents, by kind and what became of them.",
    ),
    Total.OLDEST: (
        "dbolt_submissions_oldest_seconds",
        "gauge",
        "For how long the oldest submission in a state has been in it.",
    ),
    Total.OLDER: (
        "dbolt_queued_older",
        "gauge",
        "Submissions that have waited in the queue for longer than so many seconds.",
    ),
    Total.MESSAGES: (
        "dbolt_messages",
        "counter",
        "Letters and notices that left or were given up, by kind.",
    ),
    Total.OLDEST_MESSAGE: (
        "dbolt_outbox_oldest_seconds",
        "gauge",
        "For how long the oldest message has waited.",
    ),
    Total.ORDERS: ("dbolt_orders", "gauge", "Orders by state."),
    Total.ATTENTION: ("dbolt_payments_attention", "gauge", "Payments that staff must look at."),
}


def _of_totals(totals: Mapping[str, Sequence[tuple[Labels, float]]]) -> Iterator[Family]:
    for total, (name, kind, words) in _TOTALS.items():
        if total in totals:
            samples = [Sample(value, labels) for labels, value in totals[total]]
            yield Family(name, kind, words, samples)


def of_pool(pool: PoolStatus) -> Iterator[Family]:
    """The pool's size, why it is that, and what its workers do."""
    for name, words, number in (
        ("target", "Browsers that there should be.", pool.target),
        ("needed", "Browsers that the work of this moment needs, within the bounds.", pool.needed),
        ("least", "The lower bound of the browsers.", pool.least),
        ("most", "The upper bound of the browsers.", pool.most),
        (
            "slots",
            "Submissions that the browsers carry at a time.",
            sum(b.slots for b in pool.browsers),
        ),
        ("slots_busy", "Slots in use.", sum(len(one.doing) for one in pool.browsers)),
        ("memory_megabytes", "Memory of all browsers.", sum(b.memory_mb for b in pool.browsers)),
    ):
        yield gauge(f"dbolt_pool_{name}", words, Sample(number))
    why = (Sample(float(cause is pool.cause), {"why": cause.value}) for cause in Cause)
    yield gauge("dbolt_pool_cause", "1 for why the target is as it is.", *why)
    states = (Sample(pool.count(state), {"state": state.value}) for state in BrowserState)
    yield gauge("dbolt_pool_browsers", "Browsers by state.", *states)
    yield counter("dbolt_pool_hired", "Browsers started.", Sample(pool.hired))
    yield counter("dbolt_pool_crashed", "Browsers that died.", Sample(pool.crashed))
    if pool.service_s is not None:
        words = "How long a submission takes of late."
        yield gauge("dbolt_pool_service_seconds", words, Sample(pool.service_s))


# What web processes have counted travels as JSON: '["name", {"label": "value"}]' → number.


def web_key(name: str, labels: Labels) -> str:
    """What a sample of the web is called where it is kept."""
    return json.dumps([name, dict(sorted(labels.items()))], separators=(",", ":"))


def summed(each: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """What several processes have counted together."""
    total: dict[str, float] = {}
    for one in each:
        for key, value in one.items():
            total[key] = total.get(key, 0.0) + value
    return total


def of_web(counted: Mapping[str, float]) -> Iterator[Family]:
    """What the web has counted, as metrics."""
    found: dict[str, list[Sample]] = {name: [] for name in WEB}
    for key, value in sorted(counted.items()):
        name, labels = json.loads(key)
        for family, samples in found.items():
            suffix = name.removeprefix(family)
            if suffix in _SUFFIXES:
                samples.append(Sample(value, labels, suffix.replace("_total", "")))
    for name, (kind, words) in WEB.items():
        yield Family(name, kind, words, found[name])


_SUFFIXES = frozenset({"_total", "_bucket", "_sum", "_count"})
