"""How do our functions get into a document? Sent once to each, and called by name from then on.

The browser hands out a reference to them, which only we hold: nothing is added to the page. Every
call makes the functions anew, so that none sees what another call remembered; what the engine has
compiled and learnt about them stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from playwright.async_api import Error, Frame, JSHandle, Page

OBSERVING = (
    *("look/registry", "look/visible", "look/words", "look/widgets"),
    *("look/labels", "look/controls", "look/forms", "look/messages", "observe"),
)
PICKING = ("look/registry", "look/visible", "act/picker")
ANSWERING = ("look/registry", "act/token")
ACTING = ("look/registry", "look/visible", "act/fill", "act/widgets", "act/fit")

_FUNCTION = re.compile(r"^function (\w+)\(", re.MULTILINE)
_CALL = "(ours, [name, given]) => ours.make()[name](given)"
_MOST = 40
"""Of so many documents the functions are held; a page may bring frames without end."""

_Key = tuple[Frame, tuple[str, ...]]


@dataclass
class _Held:
    """The functions in the documents of one page, until it or they go."""

    handles: dict[_Key, JSHandle] = field(default_factory=dict)

    def left(self, frame: Frame) -> None:
        """Its document was replaced, or the frame is gone."""
        for key in [key for key in self.handles if key[0] is frame]:
            del self.handles[key]

    async def in_frame(self, frame: Frame, files: tuple[str, ...]) -> JSHandle:
        """Sends the functions. Raises playwright's Error."""
        handle = await frame.evaluate_handle(source(files))
        while len(self.handles) >= _MOST:
            del self.handles[next(iter(self.handles))]
        self.handles[frame, files] = handle
        return handle


_held: WeakKeyDictionary[Page, _Held] = WeakKeyDictionary()


@cache
def source(files: tuple[str, ...]) -> str:
    """What makes our functions: all those at the top level of *files*, by their names."""
    # In an object: the browser describes a function that it refers to by its whole text, which
    # would come back with every reference.
    folder = Path(__file__).parent
    text = "\n".join((folder / f"{name}.js").read_text() for name in files)
    names = ", ".join(dict.fromkeys(_FUNCTION.findall(text)))
    return f"() => ({{ make: () => {{\n'use strict';\n{text}\nreturn {{ {names} }};\n}} }})"


async def call(
    page: Page, frame: Frame, files: tuple[str, ...], name: str, given: Any, *, again: bool = False
) -> Any:
    """What function *name* of *files* says of *given* in the frame's document.

    again: it may be called twice where the document turns out to have been replaced.
    Raises playwright's Error.
    """
    held = _of(page)
    known = held.handles.get((frame, files))
    if known is not None:
        try:
            return await known.evaluate(_CALL, [name, given])
        except Error:
            held.left(frame)
            if not again:
                raise
    return await (await held.in_frame(frame, files)).evaluate(_CALL, [name, given])


async def call_handle(
    page: Page, frame: Frame, files: tuple[str, ...], name: str, given: Any
) -> JSHandle:
    """The same, with the answer left in the page; for functions that only look."""
    held = _of(page)
    known = held.handles.get((frame, files))
    if known is not None:
        try:
            return await known.evaluate_handle(_CALL, [name, given])
        except Error:
            held.left(frame)
    return await (await held.in_frame(frame, files)).evaluate_handle(_CALL, [name, given])


def forget(page: Page) -> None:
    """Lets go of what is held of a page; references know their page, which would stay for ever."""
    _held.pop(page, None)


def _of(page: Page) -> _Held:
    held = _held.get(page)
    if held is None:
        held = _held[page] = _Held()
        page.on("framenavigated", held.left)
        page.on("framedetached", held.left)
        page.once("close", forget)
    return held
