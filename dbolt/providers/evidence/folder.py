"""Evidence in a folder of this machine."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from datetime import datetime
from pathlib import Path

from dbolt.domain.submission import EvidenceKind, EvidenceRef

_ADDRESS = re.compile(r"[0-9a-f]{64}")


class FolderEvidence:
    """An evidence store below *path*, which is made when first needed.

    A file lies in a folder named by the first two digits of its address.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def put(
        self, data: bytes, *, kind: EvidenceKind, media_type: str, taken_at: datetime
    ) -> EvidenceRef:
        """Keeps *data*; when this returns, it survives a power cut. Raises OSError."""
        sha256 = hashlib.sha256(data).hexdigest()
        await asyncio.to_thread(_write, self._place(sha256), data)
        return EvidenceRef(
            kind=kind,
            sha256=sha256,
            media_type=media_type,
            size_bytes=len(data),
            taken_at=taken_at,
        )

    async def get(self, sha256: str) -> bytes | None:
        """The bytes under that address, or None if there are none (or it is no address)."""
        if not _ADDRESS.fullmatch(sha256):
            return None
        return await asyncio.to_thread(_read, self._place(sha256))

    async def remove(self, sha256: str) -> None:
        """Takes the file away for ever, if it is there. Raises OSError."""
        if _ADDRESS.fullmatch(sha256):
            await asyncio.to_thread(self._place(sha256).unlink, missing_ok=True)

    def _place(self, sha256: str) -> Path:
        return self._path / sha256[:2] / sha256


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: written beside, made durable, then renamed."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    # The rename itself is durable only once its folder is.
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
