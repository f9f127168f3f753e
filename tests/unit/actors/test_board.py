"""Is whoever waits for news still theirs to end who started them?"""

from __future__ import annotations

import asyncio

import pytest

from actors.board import Board, Terms
from actors.clock import DatabaseClock


async def test_a_wait_can_be_ended_at_the_moment_in_which_news_comes() -> None:
    board = Board(1, DatabaseClock(), Terms())
    waiting = asyncio.create_task(board.news(60.0))
    await asyncio.sleep(0)
    board.stir()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_the_clock_is_never_behind_what_the_database_has_lived_through() -> None:
    clock = DatabaseClock(lambda: 5.0)
    clock.set(100.0)
    clock.at_least(99.0)
    assert clock.now() == 100.0
    clock.at_least(100.5)
    assert clock.now() == 100.5
