"""Can a worker that is no Ray actor do the whole work over HTTP, and nothing beyond it?"""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from dbolt.domain.credentials import password_for
from dbolt.domain.reasons import Reason
from serve_app.parts import Parts
from tests.support.queue import accepted, directory, not_sent
from tests.support.selling import Shop
from tests.support.serving import STAFF, VAULT_KEY, WORKER_TOKEN, Line, as_role

WORKER = {"Authorization": f"Bearer {WORKER_TOKEN}"}


async def say(api: httpx.AsyncClient, verb: str, **body: Any) -> dict[str, Any]:
    """One request of a worker."""
    answer = await api.post(
        f"/api/v1/jobs/{verb}", json={"worker": "van-1", **body}, headers=WORKER
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def begun(shop: Shop, api: httpx.AsyncClient, profile: dict[str, Any]) -> UUID:
    """A job that may start."""
    job_id, ada = await shop.paid_job("ada@example.com")
    answer = await api.put(f"/api/v1/jobs/{job_id}/profile", json=profile, headers=ada)
    assert answer.status_code == 200
    return job_id


async def test_a_job_is_done_over_http(
    shop: Shop, api: httpx.AsyncClient, profile: dict[str, Any], parts: Parts
) -> None:
    job_id = await begun(shop, api, profile)
    given = (await say(api, "next", want=10, wait_s=5))["assignments"]
    assert {one["directory"]["slug"] for one in given} == {"d000", "d001", "d002"}
    assert given[0]["profile"]["business_name"] == profile["business_name"]
    tokens = [one["token"] for one in given]
    update = await say(api, "update", alive=tokens[1:], press=tokens[:1], seen_absent=tokens[:1])
    assert update["permits"] == {tokens[0]: True}
    assert update["revoked"] == []
    assert update["lease_s"] > 0
    ends = [accepted(), not_sent(Reason.PAGE_GONE), not_sent(Reason.PAGE_GONE)]
    settled = [
        {"token": token, "result": end.model_dump(mode="json")}
        for token, end in zip(tokens, ends, strict=True)
    ]
    for _ in range(2):
        done = await say(api, "complete", settled=settled)
        assert done["acks"] == dict.fromkeys(tokens, "settled")
    detail = (await api.get(f"/api/v1/jobs/{job_id}", headers=STAFF)).json()
    assert detail["state"] == "complete"
    assert detail["counts"] == {"submitted": 1, "failed": 2}
    actors = "select distinct actor from events where event = 'leased'"
    assert await parts.pool.fetchval(actors) == "http:van-1"
    assert await parts.pool.fetchval("select seen_absent from presses") is True


async def test_the_guards_are_the_same(
    shop: Shop, api: httpx.AsyncClient, profile: dict[str, Any], database: str
) -> None:
    import asyncpg

    await begun(shop, api, profile)
    [first] = (await say(api, "next", want=1, wait_s=5))["assignments"]
    for permit in (True, False):
        update = await say(api, "update", press=[first["token"]])
        assert update["permits"] == {first["token"]: permit}
    [second] = (await say(api, "next", want=1, wait_s=5))["assignments"]
    owner = await asyncpg.connect(database)
    await owner.execute("update leases set deadline_at = now() - interval '1 second'")
    await owner.close()
    stranger = str(uuid4())
    update = await say(api, "update", press=[second["token"], stranger])
    assert update["permits"] == {second["token"]: False, stranger: False}
    said = {"token": stranger, "result": accepted().model_dump(mode="json")}
    assert (await say(api, "complete", settled=[said]))["acks"] == {stranger: "stale"}


async def test_a_result_with_a_nul_is_refused_alone(api: httpx.AsyncClient) -> None:
    for text, status in (("A\x00B", 422), ("A\\\\\x00B", 422), ("A\\u0000B", 200)):
        result = accepted().model_dump(mode="json") | {"detail": text}
        body = {"worker": "van-1", "settled": [{"token": str(uuid4()), "result": result}]}
        answer = await api.post("/api/v1/jobs/complete", json=body, headers=WORKER)
        assert answer.status_code == status, (text, answer.text)


async def test_only_the_worker_token_opens_the_line(
    shop: Shop, api: httpx.AsyncClient, queue: Line
) -> None:
    _, ada = await shop.paid_job("ada@example.com")
    queue.asked.clear()
    for headers in ({}, ada, STAFF, {"Authorization": f"Bearer {WORKER_TOKEN}x"}):
        for verb in ("next", "update", "complete"):
            answer = await api.post(
                f"/api/v1/jobs/{verb}",
                json={"worker": "w", "settled": []},
                headers=headers,
            )
            assert answer.status_code == 401, (verb, headers)
        put = await api.put("/api/v1/jobs/evidence", content=b"x", headers=headers)
        assert put.status_code == 401
    assert queue.asked == []
    # And it opens nothing else.
    assert (await api.get("/api/v1/jobs", headers=WORKER)).status_code == 401
    pause = await api.post("/api/v1/pause", json={"level": "global"}, headers=WORKER)
    assert pause.status_code == 401


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("next", {"want": 0}),
        ("next", {"want": 100_000}),
        ("next", {"wait_s": 600}),
        ("update", {"press": ["17"]}),
        ("complete", {"settled": []}),
        ("complete", {"settled": [{"token": str(uuid4()), "result": {"kind": "live"}}]}),
        ("next", {"worker": "a b\n"}),
    ],
)
async def test_what_makes_no_sense_is_refused(
    api: httpx.AsyncClient, verb: str, body: dict[str, Any]
) -> None:
    answer = await api.post(f"/api/v1/jobs/{verb}", json={"worker": "w", **body}, headers=WORKER)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_account_comes_with_its_password(
    shop: Shop, api: httpx.AsyncClient, profile: dict[str, Any], queue: Line, database: str
) -> None:
    await queue.orchestrator.sync_directories([directory("d000", account_needed=True)])
    job_id = await begun(shop, api, profile)
    async with as_role(database, "dbolt_orchestrator") as connection:
        await connection.execute(
            "insert into accounts (customer_id, directory, username)"
            " select customer_id, 'd000', 'ada' from jobs where id = $1",
            job_id,
        )
    given = (await say(api, "next", want=5, wait_s=5))["assignments"]
    accounts = [one["account"] for one in given if one["directory"]["slug"] == "d000"]
    async with as_role(database, "dbolt_orchestrator") as connection:
        customer = await connection.fetchval("select customer_id from jobs where id = $1", job_id)
    password = password_for(VAULT_KEY, customer, "d000").get_secret_value()
    assert accounts == [{"username": "ada", "password": password}]


async def test_evidence_is_kept_and_referred_to(api: httpx.AsyncClient, parts: Parts) -> None:
    picture = b"\x89PNG of a page"
    answer = await api.put(
        "/api/v1/jobs/evidence",
        params={"kind": "after", "media_type": "image/png"},
        content=picture,
        headers=WORKER,
    )
    assert answer.status_code == 201, answer.text
    ref = answer.json()
    assert ref["sha256"] == hashlib.sha256(picture).hexdigest()
    assert await parts.evidence.get(ref["sha256"]) == picture
    script = {"kind": "after", "media_type": "text/javascript"}
    refused = await api.put(
        "/api/v1/jobs/evidence", params=script, content=b"alert(1)", headers=WORKER
    )
    assert refused.status_code == 422
