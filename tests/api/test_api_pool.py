"""Do staff see what the browsers do and why there are so many, and nobody else?"""

from __future__ import annotations

import httpx

from serve_app.parts import Parts
from tests.support.serving import STAFF, Staffed


async def test_staff_see_the_pool_with_its_reason(api: httpx.AsyncClient) -> None:
    answer = await api.get("/api/v1/pool", headers=STAFF)
    assert answer.status_code == 200
    told = answer.json()
    assert told["target"] == 2
    assert "2 browsers are needed" in told["reason"]
    assert [one["state"] for one in told["browsers"]] == ["busy", "pending"]
    assert told["browsers"][0]["doing"] == [
        {"directory": "Alpha", "task": "submit", "stage": "filling in", "since_s": 3.5}
    ]


async def test_nobody_else_does(api: httpx.AsyncClient) -> None:
    assert (await api.get("/api/v1/pool")).status_code == 401


async def test_a_pool_that_is_away_is_a_problem_and_no_loss_of_other_metrics(
    api: httpx.AsyncClient, parts: Parts
) -> None:
    assert isinstance(parts.browsers, Staffed)
    parts.browsers.away = True
    answer = await api.get("/api/v1/pool", headers=STAFF)
    assert answer.status_code == 503
    assert "browser pool" in answer.json()["detail"]
    metrics = (await api.get("/metrics", headers=STAFF)).text
    assert "dbolt_orchestrator_up 1.0" in metrics
    assert "dbolt_pool_target" not in metrics


async def test_metrics_tell_the_target_and_why(api: httpx.AsyncClient) -> None:
    lines = (await api.get("/metrics", headers=STAFF)).text.splitlines()
    for line in (
        "dbolt_pool_target 2.0",
        'dbolt_pool_cause{why="demand"} 1.0',
        'dbolt_pool_cause{why="crashing"} 0.0',
        'dbolt_pool_browsers{state="pending"} 1.0',
        "dbolt_pool_slots_busy 1.0",
        "dbolt_pool_crashed_total 1.0",
    ):
        assert line in lines
