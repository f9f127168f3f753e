"""Does a running server tell staff how its proxies do, without their credentials?"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import uuid4

from dbolt.domain.directory import ProxyPolicy
from dbolt.domain.proxy import Went
from dbolt.domain.proxy_book import Wish
from tests.support.proxies import PASSWORD, USER, Running, Scheme
from tests.support.served import served
from tests.support.serving import STAFF_TOKEN, Line
from tests.unit.cli.test_cli import dbolt


async def test_the_command_line_shows_what_the_orchestrator_knows(
    database: str, tmp_path: Path
) -> None:
    known = Running(Scheme.HTTP, 3128, tmp_path)
    async with served(database) as parts:
        assert isinstance(parts.queue, Line)
        board, token = parts.queue.orchestrator._board, uuid4()
        board.book.update([known.proxy("p", country="us").facts])
        board.book.take(token, Wish("a", uuid4()), ProxyPolicy.REQUIRE, board.clock.now())
        board.book.report(token, Went.BADLY, board.clock.now())
        words = ("--url", parts.base_url, "--api-key", STAFF_TOKEN)
        told, shown = await asyncio.gather(
            asyncio.to_thread(dbolt, "proxies", "--json", *words, cwd=tmp_path),
            asyncio.to_thread(dbolt, "proxies", *words, cwd=tmp_path),
        )
    (row,) = json.loads(told.stdout)
    assert (row["id"], row["host"], row["country"]) == ("p", "127.0.0.1", "us")
    assert (row["state"], row["in_use"], row["leases"], row["faults"]) == ("cooling", 1, 1, 1)
    assert 20 < row["cooling_s"] <= 30
    assert 0 < row["score"] < 1
    assert "cooling" in shown.stdout
    for secret in (USER, PASSWORD):
        assert secret not in told.stdout + told.stderr + shown.stdout + shown.stderr
