"""Does the orchestrator lose nothing, and let nothing be pressed twice?"""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from pydantic import SecretStr

from actors.commit import CommitFailed
from dbolt.domain.lifecycle import State
from dbolt.domain.protocol import Ack, Exchange, Settlement
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Account, HandOver, Known, Left, VerdictKind
from dbolt.store.queue import Fenced
from tests.support.queue import (
    SEARCH,
    Shop,
    accepted,
    carry_out,
    catalogue,
    directory,
    lease,
    not_sent,
    press,
    settle,
    unclear,
    until,
)


async def test_a_job_runs_from_payment_to_completion(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(3))
    job = await shop.job(orchestrator)
    assert await shop.one("select state from jobs where id = $1", job) == "queued"
    assignments = await lease(orchestrator, want=10)
    assert {a.directory.slug for a in assignments} == {"d000", "d001", "d002"}
    assert await shop.one("select state from jobs where id = $1", job) == "running"
    for assignment in assignments:
        await carry_out(orchestrator, assignment, accepted(listing_url="http://a.localhost/1"))
    assert await shop.states(job) == {"submitted": 3}
    assert await shop.one("select state from jobs where id = $1", job) == "complete"
    assert await shop.one("select moving from jobs where id = $1", job) == 0
    assert await shop.one("select count(*) from outbox where kind = 'job_complete'") == 1
    assert await shop.one("select count(*) from presses") == 3
    looks = "select count(*) from verifications where due_at > now() + interval '23 hours'"
    assert await shop.one(looks) == 3


