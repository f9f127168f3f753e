"""Do the staff's pages answer quickly with a hundred thousand submissions in the table?"""

from __future__ import annotations

import pytest

from benchmarks.scale.pages import addresses, measure
from benchmarks.scale.seed import seed
from benchmarks.scale.viewers import seen_after
from dbolt.domain.protocol import Exchange
from serve_app.site import build_site
from tests.support.selling import given
from tests.support.served import served
from tests.support.serving import STAFF, client_of, parts_on

BOUND_MS = 100.0


@pytest.mark.long
async def test_every_page_answers_within_a_tenth_of_a_second(database: str) -> None:
    await seed(database)
    async with (
        parts_on(database, keep_directories=True) as parts,
        client_of(build_site(lambda: given(parts))) as client,
    ):
        assert await parts.pool.fetchval("select count(*) from job_results") == 100_000
        client.headers.update(STAFF)
        found = [await measure(client, *one) for one in (await addresses(parts)).items()]
    assert {one.name: one.median for one in found if one.median > BOUND_MS} == {}


@pytest.mark.long
async def test_fifty_viewers_see_a_change_at_once(database: str) -> None:
    await seed(database)
    async with served(database, keep_directories=True) as parts:

        async def lease() -> None:
            reply = await parts.queue.exchange(Exchange(worker="w", want=1, wait_s=5))
            assert reply.assignments

        times = await seen_after(parts.base_url, STAFF, 50, lease)
    assert len(times) == 50
    assert max(times) < 10
