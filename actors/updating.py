"""What follows for listings that were sent when the business tells something else? Work by hand.

No form is sent a second time for it. What has to be changed is written down in the transaction of
the change, or in the one in which a listing arrives that was filled in before it.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from actors.batch import Batch
from dbolt.domain.protocol import Refused
from dbolt.domain.updates import UpdateState, UpdateWord, judged
from dbolt.store import updates
from dbolt.store.plain import plain_text

MACHINE = "orchestrator"
CHANGED = Refused(
    problem="This listing's details changed meanwhile; reload the page and look again."
)


async def follow_profile(batch: Batch, job_ids: Collection[UUID]) -> None:
    """Opens, changes and closes the jobs' updates by the profiles that they use now."""
    gone: list[int] = []
    for found in await updates.sent(batch.connection, job_ids):
        verdict = judged(found.sent, found.wanted)
        if verdict.facts:
            await updates.open_update(batch.connection, batch.epoch, found, verdict.facts)
        elif verdict.close and found.update_id is not None:
            gone.append(found.update_id)
    if gone:
        await updates.void(batch.connection, batch.epoch, gone, MACHINE)
    batch.changed.update(job_ids)


async def say(update_id: int, word: UpdateWord, actor: str, batch: Batch) -> Refused | None:
    """Somebody changed the listing, could not, or takes that back. The same again is no news."""
    stands = await updates.standing(batch.connection, update_id)
    if stands is None:
        return Refused(problem=f"There is no update {update_id}.")
    if stands.state is word.state:
        return None
    if stands.state is UpdateState.VOID:
        return Refused(problem="Nothing is left to change there; reload the page.")
    if stands.version != word.version or not stands.newest:
        return CHANGED
    if word.state is not UpdateState.OPEN and stands.state is not UpdateState.OPEN:
        return Refused(problem="This update is closed; reopen it first.")
    plain = _kept(word)
    await updates.say(batch.connection, batch.epoch, update_id, plain, actor)
    if word.state is UpdateState.OPEN:
        # The details may have changed back since it was closed.
        await follow_profile(batch, [stands.job_id])
    batch.changed.add(stands.job_id)
    return None


def _kept(word: UpdateWord) -> UpdateWord:
    """*word* as Postgres can keep it; only what its state tells."""
    reason = plain_text(word.reason).strip() if word.state is UpdateState.IMPOSSIBLE else ""
    note = "" if word.state is UpdateState.OPEN else plain_text(word.note).strip()
    return word.model_copy(update={"reason": reason, "note": note})
