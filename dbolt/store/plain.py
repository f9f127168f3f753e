"""What of foreign text can Postgres hold? Everything but NUL and halves of surrogate pairs."""

from __future__ import annotations

from typing import Any


def plain_text(text: str) -> str:
    """*text* without what Postgres cannot hold."""
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def plain(value: Any) -> Any:
    """JSON's *value*, with all texts in it plain."""
    match value:
        case str():
            return plain_text(value)
        case dict():
            return {key: plain(inner) for key, inner in value.items()}
        case list():
            return [plain(inner) for inner in value]
        case _:
            return value
