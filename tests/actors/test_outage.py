"""What happens while Postgres is away, slow, or held up by an orchestrator that hangs?"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from actors import orchestrator as module
from actors.batch import Batch
from actors.worker import Worker
from dbolt.domain.protocol import Ack, Exchange, Reply
from dbolt.domain.submission import Looked
from dbolt.store import embedded
from dbolt.store.migrate import migrate
from tests.actors.test_worker import Craft, Engine, working
from tests.support.queue import (
    QUICK,
    SEARCH,
    Shop,
    accepted,
    catalogue,
    directory,
    lease,
    press,
    settle,
    until,
)


class Server:
    """A Postgres that the test may end, and start again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = embedded.start(folder).url

    def kill(self) -> None:
        """Ends it as a power cut would."""
        pid = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def start(self) -> None:
        """Starts it over what was on the disk."""
        embedded.start(self._folder)

    def stop(self) -> None:
        """Ends it for good."""
        embedded.start(self._folder).stop()


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server for this test alone."""
    server = await asyncio.to_thread(Server, tmp_path / "pg")
    await migrate(server.url)
    yield server
    await asyncio.to_thread(server.stop)


async def opened(server: Server) -> Shop:
    """A shop over it."""
    return Shop(server.url, await asyncpg.connect(server.url))


async def away(server: Server, shop: Shop, wait_s: float) -> None:
    """Kills the server and starts it again after *wait_s*."""
    server.kill()
    shop.db.terminate()
    await asyncio.sleep(wait_s)
    await asyncio.to_thread(server.start)
    shop.db = await asyncpg.connect(server.url)


async def through_an_outage(server: Server, wait_s: float) -> None:
    """A job whose database is killed twice in the middle."""
    shop = await opened(server)
    terms = replace(QUICK, lease_s=max(5.0, 2 * wait_s))
    orchestrator = await shop.orchestrator(catalogue(40, recipe=SEARCH), terms)
    craft = Craft()
    acked = 0

    async def exchange(said: Exchange) -> Reply:
        nonlocal acked
        reply = await orchestrator.exchange(said)
        # A permit that came too late ends in a look, whose answer is no attempt's.
        attempts = [one.token for one in said.settled if not isinstance(one.result, Looked)]
        acked += sum(reply.acks[token] is Ack.SETTLED for token in attempts)
        return reply

    async with working(Worker("w", exchange, Engine(), craft, slots=4, heartbeat_s=0.2)):
        await shop.job(orchestrator)
        for wanted in (8, 20):
            await until(shop, f"select count(*) >= {wanted} from presses")
            before = acked
            await away(server, shop, wait_s)
            # What was acknowledged is there, whatever the power cut took.
            assert (
                await shop.one("select count(*) from attempts where result is not null") >= before
            )
        await until(shop, "select state = 'complete' from jobs")
    assert await shop.states() == {"submitted": 40}
    assert set(craft.pressed.values()) == {1}
    assert orchestrator.serving
    assert (await orchestrator.status())["commit"]["outages"] >= 2
    await shop.close()
    await shop.db.close()


async def test_a_killed_postgres_costs_time_and_nothing_else(server: Server) -> None:
    await through_an_outage(server, 0.2)


@pytest.mark.long
@pytest.mark.timeout(400)
async def test_postgres_may_be_away_for_a_minute(server: Server) -> None:
    await through_an_outage(server, 60.0)


async def test_an_orchestrator_that_hangs_in_a_transaction_does_not_stop_its_successor(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience = {**module.SERVER, "idle_in_transaction_session_timeout": "300ms"}
    monkeypatch.setattr(module, "SERVER", patience)
    old = await shop.orchestrator(catalogue(1))
    await shop.job(old)
    [assignment] = await lease(old)
    hangs = asyncio.Event()

    async def hang(batch: Batch) -> None:
        await batch.connection.execute("update jobs set priority = 99")
        hangs.set()
        await asyncio.Event().wait()

    stuck = asyncio.ensure_future(old._committer.command(hang))
    await hangs.wait()
    async with asyncio.timeout(5):
        new = await shop.orchestrator()
    assert (await press(new, assignment.token)).permits == {assignment.token: True}
    assert await shop.one("select priority from jobs") == 1
    stuck.cancel()


SLOW_DISK = """
create function slow() returns trigger language plpgsql
    as $$ begin perform pg_sleep(0.3); return null; end $$;
create constraint trigger slow after update on orchestrator_writers
    deferrable initially deferred for each row execute function slow();
"""
"""Each of the orchestrator's commits takes 300 ms, and holds its locks meanwhile."""


async def test_a_slow_disk_makes_batches_larger_and_breaks_no_promise(shop: Shop) -> None:
    terms = replace(QUICK, lease_s=3.0)
    orchestrator = await shop.orchestrator(catalogue(50), terms)
    for _ in range(3):
        await shop.job(orchestrator)
    await shop.db.execute(SLOW_DISK)
    before = (await orchestrator.status())["commit"]
    craft = Craft()
    async with AsyncExitStack() as stack:
        for number in range(4):
            worker = Worker(
                f"w{number}", orchestrator.exchange, Engine(), craft, slots=10, heartbeat_s=0.5
            )
            await stack.enter_async_context(working(worker))
        await until(shop, "select bool_and(state = 'complete') from jobs")
    after = (await orchestrator.status())["commit"]
    assert await shop.states() == {"submitted": 150}
    assert set(craft.pressed.values()) == {1}
    # Who is heard of keeps its lease, and no site is blamed for our disk.
    assert await shop.one("select count(*) from events where event = 'lease_expired'") == 0
    assert await shop.one("select count(*) from attempts") == 150
    assert await shop.one("select sum(failures) from directories") == 0
    per_batch = (after["calls"] - before["calls"]) / (after["batches"] - before["batches"])
    assert per_batch > 10
    assert after["outages"] == 0


async def test_a_permit_that_comes_late_is_not_used(shop: Shop) -> None:
    orchestrator = await shop.orchestrator([directory("a", recipe=SEARCH)])
    craft, late = Craft(), asyncio.Event()

    async def slow(said: Exchange) -> Reply:
        reply = await orchestrator.exchange(said)
        if said.press and not late.is_set():
            late.set()
            # As if the way back had taken longer than the lease.
            return reply.model_copy(update={"lease_s": 0.0})
        return reply

    async with working(Worker("w", slow, Engine(), craft)):
        await shop.job(orchestrator)
        await until(shop, "select state = 'complete' from jobs")
    assert await shop.states() == {"submitted": 1}
    assert set(craft.pressed.values()) == {1}
    assert await shop.one("select count(*) from presses") == 2


async def test_clocks_of_other_machines_do_not_matter(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # This process thinks that it is next year; leases and paces go by the database's clock.
    import time

    wall = time.time
    monkeypatch.setattr(time, "time", lambda: wall() + 365 * 86_400.0)
    entries = [directory("a", pace={"concurrency": 5, "spacing_s": 0, "per_day": 1})]
    orchestrator = await shop.orchestrator(entries)
    await shop.job(orchestrator)
    await shop.job(orchestrator)
    [assignment] = await lease(orchestrator, want=5)
    await press(orchestrator, assignment.token)
    assert (await settle(orchestrator, assignment.token, accepted())).acks == {
        assignment.token: Ack.SETTLED
    }
    assert await lease(orchestrator, want=5, wait_s=0.2) == []
