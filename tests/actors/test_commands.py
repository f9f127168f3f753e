"""Do the commands of the web and the staff keep their word, however often they are said?"""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from dbolt.domain.directory import Cost, Evidence, Policy
from dbolt.domain.lifecycle import State
from dbolt.domain.plan import PlanName
from dbolt.domain.protocol import (
    Ack,
    Exchange,
    Fulfilled,
    PauseLevel,
    PauseScope,
    Recorded,
    Refused,
    RetryFilter,
)
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver, Looked
from tests.support.queue import (
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
    unclear,
)


async def test_one_payment_makes_one_job_however_often_it_is_told(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(2))
    order = await shop.order(await shop.customer())
    notices = [paid(order, event_id=f"evt_{number % 4}") for number in range(20)]
    answers = await asyncio.gather(*(orchestrator.fulfil(notice) for notice in notices))
    assert all(isinstance(answer, Fulfilled) for answer in answers)
    done = [answer for answer in answers if isinstance(answer, Fulfilled)]
    assert len({answer.job_id for answer in done}) == 1
    assert sum(answer.created for answer in done) == 1
    assert await shop.one("select count(*) from jobs") == 1
    assert await shop.one("select count(*) from job_results") == 2
    assert await shop.one("select count(*) from payment_events") == 4
    assert await shop.one("select state from orders") == "paid"


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"amount_cents": 100}, "costs 14900 cents"),
        ({"currency": "eur"}, "(eur) were paid"),
        ({"order_id": uuid4()}, "There is no order"),
    ],
)
async def test_a_payment_that_does_not_fit_makes_no_job_and_is_put_before_staff(
    shop: Shop, more: dict[str, object], problem: str
) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    order = await shop.order(await shop.customer())
    notice = paid(order, payment_ref="pi_1", **more)
    for _ in range(2):
        answer = await orchestrator.fulfil(notice)
        assert isinstance(answer, Recorded)
        assert problem in answer.problem
    assert await shop.one("select count(*) from jobs") == 0
    assert await shop.one("select array_agg(payment_ref) from payments") == ["pi_1"]
    assert problem in await shop.one("select detail from attention where done_at is null")
    assert await shop.one("select state from orders") == "open"


async def test_a_plan_takes_the_best_known_directories_that_may_be_used(shop: Shop) -> None:
    entries = [
        *catalogue(49),
        directory("aa-candidate", evidence=Evidence.CANDIDATE),
        directory("bb-candidate", evidence=Evidence.CANDIDATE),
        directory("left-out", policy=Policy.SKIP),
        directory("gone", evidence=Evidence.GONE),
    ]
    orchestrator = await shop.orchestrator(entries)
    await shop.job(orchestrator)
    rows = await shop.db.fetch("select directory from job_results order by directory")
    assert [row["directory"] for row in rows] == ["aa-candidate", *(f"d{n:03}" for n in range(49))]


async def test_what_a_robot_must_not_do_waits_for_a_person_from_the_start(shop: Shop) -> None:
    entries = [
        directory("auto"),
        directory("assisted", policy=Policy.ASSISTED),
        directory("foreign", market="de|fr"),
        directory("manual", policy=Policy.MANUAL),
    ]
    orchestrator = await shop.orchestrator(entries)
    job = await shop.job(orchestrator)
    rows = await shop.db.fetch("select directory, state, reason from job_results")
    assert {row["directory"]: (row["state"], row["reason"]) for row in rows} == {
        "auto": ("queued", None),
        "assisted": ("needs_person", "policy_manual"),
        "foreign": ("skipped", "not_eligible"),
        "manual": ("needs_person", "policy_manual"),
    }
    [only] = await lease(orchestrator, want=10)
    assert only.directory.slug == "auto"
    # A staff retry is no way around a directory's policy.
    everything = RetryFilter(job_id=job, states=[State.NEEDS_PERSON])
    assert await orchestrator.retry(everything, dry_run=False, actor="staff") == 0


async def test_a_job_without_work_for_the_robot_is_complete_at_once(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("manual", policy=Policy.MANUAL)])
    job = await shop.job(orchestrator)
    assert await shop.one("select state from jobs where id = $1", job) == "complete"


