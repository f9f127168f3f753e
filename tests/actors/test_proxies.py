"""Does the queue give every attempt its proxy, or let it wait, and learn from how it went?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from actors.board import Terms
from actors.orchestrator import Orchestrator
from actors.ray_actors import BrowserTrade
from actors.worker import Worker
from dbolt.browser.chromium import find_chromium
from dbolt.browser.session import Browser
from dbolt.domain.directory import ProxyPolicy
from dbolt.domain.figures import of_queue
from dbolt.domain.proxy import FIRST_REST_S
from dbolt.domain.proxy_book import Wish
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Looked, Task
from dbolt.providers.evidence.folder import FolderEvidence
from dbolt.providers.proxies import ProxiesMissing, Proxy, Scheme
from dbolt.providers.proxies.routes import Routes
from dbolt.sandbox.demo import load_demo_profile
from serve_app.api.metrics import rendered
from tests.support.proxies import Listed, free_port, http_proxy, socks_proxy
from tests.support.queue import (
    FREE,
    SEARCH,
    Shop,
    accepted,
    carry_out,
    catalogue,
    directory,
    lease,
    not_sent,
    settle,
    unclear,
    until,
)
from tests.support.town import RunningTown

TERMS = Terms(lease_s=30.0, reap_s=0.05, chance=lambda: 0.0)
"""Proxies rest for as long as they do; submissions are tried again at once."""


def proxy(id_: str, **more: Any) -> Proxy:
    """A proxy that only has a name."""
    return Proxy.model_validate(
        {"id": id_, "scheme": Scheme.HTTP, "host": "127.0.0.1", "port": 9, **more}
    )


async def told(orchestrator: Orchestrator) -> dict[str, dict[str, Any]]:
    """The proxies as status tells them, by id."""
    return {one["id"]: one for one in (await orchestrator.status())["proxies"]}


async def test_without_a_source_everything_goes_directly(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a")])
    await shop.job(orchestrator)
    (assignment,) = await lease(orchestrator)
    assert assignment.proxy_id == ""
    assert (await orchestrator.status())["proxies"] == []


async def test_the_pool_of_proxies_is_the_limit_over_all_workers(shop: Shop) -> None:
    source = Listed([proxy("p", concurrency=2), proxy("q", concurrency=1)])
    orchestrator = await shop.orchestrator(catalogue(6), TERMS, source)
    await shop.job(orchestrator)
    first = await lease(orchestrator, 4, "one")
    assert sorted(a.proxy_id for a in first) == ["p", "p", "q"]
    assert await lease(orchestrator, 4, "two", wait_s=0.2) == []
    demand = await orchestrator.demand()
    assert (demand.startable, demand.held) == (0, {"one": 3})
    waiting = asyncio.create_task(lease(orchestrator, 4, "two", wait_s=20))
    await carry_out(orchestrator, first[0], accepted())
    (after,) = await waiting
    assert after.proxy_id == first[0].proxy_id
    assert {id_: one["in_use"] for id_, one in (await told(orchestrator)).items()} == {
        "p": 2,
        "q": 1,
    }
    # Nothing was leased only to be put back: each has one attempt.
    assert await shop.one("select max(attempt) from job_results") == 1


async def test_a_proxy_at_fault_cools_down_and_the_next_try_takes_another(shop: Shop) -> None:
    source = Listed([proxy("p"), proxy("q")])
    orchestrator = await shop.orchestrator([directory("a")], TERMS, source)
    await shop.job(orchestrator)
    used = []
    for _ in range(2):
        (assignment,) = await lease(orchestrator)
        used.append(assignment.proxy_id)
        await settle(orchestrator, assignment.token, not_sent(Reason.PROXY))
    assert sorted(used) == ["p", "q"]
    states = await told(orchestrator)
    assert {one["state"] for one in states.values()} == {"cooling"}
    assert all(0 < one["cooling_s"] <= FIRST_REST_S for one in states.values())
    samples = {
        (sample.name, sample.labels.get("proxy")): sample.value
        for family in map(rendered, of_queue(await orchestrator.status()))
        for sample in family.samples
    }
    assert samples["dbolt_proxy_faults_total", "p"] == 1
    assert samples["dbolt_proxy_leases_total", "q"] == 1
    assert samples["dbolt_proxy_cooling_seconds", "p"] > 0
    assert (await orchestrator.status())["resting"] == {}
    assert await shop.one("select failures from directories") == 0, "no strike on the directory"
    # All rest: it goes directly, because the directory does not insist.
    (assignment,) = await lease(orchestrator)
    assert assignment.proxy_id == ""


async def test_what_requires_a_proxy_waits_and_is_never_sent_without(shop: Shop) -> None:
    source = Listed([proxy("p", concurrency=1)])
    entries = [directory("a", proxy=ProxyPolicy.REQUIRE, recipe=SEARCH), directory("b")]
    orchestrator = await shop.orchestrator(entries, TERMS, source)
    await shop.job(orchestrator)
    given = {a.directory.slug: a for a in await lease(orchestrator, 5)}
    assert len(given) == 1, "there is one proxy, and it is good"
    (only,) = given.values()
    await settle(orchestrator, only.token, not_sent(Reason.PROXY))
    (other,) = await lease(orchestrator, 5)
    assert (other.directory.slug, other.proxy_id) == ("b", "")
    await carry_out(orchestrator, other, accepted())
    assert await lease(orchestrator, 5, wait_s=0.3) == []
    assert await shop.states() == {"queued": 1, "submitted": 1}


async def test_nothing_starts_before_the_list_was_read(shop: Shop) -> None:
    class Late(Listed):
        async def proxies(self) -> list[Proxy]:
            if not self.known:
                raise ProxiesMissing("It is not there yet.")
            return await super().proxies()

    source = Late()
    entries = [directory("a"), directory("b", proxy=ProxyPolicy.NEVER)]
    orchestrator = await shop.orchestrator(entries, TERMS, source)
    await shop.job(orchestrator)
    (direct,) = await lease(orchestrator, 5)
    assert (direct.directory.slug, direct.proxy_id) == ("b", "")
    assert await lease(orchestrator, 5, wait_s=0.2) == []
    source.known = [proxy("p")]
    (through,) = await lease(orchestrator, 5, wait_s=20)
    assert (through.directory.slug, through.proxy_id) == ("a", "p")


async def test_a_look_comes_from_where_the_press_came_from(shop: Shop) -> None:
    source = Listed([proxy(f"p{number}", concurrency=9) for number in range(8)])
    for terms in (TERMS, Terms(lease_s=30.0, backoff=0.0, reap_s=0.05)):
        orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH)], terms, source)
        await shop.job(orchestrator)
        (assignment,) = await lease(orchestrator)
        await carry_out(orchestrator, assignment, unclear())
        # Another orchestrator, which remembers nothing.
        successor = await shop.orchestrator(None, terms, source)
        (look,) = await lease(successor, wait_s=10)
        assert look.task is Task.VERIFY
        assert look.proxy_id == assignment.proxy_id
        await settle(successor, look.token, Looked(found=True))


async def test_a_look_that_its_proxy_spoiled_is_no_try(shop: Shop) -> None:
    source = Listed([proxy("p")])
    terms = Terms(lease_s=30.0, backoff=0.0, reap_s=0.05)
    orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH)], terms, source)
    await shop.job(orchestrator)
    (assignment,) = await lease(orchestrator)
    await carry_out(orchestrator, assignment, unclear())
    for _ in range(4):
        (look,) = await lease(orchestrator, wait_s=10)
        await settle(orchestrator, look.token, not_sent(Reason.PROXY))
    assert await shop.one("select tries from verifications") == 0
    assert await shop.states() == {"uncertain": 1}
    (look,) = await lease(orchestrator, wait_s=10)
    await settle(orchestrator, look.token, Looked(found=True))
    assert await shop.states() == {"submitted": 1}


async def test_a_lost_lease_gives_its_proxy_back(shop: Shop) -> None:
    source = Listed([proxy("p", concurrency=1)])
    terms = Terms(lease_s=0.4, backoff=0.0, reap_s=0.05)
    orchestrator = await shop.orchestrator(catalogue(2), terms, source)
    await shop.job(orchestrator)
    (first,) = await lease(orchestrator, 2)
    (second,) = await lease(orchestrator, 2, wait_s=20)
    assert (first.proxy_id, second.proxy_id) == ("p", "p")


async def test_a_lease_that_has_passed_on_takes_no_proxy(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a")], TERMS, Listed([proxy("p")]))
    board = orchestrator._board
    assert board.take_proxy(uuid4(), "a", Wish("a", uuid4())) is None
    assert [one["in_use"] for one in board.book.status(board.clock.now())] in ([0], [])


async def test_the_business_country_decides_where_there_is_a_choice(shop: Shop) -> None:
    source = Listed([proxy("d", country="de"), proxy("u", country="us", concurrency=1)])
    orchestrator = await shop.orchestrator(catalogue(2), TERMS, source)
    await shop.job(orchestrator)
    given = await lease(orchestrator, 2)
    assert sorted(a.proxy_id for a in given) == ["d", "u"], "another country before none"


@pytest.mark.browser
@pytest.mark.timeout(240)
async def test_a_job_is_done_through_real_proxies_though_most_of_them_fail(
    town: RunningTown, shop: Shop, tmp_path: Path
) -> None:
    slugs = ("main-street", "cleanlist", "instalist")
    entries = [
        town.directory(slug).model_copy(update={"pace": FREE, "proxy": ProxyPolicy.REQUIRE})
        for slug in slugs
    ]
    async with http_proxy(tmp_path) as http, socks_proxy(tmp_path) as socks:
        source = Listed(
            [
                http.proxy("wrong-password", password="no"),
                proxy("dead", port=free_port()),
                http.proxy("http", concurrency=1),
                socks.proxy("socks", concurrency=1),
            ]
        )
        orchestrator = await shop.orchestrator(entries, TERMS, source)
        browser = Browser(find_chromium())
        trade = BrowserTrade(browser, FolderEvidence(tmp_path / "e"), Routes(source))
        worker = Worker("w", orchestrator.exchange, browser, trade, slots=2)
        working = asyncio.create_task(worker.run())
        try:
            business = load_demo_profile().model_dump(mode="json")
            business["description"] = business.pop("descriptions")[0]
            await shop.job(orchestrator, **business)
            await until(shop, "select state = 'complete' from jobs", 180)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
        ways = await shop.db.fetch(
            "select distinct result ->> 'proxy_id' as way, result ->> 'kind' as kind from attempts"
        )
        for slug in slugs:
            assert len(town.listings(slug)) == 1, slug
        pressed = {row["way"] for row in ways if row["kind"] == "pressed"}
        assert pressed <= {"http", "socks"}
        assert pressed
        for slug in slugs:
            assert town.listings(slug)
        log = "\n".join(http.served() + socks.served())
        assert all(f"{slug}.localhost" in log for slug in slugs)
        states = await told(orchestrator)
        for bad in ("wrong-password", "dead"):
            assert states[bad]["faults"] == 0 or states[bad]["state"] in ("cooling", "on trial")
        assert await shop.one("select coalesce(max(failures), 0) from directories") == 0
