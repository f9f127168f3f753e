"""Which targets does the queue meet? Each figure beside what was promised of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

Results = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """One promise. `least`: whether the figure must reach *bound* or stay within it."""

    what: str
    part: str
    figure: Callable[[Results], float]
    bound: float
    unit: str
    least: bool = False

    def verdict(self, results: Results) -> tuple[str, str]:
        """The figure with its unit, and "met", "missed" or why neither can be said."""
        if self.part not in results:
            return "", "not measured"
        value = self.figure(results)
        if results["quick"][self.part]:
            # Too little work to reach a steady state: it shows that the part runs.
            return f"{value:,.2f} {self.unit}", "too quick to say"
        met = value >= self.bound if self.least else value <= self.bound
        return f"{value:,.2f} {self.unit}", "met" if met else "missed"

    @property
    def promise(self) -> str:
        """The bound in words."""
        return f"{'≥' if self.least else '≤'} {self.bound:,g} {self.unit}"


def _of(part: str, name: str) -> Callable[[Results], float]:
    return lambda results: float(results[part][name])


TARGETS = (
    Target(
        "lease → permit → settle against procrastinate's fetch → complete",
        "compared",
        _of("ratios", "work_vs_procrastinate"),
        20,
        "x",
        least=True,
    ),
    Target(
        "the same against pgqueuer's",
        "compared",
        _of("ratios", "work_vs_pgqueuer"),
        1.2,
        "x",
        least=True,
    ),
    Target(
        "through Ray, 64 slots in 8 actors",
        "ray",
        _of("ray", "work"),
        800,
        "submissions/s",
        least=True,
    ),
    Target("permit + settle at 200/s, p50", "latency", _of("latency", "p50_ms"), 20, "ms"),
    Target("permit + settle at 200/s, p99", "latency", _of("latency", "p99_ms"), 60, "ms"),
    Target("serving again after kill -9", "ray", _of("ray", "serving_again_s"), 5, "s"),
    Target(
        "first lease after a restart over 1,000,000 queued",
        "restart",
        _of("restart", "first_lease_s"),
        10,
        "s",
    ),
    Target("memory of that process", "restart", _of("restart", "rss_mb"), 300, "MB"),
)


def show(console: Console, results: Results) -> None:
    """Prints each target with its figure and its verdict, and how long the parts took."""
    table = Table("target", "promised", "measured", "verdict", "part", "part took")
    for target in TARGETS:
        value, verdict = target.verdict(results)
        took = results.get("took_s", {}).get(target.part)
        style = {"met": "green", "missed": "bold red"}.get(verdict, "")
        table.add_row(
            target.what,
            target.promise,
            value,
            f"[{style}]{verdict}[/]" if style else verdict,
            target.part,
            f"{took:,.0f} s" if took is not None else "",
        )
    console.print(table)
