"""Are jobs read through the viewer's own rights, and commanded by staff alone?"""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from dbolt.domain.protocol import Exchange
from serve_app.parts import Parts
from tests.support.seeds import add_submission, move
from tests.support.selling import Shop
from tests.support.serving import STAFF, Line, Shelf, as_role

SHA = "ab" * 32


async def test_a_customer_sees_own_jobs_and_staff_all(shop: Shop, api: httpx.AsyncClient) -> None:
    ada_job, ada = await shop.paid_job("ada@example.com")
    bob_job, bob = await shop.paid_job("bob@example.com")

    async def seen(headers: dict[str, str]) -> set[str]:
        answer = await api.get("/api/v1/jobs", headers=headers)
        return {item["id"] for item in answer.json()["items"]}

    assert await seen(ada) == {str(ada_job)}
    assert await seen(bob) == {str(bob_job)}
    assert await seen(STAFF) == {str(ada_job), str(bob_job)}


@pytest.mark.parametrize("path", ["", "/events"])
async def test_another_customers_job_is_not_there(
    shop: Shop, api: httpx.AsyncClient, path: str
) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")
    _, bob = await shop.paid_job("bob@example.com")
    answer = await api.get(f"/api/v1/jobs/{job_id}{path}", headers=bob)
    assert answer.status_code == 404
    assert (await api.get(f"/api/v1/jobs/{job_id}{path}")).status_code == 401


