"""How is an account deleted? Its jobs first, then everything that says who it was, then files.

The database erases in one transaction or not at all, and only for a session that has just shown
whose it is: see erase_customer() in migration 0002. Files of evidence are noted in the same
transaction and removed after it, so that a crash in between leaves none behind for ever.
"""

from __future__ import annotations

import logging
from enum import StrEnum

from dbolt.domain.lifecycle import JobState
from dbolt.store.queries import statements
from serve_app import links
from serve_app.identity import Customer
from serve_app.mail import Kind, letter
from serve_app.parts import Parts

log = logging.getLogger(__name__)

OVER = {JobState.COMPLETE, JobState.CANCELLED}
AT_ONCE = 500


class Erasure(StrEnum):
    """What became of the wish. `BUSY`: a form of theirs may still be on its way; ask again."""

    ERASED = "erased"
    NOT_PROVEN = "not_proven"
    BUSY = "busy"


async def erase(parts: Parts, customer: Customer) -> Erasure:
    """Cancels what is under way and deletes the account. May be repeated. Raises QueueAway."""
    sql = statements("sessions", "serve_app")
    rows = await parts.pool.fetch(sql["open_jobs"], customer.id, [state.value for state in OVER])
    for row in rows:
        # A refusal says that the job has come to its end meanwhile.
        await parts.queue.cancel(row["id"], customer.actor)
    async with parts.pool.acquire() as connection, connection.transaction():
        became = Erasure(await connection.fetchval(sql["erase"], customer.session_hash))
        if became is Erasure.ERASED:
            told = letter(Kind.ERASED, customer.email)
            await links.post(connection, told, f"erased:{customer.id}")
    if became is Erasure.ERASED:
        await remove_files(parts)
    return became


async def remove_files(parts: Parts) -> None:
    """Removes what erased customers left in the evidence store, and what was left over before."""
    sql = statements("sessions", "serve_app")
    while rows := await parts.pool.fetch(sql["removals"], AT_ONCE):
        for row in rows:
            try:
                await parts.evidence.remove(row["sha256"])
            except OSError as error:
                log.warning("evidence cannot be removed: %s", type(error).__name__)
                return
            await parts.pool.execute(sql["removed"], row["sha256"])
