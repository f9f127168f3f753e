"""Fixtures for every test, each in the module of the part it stands for; what runs beside what."""

from __future__ import annotations

import pytest

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.chromium",
    "tests.support.town",
    "tests.support.npm",
    "tests.support.prometheus",
]

_LENGTHY = "ray"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `-n`, a file stays in one process, and whatever starts Ray comes first, in one too.

    One Ray at a time: two of them on one machine would each count all of its cores as theirs.
    """
    for item in items:
        of_ray = item.get_closest_marker(_LENGTHY) is not None
        item.add_marker(pytest.mark.xdist_group(_LENGTHY if of_ray else str(item.path)))
    items.sort(key=lambda item: item.get_closest_marker(_LENGTHY) is None)
