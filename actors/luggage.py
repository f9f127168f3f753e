"""How does what a worker and the orchestrator say travel between them? As bytes, packed by us.

An assignment carries a whole directory and a whole profile, and the next one mostly the same ones:
each is packed once and unpacked once. Ray's own pickle asks Python about every value, and took four
times as long as the standard library's.
"""

from __future__ import annotations

import copyreg
import pickle
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

from dbolt.domain.directory import Directory
from dbolt.domain.profile import Profile

PACKED = {Directory: 2000, Profile: 16}
"""How many of each are kept packed. A profile with pictures takes some megabytes."""
LARGE = 100_000
"""In bytes: what has pictures in it."""

Packed: TypeAlias = "tuple[Callable[[bytes], Any], tuple[bytes]]"


def pack(value: object) -> bytes:
    """*value* as bytes."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def unpack(packed: bytes) -> Any:
    """The value that `pack` made these bytes of, in a process of this cluster."""
    return pickle.loads(packed)  # noqa: S301 - from our own actors, as Ray's own arguments are


class Packing:
    """Keeps the last *at_most* values of a kind packed. They are frozen, so it stays true."""

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        # The value is kept as well, or another could have its id.
        self._packed: OrderedDict[int, tuple[object, bytes]] = OrderedDict()

    def __call__(self, value: object) -> Packed:
        """What `pickle` puts in the place of *value*."""
        found = self._packed.get(id(value))
        if found is None:
            packed = pack(_laid_out(value))
            found = self._packed[id(value)] = value, packed
            while len(self._packed) > self._at_most:
                self._packed.popitem(last=False)
        packed = found[1]
        return (unpacked if len(packed) < LARGE else unpacked_large), (packed,)


def _laid_out(value: object) -> tuple[type, object]:
    return type(value), value.__getstate__()


@lru_cache(maxsize=1000)
def unpacked(packed: bytes) -> object:
    """The value; the same one for the same bytes."""
    return _made(packed)


@lru_cache(maxsize=8)
def unpacked_large(packed: bytes) -> object:
    """As `unpacked`; of these a process has a few customers' at a time."""
    return _made(packed)


def _made(packed: bytes) -> object:
    kind, state = unpack(packed)
    value = kind.__new__(kind)
    value.__setstate__(state)
    return value


def pack_once() -> None:
    """From now on this process sends directories and profiles packed."""
    for kind, at_most in PACKED.items():
        copyreg.pickle(kind, Packing(at_most))
