"""Is it a whole number? 3 and 3.0 are, as JSON Schema has it; "3" and true are not."""

from __future__ import annotations

from pydantic import BeforeValidator


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""Beside a strict `int`: takes 3.0 for 3. It comes last, or its bounds are not in the schema."""
