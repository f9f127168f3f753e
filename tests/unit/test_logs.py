"""Does any way into the log let a secret through?"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from dbolt import logs

SECRETS = ("hunter2", "sk_live_abcdefgh", "ada@juniper.example", "+12125550142", "eyJhbGciOi")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    held = io.StringIO()
    logs.configure(as_json=True, stream=held)
    yield held
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_nothing_secret_comes_out_by_any_way(stream: io.StringIO) -> None:
    log = structlog.stdlib.get_logger("dbolt.test")
    log.info("to postgresql://owner:hunter2@db/x", authorization="Bearer eyJhbGciOi")
    log.info("key", detail={"nested": "sk_live_abcdefgh"}, password="hunter2")
    logging.getLogger("asyncpg").warning("for %s at %s", "ada@juniper.example", "+12125550142")
    try:
        raise ValueError("postgresql://owner:hunter2@db/x")
    except ValueError:
        log.exception("it broke")
    text = stream.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    assert len(lines) == 4
    assert not [secret for secret in SECRETS if secret in text]
    assert "Traceback" in lines[3]["exception"]
    assert "postgresql://owner:***@db/x" in lines[0]["event"]


def test_numbers_that_are_no_phones_stay() -> None:
    assert logs.scrub("2026-11-23 took 1234567890 ms") == "2026-11-23 took 1234567890 ms"


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="no log level"):
        logs.configure(level="loud")
