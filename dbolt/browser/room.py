"""How many submissions can one browser carry at a time on this machine?

Its cores and its memory decide, or what a container's control group leaves of them.
*Source:* the kernel's cgroup v2 interface (cpu.max, memory.max) and that of v1.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import psutil

MOST = 16
"""One driver and one Python process serve all slots of a browser; more would wait for them."""
_SLOTS_PER_CORE = 1.5
"""A submission computes for a good half of its time, and waits for the site in the rest."""
_SHARE = 0.6
"""Of the memory; the rest is for Ray, the database and the page cache."""
_BROWSER_MB = 400
_SLOT_MB = 200

_CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to share. `cores` may be a fraction."""

    cores: float
    memory_mb: float


def machine(cgroups: Path = _CGROUPS) -> Machine:
    """This machine, or as much of it as this process may use. cgroups: where they are mounted."""
    cores = float(len(os.sched_getaffinity(0)))
    memory_mb = psutil.virtual_memory().total / 1e6
    allowed, limit = _allowed_cores(cgroups), _memory_limit(cgroups)
    return Machine(
        cores=min(cores, allowed) if allowed else cores,
        memory_mb=min(memory_mb, limit / 1e6) if limit else memory_mb,
    )


def slots(there: Machine, browsers: int = 1) -> int:
    """How many slots each of so many browsers should have on *there*: 1 to 16."""
    browsers = max(1, browsers)
    by_cores = there.cores * _SLOTS_PER_CORE / browsers
    by_memory = (there.memory_mb * _SHARE / browsers - _BROWSER_MB) / _SLOT_MB
    return max(1, min(int(by_cores), int(by_memory), MOST))


def _allowed_cores(cgroups: Path) -> float:
    """How many cores' time the group may use; 0 for no limit."""
    quota, _, period = _text(cgroups / "cpu.max").partition(" ")
    if not quota:
        quota = _text(cgroups / "cpu" / "cpu.cfs_quota_us")
        period = _text(cgroups / "cpu" / "cpu.cfs_period_us")
    if not quota.isdigit() or not period.isdigit() or int(period) == 0:
        return 0.0  # "max" and -1 stand for no limit
    return int(quota) / int(period)


def _memory_limit(cgroups: Path) -> int:
    """Bytes that the group may use; 0 for no limit."""
    limit = _text(cgroups / "memory.max") or _text(cgroups / "memory" / "memory.limit_in_bytes")
    return int(limit) if limit.isdigit() else 0


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
