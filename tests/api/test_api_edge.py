"""What holds for every request: problem replies, headers, the same-origin rule, health, metrics."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from dbolt.settings import Settings
from serve_app.opening import place_of
from serve_app.parts import Parts
from serve_app.site import build_site
from tests.support.selling import Shop, given
from tests.support.serving import STAFF, STAFF_TOKEN, Line, client_of

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/jobs", 405),
        ("GET", "/api/v1/jobs", 401),
        ("GET", "/api/v1/jobs?limit=9999", 401),
        ("POST", "/api/v1/orders", 422),
    ],
)
async def test_every_error_is_a_problem(
    api: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await api.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    body = answer.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"].endswith((".", "required"))
    if status == 405:
        assert "GET" in answer.headers["allow"]


async def test_a_broken_route_tells_a_reference_and_no_secret(
    api: httpx.AsyncClient, queue: Line, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> dict[str, Any]:
        raise RuntimeError(f"leak {STAFF_TOKEN}")

    queue.status = broken  # type: ignore[method-assign]  # a defect, planted
    answer = await api.get("/autobolt/status", headers=STAFF)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["content-security-policy"]
    assert STAFF_TOKEN not in answer.text
    reference = answer.json()["detail"].rsplit(" ", 1)[1].rstrip(".")
    assert reference in caplog.text


async def test_a_body_larger_than_the_address_accepts_is_a_problem(
    api: httpx.AsyncClient, shop: Shop
) -> None:
    huge = {"email": "a@example.com", "plan": "starter", "x": "y" * 70_000}
    answer = await api.post("/api/v1/orders", json=huge)
    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)
    assert answer.headers["x-content-type-options"] == "nosniff"
    job_id, ada = await shop.paid_job("ada@example.com")
    profile = {"business_name": "y" * 70_000}
    answer = await api.put(f"/api/v1/jobs/{job_id}/profile", json=profile, headers=ada)
    assert answer.status_code == 422


async def test_another_sites_request_is_refused(api: httpx.AsyncClient, parts: Parts) -> None:
    body = {"email": "ada@example.com", "plan": "starter"}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[your-site]"},
        {"Cookie": "dbolt-session=x"},
    ):
        answer = await api.post("/api/v1/orders", json=body, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (403, PROBLEM), headers
    assert await parts.pool.fetchval("select count(*) from orders") == 0
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {}):
        answer = await api.post("/api/v1/orders", json=body, headers=headers)
        assert answer.status_code == 201, headers


async def test_answers_carry_a_strict_policy(api: httpx.AsyncClient) -> None:
    answer = await api.get("/livez")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


async def test_ready_tells_what_is_wrong(api: httpx.AsyncClient, queue: Line) -> None:
    assert (await api.get("/readyz")).json()["status"] == "ok"
    queue.away = True
    for path in ("/readyz", "/healthz"):
        answer = await api.get(path)
        assert answer.status_code == 503
        assert answer.json()["orchestrator"] == "does not answer"
        assert answer.json()["database"] == "ok"
    assert (await api.get("/livez")).status_code == 200


async def test_without_a_database_requests_are_told_so(parts: Parts, database: str) -> None:
    gone = asyncpg.create_pool(database.replace("/t", "/gone_t"), min_size=0)
    away = replace(parts, pool=gone)
    async with client_of(build_site(lambda: given(away))) as api:
        assert (await api.get("/readyz")).json()["database"].startswith("does not answer")
        answer = await api.post("/api/v1/orders", json={"email": "a@b.example", "plan": "starter"})
        assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)


async def test_metrics_hold_the_orchestrators_numbers_and_our_own(
    api: httpx.AsyncClient, shop: Shop, queue: Line
) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")
    await api.get(f"/api/v1/jobs/{job_id}", headers=STAFF)
    text = (await api.get("/metrics", headers=STAFF)).text
    assert 'dbolt_submissions{state="queued"} 3.0' in text
    assert 'dbolt_jobs{state="awaiting_profile"} 1.0' in text
    assert "dbolt_commit_batches_total" in text
    assert "dbolt_orchestrator_up 1.0" in text
    assert (
        'dbolt_http_requests_total{method="GET",route="/api/v1/jobs/{job_id}",status="200"} 1.0'
        in text
    )
    assert 'dbolt_webhook_events_total{outcome="fulfilled"} 1.0' in text
    queue.away = True
    assert "dbolt_orchestrator_up 0.0" in (await api.get("/metrics", headers=STAFF)).text


THIS_MACHINE = {"Host": "127.0.0.1:8700"}


async def test_metrics_want_a_key_even_on_this_machine(api: httpx.AsyncClient, shop: Shop) -> None:
    # What nginx sends by its own defaults: nothing tells it from a program on this machine.
    refused = await api.get("/metrics", headers=THIS_MACHINE)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert "dbolt_" not in refused.text
    _, ada = await shop.paid_job("ada@example.com")
    assert (await api.get("/metrics", headers=ada)).status_code == 403
    assert (await api.get("/metrics", headers=THIS_MACHINE | STAFF)).status_code == 200


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"Host": "127.0.0.1:8700"}, 200),
        ({"Host": "localhost"}, 200),
        ({"Host": "[::1]:8700"}, 200),
        ({"Host": "listings.example.com"}, 401),
        ({"Host": "[::1"}, 401),
        ({"Host": "localhost.example.com"}, 401),
        *(
            (THIS_MACHINE | {name: "127.0.0.1"}, 401)
            for name in (
                "X-Forwarded-For",
                "X-Forwarded-Host",
                "X-Forwarded-Proto",
                "Forwarded",
                "Via",
                "X-Real-IP",
                "CF-Connecting-IP",
            )
        ),
    ],
)
async def test_metrics_open_to_this_machine_where_the_operator_says_that_no_proxy_runs_here(
    parts: Parts, told: dict[str, str], status: int
) -> None:
    trusting = replace(parts, metrics_loopback=True)
    async with client_of(build_site(lambda: given(trusting))) as api:
        assert (await api.get("/metrics", headers=told)).status_code == status
        assert (await api.get("/metrics", headers=told | STAFF)).status_code == 200


@pytest.mark.parametrize(
    ("settings", "opened"),
    [
        ({}, True),
        ({"public_url": "http://localhost:9000"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"public_url": "https://listings.example.com"}, False),
        ({"public_url": "https://listings.example.com", "metrics_loopback": True}, True),
        ({"metrics_loopback": False}, False),
    ],
)
def test_metrics_open_by_themselves_where_nothing_stands_before_us(
    tmp_path: Path, settings: dict[str, object], *, opened: bool
) -> None:
    place = place_of(Settings(home=tmp_path, **settings), tmp_path / "secrets.json", 8700)  # type: ignore[arg-type]
    assert place.metrics_loopback is opened


async def test_metrics_stay_closed_to_other_machines(parts: Parts) -> None:
    app = build_site(lambda: given(replace(parts, metrics_loopback=True)))
    far = httpx.ASGITransport(app, client=("192.0.2.7", 4711))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=far, base_url="http://127.0.0.1:8700") as api,
    ):
        assert (await api.get("/metrics")).status_code == 401


async def test_the_status_is_for_staff(api: httpx.AsyncClient) -> None:
    assert (await api.get("/autobolt/status")).status_code == 401
    assert (await api.get("/autobolt/status", headers=STAFF)).json()["epoch"] >= 1


async def test_the_openapi_document_describes_errors(api: httpx.AsyncClient) -> None:
    document = (await api.get("/api/v1/openapi.json")).json()
    assert "/api/v1/jobs/{job_id}/profile" in document["paths"]
    orders = document["paths"]["/api/v1/orders"]["post"]["responses"]
    assert "ProblemBody" in str(orders["default"])


async def test_a_bearer_token_passes_with_any_cookie(api: httpx.AsyncClient) -> None:
    headers = STAFF | {"Cookie": "dbolt-form=x", "Sec-Fetch-Site": "cross-site"}
    answer = await api.post("/api/v1/resume", json={"level": "global"}, headers=headers)
    assert answer.status_code == 204


async def test_people_are_refused_with_a_page(api: httpx.AsyncClient) -> None:
    headers = {"Accept": "text/html", "Origin": "null"}
    answer = await api.post("/sign-in", data={"key": "x"}, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "came from another site" in answer.text


@pytest.mark.parametrize(
    "path",
    ["/api/v1/jobs?q=%00", "/staff?q=%00", "/staff?after=%00", "/jobs/%00", "/staff/jobs/x%00/y"],
)
async def test_a_nul_in_an_address_is_refused(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.get(path, headers=STAFF)
    assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM)
    assert "NUL" in answer.json()["detail"]


async def test_a_nul_in_a_body_is_refused(
    api: httpx.AsyncClient, shop: Shop, profile: dict[str, Any]
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    wrong = profile | {"business_name": "A\x00B"}
    answer = await api.put(f"/api/v1/jobs/{job_id}/profile", json=wrong, headers=ada)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["business_name"]
    for path, body in (
        ("/api/v1/jobs/retry", {"filter": {"directory": "\x00"}, "dry_run": True}),
        ("/api/v1/pause", {"level": "directory", "key": "\x00"}),
        ("/api/v1/orders", {"email": "a\x00@example.com", "plan": "starter"}),
    ):
        answer = await api.post(path, json=body, headers=STAFF)
        assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM), path


@pytest.mark.parametrize(
    "path",
    ["/", "/order", "/livez", "/readyz", "/metrics", "/robots.txt", "/favicon.ico", "/staff"],
)
async def test_head_answers_like_get_without_the_body(api: httpx.AsyncClient, path: str) -> None:
    got, head = await api.get(path, headers=STAFF), await api.head(path, headers=STAFF)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    assert (await api.head("/api/v1/orders")).status_code == 405


async def test_head_of_a_stream_ends(api: httpx.AsyncClient) -> None:
    answer = await api.head("/staff/stream", headers=STAFF)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"/api/v1/jobs/{UUID(int=1)}/profile"),
        ("POST", f"/jobs/{UUID(int=1)}/profile"),
        ("PUT", "/api/v1/jobs/evidence?kind=after&media_type=image/png"),
        ("POST", "/api/v1/jobs/complete"),
    ],
)
async def test_a_strangers_body_is_not_taken_in(
    api: httpx.AsyncClient, method: str, path: str
) -> None:
    taken = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(30):
            taken += 1
            yield bytes(1_000_000)

    answer = await api.request(method, path, content=body())
    assert answer.status_code == 401
    assert taken == 0


async def test_robots_stay_away_from_what_belongs_to_somebody(api: httpx.AsyncClient) -> None:
    lines = (await api.get("/robots.txt")).text.splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /jobs/", "Disallow: /staff", "Disallow: /orders/"} <= set(lines)
    assert (await api.get("/favicon.ico")).headers["content-type"].startswith("image/svg")


async def test_a_problem_names_the_field_that_is_to_be_mended(
    api: httpx.AsyncClient, shop: Shop, profile: dict[str, Any]
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    wrong = profile | {"mobile": "12"}
    answer = await api.put(f"/api/v1/jobs/{job_id}/profile", json=wrong, headers=ada)
    assert [error["field"] for error in answer.json()["errors"]] == ["mobile"]
    nothing = (await api.post("/api/v1/orders")).json()
    assert nothing["detail"] == "The request is not valid. Send a JSON object as its body."