async def test_every_step_of_a_submission_is_in_its_history(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    job = await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await carry_out(orchestrator, assignment, accepted())
    rows = await shop.db.fetch(
        "select event, from_state, to_state, actor from events where submission_id = $1"
        " order by id",
        assignment.submission_id,
    )
    assert [tuple(row) for row in rows] == [
        ("created", None, "queued", "orchestrator"),
        ("leased", "queued", "leased", "w"),
        ("permitted", "leased", "pressed", "w"),
        ("accepted", "pressed", "submitted", "w"),
    ]
    rows = await shop.db.fetch(
        "select event from events where job_id = $1 and submission_id is null order by id", job
    )
    assert [row["event"] for row in rows] == ["created", "profile_completed", "started", "settled"]


async def test_a_second_permit_for_the_same_attempt_is_refused(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    replies = await asyncio.gather(*(press(orchestrator, assignment.token) for _ in range(5)))
    assert sorted(reply.permits[assignment.token] for reply in replies) == [False] * 4 + [True]
    assert await shop.one("select count(*) from presses") == 1


async def test_a_permit_needs_a_lease(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    stranger = uuid4()
    assert (await press(orchestrator, stranger)).permits == {stranger: False}


async def test_a_late_worker_cannot_overwrite_its_successor(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    await shop.job(orchestrator)
    [first] = await lease(orchestrator)
    await shop.db.execute("update leases set deadline_at = now() - interval '1 second'")
    [second] = await lease(orchestrator, worker="other")
    assert second.submission_id == first.submission_id
    assert second.attempt == 2
    before = await shop.row(first.submission_id)
    assert (await press(orchestrator, first.token)).permits == {first.token: False}
    reply = await settle(orchestrator, first.token, accepted())
    assert reply.acks == {first.token: Ack.STALE}
    assert await shop.row(first.submission_id) == before
    reply = await orchestrator.exchange(Exchange(worker="w", alive=[first.token]))
    assert reply.revoked == [first.token]


async def test_saying_the_same_result_twice_is_acknowledged_twice_and_counts_once(
    shop: Shop,
) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await press(orchestrator, assignment.token)
    for _ in range(3):
        reply = await settle(orchestrator, assignment.token, accepted())
        assert reply.acks == {assignment.token: Ack.SETTLED}
    assert await shop.one("select count(*) from events where event = 'accepted'") == 1


async def test_a_lease_that_expires_before_the_press_is_tried_again(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await shop.db.execute("update leases set deadline_at = now() - interval '1 second'")
    [again] = await lease(orchestrator)
    assert again.submission_id == assignment.submission_id
    row = await shop.db.fetchrow("select event, reason from attempts where attempt = 1")
    assert row is not None
    assert tuple(row) == ("lease_expired", "lease_expired")


async def test_a_lease_that_expires_too_often_fails_its_submission(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    job = await shop.job(orchestrator)
    for _ in range(5):
        assert await lease(orchestrator)
        await shop.db.execute("update leases set deadline_at = now() - interval '1 second'")
    await until(shop, "select state = 'complete' from jobs")
    assert await shop.states(job) == {"failed": 1}


async def test_a_press_that_was_lost_is_uncertain_and_looked_for_at_once(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH)])
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await press(orchestrator, assignment.token)
    await shop.db.execute("update leases set deadline_at = now() - interval '1 second'")
    [look] = await lease(orchestrator)
    assert (look.task, look.submission_id) == ("verify", assignment.submission_id)
    assert (await shop.row(look.submission_id))["state"] == "uncertain"


async def test_a_lost_press_that_nobody_can_look_for_goes_to_a_person(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    job = await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await press(orchestrator, assignment.token)
    await shop.db.execute("update leases set deadline_at = now() - interval '1 second'")
    await until(shop, "select state = 'needs_person' from job_results")
    row = await shop.row(assignment.submission_id)
    assert row["reason"] == "press_unconfirmed"
    assert await shop.one("select state from jobs where id = $1", job) == "complete"
    assert await lease(orchestrator, wait_s=0.0) == []


@pytest.mark.parametrize(
    ("result", "state", "reason"),
    [
        (HandOver(reason=Reason.CAPTCHA), State.NEEDS_PERSON, "captcha"),
        (Known(), State.DUPLICATE, "already_listed"),
        (Left(reason=Reason.ROBOTS_TXT), State.SKIPPED, "robots_txt"),
        (not_sent(Reason.PAGE_GONE), State.FAILED, "page_gone"),
        # A worker that pressed without asking: only a person can tell what came of it.
        (accepted(), State.NEEDS_PERSON, "press_unconfirmed"),
    ],
)
async def test_what_was_not_sent_ends_by_its_reason(
    shop: Shop, result: object, state: State, reason: str
) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await settle(orchestrator, assignment.token, result)  # type: ignore[arg-type]
    row = await shop.row(assignment.submission_id)
    assert (row["state"], row["reason"]) == (state, reason)


@pytest.mark.parametrize(
    "result", [not_sent(), HandOver(reason=Reason.CAPTCHA), Known(), unclear()]
)
async def test_after_a_permit_nothing_is_believed_but_a_verdict(shop: Shop, result: object) -> None:
    orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH)])
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await press(orchestrator, assignment.token)
    await settle(orchestrator, assignment.token, result)  # type: ignore[arg-type]
    assert (await shop.row(assignment.submission_id))["state"] == "uncertain"


async def test_the_network_is_given_a_few_tries_and_then_the_submission_fails(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    await shop.job(orchestrator)
    for attempt in range(1, 5):
        [assignment] = await lease(orchestrator)
        assert assignment.attempt == attempt
        await settle(orchestrator, assignment.token, not_sent())
    row = await shop.row(assignment.submission_id)
    assert (row["state"], row["reason"], row["failures"]) == ("failed", "unreachable", 4)
    assert await lease(orchestrator, wait_s=0.0) == []


@pytest.mark.parametrize("verdict", list(VerdictKind))
async def test_each_verdict_has_its_state(shop: Shop, verdict: VerdictKind) -> None:
    orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH)])
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    result = accepted().model_copy(update={"verdict": verdict})
    await carry_out(orchestrator, assignment, result)
    wanted = {
        VerdictKind.ACCEPTED: "submitted",
        VerdictKind.PENDING_EMAIL: "awaiting_email",
        VerdictKind.PENDING_REVIEW: "in_review",
        VerdictKind.PENDING_CUSTOMER: "awaiting_customer",
        VerdictKind.REJECTED: "rejected",
        VerdictKind.ALREADY_LISTED: "duplicate",
        VerdictKind.BLOCKED: "needs_person",
        VerdictKind.UNCLEAR: "uncertain",
    }
    assert (await shop.row(assignment.submission_id))["state"] == wanted[verdict]


