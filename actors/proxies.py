"""Which proxies are there now? The orchestrator's book is kept up with their source."""

from __future__ import annotations

import asyncio
import logging

from actors.board import Board
from dbolt.providers.proxies import ProxySource
from dbolt.providers.proxies.sources import ASK_AGAIN_S, asked, said

log = logging.getLogger(__name__)

FIRST_TRIES_S = 2.0


async def keep_proxies(board: Board, source: ProxySource) -> None:
    """Asks *source* for ever. While it cannot tell, the last list holds; before, there is none."""
    while True:
        try:
            # Credentials end here: the book and all that it says hold facts alone.
            facts = [proxy.facts for proxy in await asked(source)]
        except Exception as error:  # noqa: BLE001 - the source may be a module of the operator's
            log.warning("the proxies were not told: %s", said(error))
        else:
            board.book.update(facts)
            board.schedule.proxies_changed(board.clock.now())
            board.stir()
        await asyncio.sleep(ASK_AGAIN_S if board.book.read else FIRST_TRIES_S)
