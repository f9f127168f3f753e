"""Do a customer's answers keep the queue's promises, however often and late they are given?"""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from actors.orchestrator import Orchestrator
from dbolt.domain.lifecycle import State
from dbolt.domain.protocol import AnswerKind, Changed, CustomerAnswer, Refused, RetryFilter
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Account, HandOver, Result, VerdictKind
from tests.support.queue import (
    QUICK,
    Shop,
    accepted,
    carry_out,
    catalogue,
    lease,
    pressed,
    settle,
    unclear,
)

POSTCARD = pressed(VerdictKind.PENDING_CUSTOMER, Reason.CONFIRM_BY_CUSTOMER)
MAIL = pressed(VerdictKind.PENDING_EMAIL, Reason.CONFIRM_EMAIL)
MISSING = HandOver(reason=Reason.MISSING_VALUE)
DONE = CustomerAnswer(kind=AnswerKind.DONE)
LEAVE = CustomerAnswer(kind=AnswerKind.LEAVE)
PIN = CustomerAnswer(kind=AnswerKind.PIN, pin=SecretStr(" 482 913\x00 "))
ALL = RetryFilter(states=[State.NEEDS_PERSON, State.SKIPPED, State.REJECTED, State.FAILED])


async def one(shop: Shop, result: Result) -> tuple[Orchestrator, UUID]:
    """A submission that ended by *result*."""
    orchestrator = await shop.orchestrator(catalogue(1))
    await shop.job(orchestrator)
    (assignment,) = await lease(orchestrator)
    await carry_out(orchestrator, assignment, result)
    return orchestrator, assignment.submission_id


async def stands(shop: Shop, submission: UUID) -> tuple[str, str]:
    row = await shop.row(submission)
    return row["state"], row["reason"]


async def test_a_pin_is_kept_until_a_person_has_entered_it_and_no_longer(shop: Shop) -> None:
    orchestrator, submission = await one(shop, POSTCARD)
    assert await orchestrator.answer(submission, PIN, "customer") is None
    assert await stands(shop, submission) == ("awaiting_customer", "pin_given")
    assert await shop.one("select pin from answers") == "482 913"
    # Nobody finds it in the log.
    assert await shop.one("select count(*) from events where detail like '%482%'") == 0
    # Said again, it is not their turn any more.
    assert isinstance(await orchestrator.answer(submission, PIN, "customer"), Refused)
    assert await orchestrator.pin_used(submission, accepted=False, actor="staff") is None
    assert await stands(shop, submission) == ("awaiting_customer", "confirm_by_customer")
    assert await shop.one("select count(*) from answers") == 0
    assert await orchestrator.answer(submission, PIN, "customer") is None
    assert await orchestrator.pin_used(submission, accepted=True, actor="staff") is None
    assert await stands(shop, submission) == ("submitted", "done_by_hand")
    assert isinstance(
        await orchestrator.pin_used(submission, accepted=True, actor="staff"), Refused
    )
    assert await shop.one("select count(*) from answers") == 0


async def test_two_answers_at_once_count_once(shop: Shop) -> None:
    orchestrator, submission = await one(shop, MAIL)
    answers = await asyncio.gather(
        *(orchestrator.answer(submission, said, "customer") for said in (DONE, LEAVE, DONE))
    )
    assert sum(answer is None for answer in answers) == 1
    answered = "select count(*) from events where event in ('customer_done', 'skipped')"
    assert await shop.one(answered) == 1


async def test_what_was_sent_and_then_left_out_is_not_sent_again(shop: Shop) -> None:
    orchestrator, submission = await one(shop, MAIL)
    assert await orchestrator.answer(submission, LEAVE, "customer") is None
    assert await stands(shop, submission) == ("skipped", "left_by_customer")
    assert await orchestrator.retry(ALL, dry_run=False, actor="staff") == 0
    assert await lease(orchestrator, wait_s=0.2) == []


@pytest.mark.parametrize("result", [accepted(), unclear(), HandOver(reason=Reason.POLICY_MANUAL)])
@pytest.mark.parametrize("said", [PIN, DONE, LEAVE])
async def test_where_it_is_not_their_turn_nothing_moves(
    shop: Shop, result: Result, said: CustomerAnswer
) -> None:
    orchestrator, submission = await one(shop, result)
    before = await stands(shop, submission)
    assert isinstance(await orchestrator.answer(submission, said, "customer"), Refused)
    assert isinstance(await orchestrator.answer(uuid4(), said, "customer"), Refused)
    assert await stands(shop, submission) == before


async def test_a_listing_made_by_the_customer_needs_no_press_of_ours(shop: Shop) -> None:
    orchestrator, submission = await one(shop, HandOver(reason=Reason.CAPTCHA))
    said = CustomerAnswer(kind=AnswerKind.DONE, listing_url="http://d000.localhost/1")
    assert await orchestrator.answer(submission, said, "customer") is None
    assert await stands(shop, submission) == ("submitted", "done_by_customer")
    row = await shop.row(submission)
    assert (row["pressed_at"], row["listing_url"]) == (None, "http://d000.localhost/1")
    # Somebody looks whether it is there.
    assert await shop.one("select count(*) from verifications where done_at is null") == 1


async def test_a_missing_detail_that_was_added_is_tried_again_with_it(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(2))
    customer = await shop.customer()
    job = await shop.job(orchestrator, customer=customer)
    for assignment, result in zip(await lease(orchestrator, 2), (MISSING, accepted()), strict=True):
        await carry_out(orchestrator, assignment, result)
    assert await shop.one("select state from jobs") == "complete"
    profile = await shop.profile(customer, phone="+1 212 555 0199")
    told = await orchestrator.profile_changed(job, profile, "Phone", "customer")
    assert told == Changed(requeued=1)
    # What the directory holds is left alone.
    assert await shop.states(job) == {"queued": 1, "submitted": 1}
    (again,) = await lease(orchestrator)
    assert again.profile.phone == "+12125550199"
    assert await shop.one("select detail from events where event = 'profile_changed'") == "Phone"
    foreign = await shop.profile(await shop.customer())
    assert isinstance(await orchestrator.profile_changed(job, foreign, "", "customer"), Refused)
    await settle(orchestrator, again.token, MISSING)


async def test_a_password_is_told_to_its_customer_alone_and_noted_first(shop: Shop) -> None:
    orchestrator = await Orchestrator.open(shop.database, QUICK, vault_key=SecretStr("vault"))
    shop.open.append(orchestrator)
    await orchestrator.sync_directories(catalogue(1))
    customer = await shop.customer()
    await shop.job(orchestrator, customer=customer)
    (assignment,) = await lease(orchestrator)
    account = assignment.account
    assert account is not None
    await carry_out(orchestrator, assignment, accepted(account=account))
    told = await orchestrator.reveal(customer, "d000", "customer")
    assert told == {"d000": account}
    assert isinstance(told["d000"], Account)
    assert await orchestrator.reveal(await shop.customer(), "d000", "customer") == {}
    assert await orchestrator.reveal(customer, "d001", "customer") == {}
    assert await shop.one("select count(*) from events where event = 'revealed'") == 1
    secret = account.password.get_secret_value()
    assert await shop.one("select count(*) from events where detail like $1", f"%{secret}%") == 0


async def test_without_a_vault_key_no_account_is_told(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(1))
    assert isinstance(await orchestrator.reveal(await shop.customer(), None, "customer"), Refused)
