"""How do many callers share few transactions? While one is under way, the next batch gathers.

Nobody waits for company: a batch starts the moment that the one before it has ended. Callers are
answered after their commit, never before. While Postgres is away everything waits and is tried
again; nothing is acknowledged, nothing lost.

Two writers take turns, so that one batch is carried out by Postgres while the other's answers are
worked on here. What one worker says is carried out in its order, for it has one writer; what
touches rows that are nobody's lease, as commands do, is carried out alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import asyncpg

from actors.batch import ALONE, Batch, Call, Command, Gathering, Handler, MustBeAlone, Verb
from actors.replacing import note_shortfalls
from actors.writer import CommitFigures, Terms, Writer
from dbolt.store import jobs, queue
from dbolt.store.queue import WRITERS, Fenced
from dbolt.store.script import Step

log = logging.getLogger(__name__)

T = TypeVar("T")
MOST = 1000
"""Things said in one transaction."""


class CommitFailed(Exception):
    """One call cannot be carried out: the database refuses what it says."""


class GroupCommitter:
    """Whoever writes to the queue."""

    def __init__(
        self,
        pool: asyncpg.Pool[asyncpg.Record],
        epoch: int,
        handlers: Mapping[Verb, Handler],
        served: Callable[[], float],
    ) -> None:
        """handlers: for each verb except commands. served: how far the line has been served."""
        self.figures = CommitFigures()
        terms = Terms(pool, epoch, served, self.figures, asyncio.Lock())
        self._handlers = handlers
        self._writers = [Writer(place, terms) for place in range(WRITERS)]
        self._gathered = [Gathering() for _ in self._writers]
        self._alone = Gathering()
        self._places: dict[str, int] = {}
        self._over: BaseException | None = None

    async def submit(self, verb: Verb, said: Any, by: str = "") -> Any:
        """The answer to one call, which comes after its commit. Raises Fenced, CommitFailed."""
        [answer] = await self.submit_all(verb, [said], by)
        return answer

    def submit_all(
        self, verb: Verb, said: Sequence[Any], by: str = ""
    ) -> asyncio.Future[list[Any]]:
        """The answers to what is said at once, after its commit. Raises Fenced, CommitFailed.

        by: the worker who says it.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        # Who said several things at once hears of the first failure alone.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        if self._over is not None:
            answer.set_exception(self._over)
        else:
            self._place_of(verb, by).add(Call(verb, said, answer))
        return answer

    def _place_of(self, verb: Verb, by: str) -> Gathering:
        if verb in ALONE:
            return self._alone
        place = self._places.setdefault(by, len(self._places) % len(self._gathered))
        return self._gathered[place]

    async def command(self, work: Callable[[Batch], Awaitable[T]]) -> T:
        """What *work* answers, after its commit; it may be run again if the commit fails."""
        answer: T = await self.submit(Verb.COMMAND, work)
        return answer

    async def run(self) -> None:
        """Commits batch after batch, until cancelled. Raises Fenced when another epoch began."""
        tasks = [
            asyncio.create_task(self._serve(writer, gathered))
            for writer, gathered in zip(self._writers, self._gathered, strict=True)
        ]
        tasks.append(asyncio.create_task(self._serve_alone()))
        try:
            await asyncio.gather(*tasks)
        except BaseException as error:
            self._over = Fenced() if isinstance(error, asyncio.CancelledError) else error
            raise
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for gathered in (*self._gathered, self._alone):
                gathered.fail(self._over or Fenced())
            for writer in self._writers:
                await writer.give_up_connection()

    async def _serve(self, writer: Writer, gathered: Gathering) -> None:
        while True:
            await gathered.some()
            async with writer.busy:
                calls = gathered.take(MOST)
                try:
                    await self._carry_out(writer, calls, alone=False)
                except MustBeAlone:
                    self._alone.add(*(call for call in calls if not call.answer.done()))

    async def _serve_alone(self) -> None:
        while True:
            await self._alone.some()
            async with contextlib.AsyncExitStack() as stack:
                for writer in self._writers:
                    await stack.enter_async_context(writer.busy)
                await self._carry_out(self._writers[0], self._alone.take(MOST), alone=True)

    async def _carry_out(self, writer: Writer, calls: list[Call], *, alone: bool) -> None:
        """Answers all *calls*; one that the database refuses does not take the others with it."""
        try:
            await self._commit(writer, calls, alone=alone)
        except (Fenced, MustBeAlone):
            raise
        except Exception as error:
            parts = calls if len(calls) > 1 else calls[0].parts()
            if len(parts) > 1:
                for part in parts:
                    await self._carry_out(writer, [part], alone=alone)
                if parts is not calls:
                    calls[0].put_together(parts)
                return
            log.exception("a call of the kind %s cannot be carried out", calls[0].verb.name)
            calls[0].fail(CommitFailed(f"{type(error).__name__}: {error}"[:500]))

    async def _commit(self, writer: Writer, calls: list[Call], *, alone: bool) -> None:
        answers = await writer.commit(
            partial(self._answers, calls=calls),
            self._conclude,
            sum(len(call.said) for call in calls),
            alone=alone,
        )
        for call, answer in zip(calls, answers, strict=True):
            if not call.answer.done():
                call.answer.set_result(answer)

    async def _answers(self, batch: Batch, calls: list[Call]) -> list[Any]:
        places: dict[Verb, list[int]] = {}
        for place, call in enumerate(calls):
            places.setdefault(call.verb, []).append(place)
        answers: list[Any] = [None] * len(calls)
        for verb in sorted(places):
            said = [one for place in places[verb] for one in calls[place].said]
            if verb is Verb.COMMAND:
                given: Sequence[Any] = [await self._command(batch, work) for work in said]
            else:
                given = await self._handlers[verb](batch, said)
            answer = iter(given)
            for place in places[verb]:
                answers[place] = [next(answer) for _ in calls[place].said]
        return answers

    async def _command(self, batch: Batch, work: Command) -> Any:
        return await work(batch)

    async def _conclude(self, batch: Batch) -> list[Step]:
        """The last steps; then the jobs' counts, and a word to whoever listens, with the commit."""
        for step in batch.last:
            await step()
        differences = dict.fromkeys(batch.ended, 0)
        for row in batch.moved:
            batch.changed.add(row.job_id)
            if row.moving:
                differences[row.job_id] = differences.get(row.job_id, 0) + row.moving
        steps: list[Step] = []
        if batch.started:
            steps.append(queue.start_jobs(batch.epoch, list(batch.started)))
        if differences:
            steps.append(queue.tally(batch.epoch, differences))
            # What follows from a job's end has to be known before the commit.
            if queue.ended_any(await batch.script.run(*steps)):
                await note_shortfalls(batch, await jobs.complete_of(batch.connection, differences))
            steps.clear()
        if batch.changed:
            steps.append(queue.tell(list(batch.changed)))
        if batch.everything:
            steps.append(queue.tell_all())
        return steps
