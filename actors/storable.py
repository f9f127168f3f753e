"""What of a result can be kept? No passwords, and nothing that Postgres cannot hold."""

from __future__ import annotations

import json

from pydantic_core import PydanticSerializationError

from dbolt.domain.fields import Field
from dbolt.domain.submission import Result
from dbolt.store.plain import plain

_NUL = "\\u0000"
"""How JSON writes what Postgres cannot hold."""
_SECRET = {Field.ACCOUNT_PASSWORD, Field.ACCOUNT_PASSWORD_CONFIRM}


def stored(result: Result) -> str:
    """*result* as JSON that Postgres can keep, without passwords."""
    if result.typed and any(typed.field in _SECRET for typed in result.typed):
        covered = {"typed": "", "read_back": ""}
        typed = [t.model_copy(update=covered) if t.field in _SECRET else t for t in result.typed]
        result = result.model_copy(update={"typed": typed})
    try:
        text = result.model_dump_json()
    except PydanticSerializationError:
        text = _NUL
    # Pages hold what jsonb cannot: NUL, and halves of surrogate pairs.
    if _NUL not in text:
        return text
    return json.dumps(plain(result.model_dump(mode="json")), ensure_ascii=False)
