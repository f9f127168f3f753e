"""Do money, staff and the catalogue change what is under way as they should?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import asyncpg
import pytest

from actors.orchestrator import Orchestrator
from dbolt.domain.breaker import GIVE_UP, TRIP
from dbolt.domain.directory import Policy
from dbolt.domain.lifecycle import State
from dbolt.domain.override import Override, Rules
from dbolt.domain.plan import PlanName
from dbolt.domain.protocol import (
    Fulfilled,
    PauseLevel,
    PauseScope,
    PaymentChange,
    PaymentTurn,
    Recorded,
    Refused,
    RetryFilter,
)
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver
from tests.support.queue import (
    QUICK,
    SEARCH,
    Shop,
    accepted,
    carry_out,
    catalogue,
    directory,
    lease,
    not_sent,
    paid,
    press,
    settle,
    until,
)

SLOW = replace(QUICK, backoff=1.0, chance=lambda: 0.0)
"""A failing directory rests for minutes, its submissions do not."""


async def bought(shop: Shop, orchestrator: Orchestrator) -> tuple[UUID, str]:
    """A paid job that may start, and the reference of its payment."""
    customer = await shop.customer()
    order = await shop.order(customer)
    done = await orchestrator.fulfil(paid(order, payment_ref=f"pi_{order.hex}"))
    assert isinstance(done, Fulfilled)
    profile = await shop.profile(customer)
    assert await orchestrator.profile_completed(done.job_id, profile) is None
    return done.job_id, f"pi_{order.hex}"


def turned(ref: str, turn: PaymentTurn) -> PaymentChange:
    """The provider's word on a payment; a refund is whole."""
    whole = turn is PaymentTurn.REFUNDED
    return PaymentChange(event_id=f"evt_{uuid4().hex}", payment_ref=ref, turn=turn, whole=whole)


@pytest.mark.parametrize("turn", [PaymentTurn.REFUNDED, PaymentTurn.DISPUTE_LOST])
async def test_money_that_went_back_ends_the_job(shop: Shop, turn: PaymentTurn) -> None:
    orchestrator = await shop.orchestrator(catalogue(3))
    job, ref = await bought(shop, orchestrator)
    [first] = await lease(orchestrator)
    change = turned(ref, turn)
    for _ in range(2):
        await orchestrator.payment_changed(change)
    assert (await press(orchestrator, first.token)).permits == {first.token: False}
    assert await shop.states(job) == {"cancelled": 3}
    assert await shop.one("select state from orders") == "refunded"
    again = await orchestrator.fulfil(paid(await shop.one("select id from orders")))
    assert isinstance(again, Recorded)


async def test_a_disputed_job_waits_until_the_dispute_is_won(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(2))
    job, ref = await bought(shop, orchestrator)
    disputed = turned(ref, PaymentTurn.DISPUTED)
    await orchestrator.payment_changed(disputed)
    assert await lease(orchestrator, wait_s=0.2) == []
    assert await shop.one("select state from jobs where id = $1", job) == "paused"
    await orchestrator.payment_changed(turned(ref, PaymentTurn.DISPUTE_WON))
    assert len(await lease(orchestrator, want=5)) == 2
    # The first notice comes once more, late: it is known.
    await orchestrator.payment_changed(disputed)
    assert await shop.one("select state from jobs where id = $1", job) == "running"


