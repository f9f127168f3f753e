"""How fast is the queue? One run, one Postgres, beside procrastinate and pgqueuer.

Prints the figures and which targets they meet, and writes benchmarks/results/queue.json. `--quick`
takes a tenth of the work. All of them run in the event loop that Ray gives to its actors.
Figures depend on the machine and on what else it does; the ratios are what to look at.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from actors.ray_actors import quiet_collector
from benchmarks.queue import limit, ours, peers, rayed, restart, verdicts
from dbolt.store import embedded

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "queue.json"


def main() -> None:
    """Measures, prints, writes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queue", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    parser.add_argument("--only", default="", help="parts to run, by their names, with commas")
    parser.add_argument("--rounds", type=int, default=3, help="how often the compared parts run")
    options = parser.parse_args()
    # As in the orchestrator's own process; the peers have it, too.
    quiet_collector()
    wanted = set(options.only.split(",")) - {""}
    with tempfile.TemporaryDirectory(prefix="dbolt-bench-", ignore_cleanup_errors=True) as folder:
        server = embedded.start(Path(folder))
        try:
            parts = _parts(server.url, 1 if options.quick else 10, options.rounds)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                found, took = runner.run(_measured(parts, wanted))
        finally:
            server.stop()
    known = json.loads(RESULTS.read_text()) if wanted and RESULTS.exists() else {}
    results = {**known, **found, "cores": os.cpu_count()}
    results["took_s"] = {**known.get("took_s", {}), **took}
    results["quick"] = {**known.get("quick", {}), **dict.fromkeys(took, options.quick)}
    results["ratios"] = _ratios(results)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    _show(results)


Part = Callable[[], Awaitable[Any]]


def _parts(server: str, size: int, rounds: int) -> dict[str, Part]:
    """What there is to measure, in its order. The compared parts take turns."""

    async def compared() -> dict[str, Any]:
        best: dict[str, Any] = {"ours": {}, "procrastinate": {}, "pgqueuer": {}, "by hand": {}}
        for _ in range(rounds):
            _keep(best["procrastinate"], await peers.procrastinate(server, 200 * size))
            _keep(best["ours"], await _ours(server, size))
            _keep(best["pgqueuer"], await peers.pgqueuer(server, 800 * size))
            _keep(best["by hand"], await limit.by_hand(server, 2 * size))
        return best

    return {
        "compared": compared,
        "latency": lambda: ours.latency(server, 200, 1 + 2 * size),
        "ray": lambda: rayed.measure(server, 2 * size),
        "restart": lambda: restart.measure(server, 200 * size),
    }


async def _ours(server: str, size: int) -> dict[str, Any]:
    work, settings = await ours.work_batched(server, 2 * size)
    return {
        "enqueue_one_by_one": await ours.enqueue_one_by_one(server, 100 * size),
        "enqueue_batched": await ours.enqueue_batched(server, 2 * size),
        "work_one_by_one": await ours.work_one_by_one(server, size),
        "work": work,
        "settings": settings,
    }


def _keep(best: dict[str, Any], found: dict[str, Any]) -> None:
    """Each one's best round."""
    if "settings" in found and found["work"] > best.get("work", 0.0):
        best["settings"] = found["settings"]
    for name, value in found.items():
        if name != "settings":
            best[name] = max(best.get(name, 0.0), value)


async def _measured(
    parts: dict[str, Part], wanted: set[str]
) -> tuple[dict[str, Any], dict[str, float]]:
    """What was found, and the seconds that each part took."""
    found: dict[str, Any] = {}
    took: dict[str, float] = {}
    for name, part in parts.items():
        if not wanted or name in wanted:
            print(f"{name} ...", flush=True)
            begun = time.perf_counter()
            found[name] = await part()
            took[name] = round(time.perf_counter() - begun, 1)
    return found, took


def _ratios(results: dict[str, Any]) -> dict[str, float]:
    compared = results.get("compared")
    if not compared:
        return {}
    mine = compared["ours"]
    ratios = {
        f"{step}_vs_{peer}": round(mine[step] / compared[peer][step], 2)
        for peer in ("procrastinate", "pgqueuer")
        for step in ("enqueue_one_by_one", "enqueue_batched", "work")
    }
    # The same statements in a bare loop: what is left to be won without changing what is durable.
    ratios["work_vs_by_hand"] = round(mine["work"] / compared["by hand"]["work"], 2)
    ratios["by_hand_vs_pgqueuer"] = round(
        compared["by hand"]["work"] / compared["pgqueuer"]["work"], 2
    )
    for peer in ("procrastinate", "pgqueuer"):
        # Lease, permit and settlement against fetch and completion: what one durable step costs.
        ratios[f"durable_steps_vs_{peer}"] = round(
            3 * mine["work"] / (2 * compared[peer]["work"]), 2
        )
    return ratios


def _show(results: dict[str, Any]) -> None:
    console = Console()
    if compared := results.get("compared"):
        table = Table("per second", *compared)
        for step in ("enqueue_one_by_one", "enqueue_batched", "work_one_by_one", "work"):
            table.add_row(
                step, *(f"{one[step]:,.0f}" if step in one else "" for one in compared.values())
            )
        console.print(table)
        for name in compared:
            console.print(f"{name} at its best: {compared[name]['settings']}")
        console.print(f"ratios: {results['ratios']}")
    for name in ("latency", "ray", "restart"):
        if name in results:
            console.print(f"{name}: {results[name]}")
    verdicts.show(console, results)