async def test_jobs_come_in_pages_newest_first_and_each_once(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    made = [str((await shop.paid_job(f"c{n}@example.com"))[0]) for n in range(5)]
    found: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/api/v1/jobs", headers=STAFF, params=query)).json()
        found += [item["id"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert found == made[::-1]


async def test_an_invented_cursor_is_refused(api: httpx.AsyncClient) -> None:
    year_one = b64encode(f"0001-01-01T00:00:00+14:00|{uuid4()}".encode()).decode()
    naive = b64encode(f"2026-01-01T00:00:00|{uuid4()}".encode()).decode()
    for cursor in ("%", "YWJj", "AAAA", year_one, naive):
        answer = await api.get("/api/v1/jobs", headers=STAFF, params={"cursor": cursor})
        assert answer.status_code == 422, cursor


async def test_a_search_takes_wildcards_for_letters(shop: Shop, api: httpx.AsyncClient) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")

    async def hits(words: str) -> list[str]:
        answer = await api.get("/api/v1/jobs", headers=STAFF, params={"q": words})
        return [item["id"] for item in answer.json()["items"]]

    assert await hits("ADA@") == [str(job_id)]
    assert await hits(str(job_id)[:8]) == [str(job_id)]
    assert await hits("%") == []


async def test_a_profile_is_stored_and_starts_the_job(
    shop: Shop, api: httpx.AsyncClient, queue: Line, profile: dict[str, Any], parts: Parts
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    answer = await api.put(f"/api/v1/jobs/{job_id}/profile", json=profile, headers=ada)
    assert answer.status_code == 200, answer.text
    stored = await parts.pool.fetchrow("select id, version, doc from profiles")
    assert stored is not None
    assert stored["doc"]["phone"] == "+12125550142"
    assert queue.asked[-1] == ("profile_completed", (job_id, stored["id"]))
    job = (await api.get(f"/api/v1/jobs/{job_id}", headers=ada)).json()
    assert (job["state"], job["business_name"]) == ("queued", "Harbor Lane Bakery")


async def test_a_wrong_profile_is_told_field_by_field_and_not_stored(
    shop: Shop, api: httpx.AsyncClient, profile: dict[str, Any], parts: Parts
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    profile |= {"email": "no", "address": profile["address"] | {"country": "XX"}, "colour": "red"}
    del profile["category"]
    answer = await api.put(f"/api/v1/jobs/{job_id}/profile", json=profile, headers=ada)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {
        "email",
        "address.country",
        "colour",
        "category",
    }
    wrong = next(e for e in answer.json()["errors"] if e["field"] == "address.country")
    assert "ISO 3166" in wrong["message"]
    assert await parts.pool.fetchval("select count(*) from profiles") == 0


async def test_nobody_fills_in_another_customers_profile(
    shop: Shop, api: httpx.AsyncClient, profile: dict[str, Any], parts: Parts
) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")
    _, bob = await shop.paid_job("bob@example.com")
    path = f"/api/v1/jobs/{job_id}/profile"
    assert (await api.put(path, json=profile, headers=bob)).status_code == 404
    assert (await api.put(path, json=profile)).status_code == 401
    assert (await api.put(path, json=profile, headers=STAFF)).status_code == 200
    owner = await parts.pool.fetchval(
        "select c.email from profiles p join customers c on c.id = p.customer_id"
    )
    assert owner == "ada@example.com"


async def test_a_profile_said_again_after_a_failure_mends_it(
    shop: Shop, api: httpx.AsyncClient, queue: Line, profile: dict[str, Any]
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    path = f"/api/v1/jobs/{job_id}/profile"
    queue.away = True
    assert (await api.put(path, json=profile, headers=ada)).status_code == 503
    queue.away = False
    assert (await api.put(path, json=profile, headers=ada)).status_code == 200
    # And a job that runs keeps the profile that it started with.
    assert (await api.put(path, json=profile, headers=ada)).status_code == 409


COMMANDS = [
    ("/api/v1/jobs/retry", {"filter": {"states": ["failed"]}, "dry_run": True}),
    ("/api/v1/pause", {"level": "global"}),
    ("/api/v1/resume", {"level": "global"}),
    (f"/api/v1/jobs/{UUID(int=1)}/cancel", None),
]


@pytest.mark.parametrize(("path", "body"), COMMANDS)
async def test_commands_are_for_staff(
    shop: Shop, api: httpx.AsyncClient, queue: Line, path: str, body: Any
) -> None:
    _, ada = await shop.paid_job("ada@example.com")
    queue.asked.clear()
    assert (await api.post(path, json=body)).status_code == 401
    assert (await api.post(path, json=body, headers=ada)).status_code == 403
    wrong = {"Authorization": STAFF["Authorization"] + "x"}
    assert (await api.post(path, json=body, headers=wrong)).status_code == 401
    assert queue.asked == []
    assert (await api.post(path, json=body, headers=STAFF)).status_code in {200, 204, 409}
    assert len(queue.asked) == 1


async def test_a_refused_command_says_why(api: httpx.AsyncClient) -> None:
    answer = await api.post(f"/api/v1/jobs/{uuid4()}/cancel", headers=STAFF)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert "job" in answer.json()["detail"]


async def test_a_retry_is_counted_first_and_then_done(
    shop: Shop, api: httpx.AsyncClient, database: str, profile: dict[str, Any]
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    await api.put(f"/api/v1/jobs/{job_id}/profile", json=profile, headers=ada)
    first = (await api.get(f"/api/v1/jobs/{job_id}", headers=ada)).json()["submissions"][0]
    await move(database, first["id"], "failed", "unreachable")
    wanted = {"states": ["failed"], "directory": first["directory"]}
    for dry_run, state in ((True, "failed"), (False, "queued")):
        answer = await api.post(
            "/api/v1/jobs/retry", headers=STAFF, json={"filter": wanted, "dry_run": dry_run}
        )
        assert answer.json() == {"count": 1}
        rows = (await api.get(f"/api/v1/jobs/{job_id}", headers=ada)).json()["submissions"]
        assert [row["state"] for row in rows if row["id"] == first["id"]] == [state]


async def test_a_retry_brings_corrected_details_along(
    shop: Shop, api: httpx.AsyncClient, database: str, profile: dict[str, Any], queue: Line
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    await api.put(f"/api/v1/jobs/{job_id}/profile", json=profile, headers=ada)
    first = (await api.get(f"/api/v1/jobs/{job_id}", headers=ada)).json()["submissions"][0]
    await move(database, first["id"], "failed", "validation")
    body: dict[str, Any] = {"filter": {"job_id": str(job_id)}, "changes": {"phone": "none"}}
    wrong = await api.post("/api/v1/jobs/retry", headers=STAFF, json=body)
    assert wrong.status_code == 422
    body["changes"] = {"phone": "+1 207 555 0199"}
    anyone = {"filter": {}, "changes": body["changes"]}
    assert (await api.post("/api/v1/jobs/retry", headers=STAFF, json=anyone)).status_code == 422
    answer = await api.post("/api/v1/jobs/retry", headers=STAFF, json=body)
    assert answer.json() == {"count": 1}
    said = Exchange(worker="w", want=5, wait_s=5)
    given = (await queue.orchestrator.exchange(said)).assignments
    assert {str(one.profile.phone) for one in given} == {"+12075550199"}
    assert {one.profile.business_name for one in given} == {profile["business_name"]}


async def test_staff_give_a_job_another_weight(
    shop: Shop, api: httpx.AsyncClient, parts: Parts
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    path = f"/api/v1/jobs/{job_id}/priority"
    assert (await api.put(path, json={"priority": 9}, headers=ada)).status_code == 403
    assert (await api.put(path, json={"priority": 0}, headers=STAFF)).status_code == 422
    assert (await api.put(path, json={"priority": 9}, headers=STAFF)).status_code == 204
    assert await parts.pool.fetchval("select priority from jobs where id = $1", job_id) == 9


async def test_a_pause_is_written_and_taken_back(api: httpx.AsyncClient, parts: Parts) -> None:
    scope = {"level": "directory", "key": "d001"}
    assert (await api.post("/api/v1/pause", headers=STAFF, json=scope)).status_code == 204
    assert await parts.pool.fetchval("select actor from pauses where key = 'd001'") == "staff"
    assert (await api.post("/api/v1/resume", headers=STAFF, json=scope)).status_code == 204
    assert await parts.pool.fetchval("select count(*) from pauses") == 0


async def test_evidence_is_for_whoever_owns_the_attempt(
    shop: Shop, api: httpx.AsyncClient, database: str, shelf: Shelf
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    _, bob = await shop.paid_job("bob@example.com")
    shelf.files[SHA] = b"\x89PNG picture"
    await add_submission(
        database,
        job_id,
        "brownbook",
        state="submitted",
        reason="accepted",
        evidence=[("after", SHA, "image/png")],
    )
    path = f"/api/v1/evidence/{SHA}"
    answer = await api.get(path, headers=ada)
    assert (answer.status_code, answer.content) == (200, b"\x89PNG picture")
    assert answer.headers["content-type"] == "image/png"
    assert (await api.get(path, headers=STAFF)).status_code == 200
    assert (await api.get(path, headers=bob)).status_code == 404
    assert (await api.get(path)).status_code == 401
    unreferenced = f"/api/v1/evidence/{'cd' * 32}"
    shelf.files["cd" * 32] = b"x"
    assert (await api.get(unreferenced, headers=STAFF)).status_code == 404


async def test_foreign_text_is_never_a_page_of_ours(
    shop: Shop, api: httpx.AsyncClient, database: str, shelf: Shelf
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    shelf.files[SHA] = b"<script>alert(1)</script>"
    await add_submission(
        database,
        job_id,
        "brownbook",
        state="submitted",
        reason="accepted",
        evidence=[("page_text", SHA, "text/html")],
    )
    answer = await api.get(f"/api/v1/evidence/{SHA}", headers=ada)
    assert answer.headers["content-type"].startswith("text/plain")
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_passwords_stay_out_of_what_is_read(
    shop: Shop, api: httpx.AsyncClient, database: str
) -> None:
    job_id, ada = await shop.paid_job("ada@example.com")
    await add_submission(
        database,
        job_id,
        "brownbook",
        state="submitted",
        reason="accepted",
        typed=[("business_name", "Name", "Ada's"), ("account_password", "Password", "hunter2!")],
    )
    answer = await api.get(f"/api/v1/jobs/{job_id}", headers=ada)
    assert "hunter2" not in answer.text
    (row,) = [r for r in answer.json()["submissions"] if r["directory"] == "brownbook"]
    assert [value["typed"] for value in row["typed"]] == ["Ada's"]


async def test_the_web_role_cannot_write_jobs(shop: Shop, database: str) -> None:
    import asyncpg

    job_id, _ = await shop.paid_job("ada@example.com")
    async with as_role(database, "dbolt_web") as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("update jobs set state = 'complete' where id = $1", job_id)


async def test_ids_that_are_none_are_told_so(api: httpx.AsyncClient) -> None:
    missing = await api.get(f"/api/v1/jobs/{UUID(int=0)}", headers=STAFF)
    assert missing.status_code == 404
    assert (await api.get("/api/v1/jobs/17", headers=STAFF)).status_code == 404
