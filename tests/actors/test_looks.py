"""Does only the directory itself decide what became of an unclear press, and what is live?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from actors.orchestrator import Orchestrator
from dbolt.domain.directory import ListingSearch, Recipe
from dbolt.domain.lifecycle import State
from dbolt.domain.protocol import RetryFilter
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import (
    Assignment,
    EvidenceKind,
    EvidenceRef,
    Known,
    Looked,
    Pressed,
    VerdictKind,
)
from tests.support.queue import (
    SEARCH,
    Shop,
    accepted,
    carry_out,
    directory,
    lease,
    not_sent,
    press,
    settle,
    unclear,
    until,
)

HAZY = Recipe(search=ListingSearch(url="http://a.localhost/?q={name}", complete=False))
SOON = "update verifications set due_at = now() where done_at is null"


async def unclear_press(
    shop: Shop, recipe: Recipe = SEARCH, *, seen_absent: bool = True
) -> Orchestrator:
    """An orchestrator whose one submission was pressed with an unclear answer."""
    orchestrator = await shop.orchestrator([directory("a", recipe=recipe)])
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await carry_out(orchestrator, assignment, unclear(), seen_absent=seen_absent)
    return orchestrator


async def next_look(orchestrator: Orchestrator) -> Assignment:
    """The look that is due, leased."""
    [look] = await lease(orchestrator)
    assert look.task == "verify"
    return look


async def test_a_listing_that_is_found_was_submitted_and_is_looked_for_again(shop: Shop) -> None:
    orchestrator = await unclear_press(shop)
    look = await next_look(orchestrator)
    await settle(orchestrator, look.token, Looked(found=True, listing_url="http://a.localhost/1"))
    row = await shop.row(look.submission_id)
    assert (row["state"], row["listing_url"]) == ("submitted", "http://a.localhost/1")
    assert await shop.one("select state from jobs") == "complete"
    await shop.db.execute(SOON)
    orchestrator._board.want_looks()
    again = await next_look(orchestrator)
    assert again.listing_url == "http://a.localhost/1"
    await settle(orchestrator, again.token, Looked(found=True))
    row = await shop.row(look.submission_id)
    assert (row["state"], row["reason"]) == ("live", "found_live")
    assert await shop.one("select count(*) from verifications where done_at is null") == 0


async def test_a_listing_that_may_have_been_there_before_is_for_a_person(shop: Shop) -> None:
    orchestrator = await unclear_press(shop, seen_absent=False)
    look = await next_look(orchestrator)
    await settle(orchestrator, look.token, Looked(found=True, listing_url="http://a.localhost/1"))
    row = await shop.row(look.submission_id)
    assert (row["state"], row["reason"]) == ("needs_person", "maybe_older")
    # Nobody presses it again without having compared the two.
    again = RetryFilter(states=[State.NEEDS_PERSON])
    assert await orchestrator.retry(again, dry_run=False, actor="staff") == 0


@pytest.mark.parametrize("seen_absent", [True, False])
async def test_what_was_seen_before_a_press_outlives_its_worker(
    shop: Shop, *, seen_absent: bool
) -> None:
    orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH, timeout_s=30)])
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await press(orchestrator, assignment.token, seen_absent=seen_absent)
    await shop.db.execute("update leases set deadline_at = now() - interval '1 second'")
    await until(shop, "select state = 'uncertain' from job_results")
    # Not even the orchestrator that gave the permit is there any more.
    successor = await shop.orchestrator()
    look = await next_look(successor)
    await settle(successor, look.token, Looked(found=True))
    state = (await shop.row(look.submission_id))["state"]
    assert state == ("submitted" if seen_absent else "needs_person")


async def test_what_a_lost_worker_tells_late_is_kept_for_whoever_decides(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH, timeout_s=30)])
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await press(orchestrator, assignment.token)
    await shop.db.execute("update leases set deadline_at = now() - interval '1 second'")
    await until(shop, "select state = 'uncertain' from job_results")
    before = await shop.row(assignment.submission_id)
    seen = EvidenceRef(
        kind=EvidenceKind.AFTER,
        sha256="ab" * 32,
        media_type="image/png",
        size_bytes=9,
        taken_at=datetime.now(UTC),
    )
    late = accepted(listing_url="http://a.localhost/1", evidence=[seen])
    for told in (late, accepted(detail="something else")):
        said = await settle(orchestrator, assignment.token, told)
        assert said.acks == {assignment.token: "stale"}
    attempt = await shop.db.fetchrow("select event, reason, result from attempts")
    assert attempt is not None
    kept = json.loads(attempt["result"])
    assert (attempt["event"], attempt["reason"]) == ("lease_expired", "press_unconfirmed")
    assert kept["evidence"][0]["sha256"] == "ab" * 32
    assert kept["verdict"] == "accepted"
    # It decides nothing: neither now nor when a look finds a listing that may be an older one.
    assert await shop.row(assignment.submission_id) == before
    look = await next_look(orchestrator)
    await settle(orchestrator, look.token, Looked(found=True))
    row = await shop.row(assignment.submission_id)
    assert (row["state"], row["reason"]) == ("needs_person", "maybe_older")


async def test_a_token_of_nobody_leaves_nothing(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a")])
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await carry_out(orchestrator, assignment, accepted())
    before = await shop.db.fetch("select * from attempts")
    again = await settle(orchestrator, assignment.token, accepted(detail="another word"))
    assert again.acks == {assignment.token: "settled"}
    stranger = uuid4()
    assert (await settle(orchestrator, stranger, accepted())).acks == {stranger: "stale"}
    assert await shop.db.fetch("select * from attempts") == before


async def test_a_directory_that_named_the_listing_need_not_have_been_searched(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH)])
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    named = unclear().model_copy(update={"listing_url": "http://a.localhost/1"})
    await carry_out(orchestrator, assignment, named, seen_absent=False)
    look = await next_look(orchestrator)
    await settle(orchestrator, look.token, Looked(found=True))
    assert (await shop.row(look.submission_id))["state"] == "submitted"


@pytest.mark.parametrize(
    ("seen_absent", "ended", "state"),
    [
        # It came late, and it can only have come from us.
        (True, unclear(), ("submitted", "found_live")),
        (False, unclear(), ("duplicate", "already_listed")),
        # The directory refused ours, so what it shows is somebody else's doing.
        (
            True,
            Pressed(verdict=VerdictKind.REJECTED, reason=Reason.REFUSED),
            ("duplicate", "already_listed"),
        ),
    ],
)
async def test_what_the_look_before_a_later_attempt_shows_may_be_ours(
    shop: Shop, *, seen_absent: bool, ended: Pressed, state: tuple[str, str]
) -> None:
    orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH)])
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await carry_out(orchestrator, assignment, ended, seen_absent=seen_absent)
    if ended.verdict is VerdictKind.UNCLEAR:
        look = await next_look(orchestrator)
        await settle(orchestrator, look.token, Looked(found=False))
    else:
        again = RetryFilter(states=[State.REJECTED])
        assert await orchestrator.retry(again, dry_run=False, actor="staff") == 1
    [again_] = await lease(orchestrator)
    await settle(orchestrator, again_.token, Known(listing_url="http://a.localhost/1"))
    row = await shop.row(assignment.submission_id)
    assert (row["state"], row["reason"]) == state
    assert row["listing_url"] == "http://a.localhost/1"
    assert await shop.one("select state from jobs") == "complete"


async def test_what_is_provably_absent_is_sent_again_but_not_for_ever(shop: Shop) -> None:
    orchestrator = await unclear_press(shop)
    for attempt in (2, 3):
        look = await next_look(orchestrator)
        await settle(orchestrator, look.token, Looked(found=False))
        [again] = await lease(orchestrator)
        assert (again.task, again.attempt) == ("submit", attempt)
        await carry_out(orchestrator, again, unclear())
    look = await next_look(orchestrator)
    await settle(orchestrator, look.token, Looked(found=False))
    row = await shop.row(look.submission_id)
    assert (row["state"], row["reason"]) == ("needs_person", "press_unconfirmed")
    assert await shop.one("select count(*) from presses") == 3


async def test_not_finding_proves_nothing_where_not_all_is_findable(shop: Shop) -> None:
    orchestrator = await unclear_press(shop, HAZY)
    for answer in (Looked(found=False), Looked(found=None), not_sent()):
        look = await next_look(orchestrator)
        await settle(orchestrator, look.token, answer)
    row = await shop.row(look.submission_id)
    assert (row["state"], row["reason"]) == ("needs_person", "press_unconfirmed")
    assert await shop.one("select count(*) from events where event = 'looked'") == 3


async def test_a_look_whose_worker_is_lost_is_due_again(shop: Shop) -> None:
    orchestrator = await unclear_press(shop)
    look = await next_look(orchestrator)
    await shop.db.execute("update verifications set deadline_at = now() - interval '1 second'")
    again = await next_look(orchestrator)
    assert again.token != look.token
    stale = await settle(orchestrator, look.token, Looked(found=True))
    assert stale.acks == {look.token: "stale"}
    assert (await shop.row(look.submission_id))["state"] == "uncertain"


async def test_a_submitted_listing_is_live_only_once_it_was_found(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH)])
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await carry_out(orchestrator, assignment, accepted())
    assert await lease(orchestrator, wait_s=0.2) == []
    await shop.db.execute(SOON)
    orchestrator._board.want_looks()
    look = await next_look(orchestrator)
    await settle(orchestrator, look.token, Looked(found=False))
    assert (await shop.row(look.submission_id))["state"] == "submitted"
    wait = "select due_at > now() + interval '2 days' from verifications where done_at is null"
    await until(shop, wait)


async def test_a_restart_keeps_the_looks_that_are_out(shop: Shop) -> None:
    first = await unclear_press(shop)
    look = await next_look(first)
    second = await shop.orchestrator()
    reply = await settle(second, look.token, Looked(found=True))
    assert reply.acks == {look.token: "settled"}
    assert (await shop.row(look.submission_id))["state"] == "submitted"
