"""How does the demo keep a sandbox town open beside its own work? In a thread with its own loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbolt.cli.output import Exit, Trouble
from dbolt.sandbox.town import Town, TownError

PORT = 8800


@contextmanager
def open_town(data: Path) -> Iterator[Town]:
    """A town that answers; on port 8800 if that is free, so that addresses stay the same."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="town", daemon=True)
    thread.start()
    try:
        town = _started(loop, data)
        try:
            yield town
        finally:
            asyncio.run_coroutine_threadsafe(town.stop(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def _started(loop: asyncio.AbstractEventLoop, data: Path) -> Town:
    trouble = ""
    for port in (PORT, 0):
        town = Town(data, port=port)
        try:
            asyncio.run_coroutine_threadsafe(town.start(), loop).result(30)
        except TownError as error:
            trouble = str(error)
        else:
            return town
    raise Trouble(trouble, code=Exit.MISSING)
