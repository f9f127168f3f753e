"""How does a process speak of itself? Structured lines with secrets and personal data taken out."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from typing import Any, TextIO

import structlog

LEVEL = "DBOLT_LOG_LEVEL"
AS_JSON = "DBOLT_LOG_JSON"

_SECRET_KEYS = re.compile(
    r"password|passwd|secret|token|authorization|cookie|api_?key|signature|database_url|dsn",
    re.IGNORECASE,
)
_SECRET_VALUES = (
    # scheme://user:password@host: keep who and where, drop the password.
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]+):[^\s@]+@", re.IGNORECASE), r"\1:***@"),
    (re.compile(r"\b(?:sk|rk|whsec|pk)_(?:test_|live_)?[A-Za-z0-9]{8,}"), "***"),
    # Of an API key, what it is listed by stays.
    (re.compile(r"\b(dbk_[a-z0-9]{8})_[A-Za-z0-9_-]{20,}"), r"\1_***"),
    (re.compile(r"\bBearer\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), "Bearer ***"),
)
_PERSONAL_VALUES = (
    (re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"), "<e-mail>"),
    (re.compile(r"(?<![\w-])\+\d{8,15}\b"), "<phone>"),
)


def scrub(text: str) -> str:
    """*text* without passwords, keys, e-mail addresses and phone numbers."""
    for pattern, put in (*_SECRET_VALUES, *_PERSONAL_VALUES):
        text = pattern.sub(put, text)
    return text


def _redact(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if _SECRET_KEYS.search(key):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = scrub(value)
        elif not isinstance(value, (int, float, bool, type(None))):
            event[key] = scrub(str(value))
    return event


def about(**ids: object) -> AbstractContextManager[None]:
    """Within it every line of this task says what it is about: a job, a request."""
    return structlog.contextvars.bound_contextvars(**ids)


def configure(*, level: str = "info", as_json: bool = False, stream: TextIO | None = None) -> None:
    """Sends structlog's and the standard library's lines to *stream* (standard error), redacted.

    level: a name of the standard library's levels, in any case. Raises ValueError for another.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"{level!r} is no log level; use debug, info, warning or error.")
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    render: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)


def configure_worker() -> None:
    """As `configure`, in a process that was started for us: its environment says how."""
    configure(level=os.environ.get(LEVEL) or "warning", as_json=bool(os.environ.get(AS_JSON)))
