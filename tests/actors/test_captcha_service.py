"""Is a captcha service asked only where directory, plan and budgets allow it, and written down?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from actors.orchestrator import Orchestrator
from dbolt.domain.captcha import Answered, Challenge, Unanswered, WidgetKind
from dbolt.domain.directory import CaptchaPolicy
from dbolt.domain.plan import PlanName
from dbolt.domain.submission import Assignment
from tests.support.captcha_service import Service
from tests.support.queue import QUICK, Shop, catalogue, lease, until

CHALLENGE = Challenge(
    kind=WidgetKind.TURNSTILE, site_key="0x4AAAAAAA", page_url="http://d000.localhost/add"
)
WRONG_KEY = "ffff1111ffff1111ffff1111ffff1111"


@pytest_asyncio.fixture
async def service() -> AsyncIterator[Service]:
    """The stand-in, open."""
    async with Service() as one:
        yield one


async def leased(
    shop: Shop,
    service: Service | None,
    *,
    plan: PlanName = PlanName.ENTERPRISE,
    policy: CaptchaPolicy = CaptchaPolicy.SERVICE,
    key: str | None = None,
    count: int = 1,
    **terms: Any,
) -> tuple[Orchestrator, list[Assignment]]:
    """Leases of a fresh job whose directories have this policy."""
    client = None
    if service is not None:
        client = service.client(key) if key else service.client()
    orchestrator = await shop.orchestrator(
        catalogue(count, captcha=policy), replace(QUICK, **terms), captchas=client
    )
    await shop.job(orchestrator, plan=plan)
    return orchestrator, await lease(orchestrator, want=count)


async def asked(orchestrator: Orchestrator, token: UUID) -> Answered | Unanswered:
    """What comes of the challenge."""
    return await orchestrator.solve_captcha(token, CHALLENGE, 5.0)


async def purchases(shop: Shop) -> list[tuple[str, int]]:
    """Outcome and cost of all that was bought."""
    rows = await shop.db.fetch("select outcome, cost_micros from captcha_purchases order by id")
    return [(row["outcome"], row["cost_micros"]) for row in rows]


async def test_a_token_is_bought_and_written_down(shop: Shop, service: Service) -> None:
    orchestrator, (assignment,) = await leased(shop, service)
    assert assignment.captcha_service
    got = await asked(orchestrator, assignment.token)
    assert isinstance(got, Answered), got
    assert service.good == {got.token.get_secret_value(): CHALLENGE.site_key}
    assert got.cost_cents == 1
    row = await shop.db.fetchrow("select * from captcha_purchases")
    assert row is not None
    assert (row["job_id"], row["submission_id"], row["token"]) == (
        assignment.job_id,
        assignment.submission_id,
        assignment.token,
    )
    assert (row["service"], row["widget"], row["outcome"]) == ("2Captcha", "turnstile", "solved")
    assert (row["cost_micros"], row["ref"]) == (2990, got.ref)


@pytest.mark.parametrize("policy", [CaptchaPolicy.NEVER, CaptchaPolicy.HUMAN])
async def test_a_directory_that_allows_no_service_is_asked_about_no_token(
    shop: Shop, service: Service, policy: CaptchaPolicy
) -> None:
    orchestrator, (assignment,) = await leased(shop, service, policy=policy)
    got = await asked(orchestrator, assignment.token)
    assert got == Unanswered(
        problem="The directory's file does not let a service solve its captchas."
    )
    assert (service.site.asked, await purchases(shop)) == ([], [])


async def test_a_plan_that_does_not_cover_it_pays_nothing(shop: Shop, service: Service) -> None:
    orchestrator, (assignment,) = await leased(shop, service, plan=PlanName.GROWTH)
    assert not assignment.captcha_service
    got = await asked(orchestrator, assignment.token)
    assert got == Unanswered(problem="The plan growth does not cover a captcha service.")
    assert (service.site.asked, await purchases(shop)) == ([], [])


async def test_the_settings_say_which_plans_are_covered(shop: Shop, service: Service) -> None:
    covered = frozenset({PlanName.GROWTH})
    orchestrator, (assignment,) = await leased(
        shop, service, plan=PlanName.GROWTH, captcha_plans=covered
    )
    assert assignment.captcha_service
    assert isinstance(await asked(orchestrator, assignment.token), Answered)


async def test_without_a_key_nobody_is_asked(shop: Shop) -> None:
    orchestrator, (assignment,) = await leased(shop, None)
    got = await asked(orchestrator, assignment.token)
    assert got == Unanswered(problem="No captcha service is set up.")


async def test_a_lease_that_has_passed_on_buys_nothing(shop: Shop, service: Service) -> None:
    orchestrator, _ = await leased(shop, service)
    assert await asked(orchestrator, uuid4()) == Unanswered(problem="The lease has passed on.")
    assert service.site.asked == []


@pytest.mark.parametrize(
    ("limit", "problem"),
    [
        ({"captcha_job_cents": 1}, "The job's budget for captchas is used up."),
        ({"captcha_day_cents": 1}, "The day's budget for captchas is used up."),
    ],
)
async def test_no_budget_is_passed_by_attempts_at_the_same_time(
    shop: Shop, service: Service, limit: dict[str, int], problem: str
) -> None:
    service.rounds = 3
    orchestrator, assignments = await leased(shop, service, count=4, **limit)
    got = await asyncio.gather(*(asked(orchestrator, one.token) for one in assignments))
    # The cent that is put aside for the first leaves nothing for the others.
    assert [one for one in got if not isinstance(one, Answered)] == 3 * [
        Unanswered(problem=problem)
    ]
    assert len(service.tasks) == 1
    assert await purchases(shop) == [("solved", 2990)]


async def test_what_a_crash_left_open_counts_with_its_most(shop: Shop, service: Service) -> None:
    orchestrator, (assignment,) = await leased(shop, service, captcha_job_cents=1)
    service.rounds = 10_000
    asking = asyncio.create_task(asked(orchestrator, assignment.token))
    await until(shop, "select count(*) = 1 from captcha_purchases")
    successor = await shop.orchestrator(
        None, replace(QUICK, captcha_job_cents=1), captchas=service.client()
    )
    asking.cancel()
    got = await asked(successor, assignment.token)
    assert got == Unanswered(problem="The job's budget for captchas is used up.")
    assert await purchases(shop) == [("open", 10_000)]


async def test_an_attempt_asks_three_times_at_most(shop: Shop, service: Service) -> None:
    orchestrator, (assignment,) = await leased(shop, service)
    for _ in range(3):
        assert isinstance(await asked(orchestrator, assignment.token), Answered)
    got = await asked(orchestrator, assignment.token)
    assert got == Unanswered(problem="This attempt has asked 3 times already.")
    assert len(service.tasks) == 3


async def test_a_wrong_key_is_tried_once_and_then_left_alone(shop: Shop, service: Service) -> None:
    orchestrator, (assignment,) = await leased(shop, service, key=WRONG_KEY)
    got = await asked(orchestrator, assignment.token)
    problem = "2Captcha does not know the key; copy it anew."
    assert got == Unanswered(problem=problem, asked=True)
    assert await asked(orchestrator, assignment.token) == Unanswered(problem=problem)
    assert len(service.site.asked) == 1
    assert await purchases(shop) == [("unsolved", 0)]


async def test_what_nobody_solves_costs_nothing_and_a_slow_one_its_most(
    shop: Shop, service: Service
) -> None:
    service.unsolvable = True
    orchestrator, (assignment,) = await leased(shop, service)
    got = await asked(orchestrator, assignment.token)
    assert got == Unanswered(problem="Nobody at 2Captcha could solve it.", asked=True)
    service.rounds = 10_000
    slow = await orchestrator.solve_captcha(assignment.token, CHALLENGE, 0.3)
    assert isinstance(slow, Unanswered)
    assert (slow.asked, slow.cost_cents) == (True, 1)
    assert await purchases(shop) == [("unsolved", 0), ("unsolved", 10_000)]


async def test_the_service_hears_once_whether_the_site_took_it(
    shop: Shop, service: Service
) -> None:
    orchestrator, (assignment,) = await leased(shop, service)
    token = assignment.token
    got = await asked(orchestrator, token)
    assert isinstance(got, Answered)
    await orchestrator.captcha_judged(token, "of another task", accepted=False)
    await orchestrator.captcha_judged(token, got.ref, accepted=False)
    await orchestrator.captcha_judged(token, got.ref, accepted=True)
    async with asyncio.timeout(10):
        while not service.reported:
            await asyncio.sleep(0.01)
    await orchestrator.close()
    shop.open.remove(orchestrator)
    assert service.reported == [("reportIncorrect", int(got.ref))]
    assert await purchases(shop) == [("refused", 2990)]
