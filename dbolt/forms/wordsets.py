"""Which words belong together: ways to pay, forms of address, framework prefixes, trades?"""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml


@cache
def word_set(name: str) -> frozenset[str]:
    """The set called *name* in `data/wordsets.yaml`. Raises KeyError for an unknown one."""
    return _sets()[name]


@cache
def _sets() -> dict[str, frozenset[str]]:
    path = resources.files("dbolt.forms") / "data" / "wordsets.yaml"
    # BaseLoader: every scalar is a string. The safe loader would read "no" as a boolean.
    held = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506
    return {name: frozenset(found) for name, found in held.items()}
