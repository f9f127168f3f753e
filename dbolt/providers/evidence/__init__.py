"""Where do screenshots and page texts go? A store addressed by content."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from dbolt.domain.submission import EvidenceKind, EvidenceRef


class EvidenceStore(Protocol):
    """Files under the SHA-256 of their bytes: the same bytes are kept once, and never change."""

    async def put(
        self, data: bytes, *, kind: EvidenceKind, media_type: str, taken_at: datetime
    ) -> EvidenceRef:
        """Keeps *data*; when this returns, it survives a power cut. Raises OSError."""
        ...

    async def get(self, sha256: str) -> bytes | None:
        """The bytes under that address (64 hex digits), or None if there are none."""
        ...