async def test_a_job_waits_for_its_profile(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    customer = await shop.customer()
    done = await orchestrator.fulfil(paid(await shop.order(customer)))
    assert isinstance(done, Fulfilled)
    assert await lease(orchestrator, wait_s=0.2) == []
    stranger = await shop.profile(await shop.customer())
    refused = await orchestrator.profile_completed(done.job_id, stranger)
    assert isinstance(refused, Refused)
    unfinished = await shop.profile(customer, phone="")
    refused = await orchestrator.profile_completed(done.job_id, unfinished)
    assert isinstance(refused, Refused)
    assert "phone" in refused.problem
    for _ in range(2):
        profile = await shop.profile(customer, business_name="Corrected")
        assert await orchestrator.profile_completed(done.job_id, profile) is None
    [assignment] = await lease(orchestrator)
    assert assignment.profile.business_name == "Corrected"


@pytest.mark.parametrize("level", list(PauseLevel))
async def test_a_pause_stops_leases_and_permits_until_it_is_lifted(
    shop: Shop, level: PauseLevel
) -> None:
    orchestrator = await shop.orchestrator(catalogue(2))
    job = await shop.job(orchestrator)
    [first] = await lease(orchestrator, want=1)
    key = {
        PauseLevel.GLOBAL: "",
        PauseLevel.PLAN: "starter",
        PauseLevel.DIRECTORY: first.directory.slug,
        PauseLevel.JOB: str(job),
    }[level]
    scope = PauseScope(level=level, key=key)
    for _ in range(2):
        assert await orchestrator.pause(scope, "staff") is None
    others = await lease(orchestrator, want=5, wait_s=0.2)
    assert len(others) == (1 if level is PauseLevel.DIRECTORY else 0)
    assert (await press(orchestrator, first.token)).permits == {first.token: False}
    await settle(orchestrator, first.token, not_sent(Reason.PERMIT_REFUSED))
    assert await lease(orchestrator, want=5, wait_s=0.2) == []
    waiting = asyncio.ensure_future(lease(orchestrator, want=5, wait_s=30))
    for _ in range(2):
        assert await orchestrator.resume(scope, "staff") is None
    async with asyncio.timeout(5):
        assert await waiting
    row = await shop.row(first.submission_id)
    assert row["failures"] == 0


async def test_a_pause_outlives_a_restart(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    await shop.job(orchestrator)
    await orchestrator.pause(PauseScope(level=PauseLevel.GLOBAL), "staff")
    second = await shop.orchestrator()
    assert await lease(second, wait_s=0.3) == []
    await second.resume(PauseScope(level=PauseLevel.GLOBAL), "staff")
    assert len(await lease(second)) == 1


@pytest.mark.parametrize(
    ("level", "key"),
    [("plan", "golden"), ("directory", "nowhere"), ("job", "no-uuid"), ("global", "x")],
)
async def test_a_pause_of_nothing_is_refused(shop: Shop, level: PauseLevel, key: str) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    scope = PauseScope(level=PauseLevel(level), key=key)
    assert isinstance(await orchestrator.pause(scope, "staff"), Refused)
    assert await shop.one("select count(*) from pauses") == 0


async def test_a_cancelled_job_sends_nothing_more_but_what_was_sent_is_kept(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(4))
    job = await shop.job(orchestrator)
    leased, pressed = await lease(orchestrator, want=2)
    await press(orchestrator, pressed.token)
    for _ in range(2):
        assert await orchestrator.cancel(job, "staff") is None
    assert await lease(orchestrator, want=5, wait_s=0.2) == []
    assert (await press(orchestrator, leased.token)).permits == {leased.token: False}
    reply = await orchestrator.exchange(Exchange(worker="w", alive=[leased.token, pressed.token]))
    assert reply.revoked == [leased.token]
    stale = await settle(orchestrator, leased.token, not_sent(Reason.PERMIT_REFUSED))
    assert stale.acks == {leased.token: Ack.STALE}
    kept = await settle(orchestrator, pressed.token, accepted())
    assert kept.acks == {pressed.token: Ack.SETTLED}
    assert await shop.states(job) == {"cancelled": 3, "submitted": 1}
    assert await shop.one("select state from jobs") == "cancelled"


async def test_an_unclear_press_that_left_nothing_is_not_pressed_again_after_a_cancel(
    shop: Shop,
) -> None:
    orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH)])
    job = await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await carry_out(orchestrator, assignment, unclear())
    await orchestrator.cancel(job, "staff")
    [look] = await lease(orchestrator)
    await settle(orchestrator, look.token, Looked(found=False))
    assert await shop.states(job) == {"cancelled": 1}


