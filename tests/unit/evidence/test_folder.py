"""Evidence is kept once, whole, and found by its content."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dbolt.domain.submission import EvidenceKind
from dbolt.providers.evidence import EvidenceStore
from dbolt.providers.evidence.folder import FolderEvidence

TAKEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


async def _put(store: EvidenceStore, data: bytes) -> str:
    ref = await store.put(data, kind=EvidenceKind.BEFORE, media_type="image/jpeg", taken_at=TAKEN)
    assert ref.size_bytes == len(data)
    assert ref.taken_at == TAKEN
    assert (ref.kind, ref.media_type) == (EvidenceKind.BEFORE, "image/jpeg")
    return ref.sha256


async def test_what_was_put_is_found_under_the_hash_of_its_bytes(tmp_path: Path) -> None:
    store = FolderEvidence(tmp_path / "not" / "there" / "yet")
    address = await _put(store, b"a picture")
    assert address == hashlib.sha256(b"a picture").hexdigest()
    assert await store.get(address) == b"a picture"


async def test_the_same_bytes_are_kept_once_and_nothing_half_written_stays(
    tmp_path: Path,
) -> None:
    store = FolderEvidence(tmp_path)
    addresses = await asyncio.gather(*(_put(store, b"twice") for _ in range(20)))
    assert len(set(addresses)) == 1
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [tmp_path / addresses[0][:2] / addresses[0]]


@pytest.mark.parametrize("address", ["0" * 64, "", "../../etc/passwd", "ab/../" + "c" * 58])
async def test_no_other_address_leads_anywhere(tmp_path: Path, address: str) -> None:
    (tmp_path / "secret").write_text("not evidence")
    store = FolderEvidence(tmp_path / "store")
    await _put(store, b"something")
    assert await store.get(address) is None


async def test_a_failed_write_is_an_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    shard = tmp_path / hashlib.sha256(b"blocked").hexdigest()[:2]
    shard.write_text("a file where the shard's folder should be")
    with pytest.raises(OSError, match="exists"):
        await _put(FolderEvidence(tmp_path), b"blocked")
    assert list(tmp_path.iterdir()) == [shard]


async def test_what_is_removed_is_gone_and_nothing_else_is(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("not evidence")
    store = FolderEvidence(tmp_path / "store")
    kept, gone = await _put(store, b"kept"), await _put(store, b"gone")
    for address in (gone, gone, "0" * 64, "../secret", ""):
        await store.remove(address)
    assert await store.get(gone) is None
    assert await store.get(kept) == b"kept"
    assert (tmp_path / "secret").exists()
