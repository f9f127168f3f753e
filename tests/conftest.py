"""Fixtures for every test; each lives in the module of the part it stands for."""

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.chromium",
    "tests.support.town",
    "tests.support.npm",
    "tests.support.prometheus",
]