async def test_a_result_may_hold_what_postgres_cannot(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    odd = HandOver(reason=Reason.CAPTCHA, detail="NUL \0 and half \ud800 a pair")
    await settle(orchestrator, assignment.token, odd)
    assert (await shop.row(assignment.submission_id))["detail"] == "NUL  and half ? a pair"


async def test_the_old_orchestrator_is_fenced_by_a_new_one(shop: Shop) -> None:
    old = await shop.orchestrator(catalogue(2))
    await shop.job(old)
    [assignment] = await lease(old)
    new = await shop.orchestrator()
    before = await shop.row(assignment.submission_id)
    with pytest.raises(Fenced):
        await settle(old, assignment.token, accepted())
    with pytest.raises(Fenced):
        await press(old, assignment.token)
    assert await shop.row(assignment.submission_id) == before
    assert not old.serving
    assert (await press(new, assignment.token)).permits == {assignment.token: True}
    reply = await settle(new, assignment.token, accepted())
    assert reply.acks == {assignment.token: Ack.SETTLED}


async def test_an_idle_orchestrator_notices_that_its_time_is_over(shop: Shop) -> None:
    old = await shop.orchestrator(catalogue(1))
    waiting = asyncio.ensure_future(lease(old, wait_s=30))
    await shop.orchestrator()
    async with asyncio.timeout(10):
        # Nobody says anything to it, and yet it finds out.
        assert await waiting == []
    assert not old.serving
    with pytest.raises(Fenced):
        await lease(old)


async def test_a_restart_honours_leases_and_paces(shop: Shop) -> None:
    pace = {"concurrency": 1, "spacing_s": 0, "per_day": 1}
    first = await shop.orchestrator([directory("a"), directory("b", pace=pace)])
    await shop.job(first)
    await shop.job(first)
    mine = await lease(first, want=10)
    assert sorted(a.directory.slug for a in mine) == ["a", "a", "b"]
    b = next(a for a in mine if a.directory.slug == "b")
    await press(first, b.token)
    await first.close()
    second = await shop.orchestrator()
    assert await lease(second, want=10, wait_s=0.3) == []
    tokens = [a.token for a in mine]
    reply = await second.exchange(Exchange(worker="w", alive=tokens))
    assert reply.revoked == []
    assert (await press(second, b.token)).permits == {b.token: False}
    await settle(second, b.token, accepted())
    # The one press of the day was made before the restart.
    assert await lease(second, want=10, wait_s=0.3) == []
    [a, other] = [a for a in mine if a.directory.slug == "a"]
    await carry_out(second, a, accepted())
    await carry_out(second, other, accepted())
    assert await shop.states() == {"submitted": 3, "queued": 1}


async def test_a_heartbeat_moves_the_deadline(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await shop.db.execute("update leases set deadline_at = now() + interval '1 second'")
    orchestrator._board.held[assignment.token].extended_at = 0.0
    reply = await orchestrator.exchange(Exchange(worker="w", alive=[assignment.token]))
    assert reply.revoked == []
    left = await shop.one("select extract(epoch from deadline_at - now())::float8 from job_results")
    assert left > 20


async def test_work_that_comes_reaches_a_waiting_worker_at_once(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    waiting = asyncio.ensure_future(lease(orchestrator, wait_s=60))
    await shop.job(orchestrator)
    async with asyncio.timeout(5):
        assert len(await waiting) == 1


async def test_what_the_database_refuses_takes_nothing_else_with_it(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(3))
    await shop.job(orchestrator)
    given = await lease(orchestrator, want=3)
    tokens = [assignment.token for assignment in given]
    await press(orchestrator, *tokens)
    # No text of Postgres holds a NUL, and nobody has taken it out of an account's name.
    odd = Account(username="ada\0", password=SecretStr("secret"))
    ends = [accepted(), accepted(account=odd), accepted()]
    said = [Settlement(token=token, result=end) for token, end in zip(tokens, ends, strict=True)]
    with pytest.raises(CommitFailed):
        await orchestrator.exchange(Exchange(worker="w", settled=said))
    states = [(await shop.row(assignment.submission_id))["state"] for assignment in given]
    assert states == ["submitted", "pressed", "submitted"]
    assert orchestrator.serving
