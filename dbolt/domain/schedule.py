"""Which submission is next? The fair line of every directory, and the directory's own limits.

Each submission has a `turn`, given once when it joins: a customer's submissions stand 1/weight
apart, from where the line has been served to (start-time fair queueing). So a customer of weight 2
gets twice the turns of one of weight 1, nobody waits for ever, for the served turns only grow, and
the order is a number in the database: memory holds the heads of the lines alone.
*Source:* Goyal, Vin, Cheng: "Start-time Fair Queueing", 1996.

Times are seconds on one clock that the caller passes in. Decisions cost O(log n).
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from dbolt.domain.breaker import Breaker
from dbolt.domain.directory import Pace
from dbolt.domain.pacing import Pacer
from dbolt.domain.protocol import PauseLevel, PauseScope

LEAST_WINDOW = 64
"""How much of a line's head is kept in memory, at least."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A submission that may start as far as its job is concerned; the lower turn comes first."""

    turn: float
    id: UUID
    job_id: UUID
    plan: str
    directory: str

    def __lt__(self, other: Ready) -> bool:
        if self.turn == other.turn:
            return self.id < other.id
        return self.turn < other.turn


def turns(joined: float, last: float | None, weight: int, count: int) -> list[float]:
    """The turns of *count* new submissions of one customer.

    joined: how far the line has been served. last: the customer's own last turn still waiting.
    """
    start = joined if last is None else max(joined, last)
    return [start + (place + 1) / weight for place in range(count)]


class Lane:
    """One directory's line: its head in memory, the rest in the database."""

    __slots__ = ("_taken", "bound", "complete", "directory", "heads", "pacer", "reading", "version")

    def __init__(self, directory: str, pacer: Pacer) -> None:
        self.directory = directory
        self.pacer = pacer
        self.heads: list[Ready] = []
        self.complete = False
        """Whether the heads were the whole line, so that it need not be read when they are gone."""
        self.bound = -math.inf
        """The last turn that was read: whoever joins before it belongs to the head."""
        self.reading = False
        self.version = 0
        self._taken: dict[UUID, bool] = {}
        """Who left for a lease → whether that is known to be durable."""

    @property
    def low(self) -> bool:
        """Whether the line should be read again before its head is used up."""
        return not self.complete and len(self.heads) < self.window // 4

    @property
    def window(self) -> int:
        """How much of the line to read."""
        return max(LEAST_WINDOW, 8 * self.pacer.pace.concurrency)

    def read_begins(self) -> None:
        """From now on the database is asked; who left for certain will not be in the answer."""
        self.reading = True
        self._taken = {row: durable for row, durable in self._taken.items() if not durable}

    def put(self, rows: Iterable[Ready], *, complete: bool) -> None:
        """The line's head as read, less those who left meanwhile."""
        self.reading = False
        self.complete = complete
        read = list(rows)
        self.bound = max((row.turn for row in read), default=-math.inf)
        self.heads = [row for row in read if row.id not in self._taken]
        heapq.heapify(self.heads)

    def join(self, row: Ready) -> None:
        """Somebody new, already in the database, stands in line."""
        if not self.complete and row.turn > self.bound:
            return
        heapq.heappush(self.heads, row)
        if len(self.heads) > 4 * self.window:
            self.heads = heapq.nsmallest(self.window, self.heads)
            self.bound = self.heads[-1].turn
            self.complete = False

    def drop(self, gone: Collection[UUID]) -> None:
        """These do not stand where they stood any more."""
        self.heads = [row for row in self.heads if row.id not in gone]
        heapq.heapify(self.heads)

    def take(self) -> Ready:
        """The first of the line."""
        row = heapq.heappop(self.heads)
        self._taken[row.id] = False
        return row

    def left(self, row: UUID, *, leased: bool) -> None:
        """Whether who was taken has a lease now or was not there any more."""
        if leased and self.reading:
            self._taken[row] = True
        else:
            self._taken.pop(row, None)


