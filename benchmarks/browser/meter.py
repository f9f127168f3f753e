"""What do a contender's processes cost? Processor time of all, the dead included; memory."""

from __future__ import annotations

import ctypes
import os
import signal
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_TICKS = os.sysconf("SC_CLK_TCK")


def adopt() -> None:
    """Orphans among our descendants become our children, so that none is lost from sight."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_with_harness() -> None:
    """A contender is interrupted when whoever measures it is gone, and clears up."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Process:
    parent: int
    cpu_s: float
    """Its own time and that of the children that it has waited for."""


def _processes() -> dict[int, _Process]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            # user, system, and both of the children that were waited for
            found[int(entry.name)] = _Process(int(fields[1]), sum(map(int, fields[11:15])) / _TICKS)
    return found


def below(root: int, spare: int) -> list[int]:
    """All descendants of *root*, zombies too, without *spare* and what is below it."""
    children: dict[int, list[int]] = defaultdict(list)
    for pid, process in _processes().items():
        children[process.parent].append(pid)
    found: list[int] = []
    waiting = [root]
    while waiting:
        for pid in children[waiting.pop()]:
            if pid != spare:
                found.append(pid)
                waiting.append(pid)
    return found


def cpu_s(spare: int) -> float:
    """Seconds of processor time of everything below this process, but *spare*."""
    processes = _processes()
    return sum(processes[p].cpu_s for p in below(os.getpid(), spare) if p in processes)


_KINDS = (
    ("own", ("benchmarks.browser",)),
    ("chromium", ("chromium", "chrome", "headless")),
    ("driver", ("playwright", "node")),
    ("postgres", ("postgres",)),
    ("orchestrator", ("ray::Orchestrator",)),
    ("worker", ("ray::Browser", "ray::Blind")),
    ("ray", ("raylet", "gcs_server", "ray::", "/ray/")),
)


def cpu_by_kind(spare: int) -> dict[str, float]:
    """The same by kind of process, told by its command; what is left is the contender's own."""
    processes = _processes()
    found: dict[str, float] = defaultdict(float)
    for pid in below(os.getpid(), spare):
        if pid in processes:
            found[_kind(pid)] += processes[pid].cpu_s
    return dict(found)


def _kind(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return "own"
    known = (kind for kind, signs in _KINDS if any(sign in words[:300] for sign in signs))
    return next(known, "own")


def memory_mb(spare: int) -> float:
    """Memory of everything below this process but *spare*, shared pages counted once."""
    return sum(_proportional(pid) for pid in below(os.getpid(), spare)) / 1e6


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def reap() -> None:
    """Lets go of the zombies that became ours."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
