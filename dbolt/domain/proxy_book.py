"""Which attempt goes through which proxy? The book of all proxies and of who uses them.

One choice: what served this customer on this directory before, if it is still good; else, among the
proxies nearest to the business, one by score and by a hash of customer and directory. The hash
makes the choice the same again where nothing is remembered, as after a restart.
*Source:* weighted rendezvous hashing, Schindelhauer and Schomaker, 2005.

Times are seconds on one clock that the caller passes in; `math.inf` means "when one is given back".
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dbolt.domain.directory import Directory, ProxyPolicy
from dbolt.domain.proxy import ProxyFacts, Record, Went

PAIRS_KEPT = 50_000
"""Customers on directories whose proxies are remembered."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Who goes where. `countries`: where the proxy should stand, the best first."""

    directory: str
    customer: UUID
    countries: tuple[str, ...] = ()


def countries_for(directory: Directory, country: str) -> tuple[str, ...]:
    """Where a proxy should stand: the business's *country*, then others that are listed there."""
    market = [] if directory.market == "global" else directory.market.split("|")
    return tuple(dict.fromkeys([country.lower(), *market]))


class Book:
    """All proxies, how they do, and who uses them.

    `read`: whether the list of proxies is known. Before that, nothing that may need one begins.
    """

    def __init__(self, *, read: bool = True) -> None:
        self.read = read
        self._facts: dict[str, ProxyFacts] = {}
        self._records: dict[str, Record] = {}
        self._taken: dict[UUID, tuple[str, Wish]] = {}
        self._used: Counter[str] = Counter()
        self._given: Counter[str] = Counter()
        self._pairs: OrderedDict[tuple[str, UUID], tuple[str, bool]] = OrderedDict()
        """Of late: which proxy, and whether it did not fail."""

    def update(self, facts: Iterable[ProxyFacts]) -> None:
        """These are the proxies from now on; those known before keep their records."""
        self._facts = {one.id: one for one in facts}
        self._records = {id_: self._records.get(id_, Record()) for id_ in self._facts}
        self.read = True

    @property
    def is_empty(self) -> bool:
        """Whether it is known that there is no proxy."""
        return self.read and not self._facts

    @property
    def in_use(self) -> bool:
        """Whether any attempt has a proxy."""
        return bool(self._taken)

    def serves(self, token: UUID) -> bool:
        """Whether the attempt under *token* has a proxy."""
        return token in self._taken

    def opens_at(self, policy: ProxyPolicy, now: float) -> float:
        """When an attempt under *policy* may begin; *now* or earlier if it may at once."""
        if policy is ProxyPolicy.NEVER:
            return -math.inf
        if not self.read:
            return math.inf
        soonest, awake = math.inf, False
        for id_, record in self._records.items():
            if not record.rests(now):
                awake = True
                if self._places(id_):
                    return -math.inf
            elif self._places(id_):
                soonest = min(soonest, record.rests_until)
        return -math.inf if policy is ProxyPolicy.PREFER and not awake else soonest

    def uses_one(self, policy: ProxyPolicy, now: float) -> bool:
        """Whether an attempt under *policy* that began now would take a proxy."""
        if policy is ProxyPolicy.NEVER:
            return False
        return any(not record.rests(now) for record in self._records.values())

    def places(self, now: float) -> int:
        """How many more attempts could go through proxies now."""
        return sum(self._places(i) for i in self._facts if not self._records[i].rests(now))

    def take(self, token: UUID, wish: Wish, policy: ProxyPolicy, now: float) -> str | None:
        """The proxy's id for the attempt under *token*, "" for the direct way, None: it must wait.

        Asked again for the same token, it answers the same.
        """
        if policy is ProxyPolicy.NEVER:
            return ""
        if token in self._taken:
            return self._taken[token][0]
        if self.opens_at(policy, now) > now:
            return None
        id_ = self._chosen(wish, now)
        if id_:
            self._taken[token] = id_, wish
            self._used[id_] += 1
            self._given[id_] += 1
            self._remember(wish, id_, good=True)
        return id_

    def report(self, token: UUID, how: Went, now: float, backoff: float = 1.0) -> None:
        """The attempt under *token* says that about its proxy; unknown tokens say nothing."""
        id_, wish = self._taken.get(token, ("", None))
        if wish is None or id_ not in self._facts:
            return
        self._records[id_] = self._records[id_].after(how, wish.directory, now, backoff)
        self._remember(wish, id_, good=how is Went.WELL)

    def give_back(self, token: UUID) -> bool:
        """The attempt has ended. Whether it had a proxy."""
        taken = self._taken.pop(token, None)
        if taken is None:
            return False
        self._used[taken[0]] -= 1
        return True

    def status(self, now: float) -> list[dict[str, Any]]:
        """Each proxy with its score and state, by id; plain values and no credentials."""
        return [self._status(one, now) for _, one in sorted(self._facts.items())]

    def _status(self, one: ProxyFacts, now: float) -> dict[str, Any]:
        record, used = self._records[one.id], self._used[one.id]
        state = "cooling" if record.rests(now) else "on trial" if record.on_trial else "good"
        return {
            "id": one.id,
            "scheme": one.scheme,
            "host": one.host,
            "port": one.port,
            "country": one.country,
            "labels": list(one.labels),
            "score": round(record.score(now), 3),
            "state": state,
            "cooling_s": round(max(record.rests_until - now, 0.0), 1),
            "in_use": used,
            "concurrency": one.concurrency,
            "leases": self._given[one.id],
            "faults": record.total,
        }

    def _places(self, id_: str) -> int:
        limit = 1 if self._records[id_].on_trial else self._facts[id_].concurrency
        return max(0, limit - self._used[id_])

    def _chosen(self, wish: Wish, now: float) -> str:
        free = [i for i in self._facts if self._places(i) and not self._records[i].rests(now)]
        before, good = self._pairs.get((wish.directory, wish.customer), ("", True))
        if good and before in free:
            return before
        if not good and len(free) > 1:
            # What failed here is not asked twice running while there is another.
            free = [id_ for id_ in free if id_ != before]
        nearest = min((self._distance(i, wish) for i in free), default=0)
        near = [i for i in free if self._distance(i, wish) == nearest]
        return min(near, key=lambda i: self._draw(i, wish, now), default="")

    def _distance(self, id_: str, wish: Wish) -> int:
        country = self._facts[id_].country
        if country in wish.countries:
            return wish.countries.index(country)
        # A proxy of unknown country may stand near; one of another country does not.
        return len(wish.countries) + bool(country)

    def _draw(self, id_: str, wish: Wish, now: float) -> float:
        """Exponentially distributed with the score as its rate, and the same for the same wish."""
        words = f"{wish.directory}\0{wish.customer}\0{id_}".encode()
        drawn = int.from_bytes(hashlib.blake2b(words, digest_size=8).digest()) + 1
        return -math.log(drawn / (2**64 + 1)) / self._records[id_].score(now)

    def _remember(self, wish: Wish, id_: str, *, good: bool) -> None:
        pair = wish.directory, wish.customer
        self._pairs[pair] = id_, good
        self._pairs.move_to_end(pair)
        while len(self._pairs) > PAIRS_KEPT:
            self._pairs.popitem(last=False)
