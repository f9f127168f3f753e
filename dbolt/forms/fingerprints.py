"""Is this form made by directory software whose control names are known?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import yaml

from dbolt.forms.evidence import Case
from dbolt.forms.reading import Because

WEIGHT = 9.0


def apply_fingerprint(cases: Sequence[Case]) -> str:
    """Add what is known of the software behind *cases*; its name, or "" if it is unknown."""
    names = {c.control.name for c in cases}
    for entry in _entries():
        if not names.issuperset(entry["needs"]):
            continue
        means: Mapping[str, str] = entry["means"]
        for case in cases:
            if case.control.name in means:
                because = Because("fingerprint", entry["software"], WEIGHT)
                case.add(means[case.control.name], because)
        return str(entry["software"])
    return ""


@cache
def _entries() -> tuple[dict[str, Any], ...]:
    path = resources.files("dbolt.forms") / "data" / "fingerprints.yaml"
    return tuple(yaml.safe_load(path.read_text("utf-8")))
