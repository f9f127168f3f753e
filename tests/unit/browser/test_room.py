"""Slots follow from what a machine, or a container on it, has to give."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from dbolt.browser.room import MOST, Machine, machine, slots


@pytest.mark.parametrize(
    ("cores", "memory_mb", "browsers", "expected"),
    [
        (2, 16_000, 1, 3),
        (8, 32_000, 1, 12),
        (8, 32_000, 4, 3),  # Browsers of a node share it.
        (64, 256_000, 1, MOST),
        (8, 2_000, 1, 4),  # The memory is what is short.
        (0.5, 16_000, 1, 1),
        (2, 512, 1, 1),  # Never none.
        (2, 16_000, 0, 3),
    ],
)
def test_slots_follow_from_cores_and_memory(
    cores: float, memory_mb: float, browsers: int, expected: int
) -> None:
    assert slots(Machine(cores, memory_mb), browsers) == expected


def _cgroups(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    "files",
    [
        {"cpu.max": "50000 100000\n", "memory.max": "1073741824\n"},
        {
            "cpu/cpu.cfs_quota_us": "50000\n",
            "cpu/cpu.cfs_period_us": "100000\n",
            "memory/memory.limit_in_bytes": "1073741824\n",
        },
    ],
    ids=["v2", "v1"],
)
def test_a_containers_limits_count(tmp_path: Path, files: dict[str, str]) -> None:
    assert machine(_cgroups(tmp_path, files)) == Machine(0.5, 1073.741824)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"cpu.max": "max 100000\n", "memory.max": "max\n"},
        {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"},
        {"cpu.max": "99900000 100000\n", "memory.max": "9223372036854771712\n"},
    ],
    ids=["none", "v2 without limit", "v1 without limit", "more than there is"],
)
def test_without_limits_it_is_the_machine(tmp_path: Path, files: dict[str, str]) -> None:
    there = machine(_cgroups(tmp_path, files))
    assert there.memory_mb == psutil.virtual_memory().total / 1e6
    assert there.cores >= 1
