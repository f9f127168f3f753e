"""Does any request, valid or not, break the API or get an answer that it is not said to give?

*Source:* schemathesis, which makes requests from the OpenAPI document.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import asyncpg
import httpx
import pytest

from dbolt.domain.protocol import Exchange, Reply
from serve_app import limits
from serve_app.api.examples import PARAMETERS
from serve_app.parts import Parts
from tests.support.queue import PROFILE
from tests.support.seeds import add_submission
from tests.support.served import served
from tests.support.serving import STAFF, Line

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

pytestmark = pytest.mark.skipif(
    find_spec("schemathesis") is None,
    reason="schemathesis is not installed; install the extra `test`",
)


BEYOND_A_SCHEMA = (
    # A telephone number that is none, an address of a domain that cannot have mail.
    "/api/v1/jobs/{job_id}/profile",
    "/api/v1/orders",
    # Changed details without the one job that they belong to.
    "/api/v1/jobs/retry",
    "/jobs/retry",
    # What is not possible without the reason that the customer reads.
    "/api/v1/updates/{update_id}",
)
"""What may fit its schema and still be refused."""
CONFIG = "".join(
    f"""
[[operations]]
include-path = "{path}"
checks.positive_data_acceptance.enabled = false
"""
    for path in BEYOND_A_SCHEMA
)


async def seed(database: str, owner: Owner) -> None:
    """A paid job under the id that the document's examples name, with a listing and a picture."""
    customer = await owner.fetchval(
        "insert into customers (email) values ('ada@harborlane.example') returning id"
    )
    order = await owner.fetchval(
        "insert into orders (customer_id, plan, amount_cents, currency, state, paid_at)"
        " values ($1, 'starter', 100, 'usd', 'paid', now()) returning id",
        customer,
    )
    await owner.execute(
        "insert into jobs (id, order_id, customer_id, plan, priority, state)"
        " values ($1, $2, $3, 'starter', 1, 'awaiting_profile')",
        PARAMETERS["job_id"],
        order,
        customer,
    )
    await add_submission(
        database,
        PARAMETERS["job_id"],
        "d000",
        state="live",
        reason="found_live",
        evidence=[("after", PARAMETERS["sha256"], "image/png")],
        typed=[("business_name", "Name", str(PROFILE["business_name"]))],
    )


@asynccontextmanager
async def fuzzed(
    database: str, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Parts, str]]:
    """The site on a port without limits, and an API key that may do everything."""
    for name in ("API_PROGRAM", "API_CUSTOMER", "API_NETWORK"):
        wide = replace(getattr(limits, name), burst=10**9, every_s=1e-6)
        monkeypatch.setattr(limits, name, wide)
    async with served(database) as parts:
        await seed(database, owner)
        line = parts.queue
        assert isinstance(line, Line)
        wait = line.exchange

        async def impatient(said: Exchange) -> Reply:
            return await wait(said.model_copy(update={"wait_s": min(said.wait_s, 0.01)}))

        monkeypatch.setattr(line, "exchange", impatient)
        async with httpx.AsyncClient(base_url=parts.base_url, headers=STAFF) as client:
            body = {"name": "fuzz", "scopes": ["admin"]}
            made = await client.post("/api/v1/keys", json=body)
            yield parts, made.json()["key"]


async def schemathesis(parts: Parts, key: str, folder: Path, *more: str) -> str:
    """What it says of the whole API; fails where it finds anything."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run"),
        f"{parts.base_url}/api/v1/openapi.json",
        *("--header", f"Authorization: Bearer {key}"),
        *("--suppress-health-check", "all", "--warnings", "off", "--no-color"),
        *("--request-timeout", "60", "--seed", "20260302", "--continue-on-failure"),
        *more,
    ]
    (folder / "schemathesis.toml").write_text(CONFIG)
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=os.environ
        | {
            "PYTHONWARNINGS": "ignore",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "SCHEMATHESIS_HOOKS": "tests.support.fuzzing",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    said = out.decode()
    assert process.returncode == 0, said[-12_000:]
    counted = re.search(r"(\d+) generated", said)
    assert counted is not None, said[-3000:]
    return counted[1]


@pytest.mark.timeout(150)
async def test_no_request_breaks_the_api(
    database: str, owner: Owner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with fuzzed(database, owner, monkeypatch) as (parts, key):
        made = await schemathesis(
            parts, key, tmp_path, "--max-examples", "2", "--max-time", "15", "--phases",
            "examples,coverage,fuzzing",
        )  # fmt: skip
        assert int(made) > 100
    assert await owner.fetchval("select count(*) from api_keys") > 1


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_no_request_breaks_the_api_for_long(
    database: str, owner: Owner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with fuzzed(database, owner, monkeypatch) as (parts, key):
        made = await schemathesis(
            parts, key, tmp_path, "--max-examples", "100", "--max-time", "1200"
        )
        assert int(made) > 1000
