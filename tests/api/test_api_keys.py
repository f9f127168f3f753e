"""Does each API key open what its scopes say and nothing else, and does nobody find it at rest?"""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import httpx
import jsonschema
import pytest

from serve_app.api import document
from serve_app.api.examples import ANSWERS, REQUESTS
from serve_app.keys import Scope
from serve_app.parts import Parts
from serve_app.staff import members
from serve_app.staff.roles import OWN_ACCOUNT, StaffRole
from tests.support.colleagues import Colleague, colleague
from tests.support.selling import Shop
from tests.support.serving import STAFF
from tests.support.signing import PAGE

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
PROBLEM = "application/problem+json"
TABLES = ("jobs", "job_results", "events", "orders", "profiles", "pauses", "api_keys")
TABLES += ("directory_overrides", "listing_updates")


async def made(
    api: httpx.AsyncClient, *scopes: str, by: dict[str, str] = STAFF, **more: Any
) -> dict[str, Any]:
    """A new key as the answer tells of it. by: the headers of who makes it."""
    body = {"name": "tests", "scopes": scopes or ["read"], **more}
    answer = await api.post("/api/v1/keys", json=body, headers=by)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def bearer(told: dict[str, Any]) -> dict[str, str]:
    """The header that shows a key."""
    return {"Authorization": f"Bearer {told['key']}"}


def signed_in(one: Colleague) -> dict[str, str]:
    """The headers of a colleague's browser."""
    [(name, token)] = one.cookies.items()
    return PAGE | {"Cookie": f"{name}={token}"}


async def described(api: httpx.AsyncClient) -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = (await api.get("/api/v1/openapi.json")).json()
    return found


async def rows(owner: Owner) -> dict[str, int]:
    """How many rows there are."""
    return {t: await owner.fetchval(f"select count(*) from {t}") for t in TABLES}


def address(path: str, job_id: UUID | None = None) -> str:
    """*path* with some name in each place, and *job_id* where a job's belongs."""
    return path.format(
        job_id=job_id or uuid4(), key_id=uuid4(), sha256="ab" * 32, slug="d000", update_id=1
    )


async def test_a_key_that_reads_writes_nowhere(
    api: httpx.AsyncClient, shop: Shop, owner: Owner
) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")
    reader, admin = bearer(await made(api, "read")), bearer(await made(api, "admin"))
    assert (await api.get(f"/api/v1/jobs/{job_id}", headers=reader)).status_code == 200
    before = await rows(owner)
    paused = await owner.fetchval("select count(*) from events")
    writes = [
        (method, path)
        for method, path, _ in document.operations(await described(api))
        if method != "get"
    ]
    assert len(writes) >= 15
    assert ("post", "/jobs/retry") in writes
    for method, path in writes:
        for body in (REQUESTS.get((method, path)), None):
            answer = await api.request(
                method.upper(), address(path, job_id), json=body, headers=reader
            )
            assert answer.status_code == 403, (method, path, answer.text)
            assert answer.headers["content-type"] == PROBLEM
            assert "scope" in answer.json()["detail"]
    # On pages it is nobody: a stranger is sent to sign in, or refused.
    page = await api.post("/staff/retry", data={}, headers=reader)
    assert page.status_code in {303, 401, 403, 404, 405, 422}
    # What a viewer may do to their own account is for people who signed in.
    for path in OWN_ACCOUNT:
        for key in (reader, admin):
            assert (await api.post(path, data={}, headers=key)).status_code in {303, 401, 403}
    assert await rows(owner) == before
    assert await owner.fetchval("select count(*) from events") == paused


