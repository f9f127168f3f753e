"""Do the counts of captchas equal the tables, without a look at the attempts that met none?"""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from dbolt.domain.captcha import MOST_CAPTCHAS, Captcha, CaptchaKind, CaptchaOutcome
from dbolt.domain.figures import of_queue
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver, NotSent, Result
from dbolt.store.queries import statements
from tests.support.queue import Shop, accepted, carry_out, catalogue, lease, not_sent

RESULT: TypeAdapter[Result] = TypeAdapter(Result)
COMPUTED = Captcha(kind=CaptchaKind.PROOF_OF_WORK, outcome=CaptchaOutcome.SOLVED, seconds=3.25)
LEFT = Captcha(kind=CaptchaKind.CHALLENGE, outcome=CaptchaOutcome.HANDED_OVER)
BOUGHT = Captcha(
    kind=CaptchaKind.CHALLENGE, outcome=CaptchaOutcome.SOLVED, seconds=9.0, cost_cents=2
)


async def test_captchas_are_counted_by_kind_outcome_and_cost(shop: Shop) -> None:
    orchestrator = await shop.orchestrator(catalogue(4))
    await shop.job(orchestrator)
    ends: list[Result] = [
        accepted(captchas=[COMPUTED, BOUGHT]),
        accepted(captchas=[COMPUTED, BOUGHT]),
        HandOver(reason=Reason.CAPTCHA, captchas=[LEFT]),
        not_sent(Reason.PAGE_GONE),
    ]
    for assignment, end in zip(await lease(orchestrator, want=4), ends, strict=True):
        await carry_out(orchestrator, assignment, end)
    told = {
        (family.name, sample.labels["kind"], sample.labels["outcome"]): sample.value
        for family in of_queue(await orchestrator.figures())
        for sample in family.samples
        if "captcha" in family.name
    }
    count, cost = "dbolt_captchas", "dbolt_captcha_cost_cents"
    assert told == {
        (count, "proof_of_work", "solved"): 2,
        (count, "challenge", "solved"): 2,
        (count, "challenge", "handed_over"): 1,
        (cost, "challenge", "solved"): 4,
    }
    assert await shop.one("select count(*) from attempts") == 4


@pytest.mark.parametrize("name", ["captchas", "captcha_cost"])
async def test_attempts_that_met_none_are_not_looked_at(shop: Shop, name: str) -> None:
    await shop.orchestrator()
    met, none = (
        not_sent(Reason.PAGE_GONE).model_copy(update={"captchas": c}).model_dump_json()
        for c in ([BOUGHT], [])
    )
    await shop.db.execute(
        "insert into attempts (submission_id, attempt, token, worker, event, result)"
        " select gen_random_uuid(), 1, gen_random_uuid(), 'w', 'failed',"
        " case when n % 100 = 0 then $1 else $2 end::jsonb from generate_series(1, 5000) n",
        met,
        none,
    )
    await shop.db.execute("analyze attempts")
    await shop.db.execute("set enable_seqscan = off")  # as `figures.totals` has it
    sql = statements("figures")[name].rstrip("; \n")
    plan = "\n".join(row[0] for row in await shop.db.fetch(f"explain {sql}"))
    assert "attempts_captchas" in plan, plan
    assert "Seq Scan on attempts" not in plan, plan
    assert [row["n"] for row in await shop.db.fetch(sql)] == [50 if name == "captchas" else 100]


def test_results_of_earlier_workers_are_still_read() -> None:
    old = {"kind": "not_sent", "reason": "page_gone", "duration_s": 1.5}
    read = RESULT.validate_python(old)
    assert isinstance(read, NotSent)
    assert read.captchas == []


@pytest.mark.parametrize(
    "captchas",
    [
        [{"kind": "challenge", "outcome": "solved"}] * (MOST_CAPTCHAS + 1),
        [{"kind": "challenge", "outcome": "solved", "cost_cents": -1}],
        [{"kind": "challenge", "outcome": "solved", "seconds": float("inf")}],
        [{"kind": "challenge", "outcome": "guessed"}],
    ],
)
def test_what_no_attempt_can_have_met_is_refused(captchas: list[dict[str, object]]) -> None:
    with pytest.raises(ValidationError):
        RESULT.validate_python({"kind": "left", "reason": "captcha", "captchas": captchas})
