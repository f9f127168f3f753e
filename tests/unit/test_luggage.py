"""Does what is packed arrive as it was, and cost less the second time?"""

from __future__ import annotations

import copyreg
from collections.abc import Iterator

import pytest

from actors import luggage
from dbolt.domain.directory import Directory
from dbolt.domain.profile import Profile
from tests.support.queue import PROFILE, directory


@pytest.fixture(autouse=True)
def packing() -> Iterator[None]:
    """Packed sending, in these tests alone."""
    before = dict(copyreg.dispatch_table)
    luggage.pack_once()
    yield
    copyreg.dispatch_table.clear()
    copyreg.dispatch_table.update(before)


def test_values_arrive_as_they_were() -> None:
    sent = [directory("a"), directory("b"), Profile.model_validate(PROFILE)]
    come = luggage.unpack(luggage.pack(sent))
    assert come == sent
    assert [type(one) for one in come] == [Directory, Directory, Profile]
    assert come[2].model_fields_set == sent[2].model_fields_set


def test_what_comes_again_is_packed_and_unpacked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    luggage.unpacked.cache_clear()
    profile, packed = Profile.model_validate(PROFILE), []
    original = luggage._laid_out

    def counted(value: object) -> object:
        packed.append(value)
        return original(value)

    monkeypatch.setattr(luggage, "_laid_out", counted)
    first, second = (luggage.unpack(luggage.pack(profile)) for _ in range(2))
    assert first is second
    assert len(packed) == 1


def test_another_value_is_another_whatever_place_in_memory_it_has() -> None:
    packing = luggage.Packing(2)
    for number in range(100):
        unpack, (packed,) = packing(directory(f"d{number}"))
        assert unpack(packed).slug == f"d{number}"
    assert len(packing._packed) == 2