async def test_a_disputed_job_does_not_begin_with_its_profile(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    customer = await shop.customer()
    done = await orchestrator.fulfil(paid(await shop.order(customer), payment_ref="pi_1"))
    assert isinstance(done, Fulfilled)
    await orchestrator.payment_changed(turned("pi_1", PaymentTurn.DISPUTED))
    profile = await shop.profile(customer)
    assert await orchestrator.profile_completed(done.job_id, profile) is None
    assert await lease(orchestrator, wait_s=0.3) == []


async def test_a_directory_that_fails_everybody_is_left_alone(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("sick"), directory("well")], SLOW)
    for _ in range(TRIP + 3):
        await shop.job(orchestrator)
    for _ in range(TRIP):
        assignments = await lease(orchestrator, want=2)
        for assignment in assignments:
            sick = assignment.directory.slug == "sick"
            end = not_sent(Reason.SERVER_ERROR) if sick else accepted()
            await carry_out(orchestrator, assignment, end)
    rest = await lease(orchestrator, want=20)
    assert {assignment.directory.slug for assignment in rest} == {"well"}
    assert list((await orchestrator.status())["resting"]) == ["sick"]
    # It outlives a restart, and who resumes the directory ends it.
    second = await shop.orchestrator(terms=SLOW)
    assert await lease(second, want=20, wait_s=0.2) == []
    scope = PauseScope(level=PauseLevel.DIRECTORY, key="sick")
    assert await second.resume(scope, "staff") is None
    assert {a.directory.slug for a in await lease(second, want=20)} == {"sick"}
    assert (await second.status())["resting"] == {}


async def test_after_its_rest_a_directory_is_tried_by_one_alone(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("sick")])
    for _ in range(TRIP + 3):
        await shop.job(orchestrator)
    for assignment in await lease(orchestrator, want=TRIP):
        await settle(orchestrator, assignment.token, not_sent(Reason.SERVER_ERROR))
    [probe] = await lease(orchestrator, want=20)
    assert await lease(orchestrator, want=20, wait_s=0.2) == []
    await carry_out(orchestrator, probe, accepted())
    assert len(await lease(orchestrator, want=20)) > 1


async def test_no_job_waits_for_a_dead_site(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("dead", recipe=SEARCH)])
    for _ in range(GIVE_UP + 5):
        await shop.job(orchestrator)
    for _ in range(GIVE_UP):
        [assignment] = await lease(orchestrator, want=1)
        await settle(orchestrator, assignment.token, not_sent(Reason.SERVER_ERROR))
    assert await lease(orchestrator, wait_s=0.2) == []
    states = await shop.states()
    assert sum(states.values()) == states["skipped"] + states.get("failed", 0) == GIVE_UP + 5
    assert await shop.one("select count(*) from jobs where state <> 'complete'") == 0
    told = "select count(*) from job_results where state = 'skipped' and reason = 'server_error'"
    assert await shop.one(told) == states["skipped"]
    # A job of later gives it another chance.
    await shop.job(orchestrator)
    [again] = await lease(orchestrator)
    await carry_out(orchestrator, again, accepted())
    assert (await orchestrator.status())["resting"] == {}


async def test_a_job_with_a_higher_priority_goes_first(shop: Shop) -> None:
    entries = [directory("a", pace={"concurrency": 1, "spacing_s": 0, "per_day": 100})]
    orchestrator = await shop.orchestrator(entries)
    jobs = [await shop.job(orchestrator) for _ in range(5)]
    [first] = await lease(orchestrator)
    last = max(job for job in jobs if job != first.job_id)
    assert await orchestrator.prioritise(last, 100, "staff") is None
    await carry_out(orchestrator, first, accepted())
    [second] = await lease(orchestrator)
    assert second.job_id == last
    row = await shop.db.fetchrow("select actor, detail from events where event = 'prioritised'")
    assert row is not None
    assert tuple(row) == ("staff", "from 1 to 100")
    assert isinstance(await orchestrator.prioritise(last, 0, "staff"), Refused)
    assert isinstance(await orchestrator.prioritise(uuid4(), 5, "staff"), Refused)


