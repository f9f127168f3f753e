"""Which websites wait to be opened in a browser, and whose turn is it? Kept in the pool's memory.

An errand writes nothing anywhere, so one that is lost with a worker is given to another one, once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from dbolt.domain.website import Errand, ErrandStage, WebsiteNotRead, WebsiteRead

log = logging.getLogger(__name__)

Answer = WebsiteRead | WebsiteNotRead

WAIT_S = 240.0
"""For how long a browser is waited for; a node of a cluster takes minutes to come."""
READ_S = 75.0
"""What a browser may take, its start and its end included."""
MOST_WAITING = 60
TRIES = 2

NONE_CAME = (
    "No browser was free to open the website in time. Type it in instead, or try again later."
)
TOO_MANY = "Very many websites are being read at the moment; try again in a few minutes."
ONE_ALREADY = "Your website is being read already; wait for that to end."
BROKE = "The browser that read the website ended unexpectedly; try again, or type it in instead."


@dataclass(slots=True)
class _Held:
    errand: Errand
    answer: asyncio.Future[Answer]
    began: asyncio.Event = field(default_factory=asyncio.Event)
    tries: int = 0
    reading: bool = False


@dataclass(slots=True)
class Errands:
    """Errands in the order in which they came; each asker has at most one."""

    wait_s: float = WAIT_S
    read_s: float = READ_S
    _held: dict[UUID, _Held] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __len__(self) -> int:
        """How many wait or are under way."""
        return len(self._held)

    @property
    def waiting(self) -> int:
        """How many wait for a browser."""
        return sum(not one.reading for one in self._held.values())

    def stage(self, errand_id: UUID, browsers: int) -> ErrandStage | None:
        """How far an errand is; None where nobody knows of it. browsers: how many are there."""
        held = self._held.get(errand_id)
        if held is None:
            return None
        if held.reading:
            return ErrandStage.READING
        return ErrandStage.WAITING if browsers else ErrandStage.STARTING

    async def done(self, errand: Errand) -> Answer:
        """What comes of *errand*, within a bounded time. Never raises for an expected end."""
        if any(one.errand.asker == errand.asker for one in self._held.values()):
            return WebsiteNotRead(ONE_ALREADY)
        if self.waiting >= MOST_WAITING:
            return WebsiteNotRead(TOO_MANY)
        held = _Held(errand, asyncio.get_running_loop().create_future())
        self._held[errand.id] = held
        try:
            async with asyncio.timeout(self.wait_s):
                await held.began.wait()
            # A worker that ends in the middle costs another wait and another try.
            async with asyncio.timeout(self.wait_s + TRIES * self.read_s):
                return await held.answer
        except TimeoutError:
            return WebsiteNotRead(NONE_CAME)
        finally:
            del self._held[errand.id]

    def next(self) -> Errand | None:
        """The errand whose turn it is."""
        waiting = (one.errand for one in self._held.values() if not one.reading)
        return next(waiting, None)

    def carry_out(self, errand: Errand, read: Callable[[Errand], Awaitable[Answer]]) -> None:
        """Has *read* do it; what it raises counts as the end of its worker."""
        held = self._held[errand.id]
        held.reading = True
        held.tries += 1
        held.began.set()
        task = asyncio.create_task(self._carried(held, read))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carried(self, held: _Held, read: Callable[[Errand], Awaitable[Answer]]) -> None:
        try:
            async with asyncio.timeout(self.read_s):
                answer = await read(held.errand)
        except Exception as error:  # noqa: BLE001 - whatever broke it, the customer is told
            log.warning("a website was not read: %s", type(error).__name__)
            if held.tries < TRIES:
                held.reading = False
                return
            answer = WebsiteNotRead(BROKE)
        if not held.answer.done():
            held.answer.set_result(answer)
