"""What shows that an attempt went as it says? Pictures and page texts, kept as they are taken."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Protocol

from playwright.async_api import Error, Locator, Page

from dbolt.domain.submission import EvidenceKind, EvidenceRef

MASK = "••••"
"""Stands for a secret wherever one would be shown."""

_MAX_WIDTH, _MAX_HEIGHT = 1280, 4000
_QUALITY = 70
_PICTURE_S = 10.0
_COLOUR = "#3a3a3a"
_COVERED = "input[type=password], [data-dbolt-covered]"

COVER = "element => element.setAttribute('data-dbolt-covered', '')"
"""Evaluated on a control that holds a secret although it is no password box."""


class EvidenceSink(Protocol):
    """The half of an evidence store that an attempt needs; `providers.evidence` has the whole."""

    async def put(
        self, data: bytes, *, kind: EvidenceKind, media_type: str, taken_at: datetime
    ) -> EvidenceRef:
        """Keeps *data* durably. Raises OSError."""
        ...


class Proof:
    """The evidence of one attempt. `secrets`: texts that must not be readable in it."""

    def __init__(self, sink: EvidenceSink) -> None:
        self._sink = sink
        self.refs: list[EvidenceRef] = []
        self.secrets: set[str] = set()

    async def picture(self, page: Page, kind: EvidenceKind) -> None:
        """The whole page, at most 1280 x 4000, with passwords and what is marked secret covered.

        Raises playwright's Error or TimeoutError if the page cannot be pictured, OSError if the
        picture cannot be kept.
        """
        taken_at = datetime.now(UTC)
        masks = [frame.locator(_COVERED) for frame in page.frames]
        async with asyncio.timeout(2 * _PICTURE_S):
            data = await _jpeg(page, masks)
        self.refs.append(
            await self._sink.put(data, kind=kind, media_type="image/jpeg", taken_at=taken_at)
        )

    async def text(self, text: str) -> None:
        """The visible words of a page. Raises OSError."""
        self.refs.append(
            await self._sink.put(
                self.without_secrets(text).encode(),
                kind=EvidenceKind.PAGE_TEXT,
                media_type="text/plain; charset=utf-8",
                taken_at=datetime.now(UTC),
            )
        )

    def without_secrets(self, text: str) -> str:
        """*text* with every secret covered."""
        for secret in self.secrets:
            text = text.replace(secret, MASK)
        return text


async def _jpeg(page: Page, masks: list[Locator]) -> bytes:
    try:
        height = await page.evaluate("Math.max(document.documentElement.scrollHeight, innerHeight)")
        return await page.screenshot(
            type="jpeg",
            quality=_QUALITY,
            full_page=True,
            clip={"x": 0, "y": 0, "width": _MAX_WIDTH, "height": min(height, _MAX_HEIGHT)},
            mask=masks,
            mask_color=_COLOUR,
            timeout=_PICTURE_S * 1000,
        )
    except Error:
        # Some pages are too heavy to be drawn at once; what a person would see first will do.
        return await page.screenshot(
            type="jpeg",
            quality=_QUALITY,
            mask=masks,
            mask_color=_COLOUR,
            timeout=_PICTURE_S * 1000,
        )