async def test_each_route_asks_for_the_scope_that_it_is_described_with(
    api: httpx.AsyncClient,
) -> None:
    keys = {scope: bearer(await made(api, scope.value)) for scope in Scope}
    includes = {
        Scope.READ: {Scope.READ},
        Scope.WRITE: {Scope.READ, Scope.WRITE},
        Scope.WORKER: {Scope.WORKER},
        Scope.ADMIN: set(Scope),
    }
    for method, path, operation in document.operations(await described(api)):
        needed = [one["bearer"][0] for one in operation.get("security", []) if one]
        for scope, headers in keys.items():
            answer = await api.request(method.upper(), address(path), headers=headers)
            may = not needed or Scope(needed[0]) in includes[scope]
            lacks = answer.status_code == 403 and "lacks the scope" in answer.text
            assert lacks != may, (method, path, scope, answer.text)


async def test_a_key_is_told_once_and_lies_nowhere(api: httpx.AsyncClient, owner: Owner) -> None:
    headers = STAFF | {"Idempotency-Key": str(uuid4())}
    body = {"name": "ci", "scopes": ["write", "read"], "days": 30}
    told = (await api.post("/api/v1/keys", json=body, headers=headers)).json()
    assert told["key"].startswith(told["prefix"] + "_")
    assert told["scopes"] == ["read", "write"]
    listed = (await api.get("/api/v1/keys", headers=STAFF)).json()
    assert [one["prefix"] for one in listed["items"]] == [told["prefix"]]
    assert "key" not in listed["items"][0]
    secret = told["key"].removeprefix(told["prefix"] + "_")
    for table in await owner.fetch("select relname from pg_class where relkind = 'r'"):
        if table[0].startswith(("pg_", "sql_")):
            continue
        for row in await owner.fetch(f'select t::text as whole from "{table[0]}" t'):
            assert secret not in row["whole"]
            assert secret.encode().hex() not in row["whole"]
    await api.get("/api/v1/jobs", headers=bearer(told))
    seen = (await api.get("/api/v1/keys", headers=STAFF)).json()["items"][0]
    assert seen["last_used_at"] is not None


async def test_a_key_ends_when_it_is_revoked_or_its_time_is_over(
    api: httpx.AsyncClient, owner: Owner
) -> None:
    one, other = await made(api), await made(api, days=1)
    for _ in range(2):
        gone = await api.delete(f"/api/v1/keys/{one['id']}", headers=STAFF)
        assert gone.status_code == 204
    assert (await api.get("/api/v1/jobs", headers=bearer(one))).status_code == 401
    assert (await api.get("/api/v1/jobs", headers=bearer(other))).status_code == 200
    await owner.execute("update api_keys set expires_at = now() where id = $1", other["id"])
    assert (await api.get("/api/v1/jobs", headers=bearer(other))).status_code == 401
    assert (await api.delete(f"/api/v1/keys/{uuid4()}", headers=STAFF)).status_code == 404


async def test_keys_end_with_the_account_of_whoever_made_them(
    api: httpx.AsyncClient, parts: Parts, owner: Owner
) -> None:
    boss = await colleague(parts, StaffRole.ADMIN, "boss@bolt.example")
    eva = await colleague(parts, StaffRole.ADMIN, "eva@bolt.example")
    own = await made(api, "admin", by=signed_in(eva))
    child = await made(api, "admin", by=bearer(own))
    worker = await made(api, "worker", by=bearer(child))
    others = await made(api), await made(api, by=signed_in(boss))
    assert {one["owner"] for one in (own, child, worker)} == {eva.email}
    assert [one["owner"] for one in others] == [None, boss.email]

    async def answers(*told: dict[str, Any]) -> list[int]:
        return [(await api.get("/api/v1/jobs", headers=bearer(one))).status_code for one in told]

    async def listed() -> dict[str, tuple[str | None, bool, bool]]:
        found = (await api.get("/api/v1/keys", headers=STAFF)).json()["items"]
        return {
            one["id"]: (one["owner"], one["owner_disabled"], one["revoked_at"] is not None)
            for one in found
        }

    async def works() -> int:
        said = {"worker": "van-1"}
        return (await api.post("/jobs/next", json=said, headers=bearer(worker))).status_code

    assert await answers(own, child, *others) == [200] * 4
    assert await works() == 200
    # However the account came to be disabled, the keys open nothing.
    await owner.execute("update staff_members set disabled_at = now() where id = $1", eva.id)
    assert await answers(own, child, *others) == [401, 401, 200, 200]
    assert await works() == 401
    assert (await listed())[child["id"]] == (eva.email, True, False)
    await owner.execute("update staff_members set disabled_at = null where id = $1", eva.id)
    assert await answers(own, child) == [200, 200]
    # Disabled by a colleague, they stay ended when that person is invited anew.
    await members.disable(parts, eva.id, "staff-boss")
    assert await answers(own, child, *others) == [401, 401, 200, 200]
    assert (await listed())[own["id"]] == (eva.email, True, True)
    await colleague(parts, StaffRole.ADMIN, eva.email)
    assert await answers(own, child, *others) == [401, 401, 200, 200]
    assert await works() == 401
    found = await listed()
    assert found[child["id"]] == (eva.email, False, True)
    assert [found[one["id"]] for one in others] == [
        (None, False, False),
        (boss.email, False, False),
    ]


