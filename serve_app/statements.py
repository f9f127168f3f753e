"""Where is the SQL? In sql/*.sql, one file per aggregate, one `-- name:` line per statement."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def statements(aggregate: str) -> dict[str, str]:
    """The named statements of sql/*aggregate*.sql."""
    text = (resources.files("serve_app") / "sql" / f"{aggregate}.sql").read_text("utf-8")
    _, *parts = _NAME.split(text)
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}