class Schedule:
    """The lanes of all directories and the pauses over them."""

    def __init__(self) -> None:
        self.lanes: dict[str, Lane] = {}
        self.served = 0.0
        """The highest turn that was taken: where newcomers join."""
        self.pauses: set[PauseScope] = set()
        self._gone: set[UUID] = set()
        self._open: list[tuple[float, str, int]] = []
        self._later: list[tuple[float, str, int]] = []
        self._room = 64
        """How long those two get before they are looked through."""
        self._joins: list[tuple[float, str]] = []
        self._held: set[str] = set()
        """Directories whose attempts wait for a proxy."""
        self._hungry: dict[str, None] = {}
        """Lanes to be read from the database, in the order in which that was found out."""

    def set_directory(self, slug: str, pace: Pace, presses: Sequence[float] = ()) -> None:
        """Adds a directory, or gives a known one its new pace."""
        lane = self.lanes.get(slug)
        if lane is None:
            lane = self.lanes[slug] = Lane(slug, Pacer(pace, presses))
            self._room = 4 * len(self.lanes) + 64
        lane.pacer.pace = pace
        # Whether it needs a proxy may have changed, too.
        lane.pacer.held_until = -math.inf
        self._offer(lane, -math.inf)

    def judge(self, slug: str, breaker: Breaker, now: float) -> None:
        """The directory's breaker stands like this from now on."""
        lane = self.lanes[slug]
        lane.pacer.breaker = breaker
        self._offer(lane, now)

    def paused(self, level: PauseLevel, key: str = "") -> bool:
        """Whether this very pause is on."""
        # Asked several times for each decision, and mostly nothing is paused.
        return bool(self.pauses) and PauseScope(level=level, key=key) in self.pauses

    def look_again(self, slugs: Iterable[str]) -> None:
        """The lines of *slugs* have changed: somebody joined, or came back."""
        self._hungry.update((slug, None) for slug in slugs if slug in self.lanes)

    def join(self, rows: Iterable[Ready], now: float) -> None:
        """New submissions, already in the database, stand in their lines."""
        for row in rows:
            lane = self.lanes.get(row.directory)
            if lane is None:
                continue
            if lane.reading:
                # What is being read may not hold it.
                self._hungry[row.directory] = None
            else:
                lane.join(row)
                self._offer(lane, now)

    def rejoin(self, rows: Sequence[Ready], now: float) -> None:
        """Submissions that stand in line, already in the database, have new turns."""
        moved = {row.id for row in rows}
        for slug in {row.directory for row in rows} & self.lanes.keys():
            self.lanes[slug].drop(moved)
        self.join(rows, now)

    def joins_at(self, slug: str, at: float) -> None:
        """Somebody joins the line of *slug* at that time."""
        if slug in self.lanes:
            heapq.heappush(self._joins, (at, slug))

    @property
    def is_hungry(self) -> bool:
        """Whether there are lines to read."""
        return bool(self._hungry)

    def begin_read(self, at_most: int) -> dict[str, int]:
        """The directories whose lines are to be read now, and how much: then `put` or give back."""
        slugs = list(itertools.islice(self._hungry, at_most))
        for slug in slugs:
            del self._hungry[slug]
            self.lanes[slug].read_begins()
        return {slug: self.lanes[slug].window for slug in slugs}

    def put(self, slug: str, rows: Iterable[Ready], *, complete: bool, now: float) -> None:
        """The head of a line as read. complete: there is no more of it than *rows*."""
        lane = self.lanes[slug]
        lane.put(rows, complete=complete)
        self._offer(lane, now)

    def not_read(self, slugs: Iterable[str]) -> None:
        """Reading failed: *slugs* have to be read still."""
        for slug in slugs:
            self.lanes[slug].reading = False
            self._hungry[slug] = None

    def pick(
        self, now: float, at_most: int, opens: Callable[[str], float] | None = None
    ) -> list[Ready]:
        """Takes up to *at_most* submissions that may start now, the lowest turns first.

        opens: when an attempt on a directory may begin as far as proxies go, asked once for each
        that would be taken; until then, or until `proxies_changed`, that directory waits.
        """
        self.tick(now)
        taken: list[Ready] = []
        if self.paused(PauseLevel.GLOBAL):
            return taken
        while len(taken) < at_most and self._open:
            _, slug, version = heapq.heappop(self._open)
            lane = self.lanes[slug]
            if lane.version != version:
                continue
            if lane.pacer.may_start_at(now) > now or (
                self.pauses and self.paused(PauseLevel.DIRECTORY, slug)
            ):
                self._offer(lane, now)
                continue
            if opens is not None and (at := opens(slug)) > now:
                lane.pacer.held_until = at
                self._held.add(slug)
                self._offer(lane, now)
                continue
            row = self._head(lane)
            if row is not None:
                lane.pacer.start(now)
                self.served = max(self.served, row.turn)
                taken.append(row)
            self._offer(lane, now)
        return taken

    def leased(self, row: Ready) -> None:
        """The lease of what `pick` gave is durable."""
        self.lanes[row.directory].left(row.id, leased=True)

    def not_leased(self, row: Ready, now: float) -> None:
        """What `pick` gave could not be leased: it had left the line, or its job was called off."""
        self.lanes[row.directory].left(row.id, leased=False)
        self.ended(row.directory, now, pressed=False)
        self.look_again([row.directory])

    def ended(self, slug: str, now: float, *, pressed: bool) -> None:
        """An attempt on *slug* ended."""
        lane = self.lanes.get(slug)
        if lane is not None:
            lane.pacer.end(pressed=pressed)
            self._offer(lane, now)

    def proxies_changed(self, now: float) -> None:
        """A proxy was given back, or there are others: who waits for one may ask again."""
        held, self._held = self._held, set()
        for slug in held:
            self.lanes[slug].pacer.held_until = -math.inf
            self._offer(self.lanes[slug], now)

    def look_ended(self, slug: str, now: float) -> None:
        """A look at a listing on *slug* ended."""
        lane = self.lanes.get(slug)
        if lane is not None:
            lane.pacer.end_look()
            self._offer(lane, now)

    def startable(self, now: float) -> int:
        """How many could start now, by the lines' heads and the directories' limits."""
        return sum(self.startable_on(slug, now) for slug in self.lanes)

    def startable_on(self, slug: str, now: float) -> int:
        """The same for one directory."""
        if self.paused(PauseLevel.GLOBAL) or self.paused(PauseLevel.DIRECTORY, slug):
            return 0
        lane = self.lanes[slug]
        places = min(len(lane.heads), lane.pacer.places(now)) if lane.heads else 0
        if places <= 0 or not (self.pauses or self._gone):
            return max(0, places)
        # Whoever is called off or paused leaves the line only when it comes to its head.
        return len(list(itertools.islice(filter(self._may_go, lane.heads), places)))

    def _may_go(self, row: Ready) -> bool:
        """Whether its job and its plan are neither paused nor called off."""
        if not self.pauses:
            # As nearly always, and this is asked for each attempt.
            return row.job_id not in self._gone
        return not (
            row.job_id in self._gone
            or self.paused(PauseLevel.JOB, str(row.job_id))
            or self.paused(PauseLevel.PLAN, row.plan)
        )

    def next_at(self) -> float:
        """When a directory opens or somebody joins a line; inf if only an event can bring that."""
        return min(
            self._later[0][0] if self._later else math.inf,
            self._joins[0][0] if self._joins else math.inf,
        )

    @property
    def may_pick(self) -> bool:
        """Whether `pick` is worth a try."""
        return bool(self._open) and not self.paused(PauseLevel.GLOBAL)

    def tick(self, now: float) -> None:
        """Lets in what was waiting for a time that has come."""
        while self._later and self._later[0][0] <= now:
            _, slug, version = heapq.heappop(self._later)
            if self.lanes[slug].version == version:
                self._offer(self.lanes[slug], now)
        while self._joins and self._joins[0][0] <= now:
            self.look_again([heapq.heappop(self._joins)[1]])

    def pause(self, scope: PauseScope) -> None:
        """Nothing of *scope* is picked from now on."""
        self.pauses.add(scope)

    def call_off(self, job_id: UUID) -> None:
        """Nothing of the job is picked any more."""
        self._gone.add(job_id)

    def call_back(self, job_id: UUID) -> None:
        """The job may be worked on after all."""
        self._gone.discard(job_id)

    def resume(self, scope: PauseScope, now: float) -> None:
        """*scope* may go on."""
        self.pauses.discard(scope)
        if scope.level is PauseLevel.DIRECTORY:
            if scope.key in self.lanes:
                self._offer(self.lanes[scope.key], now)
        elif scope.level is not PauseLevel.GLOBAL:
            # What was left out of the lines while it was paused comes back into them.
            self.look_again(self.lanes)

    def _offer(self, lane: Lane, now: float) -> None:
        """Puts the lane where it is found again: among the open ones, or under its time."""
        lane.version += 1
        if lane.low and not lane.reading:
            self._hungry[lane.directory] = None
        if not lane.heads or (self.pauses and self.paused(PauseLevel.DIRECTORY, lane.directory)):
            return
        at = lane.pacer.may_start_at(now)
        if at <= now:
            heapq.heappush(self._open, (lane.heads[0].turn, lane.directory, lane.version))
            if len(self._open) > self._room:
                self._open = self._compact(self._open)
        elif at < math.inf:
            heapq.heappush(self._later, (at, lane.directory, lane.version))
            if len(self._later) > self._room:
                self._later = self._compact(self._later)
        # Else it is offered again by the end of an attempt.

    def _compact(self, heap: list[tuple[float, str, int]]) -> list[tuple[float, str, int]]:
        """*heap* without entries of earlier versions, which are the most of it."""
        kept = [entry for entry in heap if self.lanes[entry[1]].version == entry[2]]
        heapq.heapify(kept)
        return kept

    def _head(self, lane: Lane) -> Ready | None:
        """The first of the lane whose job and plan may start; paused ones leave the memory."""
        while lane.heads:
            if self._may_go(lane.heads[0]):
                return lane.take()
            heapq.heappop(lane.heads)
        return None