async def test_a_retry_may_bring_corrected_details(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(2))
    customer = await shop.customer()
    job = await shop.job(orchestrator, customer=customer)
    for assignment in await lease(orchestrator, want=2):
        end = HandOver(reason=Reason.MISSING_VALUE)
        await settle(orchestrator, assignment.token, end)
    wanted = RetryFilter(job_id=job, states=[State.NEEDS_PERSON])
    stranger = await shop.profile(await shop.customer())
    refused = await orchestrator.retry(wanted, dry_run=False, actor="staff", profile_id=stranger)
    assert isinstance(refused, Refused)
    assert await shop.states(job) == {"needs_person": 2}
    better = await shop.profile(customer, business_name="Harbor Lane Bakery & Café")
    count = await orchestrator.retry(wanted, dry_run=False, actor="staff", profile_id=better)
    assert count == 2
    names = {a.profile.business_name for a in await lease(orchestrator, want=2)}
    assert names == {"Harbor Lane Bakery & Café"}


async def test_corrected_details_are_for_one_job_alone(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    jobs = [await shop.job(orchestrator) for _ in range(2)]
    for assignment in await lease(orchestrator, want=2):
        await settle(orchestrator, assignment.token, not_sent(Reason.PAGE_GONE))
    customer = await shop.one("select customer_id from jobs where id = $1", jobs[0])
    profile = await shop.profile(customer)
    everything = RetryFilter()
    answer = await orchestrator.retry(everything, dry_run=False, actor="staff", profile_id=profile)
    assert isinstance(answer, Refused)
    assert await shop.states() == {"failed": 2}


async def test_a_retry_of_a_job_that_ended_in_a_pause_goes_on(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    job = await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await orchestrator.pause(PauseScope(level=PauseLevel.JOB, key=str(job)), "staff")
    await settle(orchestrator, assignment.token, not_sent(Reason.PAGE_GONE))
    assert await shop.one("select state from jobs") == "complete"
    assert await orchestrator.retry(RetryFilter(), dry_run=False, actor="staff") == 1
    [again] = await lease(orchestrator)
    assert (await press(orchestrator, again.token)).permits == {again.token: True}


async def test_a_directory_that_turns_robots_away_gets_none_of_those_who_wait(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(3, recipe=SEARCH))
    job = await shop.job(orchestrator)
    entries = catalogue(3, recipe=SEARCH)
    entries[1] = directory("d001", policy=Policy.MANUAL)
    entries[2] = directory("d002", policy=Policy.SKIP)
    await orchestrator.sync_directories(entries)
    rows = await shop.db.fetch("select directory, state from job_results")
    assert {row["directory"]: row["state"] for row in rows} == {
        "d000": "queued",
        "d001": "needs_person",
        "d002": "skipped",
    }
    assert len(await lease(orchestrator, want=5)) == 1
    assert await shop.one("select moving from jobs where id = $1", job) == 1


async def test_a_directory_that_left_the_catalogue_gets_none_of_those_who_wait(shop: Shop) -> None:
    entries = catalogue(3, recipe=SEARCH)
    orchestrator = await shop.orchestrator([*entries, directory("stays")])
    job = await shop.job(orchestrator)
    held = {one.directory.slug: one for one in await lease(orchestrator, want=2)}
    sent, filling = held["d000"], held["d001"]
    await carry_out(orchestrator, sent, accepted())
    # d000 has it, d001 is being filled in, d002 waits.
    await orchestrator.sync_directories([directory("stays")])
    assert await of_each(shop) == {
        "d000": ("submitted", "accepted"),
        "d001": ("leased", None),
        "d002": ("skipped", "policy_skip"),
        "stays": ("queued", None),
    }
    told = await shop.db.fetch(
        "select e.event, e.reason, e.actor from events e"
        " join job_results r on r.id = e.submission_id"
        " where r.directory = 'd002' and e.event <> 'created'"
    )
    assert [tuple(row) for row in told] == [("skipped", "policy_skip", "orchestrator")]
    refused = await press(orchestrator, filling.token)
    assert refused.permits == {filling.token: False}
    await settle(orchestrator, filling.token, not_sent(Reason.PERMIT_REFUSED))
    assert (await of_each(shop))["d001"] == ("skipped", "policy_skip")
    # Neither a retry nor an override brings it back, nor a restart.
    wanted = RetryFilter(job_id=job, states=[State.SKIPPED])
    assert await orchestrator.retry(wanted, dry_run=False, actor="staff") == 0
    slower = Override(rules=Rules(per_day=1), reason="Their server is slow.")
    assert isinstance(await orchestrator.override("d001", slower, "staff"), Refused)
    again = await shop.orchestrator()
    assert [one.directory.slug for one in await lease(again, want=5)] == ["stays"]
    assert await shop.one("select count(*) from presses") == 1


async def test_a_directory_that_was_retired_before_a_restart_is_not_pressed(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a")])
    job = await shop.job(orchestrator)
    # A release that let those who waited go on left this behind.
    await shop.db.execute("update directories set active = false")
    again = await shop.orchestrator()
    [assignment] = await lease(again)
    assert (await press(again, assignment.token)).permits == {assignment.token: False}
    await settle(again, assignment.token, not_sent(Reason.PERMIT_REFUSED))
    assert await shop.states(job) == {"skipped": 1}


async def test_a_directory_that_comes_back_takes_work_again(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a")])
    job = await shop.job(orchestrator)
    await orchestrator.sync_directories([directory("b", market="de")])
    assert await shop.states(job) == {"skipped": 1}
    await orchestrator.sync_directories([directory("a")])
    wanted = RetryFilter(job_id=job, states=[State.SKIPPED])
    assert await orchestrator.retry(wanted, dry_run=False, actor="staff") == 1
    [assignment] = await lease(orchestrator)
    assert (await press(orchestrator, assignment.token)).permits == {assignment.token: True}


async def of_each(shop: Shop) -> dict[str, tuple[str, str | None]]:
    """State and reason of the one job's submissions."""
    rows = await shop.db.fetch("select directory, state, reason from job_results")
    return {row["directory"]: (row["state"], row["reason"]) for row in rows}


@pytest.mark.parametrize(
    ("policy", "state"), [(Policy.SKIP, "skipped"), (Policy.MANUAL, "needs_person")]
)
async def test_a_directory_that_turns_robots_away_is_not_pressed_by_who_is_at_it(
    shop: Shop, policy: Policy, state: str
) -> None:
    orchestrator = await shop.orchestrator([directory("a")])
    job = await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await orchestrator.sync_directories([directory("a", policy=policy)])
    refused = await press(orchestrator, assignment.token)
    assert refused.permits == {assignment.token: False}
    await settle(orchestrator, assignment.token, not_sent(Reason.PERMIT_REFUSED))
    assert await shop.states(job) == {state: 1}
    assert await shop.one("select count(*) from presses") == 0


async def test_pages_hear_of_pauses_that_concern_every_job(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    heard: asyncio.Queue[object] = asyncio.Queue()

    def hear(_: object, __: int, ___: str, payload: object) -> None:
        heard.put_nowait(payload)

    listener = await asyncpg.connect(shop.database)
    await listener.add_listener("dbolt_changes", hear)
    everything = PauseScope(level=PauseLevel.GLOBAL)
    for command in (orchestrator.pause, orchestrator.resume):
        assert await command(everything, "staff") is None
        async with asyncio.timeout(5):
            assert await heard.get() == ""
    await listener.close()


async def test_a_customer_of_any_plan_is_served_in_the_end(shop: Shop) -> None:
    entries = [directory("a", pace={"concurrency": 1, "spacing_s": 0, "per_day": 1000})]
    orchestrator = await shop.orchestrator(entries)
    small = await shop.job(orchestrator, plan=PlanName.STARTER)
    # Big customers keep coming, one for each that is served.
    for _ in range(4):
        await shop.job(orchestrator, plan=PlanName.ENTERPRISE)
    for _ in range(30):
        [assignment] = await lease(orchestrator)
        await carry_out(orchestrator, assignment, accepted())
        if assignment.job_id == small:
            break
        await shop.job(orchestrator, plan=PlanName.ENTERPRISE)
    await until(shop, "select state = 'complete' from jobs where plan = 'starter'")