async def test_a_retry_tells_its_count_first_and_then_does_as_much(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(4))
    job = await shop.job(orchestrator)
    other = await shop.job(orchestrator)
    assignments = await lease(orchestrator, want=8)
    for assignment in assignments:
        gone = assignment.directory.slug in ("d000", "d001")
        end = not_sent(Reason.PAGE_GONE) if gone else HandOver(reason=Reason.CAPTCHA)
        await settle(orchestrator, assignment.token, end)
    assert await shop.one("select count(*) from jobs where state = 'complete'") == 2
    wanted = RetryFilter(job_id=job, reasons=[Reason.PAGE_GONE])
    assert await orchestrator.retry(wanted, dry_run=True, actor="staff") == 2
    assert await shop.states(job) == {"failed": 2, "needs_person": 2}
    assert await orchestrator.retry(wanted, dry_run=False, actor="staff") == 2
    assert await shop.states(job) == {"queued": 2, "needs_person": 2}
    assert await shop.states(other) == {"failed": 2, "needs_person": 2}
    assert await shop.one("select state from jobs where id = $1", job) == "queued"
    assert await shop.one("select moving from jobs where id = $1", job) == 2
    again = await lease(orchestrator, want=8)
    assert {a.directory.slug for a in again} == {"d000", "d001"}
    assert {a.attempt for a in again} == {2}


async def test_an_unconfirmed_press_is_retried_only_after_a_person_has_looked(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await carry_out(orchestrator, assignment, unclear())
    assert await shop.states() == {"needs_person": 1}
    blind = RetryFilter(states=[State.NEEDS_PERSON])
    assert await orchestrator.retry(blind, dry_run=False, actor="staff") == 0
    seen = blind.model_copy(update={"absent_checked": True})
    assert await orchestrator.retry(seen, dry_run=False, actor="staff") == 1
    assert await shop.states() == {"queued": 1}


async def test_what_a_person_handed_in_is_submitted(shop: Shop) -> None:
    entry = directory("manual", policy=Policy.MANUAL, recipe=SEARCH)
    orchestrator = await shop.orchestrator([entry])
    await shop.job(orchestrator)
    submission = await shop.one("select id from job_results")
    assert await orchestrator.hand_done(submission, "http://manual.localhost/7", "eve") is None
    row = await shop.row(submission)
    assert (row["state"], row["reason"], row["listing_url"]) == (
        "submitted",
        "done_by_hand",
        "http://manual.localhost/7",
    )
    assert await shop.one("select actor from events where event = 'hand_done'") == "eve"
    assert isinstance(await orchestrator.hand_done(submission, "", "eve"), Refused)
    assert await shop.one("select count(*) from verifications where done_at is null") == 1


async def test_a_directory_that_left_the_catalogue_takes_no_new_jobs(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(3))
    await orchestrator.sync_directories(catalogue(2))
    await shop.job(orchestrator, plan=PlanName.GROWTH)
    assert await shop.one("select count(*) from job_results") == 2


async def test_a_command_with_an_unknown_job_is_refused_in_words(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    nobody = uuid4()
    for answer in (
        await orchestrator.cancel(nobody, "staff"),
        await orchestrator.profile_completed(nobody, nobody),
        await orchestrator.pause(PauseScope(level=PauseLevel.JOB, key=str(nobody)), "staff"),
    ):
        assert answer == Refused(problem=f"There is no job {nobody}.")


async def test_work_paid_for_goes_to_directories_that_take_the_business(shop: Shop) -> None:
    foreign = catalogue(40, market="de")
    fitting = [directory(f"us{number:02}", market="us") for number in range(30)]
    dear = [directory("dear", cost=Cost.PAID), directory("roofs", categories=["roofing"])]
    orchestrator = await shop.orchestrator([*foreign, *fitting, *dear])
    job = await shop.job(orchestrator, plan=PlanName.STARTER)
    rows = await shop.db.fetch(
        "select directory, state, reason from job_results where job_id = $1", job
    )
    queued = {row["directory"] for row in rows if row["state"] == "queued"}
    assert queued == {entry.slug for entry in fitting}
    left = {(row["state"], row["reason"]) for row in rows if row["directory"] not in queued}
    assert left == {("skipped", Reason.NOT_ELIGIBLE)}
    assert len(rows) == 50


async def test_a_retired_directory_is_no_replacement(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([*catalogue(1, market="de"), directory("old")])
    await orchestrator.sync_directories(catalogue(1, market="de"))
    job = await shop.job(orchestrator)
    rows = await shop.db.fetch("select directory, state from job_results where job_id = $1", job)
    assert [tuple(row) for row in rows] == [("d000", "skipped")]
