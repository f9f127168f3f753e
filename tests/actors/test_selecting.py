"""Does calling off single submissions spare all others, and what was sent?"""

from __future__ import annotations

from uuid import uuid4

from tests.support.queue import Shop, accepted, carry_out, catalogue, lease, press


async def test_only_what_is_named_and_not_sent_is_called_off(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(4))
    job = await shop.job(orchestrator)
    waiting, sent = await lease(orchestrator, 2)
    assert (await press(orchestrator, sent.token)).permits == {sent.token: True}
    rows = await shop.db.fetch("select id from job_results where state = 'queued' order by id")
    named = [rows[0]["id"], waiting.submission_id, sent.submission_id, uuid4()]
    assert await orchestrator.cancel_submissions(named, "staff") == 2
    assert await shop.states(job) == {"cancelled": 2, "pressed": 1, "queued": 1}
    # Who was at it learns of it before a press.
    assert (await press(orchestrator, waiting.token)).permits == {waiting.token: False}
    (left,) = await lease(orchestrator, 5)
    assert left.submission_id == rows[1]["id"]
    await carry_out(orchestrator, left, accepted())
    assert await orchestrator.cancel_submissions(named, "staff") == 0
