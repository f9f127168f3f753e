"""Does a changed detail become work for each listing that holds the old one, once and no longer?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from actors.orchestrator import Orchestrator
from dbolt.domain.fields import Field
from dbolt.domain.protocol import AnswerKind, CustomerAnswer, Exchange, Refused
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import TypedValue, VerdictKind
from dbolt.domain.updates import UpdateState, UpdateWord
from tests.support.queue import (
    Shop,
    accepted,
    carry_out,
    catalogue,
    lease,
    not_sent,
    pressed,
    settle,
)

OLD, NEW, NEWER = "+1 212 555 0142", "+1 212 555 0199", "+1 212 555 0177"
DONE, OPEN, NOT_POSSIBLE = UpdateState.DONE, UpdateState.OPEN, UpdateState.IMPOSSIBLE


def typed(*fields: Field) -> list[TypedValue]:
    return [
        TypedValue(field=one, control=one.value, typed="x", read_back="x", kept=True)
        for one in fields
    ]


def word(state: UpdateState, version: int = 1, **more: str) -> UpdateWord:
    return UpdateWord(state=state, version=version, **more)


@dataclass
class Listed:
    """A job with a listing on each of its directories, and ways to change its details."""

    shop: Shop
    orchestrator: Orchestrator
    customer: UUID
    job: UUID

    async def change(self, what: str = "Phone", **profile: Any) -> None:
        profile_id = await self.shop.profile(self.customer, **profile)
        done = await self.orchestrator.profile_changed(self.job, profile_id, what, "customer")
        assert not isinstance(done, Refused), done

    async def updates(self) -> list[tuple[str, list[str], int]]:
        rows = await self.shop.db.fetch(
            "select state, facts, version from listing_updates order by id"
        )
        return [(row["state"], row["facts"], row["version"]) for row in rows]

    async def say(self, said: UpdateWord, *, which: int = 0) -> Refused | None:
        ids = await self.shop.db.fetch("select id from listing_updates order by id")
        return await self.orchestrator.say_update(ids[which]["id"], said, "staff-1")


async def listed(shop: Shop, *fields: Sequence[Field]) -> Listed:
    """A job whose forms took *fields*, one directory for each."""
    orchestrator = await shop.orchestrator(catalogue(len(fields)))
    customer = await shop.customer()
    job = await shop.job(orchestrator, customer=customer)
    for assignment, took in zip(await lease(orchestrator, len(fields)), fields, strict=True):
        await carry_out(orchestrator, assignment, accepted(typed=typed(*took)))
    return Listed(shop, orchestrator, customer, job)


async def test_a_second_change_widens_the_open_update_and_the_way_back_closes_it(
    shop: Shop,
) -> None:
    here = await listed(shop, [Field.PHONE, Field.EMAIL], [Field.EMAIL], [Field.WEBSITE])
    await here.change(phone=NEW)
    assert await here.updates() == [("open", ["phone"], 1)]
    await here.change(phone=NEW, email="shop@harborlane.example")
    assert await here.updates() == [("open", ["phone", "email"], 2), ("open", ["email"], 1)]
    await here.change(phone=OLD, email="shop@harborlane.example")
    assert await here.updates() == [("open", ["email"], 3), ("open", ["email"], 2)]
    await here.change()
    assert [state for state, *_ in await here.updates()] == ["void", "void"]
    # No form is filled in for any of it.
    assert await lease(here.orchestrator, wait_s=0.2) == []
    assert await shop.one("select count(*) from presses") == 3


async def test_the_same_profile_again_is_no_news(shop: Shop) -> None:
    here = await listed(shop, [Field.PHONE])
    profile = await shop.profile(here.customer, phone=NEW)
    for _ in range(3):
        told = await here.orchestrator.profile_changed(here.job, profile, "Phone", "customer")
        assert not isinstance(told, Refused)
    assert await here.updates() == [("open", ["phone"], 1)]
    assert await shop.one("select count(*) from profile_uses") == 2


async def test_changes_at_once_leave_one_update_with_the_last_of_them(shop: Shop) -> None:
    here = await listed(shop, [Field.PHONE, Field.EMAIL])
    numbers = (NEW, NEWER, OLD, NEW, NEWER)
    profiles = [await shop.profile(here.customer, phone=number) for number in numbers]
    await asyncio.gather(
        *(
            here.orchestrator.profile_changed(here.job, profile, "Phone", "customer")
            for profile in profiles
        )
    )
    used = await shop.one(
        "select p.doc ->> 'phone' from jobs j join profiles p on p.id = profile_id"
    )
    rows = [state for state, *_ in await here.updates() if state == "open"]
    assert rows == ([] if used == OLD else ["open"])
    assert await shop.one("select count(*) from listing_updates where state = 'open'") == len(rows)


async def test_what_was_filled_in_before_and_arrives_after_the_change_is_old_too(
    shop: Shop,
) -> None:
    orchestrator = await shop.orchestrator(catalogue(2))
    customer = await shop.customer()
    job = await shop.job(orchestrator, customer=customer)
    first, second = await lease(orchestrator, 2)
    await orchestrator.exchange(Exchange(worker="w", press=[first.token]))
    here = Listed(shop, orchestrator, customer, job)
    await here.change(phone=NEW)
    assert await here.updates() == []
    await settle(orchestrator, first.token, accepted(typed=typed(Field.PHONE)))
    assert await here.updates() == [("open", ["phone"], 1)]
    # The other one begins again, with the new number.
    await settle(orchestrator, second.token, not_sent())
    (again,) = await lease(orchestrator)
    await carry_out(orchestrator, again, accepted(typed=typed(Field.PHONE)))
    assert await here.updates() == [("open", ["phone"], 1)]


async def test_what_is_no_listing_any_more_needs_no_update(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(2))
    customer = await shop.customer()
    job = await shop.job(orchestrator, customer=customer)
    mail = pressed(VerdictKind.PENDING_EMAIL, Reason.CONFIRM_EMAIL, typed=typed(Field.PHONE))
    no = pressed(VerdictKind.REJECTED, Reason.REFUSED, typed=typed(Field.PHONE))
    waits, refused = await lease(orchestrator, 2)
    await carry_out(orchestrator, waits, mail)
    await carry_out(orchestrator, refused, no)
    here = Listed(shop, orchestrator, customer, job)
    await here.change(phone=NEW)
    assert await here.updates() == [("open", ["phone"], 1)]
    leave = CustomerAnswer(kind=AnswerKind.LEAVE)
    assert await orchestrator.answer(waits.submission_id, leave, "customer") is None
    assert [state for state, *_ in await here.updates()] == ["void"]


async def test_done_is_said_of_what_was_read_and_can_be_taken_back(shop: Shop) -> None:
    here = await listed(shop, [Field.PHONE])
    await here.change(phone=NEW)
    await here.change(phone=NEWER)
    # Who saw the number before has not typed this one.
    assert isinstance(await here.say(word(DONE, 1)), Refused)
    assert await here.say(word(DONE, 2, note="by their form")) is None
    assert await here.say(word(DONE, 2)) is None, "said again it is no news"
    assert await here.updates() == [("done", ["phone"], 3)]
    log = await shop.db.fetch(
        "select event, actor, detail from events where event like 'listing%' order by id"
    )
    assert [tuple(row) for row in log] == [("listing_updated", "staff-1", "D000")]
    assert await here.say(word(OPEN, 3)) is None
    assert await here.updates() == [("open", ["phone"], 4)]
    assert await here.say(word(DONE, 4)) is None
    # What was changed by hand is what the listing holds now.
    await here.change(phone=NEWER, email="other@harborlane.example")
    assert len(await here.updates()) == 1
    await here.change(phone=OLD)
    assert [state for state, *_ in await here.updates()] == ["done", "open"]
    assert isinstance(await here.say(word(OPEN, 5)), Refused), "a later one has taken its place"


async def test_what_cannot_be_changed_is_asked_again_only_for_something_new(shop: Shop) -> None:
    here = await listed(shop, [Field.PHONE, Field.EMAIL])
    await here.change(phone=NEW)
    said = word(NOT_POSSIBLE, 1, reason="They answer to nobody.")
    assert await here.say(said) is None
    await here.change(phone=NEW, website="harborlane.example")
    assert [state for state, *_ in await here.updates()] == ["impossible"]
    await here.change(phone=NEWER)
    assert [state for state, *_ in await here.updates()] == ["impossible", "open"]
    assert isinstance(await here.orchestrator.say_update(10**9, said, "staff-1"), Refused)


async def test_what_was_changed_by_hand_once_is_what_every_later_change_counts_from(
    shop: Shop,
) -> None:
    here = await listed(shop, [Field.PHONE, Field.EMAIL, Field.WEBSITE])
    await here.change(phone=NEW)
    assert await here.say(word(DONE, 1)) is None
    await here.change(phone=NEW, email="other@harborlane.example")
    # Nobody is asked a second time for the number.
    await here.change(phone=NEW, email="third@harborlane.example")
    assert await here.updates() == [("done", ["phone"], 2), ("open", ["email"], 2)]
    # The listing holds the new number, so the old one is a change.
    await here.change(phone=OLD, email="third@harborlane.example")
    assert (await here.updates())[1] == ("open", ["phone", "email"], 3)
    # What cannot be changed takes nothing from what was.
    said = word(NOT_POSSIBLE, 3, reason="They answer to nobody.")
    assert await here.say(said, which=1) is None
    await here.change(phone=NEWER)
    assert (await here.updates())[2:] == [("open", ["phone"], 1)]
    await here.change(phone=NEW)
    assert [state for state, *_ in await here.updates()] == ["done", "impossible", "void"]


@pytest.mark.parametrize("said", [{"state": "void"}, {"state": "impossible", "reason": " x "}])
def test_a_word_that_says_nothing_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="say"):
        UpdateWord.model_validate({**said, "version": 1})
