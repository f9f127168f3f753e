"""What do made-up requests have to know that no schema can say? Hooks of schemathesis.

A key may stand for one request alone, a cursor comes from an answer before, and Postgres keeps no
NUL: a request that keeps to its schema gets a fresh key, no cursor and no NUL, so that it can be
asked of it that it is accepted. Those that break their schema stay as they are.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis import Case, GenerationMode, HookContext

from serve_app.api.once import HEADER


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Mends a request right before it is sent."""
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    if HEADER in case.headers:
        case.headers[HEADER] = uuid4().hex
    case.query.pop("cursor", None)
    if isinstance(case.body, dict):
        case.body = _without_nul(case.body)


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "0")
        case dict():
            return {key: _without_nul(one) for key, one in value.items()}
        case list():
            return [_without_nul(one) for one in value]
        case _:
            return value