async def test_what_a_key_does_is_logged_under_its_name(
    api: httpx.AsyncClient, shop: Shop, owner: Owner
) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")
    told = await made(api, "write")
    done = await api.post(f"/api/v1/jobs/{job_id}/cancel", headers=bearer(told))
    assert done.status_code == 204
    actors = await owner.fetch("select distinct actor from events where event = 'cancelled'")
    assert [row["actor"] for row in actors] == [f"key:{told['prefix']}"]


async def test_keys_come_in_pages(api: httpx.AsyncClient) -> None:
    ids = [(await made(api))["id"] for _ in range(5)]
    found, cursor = [], ""
    while True:
        more = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/api/v1/keys", params=more, headers=STAFF)).json()
        found += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == ids[::-1]
    wrong = await api.get("/api/v1/keys", params={"cursor": "x"}, headers=STAFF)
    assert wrong.status_code == 422


async def test_a_worker_may_come_with_a_key(api: httpx.AsyncClient) -> None:
    worker = bearer(await made(api, "worker"))
    for path in ("/jobs/next", "/api/v1/jobs/next"):
        answer = await api.post(path, json={"worker": "van-1"}, headers=worker)
        assert answer.json()["assignments"] == []
    assert (
        await api.post("/jobs/next", json={"worker": "van-1"}, headers=STAFF)
    ).status_code == 401
    made_up = {"Authorization": "Bearer dbk_aaaaaaaa_" + "b" * 43}
    for path in ("/jobs/next", "/api/v1/pause"):
        assert (await api.post(path, json={}, headers=made_up)).status_code == 401


async def test_the_document_describes_each_route_with_examples_that_fit(
    api: httpx.AsyncClient,
) -> None:
    told = await described(api)
    bodies = {
        (method, path): operation
        for method, path, operation in document.operations(told)
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    assert bodies.keys() == REQUESTS.keys()
    resolver = {"$schema": "https://json-schema.org/draft/2020-12/schema", **told}
    for operation in bodies.values():
        kind = operation["requestBody"]["content"]["application/json"]
        jsonschema.validate(
            kind["example"], kind["schema"] | {"components": resolver["components"]}
        )
    for method, path in ANSWERS:
        operation = told["paths"][path][method]
        good = next(a for status, a in operation["responses"].items() if status[0] == "2")
        kind = good["content"]["application/json"]
        jsonschema.validate(
            kind["example"], kind["schema"] | {"components": resolver["components"]}
        )
    for method, path, operation in document.operations(told):
        assert operation["summary"], path
        assert PROBLEM in operation["responses"]["default"]["content"], (method, path)


@pytest.mark.parametrize("path", ["/jobs/retry", "/api/v1/jobs/retry"])
async def test_the_first_versions_names_are_there(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.post(path, json={"filter": {}, "dry_run": True}, headers=STAFF)
    assert answer.json() == {"count": 0}
    page = await api.post(path, json=[], headers=STAFF | {"Accept": "text/html"})
    assert page.headers["content-type"] == PROBLEM
