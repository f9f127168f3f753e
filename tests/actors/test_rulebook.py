"""Do the rules that staff lay over a directory's file hold at once, and go when they should?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dbolt.domain.directory import Policy
from dbolt.domain.lifecycle import State
from dbolt.domain.override import Override, Rules
from dbolt.domain.protocol import Refused, RetryFilter
from tests.support.queue import Shop, accepted, carry_out, catalogue, directory, lease, press, until

SLOW = {"concurrency": 1, "spacing_s": 0, "per_day": 2}
MANUAL = Override(rules=Rules(policy=Policy.MANUAL), reason="Their editor asked us to.")


def slower(**rules: Any) -> Override:
    """Less than what the file permits."""
    return Override(rules=Rules(**rules), reason="Their server is slow.")


async def doc(shop: Shop, slug: str) -> dict[str, Any]:
    """What the tables say of a directory's rules: what holds, and what the file says."""
    row = await shop.db.fetchrow(
        "select doc::jsonb #>> '{policy}' as policy, doc #>> '{pace,per_day}' as per_day,"
        " file_doc #>> '{policy}' as file_policy, file_doc #>> '{pace,per_day}' as file_per_day"
        " from directories where slug = $1",
        slug,
    )
    assert row is not None
    return dict(row)


async def test_a_slower_pace_holds_at_once_and_is_taken_back_by_one_word(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a")])
    for _ in range(6):
        await shop.job(orchestrator)
    assert len(await lease(orchestrator, want=2)) == 2
    assert await orchestrator.override("a", slower(concurrency=3), "staff-1") is None
    assert len(await lease(orchestrator, want=4)) == 1
    assert await orchestrator.override("a", slower(concurrency=4), "staff-1") is None
    assert len(await lease(orchestrator, want=4)) == 1
    assert await orchestrator.take_back("a", "staff-2") is None
    assert len(await lease(orchestrator, want=4)) == 2
    rows = await shop.db.fetch("select rules, actor, ended_by from directory_overrides order by id")
    assert [tuple(row) for row in rows] == [
        ('{"concurrency": 3}', "staff-1", "staff-1"),
        ('{"concurrency": 4}', "staff-1", "staff-2"),
    ]
    assert await orchestrator.take_back("a", "staff-2") is None, "a second time is the same"


async def test_the_daily_budget_binds_a_form_that_is_being_filled_in(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a")])
    for _ in range(3):
        await shop.job(orchestrator)
    first, second = await lease(orchestrator, want=2)
    assert (await press(orchestrator, first.token)).permits == {first.token: True}
    assert await orchestrator.override("a", slower(per_day=1), "staff") is None
    said = await press(orchestrator, second.token)
    assert said.permits == {}
    assert said.later[second.token] > 0


async def test_what_waits_goes_to_people_where_robots_are_told_off(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a")])
    for _ in range(2):
        await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    assert await orchestrator.override("a", MANUAL, "staff") is None
    rows = await shop.db.fetch("select state, reason from job_results")
    assert sorted(tuple(row) for row in rows) == [
        ("leased", None),
        ("needs_person", "policy_manual"),
    ]
    # A form that is being filled in is not sent any more.
    said = await press(orchestrator, assignment.token)
    assert said.permits == {assignment.token: False}
    assert await shop.one("select count(*) from presses") == 0


async def test_a_directory_that_is_switched_off_takes_nothing_and_others_take_its_place(
    shop: Shop,
) -> None:
    orchestrator = await shop.orchestrator(catalogue(3))
    job = await shop.job(orchestrator)
    off = Override(off=True, reason="It was sold, and is rebuilt.")
    assert await orchestrator.override("d001", off, "staff") is None
    states = {
        row["directory"]: row["state"]
        for row in await shop.db.fetch("select directory, state from job_results")
    }
    assert states == {"d000": "queued", "d001": "skipped", "d002": "queued"}
    again = await shop.job(orchestrator)
    rows = await shop.db.fetch("select directory from job_results where job_id = $1", again)
    assert {row["directory"] for row in rows} == {"d000", "d002"}
    assert await orchestrator.take_back("d001", "staff") is None
    wanted = RetryFilter(job_id=job, states=[State.SKIPPED])
    assert await orchestrator.retry(wanted, dry_run=False, actor="staff") == 1


@pytest.mark.parametrize(
    "rules", [{"concurrency": 2}, {"spacing_s": 10.0}, {"per_day": 51}, {"policy": Policy.AUTO}]
)
async def test_more_than_the_file_permits_needs_a_permission(
    shop: Shop, rules: dict[str, Any]
) -> None:
    careful = directory(
        "a", policy=Policy.MANUAL, pace={"concurrency": 1, "spacing_s": 30, "per_day": 50}
    )
    orchestrator = await shop.orchestrator([careful])
    bare = Override(rules=Rules(**rules), reason="We want more.")
    refused = await orchestrator.override("a", bare, "staff")
    assert isinstance(refused, Refused)
    assert "permission" in refused.problem
    assert await shop.one("select count(*) from directory_overrides") == 0
    allowed = bare.model_copy(update={"permission": "Mail of their editor, 3 March 2026."})
    assert await orchestrator.override("a", allowed, "staff") is None
    assert await shop.one("select count(*) from directory_overrides where ended_at is null") == 1


async def test_a_permission_lets_the_robot_in_until_the_file_says_something_new(
    shop: Shop,
) -> None:
    entry = directory("a", policy=Policy.MANUAL)
    orchestrator = await shop.orchestrator([entry])
    allowed = Override(
        rules=Rules(policy=Policy.AUTO), reason="They like us.", permission="Their mail of today."
    )
    assert await orchestrator.override("a", allowed, "staff") is None
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator)
    await carry_out(orchestrator, assignment, accepted())
    # The same file again changes nothing; a restart neither.
    await orchestrator.sync_directories([entry])
    second = await shop.orchestrator()
    await shop.job(second)
    assert len(await lease(second)) == 1
    stricter = directory("a", policy=Policy.SKIP)
    await second.sync_directories([stricter])
    assert (await doc(shop, "a"))["policy"] == "skip"
    await shop.job(second)
    assert await lease(second, wait_s=0.2) == []


async def test_a_stricter_rule_outlives_a_new_file(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a", pace=SLOW | {"per_day": 50})])
    assert await orchestrator.override("a", slower(per_day=10), "staff") is None
    assert await doc(shop, "a") == {
        "policy": "auto",
        "per_day": "10",
        "file_policy": "auto",
        "file_per_day": "50",
    }
    await orchestrator.sync_directories([directory("a", pace=SLOW | {"per_day": 5})])
    assert (await doc(shop, "a"))["per_day"] == "5"
    await orchestrator.sync_directories([directory("a", pace=SLOW | {"per_day": 40})])
    assert (await doc(shop, "a"))["per_day"] == "10"
    assert await orchestrator.take_back("a", "staff") is None
    assert await doc(shop, "a") == {
        "policy": "auto",
        "per_day": "40",
        "file_policy": None,
        "file_per_day": None,
    }


async def test_an_override_ends_by_itself_also_after_a_restart(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a"), directory("b")])
    soon = datetime.now(UTC) + timedelta(seconds=1.5)
    for slug, at in (("a", soon), ("b", soon + timedelta(days=1))):
        wanted = slower(concurrency=1).model_copy(update={"until": at})
        assert await orchestrator.override(slug, wanted, "staff") is None
    second = await shop.orchestrator()
    for _ in range(3):
        await shop.job(second)
    assert len(await lease(second, want=6)) == 2
    await until(shop, "select count(*) = 1 from directory_overrides where ended_at is not null")
    assert await shop.one("select ended_by from directory_overrides where slug = 'a'") == (
        "orchestrator"
    )
    rest = await lease(second, want=6)
    assert {one.directory.slug for one in rest} == {"a"}
    assert len(rest) == 2


async def test_what_makes_no_sense_is_refused_in_one_sentence(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a")])
    past = slower(concurrency=1).model_copy(
        update={"until": datetime.now(UTC) - timedelta(minutes=1)}
    )
    never = past.model_copy(update={"until": datetime(9999, 12, 31, tzinfo=UTC)})
    for slug, wanted in (
        ("nowhere", slower(concurrency=1)),
        ("a", past),
        ("a", never),
        ("a", slower(concurrency=50)),
        ("a", slower()),
    ):
        answer = await orchestrator.override(slug, wanted, "staff")
        assert isinstance(answer, Refused), (slug, wanted)
    assert isinstance(await orchestrator.take_back("nowhere", "staff"), Refused)
