"""What do procrastinate and pgqueuer do at their best settings, on the same server?

Neither has a permit before the act, so theirs is fetch → complete, ours lease → permit → settle.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg

from benchmarks.queue import shop

CALLERS = 16
BATCH = 200


async def _by_callers(count: int, act: Callable[[], Awaitable[Any]]) -> float:
    left = count

    async def caller() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await act()

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return count / (time.perf_counter() - started)


async def procrastinate(server: str, count: int) -> dict[str, Any]:
    """Enqueued one by one and in batches, and worked off: jobs per second."""
    from procrastinate import App, PsycopgConnector  # noqa: PLC0415 - an extra

    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    found: dict[str, Any] = {}
    async with shop.database(server, migrated=False) as url:
        app = App(connector=PsycopgConnector(conninfo=url, min_size=CALLERS, max_size=32))

        @app.task(queue="bench")
        async def act(number: int) -> None:
            del number

        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            found["enqueue_one_by_one"] = await _by_callers(
                count, lambda: act.defer_async(number=1)
            )
            rows = [{"number": n} for n in range(BATCH)]
            batches = max(1, count * 2 // BATCH)
            rate = await _by_callers(batches, lambda: act.batch_defer_async(*rows))
            found["enqueue_batched"] = rate * BATCH
            best = (0.0, "")
            for concurrency in (8, 32):
                for delete in ("never", "always"):
                    await app.connector.execute_query_async("truncate procrastinate_jobs cascade")
                    for _ in range(-(-count // BATCH)):
                        await act.batch_defer_async(*rows)
                    started = time.perf_counter()
                    await app.run_worker_async(
                        wait=False,
                        concurrency=concurrency,
                        delete_jobs=delete,
                        listen_notify=False,
                        install_signal_handlers=False,
                    )
                    done = -(-count // BATCH) * BATCH
                    rate = done / (time.perf_counter() - started)
                    best = max(best, (rate, f"concurrency {concurrency}, delete_jobs {delete}"))
    found["work"], found["settings"] = best
    return found


async def pgqueuer(server: str, count: int) -> dict[str, Any]:
    """Enqueued one by one and in batches, and worked off: jobs per second."""
    from pgqueuer import PgQueuer  # noqa: PLC0415 - an extra
    from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver  # noqa: PLC0415
    from pgqueuer.queries import Queries  # noqa: PLC0415
    from pgqueuer.types import QueueExecutionMode  # noqa: PLC0415

    logging.getLogger("pgqueuer").setLevel(logging.ERROR)
    found: dict[str, Any] = {}
    best = (0.0, "")
    async with shop.database(server, migrated=False) as url:
        async with asyncpg.create_pool(url, min_size=CALLERS, max_size=32) as pool:
            queries = Queries(AsyncpgPoolDriver(pool))
            await queries.install()
            found["enqueue_one_by_one"] = await _by_callers(
                count, lambda: queries.enqueue("act", b"x")
            )
            many = (["act"] * BATCH, [b"x"] * BATCH, [0] * BATCH)
            batches = max(1, count * 4 // BATCH)
            rate = await _by_callers(batches, lambda: queries.enqueue(*many))
            found["enqueue_batched"] = rate * BATCH
        for batch_size in (10, 100, 500):
            for managers in (1, 4):
                async with asyncpg.create_pool(url, min_size=8, max_size=32) as pool:
                    await pool.execute("truncate pgqueuer, pgqueuer_log")
                    queries = Queries(AsyncpgPoolDriver(pool))
                    for _ in range(-(-count // BATCH)):
                        await queries.enqueue(*many)
                    workers = []
                    for _ in range(managers):
                        worker = PgQueuer(AsyncpgPoolDriver(pool))

                        @worker.entrypoint("act")
                        async def act(job: Any) -> None:
                            del job

                        workers.append(worker)
                    started = time.perf_counter()
                    await asyncio.gather(
                        *(
                            worker.qm.run(
                                batch_size=batch_size,
                                mode=QueueExecutionMode.drain,
                                dequeue_timeout=timedelta(seconds=1),
                            )
                            for worker in workers
                        )
                    )
                    done = -(-count // BATCH) * BATCH
                    rate = done / (time.perf_counter() - started)
                    best = max(best, (rate, f"batch_size {batch_size}, {managers} managers"))
    found["work"], found["settings"] = best
    return found
