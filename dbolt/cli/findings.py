"""What does an examination find?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How serious a finding is."""

    OK = "ok"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `remedy` says how to get what is missing."""

    what: str
    health: Health
    seen: str
    remedy: str = ""
