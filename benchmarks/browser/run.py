"""What does a submission cost? One run, the same page, beside three others who hand in, too.

Counted is the processor time of all processes of each contender: Chromium, Playwright's driver,
Python, and for ours also Ray, the orchestrator and Postgres. Listings are counted by the site that
takes them. Prints a table and writes benchmarks/results/browser.json. Figures depend on the machine
and on what else it does; the ratios are what to look at.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.browser import meter, site
from dbolt.browser.chromium import NoBrowser, find_chromium, full_chromium, version

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "browser.json"
CONTENDERS = {
    "usual": ("benchmarks.browser.peers", "the usual script"),
    "crawlee": ("benchmarks.browser.peers", "crawlee, field by field"),
    "crawlee_batched": ("benchmarks.browser.peers", "crawlee, batched fill"),
    "tight": ("benchmarks.browser.peers", "the tightest loop"),
    "blind": ("benchmarks.browser.ours", "ours without evidence, in Ray"),
    "ours": ("benchmarks.browser.ours", "ours with evidence, in Ray"),
}
TARGETS = (
    ("ours", "tight", 0.85),
    ("ours", "usual", 3.0),
    ("ours", "crawlee", 1.5),
    ("ours", "crawlee_batched", 1.5),
)
SAMPLE_S = 2.0


@dataclass
class Sample:
    """A look during the work: seconds and processor seconds since its start, memory, listings."""

    at_s: float
    cpu_s: float
    memory_mb: float
    stored: int


@dataclass
class Cost:
    """What one contender took for its submissions."""

    submissions: int
    cpu_s: float
    wall_s: float
    slots: int
    samples: list[Sample] = field(default_factory=list)
    by_kind: dict[str, float] = field(default_factory=dict)
    """Processor seconds by kind of process."""

    @property
    def per_cpu_s(self) -> float:
        """Submissions for a second of processor time."""
        return self.submissions / self.cpu_s

    @property
    def per_minute(self) -> float:
        """Submissions in a minute."""
        return self.submissions / self.wall_s * 60

    @property
    def memory_per_slot_mb(self) -> float:
        """The most memory of all processes, by slot."""
        return max((s.memory_mb for s in self.samples), default=0.0) / self.slots


def main() -> None:
    """Measures, prints, writes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browser", description=__doc__)
    parser.add_argument("--count", type=int, default=120, help="submissions of each contender")
    parser.add_argument("--rounds", type=int, default=2, help="how often each takes its turn")
    parser.add_argument("--slots", type=int, default=3, help="submissions at a time")
    parser.add_argument("--only", default="", help="contenders to run, by their names, with commas")
    parser.add_argument("--drift", type=int, default=0, help="ours over so many, by the hundred")
    options = parser.parse_args()
    wanted = [name for name in options.only.split(",") if name] or list(CONTENDERS)
    if importlib.util.find_spec("crawlee") is None:
        print("crawlee is not installed and left out: pip install 'crawlee[playwright]'")
        wanted = [name for name in wanted if "crawlee" not in name]
    meter.adopt()
    found = asyncio.run(_measured(options, wanted))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")


async def _measured(options: argparse.Namespace, wanted: list[str]) -> dict[str, Any]:
    chromium = find_chromium()
    given = {"slots": options.slots, "count": options.count, "chromium": str(chromium)}
    given["full"] = str(_full(chromium))
    console = Console()
    console.print(f"{version(chromium)}; the usual script starts {given['full']}")
    found: dict[str, Any] = {"cores": os.cpu_count(), "given": given}
    if options.drift:
        drift = await _cost("ours", {**given, "count": options.drift})
        found["drift"] = [asdict(sample) for sample in drift.samples]
        _show_drift(console, drift)
        return found
    best: dict[str, Cost] = {}
    for _ in range(options.rounds):
        for name in wanted:
            console.print(f"{CONTENDERS[name][1]} ...")
            cost = await _cost(name, given)
            if name not in best or cost.cpu_s < best[name].cpu_s:
                best[name] = cost
    found["costs"] = {name: asdict(cost) for name, cost in best.items()}
    _show(console, best)
    return found


def _full(chromium: Path) -> Path:
    """A full Chromium, as the usual script starts one; the headless shell where there is none."""
    try:
        return full_chromium()
    except NoBrowser:
        return chromium


