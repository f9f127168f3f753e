"""What may staff ask of single submissions, whichever jobs they belong to?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from actors.batch import Batch
from actors.board import Board
from actors.verbs import Verbs
from dbolt.domain.lifecycle import Event
from dbolt.store import jobs
from dbolt.store.queue import Wish


class Selecting:
    """The commands on a selection, each one transaction."""

    def __init__(self, board: Board, verbs: Verbs) -> None:
        self._board = board
        self._verbs = verbs

    async def cancel(self, ids: Sequence[UUID], actor: str, batch: Batch) -> int:
        """How many of *ids* were called off; what was sent stays, and is followed to its end."""
        found = await jobs.cancellable(batch.connection, None, ids)
        wishes = [Wish(id_, Event.CANCELLED, reason) for id_, reason in found.items()]
        moved = await self._verbs.move(batch, wishes, actor)
        tokens = [row.token for row in moved if row.token is not None]
        if tokens:
            batch.after.append(partial(self._board.let_go, tokens))
        return len(moved)
