"""What shows that an attempt went as it says? Pictures and page texts, kept as they are taken."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from playwright.async_api import Error, Frame, Page

from dbolt.domain.submission import EvidenceKind, EvidenceRef

MASK = "••••"
"""Stands for a secret wherever one would be shown."""

_MAX_WIDTH, _MAX_HEIGHT = 1280, 4000
_QUALITY, _POOR_QUALITY = 70, 35
_MOST_BYTES = 1_500_000
"""A picture that takes more at the usual quality is taken again at the poor one."""
_PICTURE_S = 10.0
_COLOUR = "#3a3a3a"
_COVERED = "input[type=password], [data-dbolt-covered]"

# How high the page is, what of it lies between `around`, whether it shows what must be covered, and
# whether all of that can be seen at once, for which the page is scrolled if it has to be.
_LAYOUT = """([around, margin]) => {
  const covered = root => Boolean(root.querySelector('COVERED'))
    || [...root.querySelectorAll('*')].some(el => el.shadowRoot && covered(el.shadowRoot));
  const height = Math.max(document.documentElement.scrollHeight, innerHeight);
  const [top, bottom] = around || [0, height];
  const seen = space => top - scrollY >= space && bottom - scrollY <= innerHeight - space;
  const fits = Boolean(around) && bottom - top <= innerHeight - 2 * margin;
  if (fits && !seen(margin)) {
    scrollTo({ left: 0, top: (top + bottom - innerHeight) / 2, behavior: 'instant' });
  }
  const shown = (height <= innerHeight || (fits && seen(0))) && scrollX === 0;
  return { height, top, bottom, shown, secret: covered(document) };
}""".replace("COVERED", _COVERED)
_ABOVE, _BELOW = 400, 200
"""What is shown of the page around a form, in CSS pixels."""
_MARGIN = 120
"""A form that fits into the window with so much above and below is shown in the window."""

Span = tuple[float, float]
"""From where to where in the page, in CSS pixels from its top."""

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

    async def picture(self, page: Page, kind: EvidenceKind, around: Span | None = None) -> None:
        """The page, at most 1280 x 4000, with passwords and what is marked secret covered.

        around: what is to be seen, all of it. It is shown in the window, scrolled to if need be;
        what does not fit into the window is shown from somewhat above to somewhat below.
        Raises playwright's Error or TimeoutError if the page cannot be pictured, OSError if the
        picture cannot be kept.
        """
        async with asyncio.timeout(2 * _PICTURE_S):
            data = await _jpeg(page, around)
        await self.keep(data, kind, "image/jpeg")

    async def text(self, text: str) -> None:
        """The visible words of a page. Raises OSError."""
        clean = self.without_secrets(text).encode()
        await self.keep(clean, EvidenceKind.PAGE_TEXT, "text/plain; charset=utf-8")

    async def keep(self, data: bytes, kind: EvidenceKind, media_type: str) -> None:
        """Puts *data*, which holds no secret, among the evidence. Raises OSError."""
        taken_at = datetime.now(UTC)
        self.refs.append(
            await self._sink.put(data, kind=kind, media_type=media_type, taken_at=taken_at)
        )

    def without_secrets(self, text: str) -> str:
        """*text* with every secret covered."""
        for secret in self.secrets:
            text = text.replace(secret, MASK)
        return text


@dataclass(frozen=True, slots=True)
class _Part:
    """What is shown of a page, in CSS pixels. `plain`: it holds nothing that has to be covered.

    window: it is what the window shows, and drawn already.
    """

    top: float
    height: float
    plain: bool
    window: bool


async def _jpeg(page: Page, around: Span | None) -> bytes:
    try:
        part = await _part(page, around)
        data = await _taken(page, part, _QUALITY)
        return data if len(data) <= _MOST_BYTES else await _taken(page, part, _POOR_QUALITY)
    except Error:
        # Some pages are too heavy to be drawn at once; what a person would see first will do.
        return await page.screenshot(
            type="jpeg",
            quality=_QUALITY,
            mask=[frame.locator(_COVERED) for frame in page.frames],
            mask_color=_COLOUR,
            timeout=_PICTURE_S * 1000,
        )


async def _part(page: Page, around: Span | None) -> _Part:
    async with asyncio.timeout(_PICTURE_S):
        layout = await page.evaluate(_LAYOUT, [around, _MARGIN])
    frames = [frame for frame in page.frames if frame is not page.main_frame]
    plain = not layout["secret"] and not any([await _holds_secret(frame) for frame in frames])
    bottom = min(layout["bottom"] + _BELOW, layout["height"])
    # A form near the top is shown with all that stands above it.
    top = 0 if bottom <= _MAX_HEIGHT / 4 else max(layout["top"] - _ABOVE, 0)
    return _Part(top, min(bottom - top, _MAX_HEIGHT), plain, plain and layout["shown"])


async def _holds_secret(frame: Frame) -> bool:
    """Whether a frame shows what must be covered; a frame that does not say is taken to."""
    try:
        async with asyncio.timeout(1):
            return bool((await frame.evaluate(_LAYOUT, [None, 0]))["secret"])
    except (Error, TimeoutError):
        return not frame.is_detached()


async def _taken(page: Page, part: _Part, quality: int) -> bytes:
    clip: Any = {"x": 0, "y": part.top, "width": _MAX_WIDTH, "height": part.height}
    if not part.plain:
        return await page.screenshot(
            type="jpeg",
            quality=quality,
            full_page=True,
            clip=clip,
            mask=[frame.locator(_COVERED) for frame in page.frames],
            mask_color=_COLOUR,
            timeout=_PICTURE_S * 1000,
        )
    # What is beyond the window has to be laid out and drawn anew for the picture, and the page
    # once more after it: three times the work.
    beyond = {"clip": {**clip, "scale": 1}, "captureBeyondViewport": True}
    # Playwright's own way scrolls, styles and waits in every frame first: twice the work.
    session = await page.context.new_cdp_session(page)
    async with asyncio.timeout(_PICTURE_S):
        taken = await session.send(
            "Page.captureScreenshot",
            {
                "format": "jpeg",
                "quality": quality,
                "optimizeForSpeed": True,
                **({} if part.window else beyond),
            },
        )
    await session.detach()
    return base64.b64decode(taken["data"])
