"""Which facts do directories' forms ask for? As recipes name them and as attempts have met them.

Attempts of all customers count, because a form is the same for everybody; nothing of a customer is
in what is kept. A fact that no profile had and no form required has left no trace, so what is known
is a lower bound, and is told as one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from dbolt.domain.directory import Directory
from dbolt.domain.fields import Field
from dbolt.store.pool import CONNECTION_LOST
from dbolt.store.queries import statements

log = logging.getLogger(__name__)

FRESH_S = 120.0
Known = Mapping[str, Mapping[Field, bool]]
"""Directory → the facts that its form asks for → whether it takes no listing without."""

_FIELDS = {field.value: field for field in Field}


class Asks:
    """What attempts have met, read anew after two minutes."""

    def __init__(
        self, *, fresh_s: float = FRESH_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fresh_s = fresh_s
        self._clock = clock
        self._kept: tuple[float, Known] | None = None
        self._reading = asyncio.Lock()
        self._learning: asyncio.Task[None] | None = None

    async def known(self, pool: asyncpg.Pool[asyncpg.Record]) -> Known:
        """What is known now; what the latest attempts met comes with one of the next calls."""
        async with self._reading:
            if self._kept is None or self._clock() - self._kept[0] > self._fresh_s:
                rows = await pool.fetch(_sql("asks"))
                found: dict[str, dict[Field, bool]] = defaultdict(dict)
                for row in rows:
                    # A later release may know other fields.
                    if field := _FIELDS.get(row["field"]):
                        found[row["directory"]][field] = row["required"]
                self._kept = (self._clock(), found)
                self._learn(pool)
            return self._kept[1]

    def _learn(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        """Has the database read further attempts, without holding up any page."""
        if self._learning is None or self._learning.done():
            self._learning = asyncio.create_task(_learn(pool))


async def _learn(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    try:
        learnt = await pool.fetchval(_sql("read_asks"), timeout=60)
        log.info("attempts were read for what directories ask for: %s facts", learnt)
    except (*CONNECTION_LOST, asyncpg.PostgresError) as error:
        log.warning("attempts were not read: %s", type(error).__name__)


@dataclass(frozen=True, slots=True)
class Cost:
    """What an empty fact costs: how many directories ask for it, and take no listing without."""

    asked: int
    required: int


@dataclass(frozen=True, slots=True)
class Costs:
    """Of `of` directories it is known for `known` which facts they ask for."""

    of: int
    known: int
    by_field: Mapping[Field, Cost]

    def of_any(self, fields: Iterable[Field]) -> Cost:
        """The dearest of *fields*; nothing where none of them is known to be asked for."""
        found = [self.by_field[field] for field in fields if field in self.by_field]
        return max(found, key=lambda cost: (cost.asked, cost.required), default=Cost(0, 0))


def costs_of(directories: Sequence[Directory], known: Known) -> Costs:
    """How many of *directories* ask for each fact, by their recipes and by what was met there."""
    asked: dict[Field, int] = defaultdict(int)
    required: dict[Field, int] = defaultdict(int)
    told = 0
    for one in directories:
        met = dict(known.get(one.slug, {}))
        for hint in one.recipe.hints:
            if hint.field is not None:
                met.setdefault(hint.field, False)
        told += bool(met)
        for field, is_required in met.items():
            asked[field] += 1
            required[field] += is_required
    by_field = {field: Cost(count, required[field]) for field, count in asked.items()}
    return Costs(len(directories), told, by_field)


def _sql(name: str) -> str:
    return statements("qualification", "serve_app")[name]
