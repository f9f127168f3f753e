"""What is said to the queue, and what is one transaction of it?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any
from uuid import UUID

from dbolt.store.queries import Connection
from dbolt.store.queue import Moved
from dbolt.store.script import Script


class Verb(IntEnum):
    """What a call is about. A batch carries them out in this order."""

    SETTLE = 1
    BEAT = 2
    PRESS = 3
    EXPIRE = 4
    COMMAND = 5
    LEASE = 6


ALONE = frozenset({Verb.EXPIRE, Verb.COMMAND})
"""What may touch any row: nothing else is under way meanwhile."""


class MustBeAlone(Exception):
    """A batch has to be carried out again while nothing else is under way."""


@dataclass(slots=True)
class Batch:
    """One transaction under way."""

    connection: Connection
    epoch: int
    alone: bool = True
    """Whether no other batch is under way."""
    script: Script = field(kw_only=True)
    """For several statements in one round trip."""
    moved: list[Moved] = field(default_factory=list)
    """What changed its state; the jobs' counts follow from it at the end."""
    started: set[UUID] = field(default_factory=set)
    """Jobs of which the first submission was leased."""
    changed: set[UUID] = field(default_factory=set)
    """Further jobs of which listeners are told."""
    everything: bool = False
    """Whether something changed that concerns every job."""
    ended: set[UUID] = field(default_factory=set)
    """Jobs that may be complete though nothing of them moved."""
    last: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """What is done at the end, when no other batch can come between it and the commit: whatever
    changes rows or memory that batches share."""
    after: list[Callable[[], None]] = field(default_factory=list)
    """What memory learns once all this is durable."""
    undo: list[Callable[[], None]] = field(default_factory=list)
    """What memory takes back if it is not."""


Handler = Callable[[Batch, list[Any]], Awaitable[Sequence[Any]]]
Command = Callable[[Batch], Awaitable[Any]]


@dataclass(slots=True)
class Call:
    """Something said, and the answers to all of it in its order."""

    verb: Verb
    said: Sequence[Any]
    answer: asyncio.Future[Any]

    def fail(self, error: BaseException) -> None:
        """No answer will come."""
        if not self.answer.done():
            self.answer.set_exception(error)

    def parts(self) -> list[Call]:
        """A call for each thing that is said."""
        loop = asyncio.get_running_loop()
        return [Call(self.verb, [one], loop.create_future()) for one in self.said]

    def put_together(self, parts: Sequence[Call]) -> None:
        """Answers with what came of *parts*; the first failure stands for all."""
        failures = [error for part in parts if (error := part.answer.exception())]
        if failures:
            self.fail(failures[0])
        elif not self.answer.done():
            self.answer.set_result([part.answer.result()[0] for part in parts])


class Gathering:
    """Calls that wait for a transaction."""

    def __init__(self) -> None:
        self._waiting: list[Call] = []
        self._filled = asyncio.Event()
        self.under_way: list[Call] = []
        """What was taken last."""

    def add(self, *calls: Call) -> None:
        """These wait, too."""
        self._waiting.extend(calls)
        self._filled.set()

    async def some(self) -> None:
        """Returns when there is something."""
        await self._filled.wait()

    def take(self, at_most: int) -> list[Call]:
        """The first calls that say no more than *at_most* things together, but at least one."""
        end = len(self._waiting)
        for place, call in enumerate(self._waiting):
            at_most -= len(call.said)
            if at_most < 0 and place > 0:
                end = place
                break
        self.under_way, self._waiting = self._waiting[:end], self._waiting[end:]
        if not self._waiting:
            self._filled.clear()
        return self.under_way

    def fail(self, error: BaseException) -> None:
        """Nobody here gets an answer any more."""
        for call in [*self.under_way, *self._waiting]:
            call.fail(error)
