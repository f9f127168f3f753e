"""What does our queue do in one process: jobs in, and submissions through all three steps?"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from uuid import UUID

from actors.orchestrator import Orchestrator
from benchmarks.queue import shop
from dbolt.domain.protocol import Ack, Exchange, Settlement
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Assignment, Pressed, VerdictKind

ACCEPTED = Pressed(
    verdict=VerdictKind.ACCEPTED, reason=Reason.ACCEPTED, detail="The page thanked for the listing."
)
CALLERS = 16
SETTINGS = ((8, 25), (16, 50), (8, 200), (16, 200))
"""Workers, and slots of each: the peers are tried with several settings, too."""


async def enqueue_one_by_one(server: str, count: int) -> float:
    """Jobs of one submission each, by 16 callers, per second. Payment and profile are included."""
    async with shop.database(server) as url, shop.orchestrator(url, 1) as queue:
        orders = await shop.customers(url, count)

        async def caller() -> None:
            while orders:
                await shop.begin(queue, *orders.pop())

        started = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(CALLERS)))
        return count / (time.perf_counter() - started)


async def enqueue_batched(server: str, jobs: int) -> float:
    """Submissions of jobs with 500 each, per second."""
    async with shop.database(server) as url, shop.orchestrator(url, 500) as queue:
        orders = await shop.customers(url, jobs)
        started = time.perf_counter()
        await asyncio.gather(*(shop.begin(queue, *order) for order in orders))
        return jobs * 500 / (time.perf_counter() - started)


async def filled(url: str, queue: Orchestrator, jobs: int) -> None:
    """Queues so many jobs."""
    for order in await shop.customers(url, jobs):
        await shop.begin(queue, *order)


async def work_one_by_one(server: str, jobs: int) -> float:
    """Submissions through lease, permit and settlement, a call for each step, 64 workers."""
    async with shop.database(server) as url, shop.orchestrator(url, 500) as queue:
        await filled(url, queue, jobs)
        left = jobs * 500

        async def worker(name: str) -> None:
            nonlocal left
            while left > 0:
                left -= 1
                [one] = await _lease(queue, name)
                reply = await queue.exchange(Exchange(worker=name, press=[one.token]))
                assert reply.permits[one.token]
                await _settle(queue, name, one.token)

        started = time.perf_counter()
        await asyncio.gather(*(worker(f"w{n}") for n in range(64)))
        return jobs * 500 / (time.perf_counter() - started)


async def _lease(queue: Orchestrator, name: str) -> list[Assignment]:
    while True:
        reply = await queue.exchange(Exchange(worker=name, want=1, wait_s=5))
        if reply.assignments:
            return reply.assignments


async def _settle(queue: Orchestrator, name: str, token: UUID) -> None:
    said = Settlement(token=token, result=ACCEPTED)
    reply = await queue.exchange(Exchange(worker=name, settled=[said]))
    assert reply.acks[token] is Ack.SETTLED


@dataclass
class Coalesced:
    """A worker whose slots speak with one voice."""

    name: str
    slots: int
    leased: list[UUID] = field(default_factory=list)
    pressed: list[UUID] = field(default_factory=list)
    done: int = 0

    def say(self) -> Exchange:
        """What to tell next."""
        busy = len(self.leased) + len(self.pressed)
        return Exchange(
            worker=self.name,
            settled=[Settlement(token=token, result=ACCEPTED) for token in self.pressed],
            press=self.leased,
            want=self.slots - busy + len(self.pressed),
            wait_s=0.0 if busy else 0.5,
        )

    def hear(self, said: Exchange, permits: dict[UUID, bool], given: list[UUID], acks: int) -> None:
        """What came of it."""
        self.done += acks
        assert acks == len(said.settled)
        assert all(permits[token] for token in said.press)
        self.pressed = list(said.press)
        self.leased = given


async def work_batched(server: str, jobs: int) -> tuple[float, str]:
    """The same with few workers of many slots, an exchange at a time for each; the best setting."""
    found = [
        (await _work_batched(server, jobs, *setting), "{} workers of {} slots".format(*setting))
        for setting in SETTINGS
    ]
    return max(found)


async def _work_batched(server: str, jobs: int, count: int, slots: int) -> float:
    async with shop.database(server) as url, shop.orchestrator(url, 500) as queue:
        await filled(url, queue, jobs)
        workers = [Coalesced(f"w{n}", slots) for n in range(count)]
        total = jobs * 500

        async def work(worker: Coalesced) -> None:
            while sum(one.done for one in workers) < total:
                said = worker.say()
                reply = await queue.exchange(said)
                given = [assignment.token for assignment in reply.assignments]
                worker.hear(said, reply.permits, given, len(reply.acks))

        started = time.perf_counter()
        await asyncio.gather(*(work(worker) for worker in workers))
        return total / (time.perf_counter() - started)


async def latency(server: str, per_s: int, seconds: int) -> dict[str, float]:
    """What permit and settlement add to one submission at a steady rate, in milliseconds."""
    async with shop.database(server) as url, shop.orchestrator(url, 500) as queue:
        await filled(url, queue, -(-per_s * seconds // 500))
        ready: asyncio.Queue[UUID] = asyncio.Queue()
        added: list[float] = []

        async def fetch() -> None:
            for _ in range(per_s * seconds // 50):
                reply = await queue.exchange(Exchange(worker="w", want=50, wait_s=5))
                for assignment in reply.assignments:
                    ready.put_nowait(assignment.token)
                await asyncio.sleep(50 / per_s * 0.9)

        async def one() -> None:
            token = await ready.get()
            started = time.perf_counter()
            reply = await queue.exchange(Exchange(worker="w", press=[token]))
            assert reply.permits[token]
            await _settle(queue, "w", token)
            added.append((time.perf_counter() - started) * 1000)

        fetching = asyncio.create_task(fetch())
        running: list[asyncio.Task[None]] = []
        begun = time.perf_counter()
        for number in range(per_s * (seconds - 1)):
            await asyncio.sleep(max(0.0, begun + number / per_s - time.perf_counter()))
            running.append(asyncio.create_task(one()))
        await asyncio.gather(fetching, *running)
    added.sort()
    return {
        "p50_ms": round(added[len(added) // 2], 1),
        "p99_ms": round(added[len(added) * 99 // 100], 1),
    }
