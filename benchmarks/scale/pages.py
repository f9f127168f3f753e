"""How long does each staff page take on the server?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from serve_app.parts import Parts

ROUNDS = 9


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one page: the very first answer, the middle one and the slowest after it."""

    name: str
    first: float
    median: float
    slowest: float


async def addresses(parts: Parts) -> Mapping[str, str]:
    """Every page of the staff's, with the filters that are hardest to answer."""
    row = await parts.pool.fetchrow(
        "select job_id, directory from job_results where state = 'failed' limit 1"
    )
    customer = await parts.pool.fetchval("select id from customers limit 1")
    assert row is not None
    job, slug = row["job_id"], row["directory"]
    return {
        "overview 1 h": "/staff/overview",
        "overview 24 h": "/staff/overview?range=24h",
        "overview 7 days": "/staff/overview?range=7d",
        "live queue": "/staff",
        "live queue, failed": "/staff?tab=failed",
        "live queue, words": "/staff?q=owner77",
        "submissions": "/staff/submissions",
        "submissions, live": "/staff/submissions?state=live",
        "submissions, one reason": "/staff/submissions?state=failed&reason=timeout",
        "submissions, words": "/staff/submissions?q=owner77",
        "submissions, plan, time": "/staff/submissions?plan=growth&when=7d",
        "submissions, none fit": "/staff/submissions?state=uncertain&reason=certificate",
        "submissions, directory": f"/staff/submissions?directory={slug}",
        "bulk question": f"/staff/bulk?do=retry&all=yes&state=failed&directory={slug}",
        "needs a person": "/staff/person",
        "payments": "/staff/payments",
        "directories": "/staff/directories",
        "directory": f"/staff/directories/{slug}",
        "customers": "/staff/customers",
        "customers, words": "/staff/customers?q=owner77",
        "customer": f"/staff/customers/{customer}",
        "job": f"/staff/jobs/{job}",
        "submission": f"/staff/jobs/{job}/directories/{slug}",
        "retry with changes": f"/staff/jobs/{job}/directories/{slug}/edit",
        "audit log": "/staff/audit",
        "audit log, nobody": "/staff/audit?q=nowhere-to-be-found",
        "team": "/staff/team",
        "settings": "/staff/settings",
        "health": "/staff/health",
        "search": "/staff/find?q=owner77&part=true",
    }


async def measure(client: httpx.AsyncClient, name: str, path: str) -> Timing:
    """The page's times, one request after the other. Raises AssertionError where it fails."""
    times = []
    for _ in range(ROUNDS + 1):
        begun = time.perf_counter()
        answer = await client.get(path, headers={"Accept": "text/html"})
        times.append(1000 * (time.perf_counter() - begun))
        assert answer.status_code == 200, (path, answer.status_code)
    return Timing(name, times[0], statistics.median(times[1:]), max(times[1:]))
