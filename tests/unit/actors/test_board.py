"""Does who waits for news of the board always let go?"""

from __future__ import annotations

import asyncio
import time

import pytest

from actors.board import MOST_WORKERS, Board, Terms
from actors.clock import DatabaseClock


@pytest.mark.parametrize("ticks", range(4))
async def test_who_is_called_off_as_news_come_ends(ticks: int) -> None:
    board = Board(1, DatabaseClock(), Terms())
    waiting = asyncio.create_task(board.news(10.0))
    await asyncio.sleep(0.01)
    board.stir()
    for _ in range(ticks):
        await asyncio.sleep(0)
    called_off = waiting.cancel()
    await asyncio.wait([waiting], timeout=5.0)
    assert waiting.done()
    assert waiting.cancelled() == called_off


def test_the_clock_is_never_behind_what_the_database_has_lived_through() -> None:
    clock = DatabaseClock(lambda: 5.0)
    clock.set(100.0)
    clock.at_least(99.0)
    assert clock.now() == 100.0
    clock.at_least(100.5)
    assert clock.now() == 100.5


def test_names_of_workers_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    board = Board(1, DatabaseClock(), Terms())
    for number in range(3):
        board.heard(f"van-{number}")
        now += 50
    board.heard("van-0")
    assert list(board.workers) == ["van-1", "van-2", "van-0"]
    now += 75
    board.heard("van-3")
    assert list(board.workers) == ["van-0", "van-3"], "those heard of within two minutes"
    # However many names somebody makes up within that time, the latest are all that is kept.
    for number in range(MOST_WORKERS + 500):
        board.heard(f"made-up-{number}")
    assert len(board.workers) == MOST_WORKERS
    assert "van-3" not in board.workers
    assert f"made-up-{MOST_WORKERS + 499}" in board.workers
