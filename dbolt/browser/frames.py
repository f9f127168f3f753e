"""Which frame of a page has which number? The first half of every ref.

A frame keeps its number for the page's life, and numbers of elements are never given twice: a ref
from an earlier document finds nothing instead of some other element.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from weakref import ReferenceType, WeakKeyDictionary, ref

from playwright.async_api import Frame, Page


@dataclass(slots=True)
class _Numbers:
    frames: list[ReferenceType[Frame]] = field(default_factory=list)
    next: dict[int, int] = field(default_factory=dict)


# Kept beside the pages, for Playwright's objects have no place of their own. Frames know their
# page, so they are held weakly, too: else no page would ever be let go.
_numbers: WeakKeyDictionary[Page, _Numbers] = WeakKeyDictionary()


def _of(page: Page) -> _Numbers:
    return _numbers.setdefault(page, _Numbers(frames=[ref(page.main_frame)]))


def number(page: Page, frame: Frame) -> int:
    """The frame's number, given at its first sight; 0 for the main frame."""
    frames = _of(page).frames
    mine = ref(frame)
    if mine not in frames:
        frames.append(mine)
    return frames.index(mine)


def frame_at(page: Page, number: int) -> Frame | None:
    """The frame of that number, None once it has gone."""
    frames = _of(page).frames
    frame = frames[number]() if number < len(frames) else None
    return None if frame is None or frame.is_detached() else frame


def first_free(page: Page, number: int) -> int:
    """The first element number that no document of this frame has used yet."""
    return _of(page).next.get(number, 1)


def used(page: Page, number: int, up_to: int) -> None:
    """Note that element numbers below *up_to* are taken in this frame."""
    known = _of(page).next
    known[number] = max(up_to, known.get(number, 1))


def split(element_ref: str) -> tuple[int, int]:
    """A ref's frame and element number; ValueError if it is no ref."""
    frame, _, element = element_ref.partition(":")
    return int(frame), int(element)