async def _cost(name: str, given: dict[str, Any]) -> Cost:
    """One contender's turn on a site of its own. Raises RuntimeError if listings are missing."""
    slots = 1 if name == "usual" else int(given["slots"])
    async with site.running() as served:
        words = json.dumps({**given, "url": served.url})
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", CONTENDERS[name][0], name, words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "CRAWLEE_PURGE_ON_START": "1"},
        )
        try:
            await _said(process, "ready")
            before = await _stored(served)
            cost = await _worked(process, served, slots)
            cost.submissions = await _stored(served) - before
            if cost.submissions != given["count"]:
                refused = (await served.told())["refused"]
                raise RuntimeError(
                    f"{name} handed in {cost.submissions} of {given['count']}; {refused}"
                )
            await _tell(process)
            await asyncio.wait_for(process.wait(), 60)
        finally:
            await _ended(process)
    meter.reap()
    return cost


async def _worked(process: asyncio.subprocess.Process, served: site.Site, slots: int) -> Cost:
    kinds = meter.cpu_by_kind(served.pid)
    begun, cpu = time.perf_counter(), meter.cpu_s(served.pid)
    samples: list[Sample] = []

    async def look() -> None:
        samples.append(
            Sample(
                at_s=round(time.perf_counter() - begun, 2),
                cpu_s=round(meter.cpu_s(served.pid) - cpu, 2),
                memory_mb=round(await asyncio.to_thread(meter.memory_mb, served.pid), 1),
                stored=await _stored(served),
            )
        )

    async def sample() -> None:
        while True:
            await look()
            await asyncio.sleep(SAMPLE_S)

    await _tell(process)
    sampling = asyncio.create_task(sample())
    await _said(process, "done")
    wall, spent = time.perf_counter() - begun, meter.cpu_s(served.pid) - cpu
    sampling.cancel()
    await asyncio.gather(sampling, return_exceptions=True)
    # The last hundred is complete only now.
    await look()
    spent_by = {
        kind: round(seconds - kinds.get(kind, 0.0), 2)
        for kind, seconds in meter.cpu_by_kind(served.pid).items()
    }
    return Cost(0, spent, wall, slots, samples, spent_by)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Interrupts a contender that still runs: it clears up what it has started."""
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        await asyncio.wait_for(process.wait(), 60)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _stored(served: site.Site) -> int:
    stored = (await served.told())["stored"]
    assert isinstance(stored, list)
    return len(stored)


async def _said(process: asyncio.subprocess.Process, expected: str) -> None:
    assert process.stdout is not None
    while line := (await process.stdout.readline()).decode().strip():
        if line == expected:
            return
    raise RuntimeError(f"the contender ended before it was {expected}")


async def _tell(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    await process.stdin.drain()


def _show(console: Console, costs: dict[str, Cost]) -> None:
    columns = (
        *("submissions", "CPU-s each", "per CPU-s", "per minute"),
        *("MB a slot", "against the tightest"),
    )
    table = Table("", *columns)
    for name, cost in costs.items():
        against = cost.per_cpu_s / costs["tight"].per_cpu_s if "tight" in costs else 0.0
        table.add_row(
            CONTENDERS[name][1],
            str(cost.submissions),
            f"{1 / cost.per_cpu_s:.3f}",
            f"{cost.per_cpu_s:.2f}",
            f"{cost.per_minute:.1f}",
            f"{cost.memory_per_slot_mb:.0f}",
            f"{against:.2f}",
        )
    console.print(table)
    for name, cost in costs.items():
        each = {kind: round(s / cost.submissions, 3) for kind, s in cost.by_kind.items()}
        console.print(f"CPU-s each of {CONTENDERS[name][1]}: {each}")
    for one, other, least in TARGETS:
        if one in costs and other in costs:
            ratio = costs[one].per_cpu_s / costs[other].per_cpu_s
            met = "met" if ratio >= least else "missed"
            console.print(f"per CPU-second, {one} / {other}: {ratio:.2f} (aim {least}: {met})")


def _show_drift(console: Console, cost: Cost) -> None:
    """Time, processor time and memory, by the hundred."""
    table = Table("listings", "s each", "CPU-s each", "MB")
    last = cost.samples[0]
    rows: list[tuple[float, float, float]] = []
    for sample in cost.samples:
        done = sample.stored - last.stored
        if done < 100:
            continue
        each = (sample.at_s - last.at_s) / done, (sample.cpu_s - last.cpu_s) / done
        rows.append((*each, sample.memory_mb))
        table.add_row(
            str(sample.stored), f"{each[0]:.3f}", f"{each[1]:.3f}", f"{sample.memory_mb:.0f}"
        )
        last = sample
    console.print(table)
    if len(rows) > 1:
        first, final = rows[0], rows[-1]
        grown = [b / a for a, b in zip(first, final, strict=True)]
        told = "time {:.2f}, CPU {:.2f}, memory {:.2f}".format(*grown)
        console.print(f"last hundred against the first: {told}")
