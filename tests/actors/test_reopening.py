"""May what was called off, or was paid back, be taken up again? Only where nothing was sent."""

from __future__ import annotations

import pytest

from dbolt.domain.lifecycle import State
from dbolt.domain.protocol import RetryFilter
from tests.support.queue import Shop, carry_out, catalogue, lease, unclear

CALLED_OFF = RetryFilter(states=[State.CANCELLED])


@pytest.mark.parametrize("how", ["job", "submission"])
async def test_a_press_nobody_could_confirm_is_not_repeated_after_a_cancel(
    shop: Shop, how: str
) -> None:
    orchestrator = await shop.orchestrator(catalogue(2))
    job = await shop.job(orchestrator)
    [sent] = await lease(orchestrator)
    await carry_out(orchestrator, sent, unclear())
    assert (await shop.row(sent.submission_id))["reason"] == "press_unconfirmed"
    if how == "job":
        assert await orchestrator.cancel(job, "staff") is None
    else:
        rows = await shop.db.fetch("select id from job_results")
        assert await orchestrator.cancel_submissions([row["id"] for row in rows], "staff") == 2
    assert await shop.states(job) == {"cancelled": 2}
    assert await orchestrator.retry(CALLED_OFF, dry_run=True, actor="staff") == 1
    assert await orchestrator.retry(CALLED_OFF, dry_run=False, actor="staff") == 1
    again = await lease(orchestrator, 5)
    assert sent.submission_id not in {one.submission_id for one in again}
    # A person has looked: then it may go once more.
    seen = CALLED_OFF.model_copy(update={"absent_checked": True})
    assert await orchestrator.retry(seen, dry_run=False, actor="staff") == 1
